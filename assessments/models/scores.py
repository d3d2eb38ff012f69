"""Answers with their scores, and how each course stands."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.imports import Import
from assessments.outcomes import Outcome as Summary
from assessments.outcomes import Point, Reliable, Why, percent_better
from assessments.scales import Scale, scale_of
from assessments.scoring import rounded
from assessments.sentences import total_words
from programs.models import CheckIn, Enrolment
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient
from tracker.stored import StoredDefinition


class ScaleVersion(StoredDefinition):
    """One version of a scale, as it was when it was first answered."""

    @property
    def scale(self) -> Scale:
        return self.definition_by(scale_of)


class ScoreQuerySet(ClinicalQuerySet):
    seen_with = "see_scores"

    def standing(self) -> Self:
        """Those that no later version replaces, and that were not taken back."""
        return self.filter(replaced_by=None, is_withdrawal=False)

    def with_scale(self) -> Self:
        """With the version of the scale that was answered, without its text: that is known to the process."""
        return self.select_related("scale").defer("scale__body")

    def as_points(self) -> Self:
        """With no more than an outcome is worked out from."""
        whole = "enrolment", "code", "points", "divisor", "is_prorated", "is_baseline", "taken_at", "day"
        return self.select_related("scale").only(*whole, "scale__code", "scale__version", "scale__sha256")

    def in_time(self) -> Self:
        """In the order in which they were taken."""
        return self.order_by("taken_at", "pk")


class Score(ClinicalRow):
    """One scale answered once: the answers, and the score that was worked out when they came.

    The total is `points` divided by `divisor`, so that a mean of three stays exact. Never overwritten: a new
    version points at the one it replaces.
    """

    class Mode(models.TextChoices):
        PHONE = "phone", _("by the patient, on a phone or computer")
        PAPER = "paper", _("on paper, in the clinic")
        VOICE = "voice", _("asked by staff, by voice")
        CLINICIAN = "clinician", _("rated by a clinician")
        IMPORTED = "imported", _("imported, mode unknown")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="scores")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="scores")
    checkin = models.ForeignKey(CheckIn, null=True, blank=True, on_delete=models.PROTECT, related_name="scores")
    scale = models.ForeignKey(ScaleVersion, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=64, help_text="of the scale")
    answers = models.JSONField(default=dict, help_text="item -> value, whole numbers only")
    points = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    subscores = models.JSONField(default=dict, help_text="subscore -> its number, written out")
    divisor = models.PositiveSmallIntegerField(default=1)
    answered = models.PositiveSmallIntegerField(default=0)
    asked = models.PositiveSmallIntegerField(default=0)
    is_prorated = models.BooleanField(default=False)
    why = models.CharField(max_length=120, blank=True, help_text="why there is no score")
    safety = models.SmallIntegerField(null=True, blank=True)
    taken_at = models.DateTimeField()
    day = models.DateField(help_text="of taken_at, where the clinic is")
    recorded_at = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=Mode)
    language = models.CharField(max_length=2, blank=True)
    author = models.CharField(max_length=120)
    author_user_id = models.BigIntegerField(null=True)
    brought_in = models.ForeignKey(Import, null=True, blank=True, on_delete=models.PROTECT, related_name="scores")
    is_baseline = models.BooleanField(default=False, help_text="named as the baseline by an import")
    is_withdrawal = models.BooleanField(default=False, help_text="stands for a score that was taken back with its import")
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")

    objects: ClassVar[ScoreQuerySet] = ScoreQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["enrolment", "code", "taken_at"], name="scores_of_a_course")]
        constraints = [
            models.UniqueConstraint(
                fields=["checkin", "code"], condition=Q(replaces=None) & ~Q(checkin=None), name="checkin_answered_once"
            ),
            models.CheckConstraint(condition=~Q(points=None) | ~Q(why=""), name="score_or_why_not"),
            models.CheckConstraint(condition=Q(answered__lte=models.F("asked")), name="score_answered_of_asked"),
        ]

    def __str__(self) -> str:
        scale, total = self.definition, self.total
        return f"{scale.title}: no total, {self.why}" if total is None else f"{scale.title} {total_words(scale, total)}"

    @property
    def total(self) -> Fraction | None:
        return None if self.points is None else _exact(self.points, self.divisor)

    @property
    def definition(self) -> Scale:
        return self.scale.scale

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Its subscores by name, in the order of the scale: [("Obsessions", "10")]."""
        if not self.subscores:
            return []
        named = self.definition.subscores.items()
        return [(part.name["en"], self.subscores[code]) for code, part in named if code in self.subscores]

    def as_point(self) -> Point:
        """This score as the outcome rules read it. It must have a total."""
        total = self.total
        assert total is not None
        return Point(self.pk, self.taken_at, self.day, total, not self.is_prorated, self.is_baseline)


class OutcomeQuerySet(ClinicalQuerySet):
    seen_with = "see_scores"


class Outcome(ClinicalRow):
    """How one course stands on one scale, stored whenever a score arrives. Recomputable from the scores."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="outcomes")
    code = models.CharField(max_length=64, help_text="of the scale")
    why = models.CharField(max_length=40, blank=True, help_text="why no verdict can be given")
    scores = models.PositiveSmallIntegerField()
    baseline = models.ForeignKey(Score, null=True, on_delete=models.PROTECT, related_name="+")
    latest = models.ForeignKey(Score, null=True, on_delete=models.PROTECT, related_name="+")
    best = models.ForeignKey(Score, null=True, on_delete=models.PROTECT, related_name="+")
    first_response = models.ForeignKey(Score, null=True, on_delete=models.PROTECT, related_name="+")
    first_response_after = models.PositiveSmallIntegerField(null=True)
    change = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    percent = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    response = models.BooleanField(null=True)
    remission = models.BooleanField(null=True)
    reliable = models.CharField(max_length=6, blank=True)
    worse_than_last = models.BooleanField(default=False)
    updated_at = models.DateTimeField()

    objects: ClassVar[OutcomeQuerySet] = OutcomeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "code"], name="one_outcome_a_scale_of_a_course"),
            models.CheckConstraint(condition=Q(why="") | Q(response=None), name="outcome_has_a_verdict_or_why_not"),
        ]
        indexes = [models.Index(fields=["clinic", "code"], name="outcomes_of_a_clinic")]

    def __str__(self) -> str:
        return f"{self.code} {self.why or self.response}"

    @classmethod
    def of(cls, enrolment: Enrolment, code: str, summary: Summary, at: datetime) -> Self:
        """The row that `summary` makes, not saved."""
        return cls(
            clinic_id=enrolment.clinic_id,
            patient_id=enrolment.patient_id,
            enrolment_id=enrolment.pk,
            code=code,
            why=summary.why or "",
            scores=summary.scores,
            baseline_id=summary.baseline and summary.baseline.id,
            latest_id=summary.latest and summary.latest.id,
            best_id=summary.best and summary.best.id,
            first_response_id=summary.first_response and summary.first_response.id,
            first_response_after=summary.first_response_after,
            change=_hundredths(summary.change),
            percent=_hundredths(summary.percent),
            response=summary.response,
            remission=summary.remission,
            reliable=summary.reliable or "",
            worse_than_last=summary.worse_than_last,
            updated_at=at,
        )

    def as_summary(self, scale: Scale, points: Mapping[int, Point]) -> Summary:
        """This row as the sentences read it; `points` are the standing scores of its course by id."""
        baseline, latest = points.get(self.baseline_id or 0), points.get(self.latest_id or 0)
        return Summary(
            Why(self.why) if self.why else None,
            self.scores,
            baseline,
            latest,
            points.get(self.best_id or 0),
            change=latest.total - baseline.total if baseline and latest and self.change is not None else None,
            percent=percent_better(scale, baseline.total, latest.total)
            if baseline and latest and self.percent is not None
            else None,
            response=self.response,
            remission=self.remission,
            reliable=Reliable(self.reliable) if self.reliable else None,
            first_response_after=self.first_response_after,
            first_response=points.get(self.first_response_id or 0),
            worse_than_last=self.worse_than_last,
        )


@lru_cache(4096)
def _exact(points: Decimal, divisor: int) -> Fraction:
    return Fraction(points) / divisor


def _hundredths(number: Fraction | None) -> Decimal | None:
    return None if number is None else rounded(number, 2)
