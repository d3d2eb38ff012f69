"""From one nurse to the next: who takes over signs, the session's nurse changes, and both stand in the record."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from programs.models import Booking, HandOver, Session
from programs.protocols import Need
from programs.services.record import Stamp, add_row, require_open
from tracker.accounts.roles import Actor
from tracker.errors import Overtaken, Refused

State = Session.State
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Given:
    """A session that changes hands, and what of it was shown to who signs: the last rows, what is open."""

    session: Session
    shown: str


def watched_by(giver_id: int | None, *, actor: Actor, at: datetime) -> list[Session]:
    """What somebody has to hand over now: their patients who are here. Nobody's, where no nurse was planned."""
    rows = Session.objects.visible_to(actor).filter(nurse_id=giver_id).in_the_room().exclude(infusion=0).planned_here()
    rows = rows.select_related("patient", "chair", "clinic", "nurse", "enrolment__program").order_by("chair__name", "pk")
    return [row for row in rows if row.state != State.HELD or row.day == at.astimezone(row.clinic.tz).date()]


@transaction.atomic
def take_over(
    given: Sequence[Given], *, giver_id: int | None, taker: Actor, key: uuid.UUID, at: datetime | None = None
) -> list[HandOver]:
    """`taker`, who proved who they are, has these sessions from now on: all of them or none.

    `giver_id` is whose they were on the page. Raises Overtaken when somebody else took one meanwhile.
    """
    if not given:
        raise Refused("Choose whom you take over.", "sessions")
    if giver_id == taker.signer_id:
        raise Refused("The one who takes over is somebody else.", "witness")
    now = at or timezone.now()
    # In one order, whoever takes over: two who take the same patients at once would else wait for each other for good.
    in_order = sorted(given, key=lambda one: one.session.pk)
    return [_take(one, giver_id, taker, uuid.uuid5(key, str(one.session.public_id)), now) for one in in_order]


def _take(one: Given, giver_id: int | None, taker: Actor, key: uuid.UUID, now: datetime) -> HandOver:
    session = one.session
    taker.require("record_infusion", clinic_id=session.clinic_id)
    known = HandOver.objects.filter(author_user_id=taker.signer_id, key=key).first()
    if known:
        return known
    if not session.is_in_the_room:
        require_open(session, State.ARRIVED)
    giver = session.nurse
    if not Session.objects.filter(pk=session.pk, nurse_id=giver_id, state=session.state).update(nurse_id=taker.signer_id):
        raise Overtaken(f"Somebody took over {session.patient} meanwhile. Look at the board again.")
    row = add_row(
        session, HandOver, Stamp(taker, key, happened_at=now, at=now), giver=giver.name if giver else "", giver_user_id=giver_id,
        shown=one.shown,
    )  # fmt: skip
    _rebook(session, taker, now)
    return row


def _rebook(session: Session, taker: Actor, now: datetime) -> None:
    """The rest of the session is booked for who took it, in a lane that is free; the others' plans stay as they are.

    Where every lane is taken nothing is booked for it: who is in charge is a fact, and no plan stands in its way.
    """
    ahead = session.bookings.filter(need=Need.NURSE, slot__gt=now - QUARTER)
    slots = set(ahead.values_list("slot", flat=True))
    ahead.delete()
    lanes = range(session.clinic.chairs_per_nurse)
    Booking.objects.bulk_create(
        Booking(session=session, slot=slot, need=Need.NURSE, person_id=taker.signer_id, lane=lane)
        for slot, lane in _free(slots, lanes, taker.signer_id)
    )


def _free(slots: Collection[datetime], lanes: range, user_id: int) -> list[tuple[datetime, int]]:
    taken = set(Booking.objects.filter(person_id=user_id, slot__in=slots).values_list("slot", "lane"))
    free = {slot: [lane for lane in lanes if (slot, lane) not in taken] for slot in slots}
    return [(slot, open_lanes[0]) for slot, open_lanes in free.items() if open_lanes]


def chairs_watched(actor: Actor) -> int:
    """How many patients who are here this nurse has now."""
    return Session.objects.filter(nurse_id=actor.signer_id, clinic_id=actor.clinic_id).in_the_room().count()
