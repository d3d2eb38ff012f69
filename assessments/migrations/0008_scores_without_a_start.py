from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("assessments", "0007_parts_of_a_file_name_their_clinic"),
    ]

    operations = [
        migrations.AddField(
            model_name="stagedrow",
            name="has_start",
            field=models.BooleanField(
                default=True, help_text="of a score: the file, or a typed date, says when the first dose was"
            ),
        ),
    ]
