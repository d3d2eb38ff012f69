"""Safety answers that somebody has to do something about."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class AlertQuerySet(ClinicalQuerySet):
    seen_with = "see_alerts"

    def open(self) -> "AlertQuerySet":
        """Without an outcome: these stand first on every clinical list."""
        return self.filter(closed_at=None)


class Alert(ClinicalRow):
    """A safety answer, from the moment it came until a clinician wrote what was done.

    `cause` names the answer that raised it, so that the same answer never raises two.
    """

    class Level(models.TextChoices):
        URGENT = "urgent", _("Urgent")
        HIGH = "high", _("High")
        # An old answer that came in with an import: kept, pages nobody.
        HISTORY = "history", _("History")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached the patient")
        NOT_REACHED = "not reached", _("Could not reach the patient; plan below")
        PLAN = "plan", _("Plan made with the patient")
        # The record in which it was written was another patient's; it was raised anew for that one.
        MISFILED = "misfiled", _("It was another patient's answer")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="alerts")
    course_id = models.BigIntegerField(null=True)
    level = models.CharField(max_length=8, choices=Level)
    rule = models.CharField(max_length=200, help_text="what was answered, in words for staff")
    cause = models.CharField(max_length=80, unique=True)
    raised_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    note = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)

    objects: ClassVar[AlertQuerySet] = AlertQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "raised_at"], name="open_alerts", condition=models.Q(closed_at=None)),
            models.Index(fields=["patient", "raised_at"], name="alerts_of_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(level="history") | ~models.Q(outcome=""),
                name="alert_closes_with_an_outcome",
            )
        ]

    def __str__(self) -> str:
        return self.rule

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
