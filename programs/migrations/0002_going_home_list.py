from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="checklistline", name="checklist_place_is_one"),
        migrations.AddField(
            model_name="checklistline",
            name="asked",
            field=models.CharField(
                choices=[("before dose", "Before a dose"), ("going home", "Before going home")],
                default="before dose",
                max_length=11,
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="checklistline",
            constraint=models.UniqueConstraint(
                fields=("clinic", "asked", "version", "place"), name="checklist_place_is_one"
            ),
        ),
        migrations.AddField(
            model_name="discharge",
            name="list_version",
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]
