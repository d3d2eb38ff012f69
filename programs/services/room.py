"""Rows of the record as a tablet sends them: several at once, each kept or refused for itself.

Whatever comes in over the API is written by the very services that the pages call; here is only which service a
kind of row belongs to, and what the sender is told of each row.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from programs.models import Note, RateChange, RecordRow, RoomEvent, Session, Vitals, Weight
from programs.services import infusion
from programs.services.events import record_event
from programs.services.rates import change_rate, pause, resume
from programs.services.record import Stamp
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


KINDS: dict[str, Kind] = {
    "weight": Kind(Weight, infusion.record_weight, {"typed": str, "unit": str}),
    "vitals": Kind(
        Vitals,
        infusion.record_vitals,
        {"systolic": int, "diastolic": int, "pulse": int, "spo2": int},
        dict.fromkeys(infusion.POSSIBLE, int) | {"temperature": str},
    ),
    "event": Kind(RoomEvent, record_event, {"what": str}),
    "rate": Kind(RateChange, change_rate, {"mg_per_hour": str, "reason": str}),
    "pause": Kind(RateChange, pause, {}, {"reason": str}),
    "resume": Kind(RateChange, resume, {}),
    "note": Kind(Note, infusion.record_note, {"text": str}),
}
TYPES = {int: "a whole number", str: "a text", bool: "true or false"}


@transaction.atomic
def write_rows(session: Session, sent: Sequence[Sent], *, patient: uuid.UUID, actor: Actor) -> list[Answer]:
    """Write each row that can be; the same rows again are known, and nothing is written twice.

    Raises Overtaken when the page that sent them shows another patient than the session's: then none is written.
    """
    actor.require("record_infusion", clinic_id=session.clinic_id)
    if patient != session.patient.public_id:
        raise Overtaken("This page shows another patient than this session has. Nothing was saved. Reload the page.")
    at, known, answers = timezone.now(), _known(sent, actor), []
    for row in sent:
        answers.append(_write(session, row, actor, at, is_known=(row.kind, row.key) in known))
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
        return Answer(sent.key, "refused", why=str(refusal), wrong=refusal.field)
    return Answer(sent.key, "known" if is_known else "stored", row)


def _written(session: Session, sent: Sent, actor: Actor, at: datetime) -> RecordRow:
    kind = KINDS[sent.kind]
    if session.ended_at and sent.happened_at > session.ended_at and sent.kind != "note":
        raise Overtaken("This session is over. Reload the page, and write what happened after its end as a note.")
    _check_values(kind, sent)
    corrects = _corrected(session, kind, sent.corrects) if sent.corrects else None
    stamp = Stamp(actor, sent.key, sent.happened_at, corrects, sent.why, at)
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
