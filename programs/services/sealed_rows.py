"""Rows that a tablet kept while the server was away, passed on by whoever is signed in when it is back.

They are filed under the person who typed them, which the envelope proves (programs/sealing.py). What the record refuses
is set aside with the reason: nobody at the tablet could read it again.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from programs.models import Session, SetAside
from programs.sealing import HOLDS, NotSealedForUs, Opened, open_sealed, public_key, state_author
from programs.services.misfiled import where_it_stands
from programs.services.record import CLOCK_AHEAD
from programs.services.room import Sent, write_rows
from tracker.accounts.models import Membership
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused

# How a row is read out of what was signed: the API's own form of it. Raises Refused.
Read = Callable[[Mapping[str, Any]], tuple[uuid.UUID, uuid.UUID, Sent]]


@dataclass(frozen=True)
class Statement:
    """What a tablet is given for an author: the statement about their key, the key to seal with, and until when."""

    statement: str
    seal_with: str
    ends_at: datetime


@dataclass(frozen=True)
class Passed:
    """What became of one envelope: "stored", "known", "set aside" in the record's sight, or "refused": not ours."""

    key: uuid.UUID
    outcome: str
    why: str = ""


def state_key(key: str, *, actor: Actor, at: datetime | None = None) -> Statement:
    """Say whose key this is, for as long as a sign-in lasts. Raises Refused for what is no key."""
    actor.require("record_infusion", clinic_id=actor.clinic_id)
    now = at or timezone.now()
    if actor.membership_id is None:
        raise Refused("Only who works here keeps rows on a tablet.")
    try:
        statement = state_author(actor.membership_id, key, at=now, secrets=settings.TABLET_KEYS)
    except NotSealedForUs as error:
        raise Refused(str(error), "key") from error
    return Statement(statement, public_key(settings.TABLET_KEYS[0]), now + HOLDS)


def pass_on(envelopes: Sequence[tuple[uuid.UUID, str]], *, read: Read, actor: Actor, at: datetime | None = None) -> list[Passed]:
    """Open each envelope and file its row under the one who typed it. One that is refused keeps no other back."""
    actor.require("work_here", clinic_id=actor.clinic_id)
    return [_pass(key, sealed, read, actor, at or timezone.now()) for key, sealed in envelopes]


@transaction.atomic
def _pass(key: uuid.UUID, sealed: str, read: Read, actor: Actor, at: datetime) -> Passed:
    try:
        opened = open_sealed(sealed, secrets=settings.TABLET_KEYS)
        session_id, patient_id, sent = read(opened.row)
    except (NotSealedForUs, Refused) as error:
        return Passed(key, "refused", str(error))
    member = Membership.objects.filter(pk=opened.member_id, clinic_id=actor.clinic_id).select_related("user").first()
    session = _session_of(session_id, actor)
    if member is None or session is None:
        return Passed(key, "refused", "It belongs to another clinic.")
    try:
        why_not = _file(session, sent, patient_id, member, opened, actor, at)
    except Refused as refusal:
        why_not = str(refusal)
    if isinstance(why_not, Passed):
        return replace(why_not, key=key)
    # What was typed on a chart whose record was moved since is looked at where that record stands now.
    _set_aside(where_it_stands(session), sent, member, why_not, actor, at)
    return Passed(key, "set aside", why_not)


def _session_of(public_id: uuid.UUID, actor: Actor) -> Session | None:
    """The session, by the clinic alone: who passes on a row need not be one who may read it."""
    rows = Session.objects.filter(clinic_id=actor.clinic_id, public_id=public_id)
    return rows.select_related("patient", "clinic", "enrolment__program").first()


def _file(
    session: Session, sent: Sent, patient_id: uuid.UUID, member: Membership, opened: Opened, actor: Actor, at: datetime
) -> Passed | str:
    """What became of it, or why it is not in the record."""
    author = member.as_actor()
    if not (member.is_active and member.user.is_active and author.may("record_infusion")):
        return f"{author.name} no longer works here in that role."
    if not -CLOCK_AHEAD < sent.happened_at - opened.stated_at < HOLDS + CLOCK_AHEAD:
        return f"It was not typed within the twelve hours for which {author.name} had signed in."
    via = "" if actor.signer_id == author.signer_id else actor.name
    answer = write_rows(session, [replace(sent, via=via)], patient=patient_id, actor=author, at=at)[0]
    return answer.why if answer.outcome == "refused" else Passed(answer.key, answer.outcome)


def _set_aside(session: Session, sent: Sent, member: Membership, why_not: str, actor: Actor, at: datetime) -> None:
    row = SetAside(
        clinic_id=session.clinic_id, session=session, patient_id=session.patient_id, key=sent.key, words=_words(sent),
        why_not=why_not[:300], happened_at=sent.happened_at, recorded_at=at, author=str(member.user),
        author_user_id=member.user_id, passed_on_by=actor.name,
    )  # fmt: skip
    if SetAside.objects.filter(author_user_id=member.user_id, key=sent.key).exists():
        return
    row.save(force_insert=True)
    record_act(actor, "set aside", row, at=at, patient_id=session.patient_id, course_id=session.enrolment_id, reason=why_not)


def _words(sent: Sent) -> str:
    said = ", ".join(f"{name} {value}" for name, value in sent.values.items() if value not in {None, ""})
    return f"{sent.kind}: {said}" if said else sent.kind


@transaction.atomic
def settle(row: SetAside, *, how: str, actor: Actor, at: datetime | None = None) -> None:
    """Say what was done with a row that was set aside: typed in again, or left out and why."""
    actor.require("record_infusion", clinic_id=row.clinic_id)
    if not how.strip():
        raise Refused("Write what was done with it.", "how")
    now = at or timezone.now()
    changed = SetAside.objects.filter(pk=row.pk, settled_at=None).update(
        settled_at=now, settled_by=actor.name, settled_how=how.strip()[:200]
    )
    if not changed:
        raise Refused("Somebody said it already. Reload the page.")
    record_act(
        actor, "settled", row, at=now, patient_id=row.patient_id, course_id=row.session.enrolment_id, now=how.strip()[:200]
    )
