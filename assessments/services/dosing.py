"""The acts in the chair that an outcome rests on: when the first dose began decides which score is the baseline."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from assessments.models import Score
from assessments.services.standing import refresh_outcomes
from programs.models import DoseMark, GivenDose, MovedRecord, Session
from programs.services import before_dose, doses, infusion, misfiled
from programs.services.before_dose import Facts
from programs.services.doses import Typed
from programs.services.misfiled import Signed
from programs.services.record import Stamp
from tracker.ready import Ready


def facts_of(session: Session, *, at: datetime) -> Facts:
    """What the start of this session rests on, the last safety answer with it."""
    return before_dose.facts_of(session, at=at, safety_answered_at=_safety_answered_at(session))


def _safety_answered_at(session: Session) -> datetime | None:
    """When this patient last answered a safety question in this course, whatever the answer."""
    return _safety_answers.first(course=session.enrolment_id)


_safety_answers = Ready(
    lambda course: (
        Score.objects.standing()
        .filter(enrolment_id=course)
        .exclude(safety=None)
        .order_by("-taken_at")
        .values_list("taken_at", flat=True)[:1]
    )
)


@transaction.atomic
def start_infusion(session: Session, *, stamp: Stamp) -> DoseMark:
    """Begin the dose, and freeze the baseline with it. Raises Refused with every line that is missing."""
    mark = infusion.start_infusion(session, safety_answered_at=_safety_answered_at(session), stamp=stamp)
    refresh_outcomes(session.enrolment, at=stamp.at or timezone.now())
    return mark


@transaction.atomic
def correct_start(mark: DoseMark, *, stamp: Stamp) -> DoseMark:
    """Correct when the dose began; a baseline that this moves is worked out again."""
    row = infusion.correct_start(mark, stamp=stamp)
    refresh_outcomes(mark.session.enrolment, at=stamp.at or timezone.now())
    return row


@transaction.atomic
def give_dose(session: Session, typed: Typed, *, stamp: Stamp) -> GivenDose:
    """One dose of those that are given at times; the first one begins the session, and freezes the baseline with it."""
    row = doses.give_dose(session, typed, safety_answered_at=_safety_answered_at(session), stamp=stamp)
    refresh_outcomes(session.enrolment, at=stamp.at or timezone.now())
    return row


@transaction.atomic
def correct_dose(old: GivenDose, typed: Typed, *, stamp: Stamp) -> GivenDose:
    """Correct one dose; a start, and a baseline, that this moves are worked out again."""
    row = doses.correct_dose(old, typed, stamp=stamp)
    refresh_outcomes(old.session.enrolment, at=stamp.at or timezone.now())
    return row


@transaction.atomic
def strike_dose(old: GivenDose, *, stamp: Stamp) -> GivenDose:
    """Strike out one dose that another patient was given; a start, and a baseline, that this moves are worked out again."""
    row = doses.strike_dose(old, stamp=stamp)
    refresh_outcomes(old.session.enrolment, at=stamp.at or timezone.now())
    return row


@transaction.atomic
def move_record(session: Session, into: Session, *, signed: Signed, at: datetime | None = None) -> MovedRecord:
    """Move a record to the patient whose it is; both courses are worked out again, with a dose less and a dose more."""
    now = at or timezone.now()
    move = misfiled.move_record(session, into, signed=signed, at=now)
    _refresh(move, at=now)
    return move


@transaction.atomic
def swap_records(session: Session, other: Session, *, signed: Signed, at: datetime | None = None) -> MovedRecord:
    """Two records of one day change patients; both courses are worked out again. The move of the first of them."""
    now = at or timezone.now()
    move = misfiled.swap_records(session, other, signed=signed, at=now)
    _refresh(move, at=now)
    return move


def _refresh(move: MovedRecord, *, at: datetime) -> None:
    for course in (move.source.enrolment, move.into.enrolment):
        refresh_outcomes(course, at=at)
