"""The signatures under the record of a session: who kept it, the clinician who reviews it, and what is added afterwards.

A signature carries a sum over every row that it covers, the clinician's over the one before it too, so that a row
changed behind the app's back shows.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from django.db import models, transaction
from django.utils import timezone

from programs.models import (
    Addendum,
    Discharge,
    DoseOrder,
    MovedRecord,
    RecordRow,
    RecordSignature,
    Session,
    StartRelease,
    Vitals,
)
from programs.recovery import READING_EVERY, missing_readings
from programs.services.record import OF_ANOTHER, Stamp, add_row, lock_session
from programs.services.room_rules import rules_of_clinic
from programs.services.tablets import tablets_of
from tracker.accounts.models import User
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.ready import Ready
from tracker.writing import insert

Part = RecordSignature.Part
# What of the session itself is signed. When it was signed comes after.
SESSION_FIELDS = (
    "patient_id", "enrolment_id", "clinic_id", "number", "infusion", "day", "state", "state_reason", "arrived_at",
    "started_at", "ended_at", "discharged_at", "dose_ug",
)  # fmt: skip


@dataclass(frozen=True)
class Signed:
    """A signature, and whether all that it covers is still as it was."""

    signature: RecordSignature
    is_valid: bool


_times_of_readings = Ready(
    lambda session: Vitals.objects.standing().filter(session_id=session).values_list("happened_at", flat=True)
)


def missing_of(session: Session) -> list[str]:
    """What this record lacks, in words: readings, and the last word of a tablet that may hold rows of it."""
    return [*_missing_readings(session), *_missing_words(session)]


def _missing_words(session: Session) -> list[str]:
    """A tablet that had this session open and was not heard of since the patient left, wherever it is now."""
    if session.discharged_at is None:
        return []
    return [
        f"no word since {one.at.astimezone(session.clinic.tz):%b %-d, %H:%M} from a tablet of {one.who}, which"
        f" {one.unsent_words or 'may hold rows'}"
        for one in tablets_of(session)
        if one.may_hold_rows(session.discharged_at)
    ]


def _missing_readings(session: Session) -> list[str]:
    if session.started_at is None or session.ended_at is None:
        return []
    rules = rules_of_clinic(session.clinic_id)
    every = timedelta(minutes=rules.during_every) if rules else READING_EVERY
    return missing_readings(_times_of_readings(session=session.pk), began=session.started_at, ended=session.ended_at, every=every)


@transaction.atomic
def sign_record(session: Session, *, reason: str = "", actor: Actor, at: datetime | None = None) -> RecordSignature:
    """Who kept the record signs it. From now on it takes nothing but addenda.

    Raises Refused before the discharge, and where readings are missing, or the rows of a tablet, without a written reason.
    """
    actor.require("record_infusion", clinic_id=session.clinic_id)
    session = lock_session(session)
    if session.state == Session.State.MOVED:
        raise Refused(OF_ANOTHER)
    if session.discharged_at is None:
        raise Refused("The record is signed after the discharge.")
    known = _signatures_of.first(session=session.pk)
    if known:
        return known
    missing = missing_of(session)
    if missing and not reason.strip():
        raise Refused(f"The record has {'; '.join(missing)}. Write why.", "reason")
    now = at or timezone.now()
    why = reason.strip()[:200] if missing else ""
    under = _sum_of_record(session)
    row = _sign(session, Part.KEPT, under=under, missing="; ".join(missing)[:300], reason=why, actor=actor, at=now)
    Session.objects.filter(pk=session.pk).update(signed_at=now)
    return row


@transaction.atomic
def review_record(session: Session, *, actor: Actor, at: datetime | None = None) -> RecordSignature:
    """A clinician read the record and signs it. Raises Refused for one's own, and for a record that was changed."""
    actor.require("review_record", clinic_id=session.clinic_id)
    session = lock_session(session)
    if session.state == Session.State.MOVED:
        raise Refused(OF_ANOTHER)
    signed = {row.part: row for row in _signatures_of(session=session.pk)}
    if Part.REVIEWED in signed:
        return signed[Part.REVIEWED]
    kept = signed.get(Part.KEPT)
    if kept is None:
        raise Refused("Whoever kept the record signs it first.")
    if kept.signer_user_id == actor.signer_id:
        raise Refused("You kept this record: another clinician reviews it.")
    if by_word := _ordered_by_word(session, actor):
        raise Refused(f"{by_word} let the patient go by word of mouth and signs for it; nobody else can.")
    if kept.digest != _digest(_sum_of_record(session), kept):
        raise Refused("This record was changed after it was signed. Tell whoever keeps the server; do not sign it.")
    return _sign(session, Part.REVIEWED, under=kept.digest, actor=actor, at=at or timezone.now())


_discharged_by_word = Ready(lambda session: Discharge.objects.filter(session_id=session, is_verbal=True))
_signatures_of = Ready(lambda session: RecordSignature.objects.filter(session_id=session).order_by("pk"))


def _ordered_by_word(session: Session, actor: Actor) -> User | None:
    """The clinician, another than the actor, whose order by word of mouth waits for this signature."""
    row = _discharged_by_word.first(session=session.pk)
    return row.clinician if row and row.clinician_id != actor.signer_id else None


def _sign(
    session: Session, part: str, *, under: str, actor: Actor, at: datetime, missing: str = "", reason: str = ""
) -> RecordSignature:
    row = RecordSignature(
        clinic_id=session.clinic_id, session=session, patient_id=session.patient_id, part=part, missing=missing, reason=reason,
        signed_at=at, signed_by=actor.name, signer_user_id=actor.signer_id,
    )  # fmt: skip
    row.digest = _digest(under, row)
    insert(row)
    verb = "signed" if part == Part.KEPT else "reviewed"
    record_act(
        actor, verb, row, at=at, patient_id=session.patient_id, course_id=session.enrolment_id, now=row.digest, reason=reason
    )
    return row


@transaction.atomic
def add_addendum(session: Session, *, text: str, stamp: Stamp) -> Addendum:
    """Words added to a signed record; they stand beside it, and nothing in it changes. Raises Refused."""
    if session.signed_at is None:
        raise Refused("This record is not signed yet: correct the row, or add a note.")
    if not text.strip():
        raise Refused("The addendum is empty.", "text")
    now = stamp.at or timezone.now()
    timed = replace(stamp, at=now, happened_at=stamp.happened_at or now)
    assert timed.happened_at
    digest = _addendum_digest(session, text.strip(), stamp.actor.signer_id, stamp.actor.name, timed.happened_at)
    return add_row(session, Addendum, timed, text=text.strip(), digest=digest)


def signed_of(session: Session) -> list[Signed]:
    """The signatures of this session, each checked against what it was put under: the rows, then the one before it."""
    signed: list[Signed] = []
    signatures = _signatures_of(session=session.pk)
    if not signatures:
        return signed
    under, is_valid = _sum_of_record(Session.objects.get(pk=session.pk)), True
    for row in signatures:
        is_valid = is_valid and row.digest == _digest(under, row)
        signed.append(Signed(row, is_valid))
        under = row.digest
    return signed


def is_unchanged(addendum: Addendum) -> bool:
    """Whether the words are still those that were written, by that person, at that time."""
    return addendum.digest == _addendum_digest(
        addendum.session, addendum.text, addendum.author_user_id, addendum.author, addendum.happened_at
    )


def _addendum_digest(session: Session, text: str, user_id: int, author: str, at: datetime) -> str:
    return _sum([session.pk, session.patient_id, text, user_id, author, _plain(at)])


def _digest(under: str, signature: RecordSignature) -> str:
    """The sum over the signature and over that of what it was put under."""
    return _sum([under, _content(signature, without={"id", "digest"})])


def _sum_of_record(session: Session) -> str:
    """The sum over the record as it is in the database now: every row of it, the orders, what was let pass."""
    kinds = [*(kind for kind in RecordRow.kinds() if kind is not Addendum), DoseOrder, StartRelease]
    rows = [_content(row) for kind in kinds for row in _rows_of(kind)(session=session.pk)]
    signed = {name: _plain(getattr(session, name)) for name in SESSION_FIELDS}
    if session.state == Session.State.MOVED:
        # What was signed is the record as it was kept. That it was another patient's was said afterwards.
        move = _moves_of(session=session.pk)[0]
        signed |= {"state": move.was_state, "state_reason": move.was_state_reason}
    return _sum([signed, *rows])


_moves_of = Ready(lambda session: MovedRecord.objects.filter(source_id=session))


@cache
def _rows_of(kind: type[models.Model]) -> Ready[models.Model]:
    return Ready(lambda session: kind._default_manager.filter(session_id=session).order_by("pk"))


def _content(row: models.Model, without: Iterable[str] = ()) -> dict[str, object]:
    """Every column of a row that says something.

    Empty ones are left out, so that a column which a later version adds breaks no signature. One that is renamed or
    removed would: a migration that does so has to keep the old name here.
    """
    values: dict[str, object] = {"table": row._meta.model_name}
    for field in row._meta.concrete_fields:
        value = _plain(getattr(row, field.attname))
        says_nothing = value in (None, "") or (value is False and not field.null)
        if field.attname not in without and not says_nothing:
            values[field.attname] = value
    return values


def _plain(value: object) -> object:
    """A value as text that both databases give back the same."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)


def _sum(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
