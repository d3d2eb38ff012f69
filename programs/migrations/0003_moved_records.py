import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce

STATES = [
    ("planned", "Planned"), ("arrived", "Arrived"), ("held", "Held, not dosed"), ("in progress", "In progress"),
    ("done", "Done"), ("missed", "Missed"), ("cancelled", "Cancelled"), ("stopped early", "Stopped early"),
    ("withdrawn", "Taken back"), ("moved", "Of another patient"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sign_in_limits"),
        ("people", "0001_initial"),
        ("programs", "0002_going_home_list"),
    ]

    operations = [
        migrations.CreateModel(
            name="MovedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reason", models.CharField(max_length=200)),
                ("was_state", models.CharField(max_length=14)),
                ("was_state_reason", models.CharField(blank=True, max_length=200)),
                ("moved_at", models.DateTimeField()),
                ("moved_by", models.CharField(max_length=120)),
                ("mover_user_id", models.BigIntegerField()),
                ("witness", models.CharField(blank=True, max_length=120)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.clinic"
                    ),
                ),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moved_to", to="programs.session"
                    ),
                ),
                (
                    "into",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moved_from", to="programs.session"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"
                    ),
                ),
                (
                    "to_patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"
                    ),
                ),
            ],
            options={
                "ordering": ["moved_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="moved_record_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("patient", models.F("to_patient")), _negated=True),
                        name="moved_record_goes_to_another",
                    ),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="doseorder",
            options={"ordering": [models.OrderBy(Coalesce("moved_at", "signed_at"), descending=True), "-pk"]},
        ),
        migrations.AddField(
            model_name="doseorder", name="moved_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.RemoveConstraint(model_name="session", name="session_number_is_unique_in_course"),
        migrations.RemoveConstraint(model_name="session", name="session_state_is_known"),
        migrations.RemoveConstraint(model_name="session", name="session_says_why_it_was_not_given_whole"),
        migrations.AlterField(
            model_name="session",
            name="state",
            field=models.CharField(choices=STATES, default="planned", max_length=14),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "moved"), _negated=True),
                fields=("enrolment", "number"),
                name="session_number_is_unique_in_course",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", [state for state, _label in STATES])), name="session_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["held", "cancelled", "stopped early", "moved"]), _negated=True),
                    models.Q(("state_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="session_says_why_it_was_not_given_whole",
            ),
        ),
    ]
