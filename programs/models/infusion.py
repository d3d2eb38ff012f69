"""What was done in the chair. Rows are added, never changed: a correction is a new row that points at the old.

Each row carries the key that its device made, so that sending it twice changes nothing, and two times: when
it happened, and when it reached us.
"""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class RecordQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def standing(self) -> Self:
        """Rows that no later row corrects."""
        return self.filter(corrected_by=None)


class RecordRow(ClinicalRow):
    """What every row of the record has."""

    class Why(models.TextChoices):
        TYPO = "typo", _("Typing error")
        LATE = "late entry", _("Late entry")
        WRONG_PATIENT = "wrong patient", _("Wrong patient")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="%(class)s_rows")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    author = models.CharField(max_length=120)
    author_user_id = models.BigIntegerField()
    corrects = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by")
    why = models.CharField(max_length=14, choices=Why, blank=True)

    objects: ClassVar[RecordQuerySet] = RecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True
        ordering = ["happened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["author_user_id", "key"], name="%(class)s_sent_once"),
            models.CheckConstraint(condition=Q(corrects=None) | ~Q(why=""), name="%(class)s_correction_says_why"),
        ]

    @property
    def is_corrected(self) -> bool:
        """Whether a later row stands in its place; costs a statement unless `corrected_by` was fetched with it."""
        return hasattr(self, "corrected_by")


class Weight(RecordRow):
    """What the patient weighed before the dose, in grams, with the number and unit as typed."""

    weight_g = models.PositiveIntegerField()
    typed = models.CharField(max_length=10)
    unit = models.CharField(max_length=2, choices=[("kg", "kg"), ("lb", "lb")])

    def __str__(self) -> str:
        return f"{self.typed} {self.unit}"

    @property
    def weight_kg(self) -> Decimal:
        return Decimal(self.weight_g) / 1000


class Vitals(RecordRow):
    """Blood pressure in mmHg, pulse in beats a minute, oxygen saturation in per cent."""

    systolic = models.PositiveSmallIntegerField()
    diastolic = models.PositiveSmallIntegerField()
    pulse = models.PositiveSmallIntegerField()
    spo2 = models.PositiveSmallIntegerField()

    class Meta(RecordRow.Meta):
        constraints = [
            *RecordRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(systolic__gt=models.F("diastolic"), systolic__lte=300, diastolic__gte=20)
                & Q(pulse__range=(20, 250), spo2__range=(40, 100)),
                name="vitals_are_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.systolic}/{self.diastolic} · {self.pulse} · {self.spo2} %"


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
