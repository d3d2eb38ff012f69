"""How every row of the record is written: once for each key, at a time that can be, a correction with its reason."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from programs.models import Addendum, Note, RecordRow, Session
from programs.schedule import utc_of
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused
from tracker.ready import Ready
from tracker.writing import insert

Row = TypeVar("Row", bound=RecordRow)

# A tablet's clock may run this far ahead of ours before what it says is refused.
CLOCK_AHEAD = timedelta(minutes=2)
# A dose that began in the evening and runs past midnight still belongs to its evening, for as long as this.
LONGEST_NIGHT = timedelta(hours=12)


# What is said at a chart on which somebody else's dose was kept, once it was moved away.
OF_ANOTHER = (
    "This record was moved to the patient whose it is. Nothing was saved here. Open that patient's session from the board."
)


class OtherContent(Refused):
    """The key came before, with another row."""


@dataclass(frozen=True)
class Stamp:
    """Who writes a row, under which key, when it happened, and which row it corrects."""

    actor: Actor
    key: uuid.UUID
    happened_at: datetime | None = None
    corrects: RecordRow | None = None
    why: str = ""
    at: datetime | None = None
    # The device's clock ran this far ahead; what `happened_at` says is right already.
    clock_ahead_s: int = 0
    # Who passed the row on from the tablet, where that was somebody else than its author.
    via: str = ""
    # Who wrote it on paper, where it is entered from there.
    paper_author: str = ""


def add_row(session: Session, kind: type[Row], stamp: Stamp, **values: object) -> Row:
    """Add one row, or give back the one that this key brought before."""
    actor = stamp.actor
    actor.require("record_infusion", clinic_id=session.clinic_id)
    now = stamp.at or timezone.now()
    happened_at = stamp.happened_at or (stamp.corrects.happened_at if stamp.corrects else now)
    _check_time(session, kind, happened_at, now)
    _check_open_for_rows(session, kind, stamp)
    if stamp.corrects:
        _check_correction(session, stamp)
    row = kind(
        clinic_id=session.clinic_id,
        session=session,
        patient_id=session.patient_id,
        key=stamp.key,
        happened_at=happened_at,
        recorded_at=now,
        author=actor.name,
        author_user_id=actor.signer_id,
        clock_ahead_s=stamp.clock_ahead_s,
        corrects=stamp.corrects,
        why=stamp.why,
        paper_author=stamp.paper_author,
        **values,
    )
    try:
        with transaction.atomic():
            insert(row)
    except IntegrityError:
        return _sent_before(kind, session, stamp, values)
    record_act(
        actor, "corrected" if stamp.corrects else "recorded", row, at=now, patient_id=session.patient_id,
        course_id=session.enrolment_id, was=stamp.corrects or "", now=row,
        reason=f"passed on from the tablet by {stamp.via}" if stamp.via else stamp.why,
    )  # fmt: skip
    return row


OF_EVERY_ROW = {"id", *(field.attname for field in RecordRow._meta.local_fields)}


@transaction.atomic
def take_back(row: Row, *, stamp: Stamp) -> Row:
    """Undo: a new row that repeats this one and says that neither stands. Nothing vanishes."""
    if row.author_user_id != stamp.actor.signer_id:
        raise Refused("Only the one who typed a row takes it back. Correct it instead.")
    return _repeat(row, stamp)


@transaction.atomic
def strike(row: Row, *, stamp: Stamp) -> Row:
    """This belongs to another patient: a new row repeats it and says that neither stands here."""
    return _repeat(row, replace(stamp, happened_at=row.happened_at, corrects=row, why=RecordRow.Why.WRONG_PATIENT))


def _repeat(row: Row, stamp: Stamp) -> Row:
    own = [field.attname for field in row._meta.concrete_fields if field.attname not in OF_EVERY_ROW]
    return add_row(row.session, type(row), stamp, **{name: getattr(row, name) for name in own})


def known_row(kind: type[Row], stamp: Stamp) -> Row | None:
    """The row that this very sending brought before: what it led to is then no reason to refuse it."""
    return _sent(kind).first(author=stamp.actor.signer_id, key=stamp.key)


@cache
def _sent(kind: type[Row]) -> Ready[Row]:
    return Ready(lambda author, key: kind._default_manager.filter(author_user_id=author, key=key))


def _sent_before(kind: type[Row], session: Session, stamp: Stamp, values: dict[str, object]) -> Row:
    known = known_row(kind, stamp)
    if known is None:
        raise Overtaken("Somebody corrected this row meanwhile. Reload to see it.")
    if known.session_id != session.pk or any(getattr(known, name) != value for name, value in values.items()):
        raise OtherContent("This was sent before with other content. Reload the page.")
    return known


def moment_of(session: Session, clock: time, *, began: datetime | None = None) -> datetime:
    """The moment of a clock time as it was typed: on the session's day, or in the night into which its evening ran.

    A dose that began at 23:30 and ended at 00:10 did not end on the morning before. `began` is when it began, where the
    session does not know it yet.
    """
    moment, began = utc_of(session.day, clock, session.clinic.tz), began or _began(session)
    if began is None or moment >= began:
        return moment
    after_midnight = utc_of(session.day + timedelta(days=1), clock, session.clinic.tz)
    return after_midnight if _is_night_after(began, after_midnight) else moment


def is_of_session(session: Session, happened_at: datetime) -> bool:
    """Whether it happened on the session's day, or in the night after it while its patient was here."""
    return happened_at.astimezone(session.clinic.tz).date() == session.day or _ran_into(session, happened_at)


def _check_time(session: Session, kind: type[Row], happened_at: datetime, now: datetime) -> None:
    if happened_at > now + CLOCK_AHEAD:
        raise Refused("That time has not come yet.", "happened_at")
    # Words may be written days later; what was measured or given belongs to the day of the session.
    if kind not in (Note, Addendum) and not is_of_session(session, happened_at):
        raise Refused(f"This session was on {session.day:%b %-d}; the time must be on that day.", "happened_at")


def _ran_into(session: Session, happened_at: datetime) -> bool:
    """Whether it belongs to the night after the evening on which the dose began, or its patient came."""
    began = _began(session)
    return began is not None and _is_night_after(began, happened_at)


def _began(session: Session) -> datetime | None:
    return session.started_at or session.arrived_at


def _is_night_after(began: datetime, moment: datetime) -> bool:
    return timedelta(0) <= moment - began <= LONGEST_NIGHT


_locked = Ready(lambda session: Session.objects.select_for_update(no_key=True).filter(pk=session))


def lock_session(session: Session) -> Session:
    """The session as it is now; nobody else adds to it, signs or moves it until the transaction ends.

    Who locks more than this locks sessions first, by number, and lots of the drug ledger after them.
    """
    return _locked(session=session.pk)[0]


def _check_open_for_rows(session: Session, kind: type[Row], stamp: Stamp) -> None:
    """The session is locked until the row is there: nobody signs or moves it in between. What was sent before is not new."""
    now = lock_session(session)
    if now.state != Session.State.MOVED and (now.signed_at is None or kind is Addendum):
        return
    if known_row(kind, stamp) is None:
        is_moved = now.state == Session.State.MOVED
        raise Refused(OF_ANOTHER if is_moved else "This record is signed and does not change any more. Write an addendum to it.")


def _check_correction(session: Session, stamp: Stamp) -> None:
    assert stamp.corrects is not None
    if stamp.corrects.session_id != session.pk:
        raise Refused("That row belongs to another session.")
    if stamp.why not in RecordRow.Why.values:
        raise Refused("Choose why it is corrected.", "why")


def require_open(session: Session, *states: str) -> None:
    """Raise Refused unless the session is in one of these states."""
    if session.state == Session.State.MOVED:
        raise Refused(OF_ANOTHER)
    if session.state not in states:
        raise Refused(f"This session is {session.get_state_display().lower()}.")
