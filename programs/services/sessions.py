"""The day of a session: who came, who was not dosed and why, what talk was held."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.models import Session
from programs.services.checkins import sync_checkins
from programs.services.course import complete_if_over
from programs.services.places import release
from programs.services.states import change_state, demand_reason
from tracker.accounts.roles import Actor
from tracker.errors import Refused


@transaction.atomic
def receive_patient(session: Session, *, actor: Actor, at: datetime | None = None, arrived_at: datetime | None = None) -> None:
    """The patient is here; or was, as a paper says, at `arrived_at`. Who is held is here already: that is released."""
    actor.require("receive_patient", clinic_id=session.clinic_id)
    if session.state == Session.State.HELD:
        raise Refused("This session is held: a prescriber releases it on its page, or it gets another day.")
    now = at or timezone.now()
    came = arrived_at or now
    if session.day != came.astimezone(session.clinic.tz).date():
        raise Refused(f"This session is planned for {session.day:%A, %b %-d}. Move it to today first.")
    if came > now:
        raise Refused("That time has not come yet.", "arrived")
    change_state(session, Session.State.ARRIVED, verb="arrived", actor=actor, at=now, arrived_at=came)


@transaction.atomic
def hold_session(session: Session, *, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """The patient is here but is not dosed. Raises Refused without a reason."""
    actor.require("hold_session", clinic_id=session.clinic_id)
    _end_ungiven(session, Session.State.HELD, "held", actor=actor, reason=reason, at=at or timezone.now())


@transaction.atomic
def miss_session(session: Session, *, actor: Actor, reason: str = "", at: datetime | None = None) -> None:
    """The patient did not come."""
    actor.require("receive_patient", clinic_id=session.clinic_id)
    now = at or timezone.now()
    if now < session.starts_at:
        raise Refused("This session has not begun yet; it cannot be missed.")
    _end_ungiven(session, Session.State.MISSED, "missed", actor=actor, reason=reason or "did not come", at=now)


@transaction.atomic
def cancel_session(session: Session, *, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """The session will not take place. Raises Refused without a reason."""
    actor.require("change_course", clinic_id=session.clinic_id)
    _end_ungiven(session, Session.State.CANCELLED, "cancelled", actor=actor, reason=reason, at=at or timezone.now())


def _end_ungiven(session: Session, to: str, verb: str, *, actor: Actor, reason: str, at: datetime) -> None:
    demand_reason(reason)
    change_state(session, to, verb=verb, actor=actor, at=at, reason=reason)
    release([session])
    sync_checkins(session.enrolment, actor=actor, at=at)
    if to != Session.State.HELD:
        complete_if_over(session.enrolment, actor=actor, at=at)


@transaction.atomic
def start_talk(session: Session, *, actor: Actor, at: datetime | None = None) -> None:
    """A preparation, integration or follow-up session begins."""
    actor.require("record_talk", clinic_id=session.clinic_id)
    if session.is_infusion:
        raise Refused("An infusion is started from its own page, with the dose.")
    now = at or timezone.now()
    change_state(session, Session.State.IN_PROGRESS, verb="started", actor=actor, at=now, started_at=now)


@transaction.atomic
def end_talk(session: Session, *, actor: Actor, at: datetime | None = None) -> None:
    """A preparation, integration or follow-up session is over."""
    actor.require("record_talk", clinic_id=session.clinic_id)
    if session.is_infusion:
        raise Refused("An infusion is ended from its own page.")
    now = at or timezone.now()
    change_state(session, Session.State.DONE, verb="ended", actor=actor, at=now, ended_at=now)
    complete_if_over(session.enrolment, actor=actor, at=now)
