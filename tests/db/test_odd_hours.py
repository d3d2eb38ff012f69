"""A session that runs over midnight, and one in the night on which an hour comes twice: every row is taken, in order."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client

from assessments.services.dosing import start_infusion
from programs.models import Session, Vitals
from programs.services.board import board_of
from programs.services.infusion import end_infusion, record_vitals, record_weight
from programs.services.record import moment_of
from programs.services.room_rules import sign_rules
from programs.services.sessions import hold_session
from tests.cast import Cast
from tracker.errors import Refused


def run_from(cast: Cast, began: datetime) -> Session:
    """Pia's first infusion, begun at that moment; vitals are due every ten minutes."""
    sign_rules(cast.north, during_every=10, after_every=15, actor=cast.actor("maya"))
    session = cast.enrol(starts_on=began.astimezone(cast.north.tz).date()).sessions.get(infusion=1)
    cast.prepare(session, began)
    start_infusion(session, stamp=cast.stamp("nils", began))
    return Session.objects.get(pk=session.pk)


def read(cast: Cast, session: Session, at: datetime, systolic: int = 130) -> None:
    record_vitals(session, systolic=systolic, diastolic=80, pulse=80, spo2=98, stamp=cast.stamp("nils", at))


def test_what_happens_after_midnight_belongs_to_the_evening_it_began(cast: Cast) -> None:
    began = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # half past eleven in the north
    session = run_from(cast, began)
    read(cast, session, began + timedelta(minutes=40))
    [seat] = [seat for tile in board_of(cast.actor("nils"), at=began + timedelta(minutes=45)) for seat in tile.here]
    assert (seat.session, seat.read_at) == (session, began + timedelta(minutes=40))
    end_infusion(session, stamp=cast.stamp("nils", began + timedelta(minutes=90)))
    assert Session.objects.get(pk=session.pk).ended_at == began + timedelta(minutes=90)


def test_a_time_that_is_typed_the_day_after_is_of_the_night_not_of_the_morning_before(
    cast: Cast, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    began = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # half past eleven in the north
    session = run_from(cast, began)
    stand_at(began + timedelta(hours=14))
    signed_in("nils").post(f"/sessions/{session.public_id}/end/", {"key": str(uuid.uuid4()), "clock": "00:10"})
    assert Session.objects.get(pk=session.pk).ended_at == began + timedelta(minutes=40)


def test_who_came_before_midnight_is_weighed_and_dosed_after_it(cast: Cast) -> None:
    came = datetime(2026, 3, 3, 4, 50, tzinfo=UTC)  # ten to midnight in the north
    session = cast.enrol(starts_on=date(2026, 3, 2)).sessions.get(infusion=1)
    cast.prepare(session, came)
    after = came + timedelta(minutes=20)
    record_weight(session, typed="70.2", unit="kg", stamp=cast.stamp("nils", after))
    start_infusion(session, stamp=cast.stamp("nils", after))
    assert Session.objects.get(pk=session.pk).started_at == after


def test_a_hold_of_before_midnight_is_released_after_it(cast: Cast) -> None:
    came = datetime(2026, 3, 3, 4, 50, tzinfo=UTC)  # ten to midnight in the north
    session = cast.enrol(starts_on=date(2026, 3, 2)).sessions.get(infusion=1)
    cast.prepare(session, came)
    hold_session(session, actor=cast.actor("nils"), reason="No ride home yet", at=came)
    cast.let_pass(Session.objects.get(pk=session.pk), "held", at=came + timedelta(minutes=20))
    assert Session.objects.get(pk=session.pk).state == Session.State.ARRIVED


def test_after_midnight_a_dose_is_stopped_without_typing_when(
    cast: Cast, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    began = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # half past eleven in the north
    session = run_from(cast, began)
    stand_at(began + timedelta(hours=1))
    signed_in("nils").post(f"/sessions/{session.public_id}/stop/", {"key": str(uuid.uuid4()), "reason": "Pressure"})
    assert Session.objects.get(pk=session.pk).ended_at == began + timedelta(hours=1)


def test_a_clock_time_before_the_dose_is_of_its_evening(cast: Cast) -> None:
    session = Session(day=date(2026, 3, 2), clinic=cast.north, started_at=datetime(2026, 3, 3, 4, 30, tzinfo=UTC))
    clocks = [time(23, 10), time(23, 30), time(0, 10), time(11), time(11, 40)]
    assert [moment_of(session, clock).astimezone(cast.north.tz).day for clock in clocks] == [2, 2, 3, 3, 2]


@pytest.mark.parametrize("hours", [-1, 13])
def test_what_lies_outside_of_that_night_does_not(cast: Cast, hours: int) -> None:
    began = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
    session = run_from(cast, began)
    with pytest.raises(Refused, match="must be on that day"):
        read(cast, session, began + timedelta(hours=24 + hours if hours < 0 else hours))


def test_the_hour_that_comes_twice_keeps_every_row_in_order(cast: Cast) -> None:
    began = datetime(2026, 11, 1, 5, 20, tzinfo=UTC)  # 01:20 in the north, for the first time
    session = run_from(cast, began)
    for number in range(1, 7):
        read(cast, session, began + timedelta(minutes=15 * number), 130 + number)
    rows = Vitals.objects.filter(session=session, systolic__gt=130)
    assert [row.systolic for row in rows] == [131, 132, 133, 134, 135, 136]
    [seat] = [seat for tile in board_of(cast.actor("nils"), at=began + timedelta(minutes=95)) for seat in tile.here]
    assert seat.reading
    assert (seat.reading.systolic, seat.due_at) == (136, began + timedelta(minutes=105))


def test_the_hour_that_is_left_out_makes_no_reading_late(cast: Cast) -> None:
    began = datetime(2026, 3, 8, 6, 55, tzinfo=UTC)  # 01:55 in the north; five minutes later it is 03:00
    session = run_from(cast, began)
    read(cast, session, began + timedelta(minutes=4))
    [seat] = [seat for tile in board_of(cast.actor("nils"), at=began + timedelta(minutes=6)) for seat in tile.here]
    assert seat.due_at == began + timedelta(minutes=14)
