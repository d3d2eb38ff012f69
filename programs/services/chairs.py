"""A patient moves to another chair: where they sit now, and what is booked for the rest of their time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from programs.models import Booking, Session
from programs.protocols import Need
from programs.services.record import require_open
from tracker.accounts.models import Chair
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused

State = Session.State
OVER = (State.DONE, State.STOPPED_EARLY)
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Place:
    """A chair: who sits there, and for whom it is booked soon; in words, empty for nobody."""

    chair: Chair
    sits: str
    booked: str


def places_for(session: Session, *, actor: Actor, at: datetime | None = None) -> list[Place]:
    """Every other chair of the clinic, with who is in it or comes soon."""
    actor.require("move_session", clinic_id=session.clinic_id)
    now = at or timezone.now()
    chairs = Chair.objects.filter(clinic_id=session.clinic_id).exclude(pk=session.chair_id or 0)
    return [Place(chair, _who_sits(chair, session, now), _who_comes(chair, session, now)) for chair in chairs]


@transaction.atomic
def move_to_chair(session: Session, chair: Chair, *, was_in: int | None, actor: Actor, at: datetime | None = None) -> None:
    """The patient sits in `chair` from now on. A second press changes nothing.

    `was_in` is the chair that the page showed. Raises Refused for a chair in which somebody sits, and for one that is
    booked when the patient is not here yet: who is here comes before a plan. Raises Overtaken when somebody moved the
    patient meanwhile.
    """
    actor.require("move_session", clinic_id=session.clinic_id)
    now = at or timezone.now()
    if not session.is_in_the_room:
        require_open(session, State.PLANNED)
    if chair.clinic_id != session.clinic_id:
        raise Refused("That chair belongs to another clinic.", "chair")
    # Whoever else moves somebody into this chair waits here, and then finds it taken.
    list(Chair.objects.select_for_update().filter(pk=chair.pk))
    session.refresh_from_db(fields=["chair"])
    if session.chair_id == chair.pk:
        return
    if session.chair_id != was_in:
        raise Overtaken(f"Somebody moved this patient meanwhile: to {session.chair}. Look at the board again.")
    taken = _who_sits(chair, session, now) or (session.is_waiting and _who_comes(chair, session, now))
    if taken:
        raise Refused(f"{chair} is taken: {taken}. Choose another.", "chair")
    was = session.chair
    Session.objects.filter(pk=session.pk).update(chair=chair)
    session.chair = chair
    _rebook(session, chair, now)
    record_act(
        actor, "moved to another chair", session, at=now, patient_id=session.patient_id, course_id=session.enrolment_id,
        was=was or "no chair", now=chair,
    )  # fmt: skip


def _rest(session: Session, now: datetime) -> Q:
    """The quarters of an hour that are still to come for this session, the one that runs included."""
    begin = max(now, session.starts_at) if session.state == State.PLANNED else now
    return Q(slot__gt=begin - QUARTER, slot__lt=session.ends_at)


def _who_sits(chair: Chair, session: Session, now: datetime) -> str:
    today = now.astimezone(session.clinic.tz).date()
    if session.is_waiting and session.day != today:
        return ""
    others = Session.objects.filter(chair=chair).exclude(pk=session.pk).select_related("patient")
    here = others.in_the_room().exclude(~Q(day=today), state=State.HELD).first()
    return f"{here.patient} is there" if here else ""


def _who_comes(chair: Chair, session: Session, now: datetime) -> str:
    booked = Booking.objects.filter(_rest(session, now), chair=chair, session__state=State.PLANNED).exclude(session=session)
    first = booked.order_by("slot").select_related("session__patient").first()
    if first is None:
        return ""
    return f"booked for {first.session.patient}, {first.session.starts_at.astimezone(session.clinic.tz):%H:%M}"


def _rebook(session: Session, chair: Chair, now: datetime) -> None:
    """What is booked of the old chair from now on becomes the new one's, but for what is planned there for somebody else."""
    rest = Booking.objects.filter(_rest(session, now), chair=chair).exclude(session=session)
    # Who is not coming any more, or went home early, needs the chair no longer.
    rest.filter(session__state__in=OVER).delete()
    taken = set(rest.values_list("slot", flat=True))
    try:
        with transaction.atomic():
            session.bookings.filter(_rest(session, now), need=Need.CHAIR).exclude(slot__in=taken).update(chair=chair)
    except IntegrityError as error:
        raise Overtaken(f"{chair} was booked by somebody else meanwhile. Look at the board again.") from error
