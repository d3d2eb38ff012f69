from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [('assessments', '0003_imports')]

    operations = [
        migrations.RemoveField(model_name='import', name='text'),
        # A mapping names programs and scales itself.
        migrations.RemoveField(model_name='import', name='program_code'),
        migrations.RemoveField(model_name='import', name='scale_code'),
    ]
