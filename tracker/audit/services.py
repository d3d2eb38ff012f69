"""Writing down who did or saw what, in the transaction of the act itself."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.accounts.roles import Actor
from tracker.audit.middleware import source
from tracker.audit.models import AcceptedKey, AuditRow, Event
from tracker.errors import Refused
from tracker.prepared import fetch_all
from tracker.writing import insert, insert_all

KEYS_ARE_KEPT = timedelta(days=30)

# What the acts inside `acts_together` leave behind until it ends; None outside of it.
_waiting: ContextVar["list[tuple[AuditRow, Event]] | None"] = ContextVar("waiting", default=None)


def _audit_row(actor: Actor, verb: str, subject: str, subject_id: str, patient_id: int | None, at: datetime) -> AuditRow:
    here = source.get()
    return AuditRow(
        at=at,
        clinic_id=actor.clinic_id,
        user_id=actor.user_id,
        role=actor.role.value,
        verb=verb,
        subject=subject,
        subject_id=subject_id,
        patient_id=patient_id,
        request_id=here.request_id,
        address=here.address,
    )


@dataclass(frozen=True)
class Change:
    """One row that an act changed: what it was, what it is now."""

    subject: models.Model
    patient_id: int | None = None
    course_id: int | None = None
    was: object = ""
    now: object = ""


def record_act(
    actor: Actor,
    verb: str,
    subject: models.Model,
    *,
    at: datetime,
    patient_id: int | None = None,
    course_id: int | None = None,
    was: object = "",
    now: object = "",
    reason: str = "",
) -> None:
    """Write the audit row and the event row of one act. `subject` must have a public_id.

    Call it inside the transaction of the act: an act without its audit row must not happen.
    """
    change = Change(subject, patient_id, course_id, was, now)
    row = _audit_row(actor, verb, _name_of(subject), _id_of(subject), patient_id, at)
    event = _event(actor, verb, change, at, reason)
    waiting = _waiting.get()
    if waiting is None:
        insert(row)
        insert(event)
    else:
        waiting.append((row, event))


@contextmanager
def acts_together() -> Iterator[None]:
    """Write the rows of all acts inside at the end, in one transaction with them: none stands without its rows.

    For filling a whole clinic, where these rows are a sixth of all statements; an act of a person writes its own at once.
    """
    with transaction.atomic():
        waiting: list[tuple[AuditRow, Event]] = []
        outside = _waiting.set(waiting)
        try:
            yield
        finally:
            _waiting.reset(outside)
        insert_all([row for row, _event in waiting])
        insert_all([event for _row, event in waiting])


def record_acts(actor: Actor, verb: str, changes: Sequence[Change], *, at: datetime, reason: str = "") -> None:
    """The same for an act that changes many rows at once: two statements for every 500."""
    rows = [_audit_row(actor, verb, _name_of(one.subject), _id_of(one.subject), one.patient_id, at) for one in changes]
    AuditRow.objects.bulk_create(rows, batch_size=500)
    Event.objects.bulk_create([_event(actor, verb, one, at, reason) for one in changes], batch_size=500)


def _name_of(subject: models.Model) -> str:
    return subject._meta.model_name or ""


def _id_of(subject: models.Model) -> str:
    return str(subject.public_id)  # type: ignore[attr-defined]


def _event(actor: Actor, verb: str, change: Change, at: datetime, reason: str) -> Event:
    return Event(
        at=at,
        clinic_id=actor.clinic_id,
        patient_id=change.patient_id,
        course_id=change.course_id,
        user_id=actor.user_id,
        who=actor.name or str(actor.role.label),
        role=actor.role.value,
        verb=verb,
        subject=_name_of(change.subject),
        subject_id=_id_of(change.subject),
        label=str(change.subject)[:120],
        was=str(change.was)[:200],
        now=str(change.now)[:200],
        reason=reason,
    )


def record_seen(actor: Actor, what: str, patient_ids: Iterable[int], *, at: datetime | None = None) -> None:
    """Write that these patients' data were shown on page `what`: one row for each patient, one statement."""
    record_each(actor, "saw", what, patient_ids, at=at or timezone.now())


def record_each(actor: Actor, verb: str, what: str, patient_ids: Iterable[int], *, at: datetime) -> None:
    """Write one audit row for each of many patients: one statement for every 500."""
    rows = [_audit_row(actor, verb, what, "", patient_id, at) for patient_id in patient_ids]
    if len(rows) == 1:  # most pages are of one patient: no transaction of its own for that
        insert(rows[0])
    else:
        AuditRow.objects.bulk_create(rows, batch_size=500)


def accept_once(actor: Actor, act: str, key: uuid.UUID, *, body: str, answer: str, at: datetime) -> str:
    """Take this sending, or find that it was taken before: the answer of the first one.

    It returns `answer` itself when the key is new; anything else is what the first sending was told.
    The key row stands in the same transaction as its act, so a key is never kept without its effect.
    Raises Refused when the key came before with other content.
    """
    sender = f"u{actor.user_id}"
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    # get_or_create would cost four statements on the hottest path, and a savepoint.
    taken = fetch_all(
        "INSERT INTO audit_acceptedkey (sender, act, key, body_sha256, answer, at) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (sender, act, key) DO NOTHING RETURNING answer",
        [sender, act, key, sha256, answer, at],
    )
    if taken:
        return answer
    first = AcceptedKey.objects.get(sender=sender, act=act, key=key)
    if first.body_sha256 != sha256:
        raise Refused(_("This was sent before with other content. Reload the page and try again."))
    return first.answer


def forget_old_keys(at: datetime | None = None) -> int:
    """Delete keys older than 30 days, the time in which a phone may still retry; gives how many."""
    return AcceptedKey.objects.filter(at__lt=(at or timezone.now()) - KEYS_ARE_KEPT).delete()[0]
