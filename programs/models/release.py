"""A start that something stood in the way of, and the prescriber who let it go on."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from programs.models.plans import Session
from tracker.accounts.models import User
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class StartReleaseQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def waiting_for(self, prescriber_id: int) -> Self:
        """Verbal orders that this prescriber has not signed yet."""
        return self.filter(prescriber_id=prescriber_id, is_verbal=True, cosignature=None)


class StartRelease(ClinicalRow):
    """One line that stopped a start, released once.

    `cause` names the very row that stopped it (a reading, an alert, an answer): what comes later stops anew.
    By word of mouth, the nurse who took the order read it back, and the prescriber signs afterwards.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="releases")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=80)
    line = models.CharField(max_length=300, help_text="what stopped the start, as it was shown")
    reason = models.CharField(max_length=200)
    prescriber = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_verbal = models.BooleanField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    objects: ClassVar[StartReleaseQuerySet] = StartReleaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "cause"], name="released_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="release_says_why"),
        ]

    def __str__(self) -> str:
        return self.line


class CoSignatureQuerySet(ClinicalQuerySet):
    seen_with = "see_record"


class CoSignature(ClinicalRow):
    """The prescriber's own signature under an order given by word of mouth."""

    release = models.OneToOneField(StartRelease, on_delete=models.PROTECT, related_name="cosignature")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)

    objects: ClassVar[CoSignatureQuerySet] = CoSignatureQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"co-signed by {self.signed_by}"
