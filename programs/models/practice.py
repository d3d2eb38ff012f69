"""A practice in a training clinic: a session with a patient who does not exist, played by a script."""

from typing import ClassVar

from django.db import models

from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class PracticeQuerySet(ClinicalQuerySet):
    seen_with = "see_record"


class Practice(ClinicalRow):
    """Which script plays in a session, and who practises."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="practice")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    script = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=120)

    objects: ClassVar[PracticeQuerySet] = PracticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return f"practice of {self.begun_by}"
