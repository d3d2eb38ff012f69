"""Rows of the record as a tablet sends them: several at once, each kept or refused for itself.

Whatever comes in over the API is written by the very services that the pages call (room_kinds.py says by which); here is
what the sender is told of each row.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from programs.models import RecordRow, Session, Vitals
from programs.services.record import OtherContent, Stamp
from programs.services.room_kinds import KINDS, Kind, clock_of
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


_TYPES = {int: "a whole number", str: "a text", bool: "true or false"}


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
    _check_values(kind, sent)
    values = dict(sent.values)
    # The time that was typed counts, where one was; else the moment at which the row was.
    happened_at = clock_of(session, values.pop("clock", ""), "clock") or sent.happened_at
    if session.discharged_at and happened_at > session.discharged_at and sent.kind != "note":
        raise Overtaken("This session is over. Reload the page, and write what happened afterwards as a note.")
    corrects = _corrected(session, kind, sent.corrects) if sent.corrects else None
    stamp = Stamp(actor, sent.key, happened_at, corrects, sent.why, at, sent.clock_ahead_s, sent.via)
    return kind.write(session, **values, stamp=stamp)


def _check_values(kind: Kind, sent: Sent) -> None:
    for name, value in sent.values.items():
        expected = kind.needed.get(name) or kind.optional.get(name)
        if expected is None:
            raise Refused(f"A row of {sent.kind} has no {name}.", name)
        if type(value) is not expected and not (value is None and kind.model is Vitals):
            raise Refused(f"{name} must be {_TYPES[expected]}.", name)
    for name in kind.needed.keys() - sent.values.keys():
        raise Refused(f"{name} is missing.", name)


def _corrected(session: Session, kind: Kind, public_id: uuid.UUID) -> RecordRow:
    found = kind.model._default_manager.filter(session=session, public_id=public_id).first()
    if found is None:
        raise Refused("The row that this corrects is not one of this session.", "corrects")
    return found
