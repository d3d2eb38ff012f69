"""Who is in the database while it is measured: Pia with twenty scores, and many others with check-ins to send."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from django.conf import settings
from django.test import Client
from django.utils import timezone

from assessments.models import Score
from programs.models import CheckIn, Enrolment
from tests.cast import Cast, make_cast, make_user
from tracker.accounts.models import Chair
from tracker.people.services import add_patient

SENDERS = 25
HISTORY = 20
STARTED_DAYS_AGO = 16
# Copies of a check-in are told apart by their days; no program plans one so far from its session.
FIRST_COPY = 1000


@dataclass(frozen=True)
class SignedIn:
    """The cookie of somebody's session."""

    cookie: str


@dataclass(frozen=True)
class ToSend:
    """An open check-in, and whose it is."""

    sender: SignedIn
    public_id: uuid.UUID


@dataclass(frozen=True)
class People:
    """Everybody that the measured requests need."""

    pia: SignedIn
    maya: SignedIn
    pia_id: uuid.UUID
    to_send: Iterator[ToSend]


def make_people(sendings: int) -> People:
    """Pia with a whole course and HISTORY scores, and open check-ins enough for `sendings`."""
    cast = make_cast()
    make_room(cast)
    _give_course(cast, "pia", infusions=6)
    _fill_history(cast)
    each = -(-sendings // SENDERS)
    waiting = [_sender(cast, number, each) for number in range(SENDERS)]
    return People(
        pia=sign_in(cast, "pia"),
        maya=sign_in(cast, "maya"),
        pia_id=cast.patients["pia"].public_id,
        # In turn, so that no history grows much faster than another.
        to_send=chain.from_iterable(zip(*waiting, strict=True)),
    )


def make_room(cast: Cast) -> None:
    """Chairs enough for many at once."""
    cast.north.chairs_per_nurse = SENDERS + 2
    cast.north.save()
    Chair.objects.bulk_create(Chair(clinic=cast.north, name=f"Chair {number}") for number in range(3, SENDERS + 3))


def _give_course(cast: Cast, name: str, *, infusions: int) -> Enrolment:
    """Enrolled, given that many infusions, every check-in answered that has opened."""
    enrolment = cast.enrol(name, starts_on=timezone.localdate() - timedelta(days=STARTED_DAYS_AGO))
    for session in enrolment.sessions.order_by("starts_at")[:infusions]:
        cast.infuse(session)
    for checkin in enrolment.checkins.filter(state=CheckIn.State.PLANNED, opens_at__lt=timezone.now()):
        cast.answer(checkin, name, each=2, q9=0)
    return enrolment


def _fill_history(cast: Cast) -> None:
    """More answered check-ins, until Pia has HISTORY scores."""
    rows = Score.objects.filter(patient=cast.patients["pia"])
    lacking = HISTORY - rows.count()
    last = rows.latest("taken_at").checkin
    opens = [timezone.now() - timedelta(hours=hours) for hours in range(lacking, 0, -1)]
    for checkin in _copies(last, opens):
        cast.answer(checkin, "pia", each=1, q9=0)


def _sender(cast: Cast, number: int, checkins: int) -> list[ToSend]:
    """A patient in the middle of their course, with that many check-ins of PHQ-9 open."""
    name = f"sender{number}"
    cast.users[name] = make_user(name)
    cast.patients[name] = add_patient(
        cast.north, actor=cast.actor("dana"), mrn=f"B{number:05d}", legal_name=f"Sender {number}",
        birth_date=date(1980, 1, 1), user=cast.users[name],
    )  # fmt: skip
    enrolment = _give_course(cast, name, infusions=2)
    last = enrolment.checkins.filter(state=CheckIn.State.DONE).latest("opens_at")
    signed_in = sign_in(cast, name)
    return [ToSend(signed_in, row.public_id) for row in _copies(last, [timezone.now() - timedelta(hours=1)] * checkins)]


def _copies(checkin: CheckIn, opens: list[datetime]) -> list[CheckIn]:
    """One more check-in like this, of PHQ-9 alone, at each of these times."""
    rows = [
        CheckIn(
            clinic_id=checkin.clinic_id,
            enrolment_id=checkin.enrolment_id,
            patient_id=checkin.patient_id,
            session_id=checkin.session_id,
            purpose=CheckIn.Purpose.AFTER,
            days=FIRST_COPY + number,
            due_on=checkin.due_on,
            clock=checkin.clock,
            zone=checkin.zone,
            opens_at=opens_at,
            closes_at=opens_at + timedelta(days=2),
            scale_codes="phq-9",
        )
        for number, opens_at in enumerate(opens)
    ]
    return CheckIn.objects.bulk_create(rows)


def sign_in(cast: Cast, name: str) -> SignedIn:
    """A session of that person, with the role they act in."""
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.users[name], backend=settings.AUTHENTICATION_BACKENDS[0])
    client.get("/help/")  # from the first request on the session knows as whom they act
    return SignedIn(client.cookies[settings.SESSION_COOKIE_NAME].value)
