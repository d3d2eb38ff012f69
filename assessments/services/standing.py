"""Keeping the stored outcome of a course what its scores and doses say."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet

from assessments.models import Outcome, Score
from assessments.outcomes import Doses, summarise
from assessments.outcomes import Outcome as Summary
from programs.models import Enrolment, Session
from tracker.ready import Ready, insert


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
        insert(*outcome_rows(enrolment, scores, doses_of(enrolment), at=at), instead_of=("enrolment", "code"))


def _scores_in(course: int) -> QuerySet[Score]:
    return Score.objects.standing().in_time().filter(enrolment=course).as_points()


_standing = Ready(_scores_in)


def outcome_rows(enrolment: Enrolment, scores: Iterable[Score], doses: Doses, *, at: datetime) -> list[Outcome]:
    """The outcome that these standing scores, in order of time, make on each of their scales. Not saved."""
    by_code: dict[str, list[Score]] = {}
    for score in scores:
        by_code.setdefault(score.code, []).append(score)
    return [Outcome.of(enrolment, code, _summary(rows, doses), at) for code, rows in by_code.items()]


def _summary(rows: list[Score], doses: Doses) -> Summary:
    return summarise(rows[-1].definition, [row.as_point() for row in rows if row.points is not None], doses)


def save_outcomes(rows: list[Outcome]) -> None:
    """Store the outcomes of many courses in place of what stood for the same course and scale."""
    Outcome.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["enrolment", "code"], update_fields=OUTCOME_FIELDS
    )


OUTCOME_FIELDS = [
    "why", "scores", "baseline", "latest", "best", "first_response", "first_response_after", "change", "percent",
    "response", "remission", "reliable", "worse_than_last", "updated_at",
]  # fmt: skip
