"""What was done in the chair. Rows are added, never changed: a correction is a new row that points at the old.

Each row carries the key that its device made, so that sending it twice changes nothing, and two times: when
it happened, and when it reached us.
"""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.limits import Reading
from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class RecordQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def standing(self) -> Self:
        """Rows that no later row corrects or struck out."""
        return self.filter(corrected_by=None).exclude(why__in=STRUCK)


class RecordRow(ClinicalRow):
    """What every row of the record has."""

    class Why(models.TextChoices):
        TYPO = "typo", _("Typing error")
        LATE = "late entry", _("Late entry")
        WRONG_PATIENT = "wrong patient", _("Wrong patient")
        # Undo, and a row of somebody else: a row that repeats the old one and says that neither stands.
        TAKEN_BACK = "taken back", _("Taken back")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="%(class)s_rows")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    author = models.CharField(max_length=120)
    author_user_id = models.BigIntegerField()
    # How far the device's clock ran ahead of ours, where it was off by more than a minute; `happened_at` is put right.
    clock_ahead_s = models.IntegerField(default=0)
    corrects = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by")
    why = models.CharField(max_length=14, choices=Why, blank=True)
    # Who wrote it on paper; `author` then is who entered it from there, at `recorded_at`.
    paper_author = models.CharField(max_length=120, blank=True)

    objects: ClassVar[RecordQuerySet] = RecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True
        ordering = ["happened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["author_user_id", "key"], name="%(class)s_sent_once"),
            models.CheckConstraint(condition=Q(corrects=None) | ~Q(why=""), name="%(class)s_correction_says_why"),
        ]

    @classmethod
    def kinds(cls) -> list[type["RecordRow"]]:
        """Every kind of row that a record may have, by name."""
        return sorted(cls.__subclasses__(), key=lambda kind: kind.__name__)

    @property
    def is_corrected(self) -> bool:
        """Whether it stands no longer; costs a statement unless `corrected_by` was fetched with it."""
        return self.why in STRUCK or hasattr(self, "corrected_by")


STRUCK = frozenset({RecordRow.Why.TAKEN_BACK, RecordRow.Why.WRONG_PATIENT})


class Weight(RecordRow):
    """What the patient weighed before the dose, in grams, with the number and unit as typed."""

    weight_g = models.PositiveIntegerField()
    typed = models.CharField(max_length=10)
    unit = models.CharField(max_length=2, choices=[("kg", "kg"), ("lb", "lb")])
    # What made it look like a slip, as it was shown before it counted; and who read the scale with the author.
    doubt = models.CharField(max_length=300, blank=True)
    second = models.CharField(max_length=120, blank=True)
    second_user_id = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.typed} {self.unit}"

    @property
    def weight_kg(self) -> Decimal:
        return Decimal(self.weight_g) / 1000


class Vitals(RecordRow):
    """Blood pressure in mmHg, pulse in beats a minute, oxygen saturation in per cent; what else the clinic asks.

    A column without a number is a gap: it was left out on purpose, or this clinic does not ask it.
    """

    systolic = models.PositiveSmallIntegerField(null=True)
    diastolic = models.PositiveSmallIntegerField(null=True)
    pulse = models.PositiveSmallIntegerField(null=True)
    spo2 = models.PositiveSmallIntegerField(null=True)
    respiration = models.PositiveSmallIntegerField(null=True, help_text="breaths a minute")
    etco2 = models.PositiveSmallIntegerField(null=True, help_text="mmHg")
    temperature = models.CharField(max_length=5, blank=True, help_text="as typed, in the unit beside it")
    temperature_unit = models.CharField(max_length=1, blank=True, choices=[("C", "°C"), ("F", "°F")])
    moaas = models.PositiveSmallIntegerField(null=True, help_text="MOAA/S, 5 awake to 0 no response")
    rass = models.SmallIntegerField(null=True, help_text="RASS, +4 combative, 0 calm, -5 unarousable")
    dissociation = models.PositiveSmallIntegerField(null=True, help_text="0 none to 4 distressing")
    pain = models.PositiveSmallIntegerField(null=True, help_text="0 to 10")

    class Meta(RecordRow.Meta):
        constraints = [
            *RecordRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(systolic__gt=models.F("diastolic"), systolic__lte=300, diastolic__gte=20)
                & Q(pulse__range=(20, 250), spo2__range=(40, 100)),
                name="vitals_are_possible",
            ),
            models.CheckConstraint(
                condition=Q(systolic__isnull=False, diastolic__isnull=False) | Q(systolic=None, diastolic=None),
                name="a_pressure_has_both_numbers",
            ),
        ]

    def __str__(self) -> str:
        pressure = f"{_or_gap(self.systolic)}/{_or_gap(self.diastolic)}"
        return f"{pressure} · {_or_gap(self.pulse)} · {_or_gap(self.spo2)} %"

    @property
    def reading(self) -> Reading:
        """What the clinic's limits are held against."""
        return Reading(self.systolic, self.diastolic, self.pulse, self.spo2)

    @property
    def others(self) -> tuple[str, ...]:
        """What was measured beside the four, in words."""
        numbers = {
            "respiration": self.respiration, "EtCO₂": self.etco2, "MOAA/S": self.moaas, "RASS": self.rass,
            "dissociation": self.dissociation, "pain": self.pain,
        }  # fmt: skip
        lines = [f"{name} {value}" for name, value in numbers.items() if value is not None]
        return (*lines, *([f"{self.temperature} °{self.temperature_unit}"] if self.temperature else []))


def _or_gap(value: int | None) -> str:
    return "–" if value is None else str(value)


class Note(RecordRow):
    """Words about the session."""

    text = models.TextField()

    def __str__(self) -> str:
        return self.text


class DoseMark(RecordRow):
    """The dose began, ended, or was stopped."""

    class What(models.TextChoices):
        START = "start", _("Started")
        END = "end", _("Ended")
        STOP = "stop", _("Stopped early")

    what = models.CharField(max_length=6, choices=What)
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.get_what_display()


class Draft(models.Model):
    """What somebody is in the middle of typing, so that a reload or a flat battery loses none of it.

    Not part of the record: it becomes a row, or is cleared.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="drafts")
    user_id = models.BigIntegerField()
    field = models.CharField(max_length=20)
    text = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "user_id", "field"], name="one_draft_a_field")]

    def __str__(self) -> str:
        return self.field
