import django.db.models.deletion
from django.db import migrations, models

PARTS = ("FilePiece", "StagedRow", "BroughtRow")


def name_their_clinic(apps, schema_editor):
    """Each part is of the clinic of its file."""
    of_file = apps.get_model("assessments", "Import").objects.filter(pk=models.OuterRef("brought_in"))
    for name in PARTS:
        apps.get_model("assessments", name).objects.update(clinic=models.Subquery(of_file.values("clinic")[:1]))


def clinic(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.clinic", **more
    )


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_sign_in_limits"),
        ("assessments", "0006_subscores_are_kept"),
    ]

    operations = [
        *(migrations.AddField(name.lower(), "clinic", clinic(null=True)) for name in PARTS),
        migrations.RunPython(name_their_clinic, migrations.RunPython.noop),
        *(migrations.AlterField(name.lower(), "clinic", clinic()) for name in PARTS),
    ]
