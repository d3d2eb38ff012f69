"""Keeping the stored outcome of a course what its scores and doses say."""

from collections.abc import Collection, Iterable
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from django.db.models import QuerySet

from assessments.models import Outcome, ScaleVersion, Score
from assessments.outcomes import Doses, Point, summarise
from assessments.outcomes import Outcome as Summary
from assessments.scales import Scale
from programs.models import Enrolment, Session
from tracker.ready import Ready
from tracker.writing import insert


class Standing(NamedTuple):
    """One standing score as an outcome is worked out from it; no point where there is no total."""

    code: str
    scale: Scale
    point: Point | None


def doses_of(enrolment: Enrolment) -> Doses:
    """When the doses of this course began. Of an imported one without sessions, the start that was typed."""
    return _doses(enrolment, _begun(course=enrolment.pk))


def doses_of_each(enrolments: Collection[Enrolment]) -> dict[int, Doses]:
    """The same of many courses, by course. One statement."""
    begun: dict[int, list[datetime]] = {row.pk: [] for row in enrolments}
    given = Session.objects.given().filter(enrolment__in=begun).order_by("started_at")
    for course_id, started_at in given.values_list("enrolment", "started_at"):
        begun[course_id].append(started_at)
    return {row.pk: _doses(row, begun[row.pk]) for row in enrolments}


def _doses(enrolment: Enrolment, begun: list[datetime]) -> Doses:
    tz = enrolment.clinic.tz
    if enrolment.is_imported and not begun and enrolment.first_dose_at:
        begun = [enrolment.first_dose_at]
    return Doses(tuple(begun), tuple(moment.astimezone(tz).date() for moment in begun))


def _starts_in(course: int) -> QuerySet[Session, datetime]:
    given = Session.objects.given().filter(enrolment=course)
    return given.order_by("started_at").values_list("started_at", flat=True)


_begun = Ready(_starts_in)


def refresh_outcomes(enrolment: Enrolment, *, at: datetime, codes: Collection[str] | None = None) -> None:
    """Work out the outcome of this course anew, on the scales `codes` or on every one it was ever asked.

    Call it inside the transaction that changed a score or a dose. Three statements.
    """
    scores = [row for row in _standing(course=enrolment.pk) if codes is None or row.code in codes]
    if scores:
        standing = [Standing(row.code, row.definition, row.as_point() if row.points is not None else None) for row in scores]
        insert(*outcome_rows(enrolment, standing, doses_of(enrolment), at=at), instead_of=("enrolment", "code"))


def _scores_in(course: int) -> QuerySet[Score]:
    return Score.objects.standing().in_time().filter(enrolment=course).as_points()


_standing = Ready(_scores_in)


def scores_of_each(course_ids: Collection[int]) -> dict[int, list[Standing]]:
    """The standing scores of many courses in order of time, by course. Two statements, and no object a row."""
    fields = "enrolment", "code", "scale", "pk", "taken_at", "day", "points", "divisor", "is_prorated", "is_baseline"
    rows = list(Score.objects.standing().filter(enrolment__in=course_ids).in_time().values_list(*fields))
    versions = ScaleVersion.objects.defer("body").in_bulk({row[2] for row in rows})
    found: dict[int, list[Standing]] = {pk: [] for pk in course_ids}
    for course_id, code, scale_id, pk, taken_at, day, points, divisor, is_prorated, is_baseline in rows:
        total = None if points is None else Fraction(points) / divisor
        point = None if total is None else Point(pk, taken_at, day, total, not is_prorated, is_baseline)
        found[course_id].append(Standing(code, versions[scale_id].scale, point))
    return found


def outcome_rows(enrolment: Enrolment, scores: Iterable[Standing], doses: Doses, *, at: datetime) -> list[Outcome]:
    """The outcome that these standing scores, in order of time, make on each of their scales. Not saved."""
    by_code: dict[str, list[Standing]] = {}
    for score in scores:
        by_code.setdefault(score.code, []).append(score)
    return [Outcome.of(enrolment, code, _summary(rows, doses), at) for code, rows in by_code.items()]


def _summary(rows: list[Standing], doses: Doses) -> Summary:
    return summarise(rows[-1].scale, [row.point for row in rows if row.point], doses)


def save_outcomes(rows: list[Outcome]) -> None:
    """Store the outcomes of many courses in place of what stood for the same course and scale."""
    Outcome.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["enrolment", "code"], update_fields=OUTCOME_FIELDS
    )


OUTCOME_FIELDS = [
    "why", "scores", "baseline", "latest", "best", "first_response", "first_response_after", "change", "percent",
    "response", "remission", "reliable", "worse_than_last", "updated_at",
]  # fmt: skip
