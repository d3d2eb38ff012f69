"""What a prescriber said during a session: a start let pass, an order of the moment; and the signature that follows."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from programs.models.plans import Session
from tracker.accounts.models import User
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class SaidQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def unsigned(self) -> Self:
        """Given by word of mouth, and not signed by the prescriber yet."""
        return self.filter(is_verbal=True, cosignature=None).exclude(session__state=Session.State.MOVED)

    def waiting_for(self, prescriber_id: int) -> Self:
        """Those that this prescriber has to sign."""
        return self.unsigned().filter(prescriber_id=prescriber_id)


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

    objects: ClassVar[SaidQuerySet] = SaidQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "cause"], name="released_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="release_says_why"),
        ]

    def __str__(self) -> str:
        return self.line


class RoomOrder(ClinicalRow):
    """What a prescriber ordered while the session went on: a medicine, another rate.

    Written by the prescriber, or by the nurse who took it by word of mouth and read it back; then the prescriber signs
    afterwards. The row that was written on it points here.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="room_orders")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, help_text="as it was read back")
    reason = models.CharField(max_length=200, blank=True)
    prescriber = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_verbal = models.BooleanField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    objects: ClassVar[SaidQuerySet] = SaidQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return self.words


class CoSignatureQuerySet(ClinicalQuerySet):
    seen_with = "see_record"


class CoSignature(ClinicalRow):
    """The prescriber's own signature under an order given by word of mouth."""

    release = models.OneToOneField(StartRelease, null=True, blank=True, on_delete=models.PROTECT, related_name="cosignature")
    order = models.OneToOneField(RoomOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="cosignature")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)

    objects: ClassVar[CoSignatureQuerySet] = CoSignatureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(release=None, order__isnull=False) | Q(release__isnull=False, order=None),
                name="cosignature_is_under_one_order",
            )
        ]

    def __str__(self) -> str:
        return f"co-signed by {self.signed_by}"
