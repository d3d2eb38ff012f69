"""What a prescriber lets pass: with their own sign-in, or by word of mouth, read back and signed afterwards."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.models import CoSignature, RoomOrder, Session, StartRelease
from programs.services.before_dose import Stop
from programs.services.checkins import sync_checkins
from programs.services.states import change_state, demand_reason
from tracker.accounts.models import Membership, User
from tracker.accounts.roles import Actor, Role
from tracker.audit.services import record_act
from tracker.errors import Refused


@transaction.atomic
def release_start(session: Session, stop: Stop, *, reason: str, actor: Actor, at: datetime | None = None) -> StartRelease:
    """The prescriber, signed in, lets this one line pass. Raises Refused for a line that nobody may release."""
    actor.require("release_start", clinic_id=session.clinic_id)
    return _write(session, stop, reason, prescriber_id=actor.signer_id, is_verbal=False, actor=actor, at=at)


def prescribers_of(clinic_id: int) -> list[User]:
    """Who may order and release in this clinic, by name."""
    members = Membership.objects.filter(clinic_id=clinic_id, role=Role.CLINICIAN, is_active=True, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("user__name", "user_id")]


@transaction.atomic
def record_verbal_release(
    session: Session, stop: Stop, *, prescriber: User, read_back: bool, reason: str, actor: Actor, at: datetime | None = None
) -> StartRelease:
    """The prescriber said it, the nurse read it back; the prescriber's signature is still to come. Raises Refused."""
    actor.require("record_infusion", clinic_id=session.clinic_id)
    demand_read_back(session.clinic_id, prescriber_id=prescriber.pk, read_back=read_back, actor=actor)
    return _write(session, stop, reason, prescriber_id=prescriber.pk, is_verbal=True, actor=actor, at=at)


def demand_read_back(clinic_id: int, *, prescriber_id: int | None, read_back: bool, actor: Actor) -> int:
    """Whose order it is. Raises Refused unless a prescriber of this clinic, another person, gave it and it was read back."""
    prescribers = Membership.objects.filter(clinic_id=clinic_id, role=Role.CLINICIAN, is_active=True, user__is_active=True)
    if prescriber_id is None or not prescribers.filter(user=prescriber_id).exists():
        raise Refused("Choose the clinician who gave the order.", "prescriber")
    if prescriber_id == actor.user_id:
        raise Refused("Your own order needs no word of mouth: release it yourself.", "prescriber")
    if not read_back:
        raise Refused("Read the order back to the prescriber, then tick that you did.", "read_back")
    return prescriber_id


def _write(
    session: Session, stop: Stop, reason: str, *, prescriber_id: int, is_verbal: bool, actor: Actor, at: datetime | None
) -> StartRelease:
    if not stop.cause:
        raise Refused("Nobody can release this line: " + stop.words)
    demand_reason(reason)
    now = at or timezone.now()
    known = StartRelease.objects.filter(session=session, cause=stop.cause).first()
    if known:
        return known
    row = StartRelease(
        clinic_id=session.clinic_id, session=session, patient_id=session.patient_id, cause=stop.cause, line=stop.words[:300],
        reason=reason.strip(), prescriber_id=prescriber_id, is_verbal=is_verbal, recorded_at=now, recorded_by=actor.name,
    )  # fmt: skip
    row.save(force_insert=True)
    verb = "took the verbal release" if is_verbal else "released"
    record_act(
        actor, verb, row, at=now, patient_id=session.patient_id, course_id=session.enrolment_id, was=row.line, reason=row.reason
    )
    if stop.is_hold:
        change_state(session, Session.State.ARRIVED, verb="waits again", actor=actor, at=now)
        sync_checkins(session.enrolment, actor=actor, at=now)
    return row


@transaction.atomic
def cosign(said: StartRelease | RoomOrder, *, actor: Actor, at: datetime | None = None) -> CoSignature:
    """The prescriber signs what they let pass or ordered by word of mouth; nobody can sign for them."""
    actor.require("release_start", clinic_id=said.clinic_id)
    if not said.is_verbal or said.prescriber_id != actor.user_id:
        raise Refused("Only the prescriber who gave this order signs it.")
    now = at or timezone.now()
    under = {"release": said} if isinstance(said, StartRelease) else {"order": said}
    known = CoSignature.objects.filter(**under).first()
    if known:
        return known
    row = CoSignature(clinic_id=said.clinic_id, patient_id=said.patient_id, signed_at=now, signed_by=actor.name, **under)
    row.save(force_insert=True)
    record_act(actor, "co-signed", row, at=now, patient_id=said.patient_id, now=str(said))
    return row
