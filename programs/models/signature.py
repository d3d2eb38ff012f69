"""Who signed the record of a session, and the sum by which a change of it is seen."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class RecordSignatureQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def unreviewed(self) -> Self:
        """Signed by who kept the record, and by no clinician yet."""
        reviewed = RecordSignature.objects.filter(part=RecordSignature.Part.REVIEWED).values("session_id")
        kept = self.filter(part=RecordSignature.Part.KEPT).exclude(session__state=Session.State.MOVED)
        return kept.exclude(session__in=reviewed)


class RecordSignature(ClinicalRow):
    """One signature under a record. From the first one on the record takes nothing but addenda.

    `digest` is worked out over every row that it covers and over the signature itself.
    """

    class Part(models.TextChoices):
        KEPT = "kept", "Signed by who kept the record"
        REVIEWED = "reviewed", "Reviewed and signed by the clinician"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="signatures")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, choices=Part)
    missing = models.CharField(max_length=300, blank=True, help_text="readings that the record lacks")
    reason = models.CharField(max_length=200, blank=True, help_text="why they are missing")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)
    signer_user_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    objects: ClassVar[RecordSignatureQuerySet] = RecordSignatureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "part"], name="record_signed_once_for_each_part"),
            models.CheckConstraint(condition=Q(missing="") | ~Q(reason=""), name="missing_readings_have_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}: {self.signed_by}"
