"""After the dose: the question about suicidal thoughts, the discharge, and what is added to a signed record."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models.infusion import RecordQuerySet, RecordRow
from programs.models.plans import Session
from programs.models.signature import RecordSignature
from tracker.accounts.models import User


class ThoughtsAsked(RecordRow):
    """The patient was asked about new thoughts of suicide since the dose. A yes has its alert, by `alert_cause`."""

    has_thoughts = models.BooleanField()
    words = models.CharField(max_length=300, blank=True, help_text="what the patient said")

    def __str__(self) -> str:
        return f"New suicidal thoughts since the dose: {'yes' if self.has_thoughts else 'no'}"

    @property
    def alert_cause(self) -> str:
        """By which the alert of a yes is found."""
        return f"thoughts:{self.public_id}"


class DischargeQuerySet(RecordQuerySet):
    def unsigned(self) -> Self:
        """Let go by word of mouth, and the record not reviewed yet by the clinician who answers for it."""
        reviewed = RecordSignature.objects.filter(part=RecordSignature.Part.REVIEWED).values("session_id")
        by_word = self.filter(is_verbal=True).exclude(session__state=Session.State.MOVED)
        return by_word.exclude(session__in=reviewed)

    def waiting_for(self, clinician_id: int) -> Self:
        """Those that this clinician has to sign."""
        return self.unsigned().filter(clinician_id=clinician_id)


class Discharge(RecordRow):
    """The patient left, and how they were. `unmet` are the lines that were not met, as they stood on the page."""

    class Way(models.TextChoices):
        MET = "met", _("Every line met")
        NO_ESCORT = "no escort", _("No escort")
        DECIDED = "decided", _("A line not met, by a clinician's decision")
        AGAINST_ADVICE = "against advice", _("Left against advice")

    class Comfort(models.IntegerChoices):
        VERY_GOOD = 5, _("Very comfortable")
        GOOD = 4, _("Comfortable")
        FAIR = 3, _("So-so")
        POOR = 2, _("Uncomfortable")
        VERY_POOR = 1, _("Very uncomfortable")

    way = models.CharField(max_length=14, choices=Way)
    # Of the clinic's own list before going home (ChecklistLine); its answers are rows of Check. Empty where it had none.
    list_version = models.PositiveSmallIntegerField(null=True)
    # Modified Aldrete, 0 to 2 each; empty where the patient left before it could be seen, or the clinic's list does not ask it.
    activity = models.PositiveSmallIntegerField(null=True)
    respiration = models.PositiveSmallIntegerField(null=True)
    circulation = models.PositiveSmallIntegerField(null=True)
    consciousness = models.PositiveSmallIntegerField(null=True)
    oxygen = models.PositiveSmallIntegerField(null=True)
    dissociation_gone = models.BooleanField(null=True)
    walks = models.BooleanField(null=True)
    oriented = models.BooleanField(null=True)
    nausea_controlled = models.BooleanField(null=True)
    line_out = models.BooleanField(null=True, help_text="empty where nothing went into a vein")
    instructions_given = models.BooleanField(null=True)
    next_session = models.CharField(max_length=120, blank=True, help_text="as it was named to the patient")
    escort = models.CharField(max_length=120, blank=True)
    comfort = models.PositiveSmallIntegerField(choices=Comfort, null=True)
    unmet = models.TextField(blank=True)
    clinician = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_verbal = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar[DischargeQuerySet] = DischargeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(RecordRow.Meta):
        constraints = [
            *RecordRow.Meta.constraints,
            models.UniqueConstraint(fields=["session"], name="discharged_once"),
            models.CheckConstraint(
                condition=Q(way="met", unmet="") | Q(way__in=["no escort", "decided", "against advice"], clinician__isnull=False)
                & ~Q(reason=""),
                name="discharge_otherwise_has_clinician_and_reason",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Discharged: {self.get_way_display()}"

    @property
    def aldrete(self) -> tuple[int | None, ...]:
        return (self.activity, self.respiration, self.circulation, self.consciousness, self.oxygen)


class Addendum(RecordRow):
    """Words added to a record that is signed. `digest` shows whether they are still what was written."""

    text = models.TextField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.text
