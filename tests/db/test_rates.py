"""Rate, pause and resume are rows with a time; the pump's own figure stands beside what they come to."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from assessments.services.dosing import start_infusion
from programs.models import PumpReading, RateChange, RoomOrder, Session
from programs.services.infusion import stop_infusion
from programs.services.pump import read_pump, strike_reading
from programs.services.rates import change_rate, correct_rate, pause, resume
from programs.services.record import Stamp
from programs.services.releases import cosign
from programs.services.room_rules import sign_rules
from programs.services.running import running_of
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.errors import Refused


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's 35 mg over 40 minutes are running: 52.5 mg/h."""
    return snapshots.begin_with(cast.running)


def stamp(cast: Cast, session: Session, minute: int) -> Stamp:
    return cast.stamp("nils", session.starts_at + timedelta(minutes=minute))


def by_maya(cast: Cast) -> dict[str, Any]:
    """Maya ordered it by word of mouth, and it was read back."""
    return {"prescriber": cast.users["maya"].pk, "read_back": True}


def given_mg(session: Session, minute: int) -> float:
    course = running_of(session)
    assert course
    return round(float(course.given_until(session.starts_at + timedelta(minutes=minute))) / 1000, 3)


def test_what_was_given_follows_pause_resume_and_rate(cast: Cast, session: Session) -> None:
    pause(session, reason="nausea", stamp=stamp(cast, session, 10))
    resume(session, stamp=stamp(cast, session, 15))
    change_rate(session, mg_per_hour="30", reason="slower", stamp=stamp(cast, session, 25), **by_maya(cast))
    assert [given_mg(session, minute) for minute in (10, 15, 25, 35)] == [8.75, 8.75, 17.5, 22.5]


def test_a_rate_is_written_without_a_zero_behind_the_point(cast: Cast, session: Session) -> None:
    row = change_rate(session, mg_per_hour="30", reason="slower", stamp=stamp(cast, session, 25), **by_maya(cast))
    assert str(row) == "Rate changed: 30 mg/h"


def test_a_pause_is_not_paused_again_but_the_same_sending_is_known(cast: Cast, session: Session) -> None:
    once = stamp(cast, session, 10)
    assert pause(session, stamp=once) == pause(session, stamp=once)
    with pytest.raises(Refused, match="paused already"):
        pause(session, stamp=stamp(cast, session, 11))


def test_what_runs_is_not_resumed(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="not paused"):
        resume(session, stamp=stamp(cast, session, 10))


@pytest.mark.parametrize("typed", ["0", "501", "30,5", "30 mg", "-5", ""])
def test_what_is_no_rate_is_refused(cast: Cast, session: Session, typed: str) -> None:
    with pytest.raises(Refused):
        change_rate(session, mg_per_hour=typed, reason="Maya", stamp=stamp(cast, session, 10))
    assert not RateChange.objects.exists()


def test_stopped_early_keeps_what_was_given(cast: Cast, session: Session) -> None:
    stop_infusion(session, reason="vomiting", stamp=stamp(cast, session, 20))
    assert given_mg(session, 20) == 17.5


def test_the_pumps_figure_stands_beside_the_rates(cast: Cast, session: Session) -> None:
    sign_rules(cast.north, during_every=10, after_every=15, gap_percent=5, actor=cast.actor("maya"))
    stop_infusion(session, reason="vomiting", stamp=stamp(cast, session, 20))
    read_pump(Session.objects.get(pk=session.pk), infused="52", left="51.5", stamp=stamp(cast, session, 25))
    row = PumpReading.objects.get()
    assert (row.measured_ug, row.worked_out_ug) == (17_585, 17_500)


def test_a_gap_over_the_clinics_tolerance_needs_a_reason(cast: Cast, session: Session) -> None:
    sign_rules(cast.north, during_every=10, after_every=15, gap_percent=5, actor=cast.actor("maya"))
    now = stamp(cast, session, 20)
    with pytest.raises(Refused, match="the recorded rates come to"):
        read_pump(session, infused="30", left="73.5", stamp=now)
    read_pump(session, infused="30", left="73.5", reason="line kinked", stamp=replace(now, key=uuid.uuid4()))
    assert PumpReading.objects.get().reason == "line kinked"


def test_the_page_says_what_was_given_to_a_tenth(cast: Cast, session: Session, client: Client) -> None:
    stop_infusion(session, reason="vomiting", stamp=stamp(cast, session, 11))
    client.force_login(cast.users["nils"], backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get(reverse("session", args=[session.public_id])).content.decode()
    assert "<strong>9.6 mg</strong> of 35 mg" in page


def test_a_rate_that_is_not_ordered_needs_a_prescriber_and_a_read_back(cast: Cast, session: Session) -> None:
    now = stamp(cast, session, 10)
    with pytest.raises(Refused, match="Choose the clinician who gave the order"):
        change_rate(session, mg_per_hour="45", reason="dizzy", stamp=now)
    with pytest.raises(Refused, match="Read the order back"):
        change_rate(session, mg_per_hour="45", reason="dizzy", stamp=now, prescriber=cast.users["maya"].pk)
    with pytest.raises(Refused, match="Choose the clinician"):
        change_rate(session, mg_per_hour="45", reason="dizzy", stamp=now, prescriber=cast.users["omar"].pk, read_back=True)
    assert not RoomOrder.objects.exists()


def test_a_verbal_rate_waits_for_the_prescribers_signature(cast: Cast, session: Session) -> None:
    once = stamp(cast, session, 10)
    rows = {change_rate(session, mg_per_hour="45", reason="dizzy", stamp=once, **by_maya(cast)).pk for _ in range(2)}
    waiting = RoomOrder.objects.visible_to(cast.actor("maya")).waiting_for(cast.users["maya"].pk)
    assert (len(rows), [order.words for order in waiting]) == (1, ["Rate 45 mg/h instead of 52.5 mg/h"])
    cosign(waiting[0], actor=cast.actor("maya"))
    assert not waiting.all().exists()


def test_maya_orders_a_rate_herself_and_signs_nothing_twice(cast: Cast, session: Session) -> None:
    at = session.starts_at + timedelta(minutes=10)
    row = change_rate(session, mg_per_hour="45", reason="dizzy", stamp=cast.stamp("maya", at))
    assert row.order
    assert (row.order.is_verbal, row.order.prescriber) == (False, cast.users["maya"])


def test_within_the_range_of_the_order_nobody_is_asked(cast: Cast) -> None:
    session = cast.enrol("paul", starts_on=date(2026, 3, 2)).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    cast.order(session, rate_from="30", rate_to="52.5", at=session.starts_at + timedelta(minutes=2))
    start_infusion(session, stamp=stamp(cast, session, 5))
    running = Session.objects.get(pk=session.pk)
    assert change_rate(running, mg_per_hour="30", reason="dizzy", stamp=stamp(cast, session, 10)).order is None
    with pytest.raises(Refused, match="Choose the clinician"):
        change_rate(running, mg_per_hour="29.9", reason="dizzy", stamp=stamp(cast, session, 12))


@pytest.mark.parametrize(
    ("slowest", "fastest", "said"),
    [
        ("30", "", "Type the number"),
        ("60", "70", "slowest"),
        ("30", "40", "fastest"),
        ("30", "525", "signed for"),
        ("0", "60", "above 0"),
    ],
)
def test_a_range_that_is_none_is_refused(cast: Cast, slowest: str, fastest: str, said: str) -> None:
    session = cast.enrol("paul", starts_on=date(2026, 3, 2)).sessions.get(infusion=1)
    with pytest.raises(Refused, match=said):
        cast.order(session, rate_from=slowest, rate_to=fastest)


def test_nobody_orders_a_rate_beyond_what_the_clinic_signed(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match=r"beyond what this clinic has signed for: 157\.5 mg/h at this weight"):
        change_rate(session, mg_per_hour="450", reason="x", stamp=stamp(cast, session, 10), **by_maya(cast))


def test_a_wrong_time_of_a_pause_is_corrected_and_what_was_given_follows(cast: Cast, session: Session) -> None:
    old = pause(session, stamp=stamp(cast, session, 10))
    resume(session, stamp=stamp(cast, session, 30))
    late = replace(
        stamp(cast, session, 40), happened_at=session.starts_at + timedelta(minutes=20), corrects=old, why="late entry"
    )
    correct_rate(old, stamp=late)
    assert (given_mg(session, 30), RateChange.objects.filter(what="pause").count()) == (17.5, 2)


def test_what_was_given_stands_on_the_session_once_it_is_measured(cast: Cast, session: Session) -> None:
    sign_rules(cast.north, during_every=10, after_every=15, gap_percent=5, actor=cast.actor("maya"))
    stop_infusion(session, reason="vomiting", stamp=stamp(cast, session, 20))
    assert Session.objects.get(pk=session.pk).dose_ug == 17_500
    read_pump(Session.objects.get(pk=session.pk), infused="52", left="51.5", stamp=stamp(cast, session, 25))
    assert Session.objects.get(pk=session.pk).dose_ug == 17_585
    wrong = PumpReading.objects.get()
    strike_reading(wrong, stamp=replace(stamp(cast, session, 30), corrects=wrong, why="wrong patient"))
    assert (Session.objects.get(pk=session.pk).dose_ug, PumpReading.objects.standing().count()) == (17_500, 0)


def test_a_time_put_right_after_an_early_stop_changes_what_was_given(cast: Cast, session: Session) -> None:
    paused = pause(session, stamp=stamp(cast, session, 10))
    stop_infusion(session, reason="Nausea", stamp=stamp(cast, session, 20))
    right = replace(stamp(cast, session, 16), corrects=paused, why="typo")
    correct_rate(paused, stamp=right)
    assert Session.objects.get(pk=session.pk).dose_ug == 14_000


def test_what_another_tablet_recorded_later_is_no_reason_against_an_earlier_row(cast: Cast, session: Session) -> None:
    pause(session, stamp=stamp(cast, session, 20))
    resume(session, stamp=stamp(cast, session, 22))
    pause(session, stamp=stamp(cast, session, 10))
    resume(session, stamp=stamp(cast, session, 12))
    assert given_mg(session, 30) == 22.75  # 26 minutes of 52.5 mg/h
