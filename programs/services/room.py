"""Rows of the record as a tablet sends them: several at once, each kept or refused for itself.

Whatever comes in over the API is written by the very services that the pages call; here is only which service a
kind of row belongs to, and what the sender is told of each row.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from programs.models import EventMore, Note, RateChange, RecordRow, RoomEvent, Session, Vitals, Weight
from programs.services import infusion
from programs.services.events import record_event, say_more
from programs.services.infusion import Sure
from programs.services.rates import change_rate, pause, resume
from programs.services.record import OtherContent, Stamp, known_row, moment_of
from tracker.accounts.roles import Actor
from tracker.errors import Overtaken, Refused

# A tablet that was offline for a whole session has fewer; more is no tablet.
MOST_ROWS = 100


@dataclass(frozen=True)
class Sent:
    """One row as it was sent: what it says is not read before its kind is known."""

    key: uuid.UUID
    kind: str
    happened_at: datetime
    values: Mapping[str, Any]
    corrects: uuid.UUID | None = None
    why: str = ""
    # How far the device's clock ran ahead of ours; `happened_at` is put right already.
    clock_ahead_s: int = 0
    # Who passed it on from the tablet, where that is not its author.
    via: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of one row: "stored" now, "known" from before, or "refused" and why."""

    key: uuid.UUID
    outcome: str
    row: RecordRow | None = None
    why: str = ""
    wrong: str | None = None


@dataclass(frozen=True)
class Kind:
    """How rows of one kind are written, and what such a row has to say."""

    model: type[RecordRow]
    write: Callable[..., RecordRow]
    needed: Mapping[str, type]
    optional: Mapping[str, type] = field(default_factory=dict)


def _weigh(session: Session, *, typed: str, unit: str, stamp: Stamp, sure: str = "") -> Weight:
    """A weight. What the page asks about it is asked here too: `sure` repeats the very words of the question.

    A second person who reads the scale signs for it on the page; over the API nobody can.
    """
    question = infusion.ask_about_weight(session, infusion.read_weight(typed, unit), at=stamp.at)
    if question and sure != question.words and known_row(Weight, stamp) is None:
        raise Refused(question.words, "sure")
    return infusion.record_weight(session, typed=typed, unit=unit, stamp=stamp, sure=Sure(sure) if sure else None)


def _say_more(
    session: Session, *, event: str, stamp: Stamp, severity: str = "", done: str = "", outcome: str = "", ended: str = ""
) -> EventMore:
    """More about an event, which is named by its own key: a tablet without wifi knows no other name of it."""
    rows = RoomEvent.objects.select_related("session").filter(session=session)
    found = rows.filter(key=event).first() if _is_key(event) else None
    if found is None:
        raise Refused("The event that this belongs to is not one of this session.", "event")
    return say_more(found, stamp=stamp, severity=severity, done=done, outcome=outcome, ended_at=_ended_at(session, ended))


def _ended_at(session: Session, clock: str) -> datetime | None:
    """The moment of a clock time on the session's day, as typed: 10:40."""
    try:
        return moment_of(session, time.fromisoformat(clock)) if clock else None
    except ValueError:
        raise Refused("When it ended is a clock time, 10:40.", "ended") from None


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


KINDS: dict[str, Kind] = {
    "weight": Kind(Weight, _weigh, {"typed": str, "unit": str}, {"sure": str}),
    "vitals": Kind(
        Vitals,
        infusion.record_vitals,
        {"systolic": int, "diastolic": int, "pulse": int, "spo2": int},
        dict.fromkeys(infusion.POSSIBLE, int) | {"temperature": str},
    ),
    "event": Kind(RoomEvent, record_event, {"what": str}),
    "more": Kind(EventMore, _say_more, {"event": str}, dict.fromkeys(("severity", "done", "outcome", "ended"), str)),
    "rate": Kind(RateChange, change_rate, {"mg_per_hour": str, "reason": str}, {"prescriber": int, "read_back": bool}),
    "pause": Kind(RateChange, pause, {}, {"reason": str}),
    "resume": Kind(RateChange, resume, {}),
    "note": Kind(Note, infusion.record_note, {"text": str}),
}
TYPES = {int: "a whole number", str: "a text", bool: "true or false"}


@transaction.atomic
def write_rows(
    session: Session, sent: Sequence[Sent], *, patient: uuid.UUID, actor: Actor, at: datetime | None = None
) -> list[Answer]:
    """Write each row that can be; the same rows again are known, and nothing is written twice.

    Raises Overtaken when the page that sent them shows another patient than the session's: then none is written.
    """
    actor.require("record_infusion", clinic_id=session.clinic_id)
    if patient != session.patient.public_id:
        raise Overtaken("This page shows another patient than this session has. Nothing was saved. Reload the page.")
    now, known, answers = at or timezone.now(), _known(sent, actor), []
    for row in sent:
        answers.append(_write(session, row, actor, now, is_known=(row.kind, row.key) in known))
        known.add((row.kind, row.key))
    return answers


def _known(sent: Sequence[Sent], actor: Actor) -> set[tuple[str, uuid.UUID]]:
    """Kind and key of every row that this author sent before: one statement a kind."""
    keys = [row.key for row in sent]
    return {
        (kind, key)
        for kind in {row.kind for row in sent}
        for key in KINDS[kind]
        .model._default_manager.filter(author_user_id=actor.signer_id, key__in=keys)
        .values_list("key", flat=True)
    }


def _write(session: Session, sent: Sent, actor: Actor, at: datetime, *, is_known: bool) -> Answer:
    try:
        row = _written(session, sent, actor, at)
    except Refused as refusal:
        if is_known and not isinstance(refusal, OtherContent):
            # It is in the record. What has changed since, a pause or the end of the session, does not take it out again.
            return Answer(sent.key, "known", _sent_before(sent, actor))
        return Answer(sent.key, "refused", why=str(refusal), wrong=refusal.field)
    return Answer(sent.key, "known" if is_known else "stored", row)


def _sent_before(sent: Sent, actor: Actor) -> RecordRow:
    rows = KINDS[sent.kind].model._default_manager
    return rows.get(author_user_id=actor.signer_id, key=sent.key)


def _written(session: Session, sent: Sent, actor: Actor, at: datetime) -> RecordRow:
    kind = KINDS[sent.kind]
    if session.discharged_at and sent.happened_at > session.discharged_at and sent.kind != "note":
        raise Overtaken("This session is over. Reload the page, and write what happened afterwards as a note.")
    _check_values(kind, sent)
    corrects = _corrected(session, kind, sent.corrects) if sent.corrects else None
    stamp = Stamp(actor, sent.key, sent.happened_at, corrects, sent.why, at, sent.clock_ahead_s, sent.via)
    return kind.write(session, **sent.values, stamp=stamp)


def _check_values(kind: Kind, sent: Sent) -> None:
    for name, value in sent.values.items():
        expected = kind.needed.get(name) or kind.optional.get(name)
        if expected is None:
            raise Refused(f"A row of {sent.kind} has no {name}.", name)
        if type(value) is not expected and not (value is None and kind.model is Vitals):
            raise Refused(f"{name} must be {TYPES[expected]}.", name)
    for name in kind.needed.keys() - sent.values.keys():
        raise Refused(f"{name} is missing.", name)


def _corrected(session: Session, kind: Kind, public_id: uuid.UUID) -> RecordRow:
    found = kind.model._default_manager.filter(session=session, public_id=public_id).first()
    if found is None:
        raise Refused("The row that this corrects is not one of this session.", "corrects")
    return found
