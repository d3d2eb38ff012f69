"""Pia moves to another chair: refused where it is taken, once however often it is pressed, and written down."""

from datetime import date, timedelta

import pytest

from assessments.services.dosing import start_infusion
from programs.models import Session
from programs.protocols import Need
from programs.services.chairs import move_to_chair, places_for
from programs.services.infusion import end_infusion
from programs.services.sessions import receive_patient
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.accounts.models import Chair
from tracker.audit.models import Event
from tracker.errors import NotAllowed, Overtaken, Refused

MONDAY = date(2026, 3, 2)


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's first infusion runs in Chair 1."""
    return snapshots.begin_with(cast.running)


@pytest.fixture
def other(cast: Cast) -> Chair:
    return Chair.objects.get(clinic=cast.north, name="Chair 2")


def move(cast: Cast, session: Session, chair: Chair, name: str = "nils", *, minutes: int = 20) -> None:
    at = session.starts_at + timedelta(minutes=minutes)
    move_to_chair(session, chair, was_in=session.chair_id, actor=cast.actor(name), at=at)


def test_she_sits_there_and_the_rest_of_her_time_is_booked_there(cast: Cast, session: Session, other: Chair) -> None:
    was = session.chair
    move(cast, session, other)
    session.refresh_from_db()
    assert session.chair == other
    booked = session.bookings.filter(need=Need.CHAIR).order_by("slot").values_list("chair__name", flat=True)
    assert was
    assert list(booked)[:2] == [was.name, other.name]
    assert set(booked[1:]) == {other.name}


def test_the_move_stands_in_the_record_with_who_from_and_to(cast: Cast, session: Session, other: Chair) -> None:
    move(cast, session, other)
    event = Event.objects.get(verb="moved to another chair")
    assert (event.who, event.was, event.now, event.patient_id) == ("Nils", "Chair 1", "Chair 2", session.patient_id)


def test_a_second_press_changes_nothing(cast: Cast, session: Session, other: Chair) -> None:
    shown = session.chair_id
    for _ in range(2):
        move_to_chair(session, other, was_in=shown, actor=cast.actor("nils"), at=session.starts_at)
    assert Event.objects.filter(verb="moved to another chair").count() == 1


def test_a_chair_with_somebody_in_it_is_refused_by_name(cast: Cast, session: Session, other: Chair) -> None:
    paul = cast.enrol("paul", starts_on=MONDAY).sessions.get(infusion=1)
    Session.objects.filter(pk=paul.pk).update(chair=other)
    receive_patient(Session.objects.get(pk=paul.pk), actor=cast.actor("nils"), at=session.starts_at)
    with pytest.raises(Refused, match="Chair 2 is taken: Paul Ibarra is there"):
        move(cast, session, other)


def test_who_is_here_goes_before_who_is_only_booked_there(cast: Cast, session: Session, other: Chair) -> None:
    cast.enrol("paul", starts_on=MONDAY)
    [place] = places_for(session, actor=cast.actor("nils"), at=session.starts_at)
    assert (place.sits, place.booked) == ("", "booked for Paul Ibarra, 10:00")
    move(cast, session, other)
    assert session.chair == other
    assert set(session.bookings.filter(need=Need.CHAIR).values_list("chair__name", flat=True)) == {"Chair 1"}


def test_who_is_not_here_yet_is_not_planned_into_a_chair_that_is_booked(cast: Cast, session: Session, other: Chair) -> None:
    paul = cast.enrol("paul", starts_on=MONDAY).sessions.get(infusion=2)
    with pytest.raises(Refused, match="Chair 1 is taken: booked for Pia Northwood, 10:00"):
        move_to_chair(
            paul, Chair.objects.get(clinic=cast.north, name="Chair 1"), was_in=other.pk, actor=cast.actor("nils"),
            at=session.starts_at,
        )  # fmt: skip


def test_a_chair_whose_patient_went_home_early_is_free(cast: Cast, session: Session, other: Chair) -> None:
    paul = cast.enrol("paul", starts_on=MONDAY).sessions.get(infusion=1)
    cast.prepare(paul, paul.starts_at)
    start_infusion(paul, stamp=cast.stamp("nils", paul.starts_at))
    end_infusion(resting := Session.objects.get(pk=paul.pk), stamp=cast.stamp("nils", paul.starts_at + timedelta(minutes=15)))
    with pytest.raises(Refused, match="Paul Ibarra is there"):
        move(cast, session, other)
    cast.leave(resting, paul.starts_at + timedelta(minutes=18))
    move(cast, session, other)
    assert session.chair == other


def test_who_moved_her_first_is_right(cast: Cast, session: Session, other: Chair) -> None:
    third = Chair.objects.create(clinic=cast.north, name="Chair 3")
    shown = session.chair_id
    move(cast, session, other)
    with pytest.raises(Overtaken, match="to Chair 2"):
        move_to_chair(session, third, was_in=shown, actor=cast.actor("maya"), at=session.starts_at)


@pytest.mark.parametrize("name", ["theo", "alma", "omar", "pia"])
def test_others_move_nobody(cast: Cast, session: Session, other: Chair, name: str) -> None:
    with pytest.raises(NotAllowed):
        move(cast, session, other, name)


def test_a_chair_of_another_clinic_is_none(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="another clinic"):
        move(cast, session, Chair.objects.filter(clinic=cast.south)[0])


def test_who_went_home_moves_no_more(cast: Cast, session: Session, other: Chair) -> None:
    end_infusion(session, stamp=cast.stamp("nils", session.ends_at))
    cast.leave(session, session.ends_at)
    with pytest.raises(Refused, match="done"):
        move(cast, session, other)


def test_the_page_says_which_chairs_are_free(cast: Cast, session: Session, other: Chair) -> None:
    [place] = places_for(session, actor=cast.actor("nils"), at=session.starts_at)
    assert (place.chair, place.sits, place.booked) == (other, "", "")
