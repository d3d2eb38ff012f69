"""A record that was kept on the wrong patient's chart, and where it stands now."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class MovedRecordQuerySet(ClinicalQuerySet):
    seen_with = "see_record"


class MovedRecord(ClinicalRow):
    """Who moved the record of `source` to `into`, when and why. Both keep their rows; those of `into` are copies.

    `patient` is on whose chart it was kept by mistake. What the source was before is kept here, because its signatures
    were put under that.
    """

    source = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="moved_to")
    into = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="moved_from")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    to_patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    was_state = models.CharField(max_length=14)
    was_state_reason = models.CharField(max_length=200, blank=True)
    moved_at = models.DateTimeField()
    moved_by = models.CharField(max_length=120)
    mover_user_id = models.BigIntegerField()
    # Who stood by, where the drug ledger had lines of it.
    witness = models.CharField(max_length=120, blank=True)

    objects: ClassVar[MovedRecordQuerySet] = MovedRecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["moved_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="moved_record_says_why"),
            models.CheckConstraint(condition=~Q(patient=F("to_patient")), name="moved_record_goes_to_another"),
        ]

    def __str__(self) -> str:
        return "moved record"
