"""The clinic's calendar and what of it is claimed, between the database and the pure schedule."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import IntegrityError

from programs.models import Booking, Enrolment, Session
from programs.protocols import Kind, Need, Protocol, SessionSpec, Step
from programs.schedule import FREE, Calendar, Claim, Dated, Pace, Places
from tracker.accounts.models import Clinic, Membership
from tracker.accounts.roles import Role
from tracker.errors import Overtaken, Refused
from tracker.people.models import Patient

# Nobody plans a first session further ahead than this; a year mistyped is the usual reason.
FARTHEST_START = timedelta(days=366)
# How far ahead a course can reach: the farthest start, and the longest program with every session slid as far as it may.
HORIZON = FARTHEST_START + timedelta(days=400)


def check_start(day: date, now: datetime, clinic: Clinic, field: str) -> None:
    """Raise Refused for a first day that has passed, or that lies further ahead than anybody plans."""
    today = now.astimezone(clinic.tz).date()
    if day < today:
        raise Refused("The start lies in the past.", field)
    if day > today + FARTHEST_START:
        raise Refused("That is more than a year ahead. Check the year.", field)


def calendar_of(clinic: Clinic) -> Calendar:
    """When `clinic` is open, as the schedule reads it."""
    return Calendar(
        zone=clinic.tz,
        open_days=frozenset(day for day, letter in enumerate(clinic.open_days) if letter == "1"),
        holidays=frozenset(clinic.holidays.values_list("day", flat=True)),
        opens_at=clinic.opens_at,
        closes_at=clinic.closes_at,
    )


def places_of(clinic: Clinic, since: datetime, *, therapist_id: int | None = None, besides: Collection[int] = ()) -> Places:
    """Chairs, nurses and therapists of `clinic` and what is claimed of them from `since` on.

    With `therapist_id` only that therapist counts: a patient keeps theirs. Claims of the sessions `besides`
    are left out, so that a session can be moved across its own old time.
    """
    staff = Membership.objects.filter(clinic=clinic, is_active=True, role__in=[Role.NURSE, Role.THERAPIST]).order_by("pk")
    people: dict[str, list[int]] = {Role.NURSE: [], Role.THERAPIST: []}
    for role, user_id in staff.values_list("role", "user_id"):
        people[role].append(user_id)
    therapists = [therapist_id] if therapist_id else people[Role.THERAPIST]
    return Places(
        chairs=tuple(clinic.chairs.order_by("name").values_list("pk", flat=True)),
        nurses=tuple(people[Role.NURSE]),
        therapists=tuple(therapists),
        lanes=clinic.chairs_per_nurse,
        taken=frozenset(_claimed(clinic, since, [*people[Role.NURSE], *therapists], besides)),
    )


def _claimed(clinic: Clinic, since: datetime, people: list[int], besides: Collection[int]) -> set[Claim]:
    bookings = Booking.objects.filter(slot__gte=since, slot__lt=since + HORIZON).exclude(session_id__in=besides)
    here = bookings.filter(session__clinic=clinic)
    taken = {
        Claim(Need(need), chair or person, lane, slot)
        for need, chair, person, lane, slot in here.values_list("need", "chair_id", "person_id", "lane", "slot")
    }
    # Somebody who works elsewhere at that hour is not here, not even for their second chair.
    elsewhere = bookings.filter(person_id__in=people).exclude(session__clinic=clinic)
    for person, slot in elsewhere.values_list("person_id", "slot"):
        taken |= {
            Claim(need, person, lane, slot) for need in (Need.NURSE, Need.THERAPIST) for lane in range(clinic.chairs_per_nurse)
        }
    return taken


def pace_of(patient: Patient, protocol: Protocol, *, besides: Enrolment | None = None) -> Pace:
    """How often `protocol` lets this patient have a dose, with the days of the doses given so far.

    Doses of the course `besides` are left out: its sessions are counted where they stand in its plan. No statement for
    a program that has no limit.
    """
    if protocol.frequency is None:
        return FREE
    rows = Session.objects.given().filter(patient=patient)
    if besides:
        rows = rows.exclude(enrolment=besides)
    tz = patient.clinic.tz
    days = (started_at.astimezone(tz).date() for started_at in rows.values_list("started_at", flat=True) if started_at)
    return Pace(protocol.frequency, tuple(sorted(days)))


def book(session: Session, claims: Collection[Claim]) -> None:
    """Hold these claims for `session`. Raises Overtaken when somebody took one of them meanwhile."""
    try:
        Booking.objects.bulk_create(
            Booking(
                session=session,
                slot=claim.slot,
                need=claim.resource,
                lane=claim.lane,
                chair_id=claim.id if claim.resource == Need.CHAIR else None,
                person_id=claim.id if claim.resource != Need.CHAIR else None,
            )
            for claim in claims
        )
    except IntegrityError as error:
        raise Overtaken("A chair or a person was booked by somebody else meanwhile. Look at the times again.") from error


def release(sessions: Collection[Session]) -> None:
    """Give back what these sessions hold."""
    Booking.objects.filter(session__in=sessions).delete()


def step_of(session: Session) -> Step:
    """The step of the program that a stored session is."""
    spec = SessionSpec(
        kind=Kind(session.kind),
        spacing_days=(session.spacing_days,),
        window_days=session.window_days,
        least_gap_hours=session.least_gap_hours,
        minutes=None if session.is_infusion else minutes_of(session),
        needs=tuple(map(Need, session.needs.split())),
    )
    return Step(session.number, session.infusion, spec)


def minutes_of(session: Session) -> int:
    """How long a stored session is planned to last, recovery included."""
    return int((session.ends_at - session.starts_at).total_seconds()) // 60


def as_dated(session: Session) -> Dated:
    """A stored session as the schedule reads it, without its claims."""
    return Dated(
        step_of(session),
        session.day,
        session.clock,
        session.starts_at,
        session.ends_at,
        session.window_from,
        session.window_to,
        (),
    )
