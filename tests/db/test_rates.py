"""Rate, pause and resume are rows with a time; the pump's own figure stands beside what they come to."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from assessments.services.dosing import start_infusion
from programs.models import PumpReading, RateChange, Session
from programs.services.infusion import stop_infusion
from programs.services.rates import change_rate, pause, read_pump, resume, running_of
from programs.services.record import Stamp
from programs.services.room_rules import sign_rules
from tests.cast import Cast
from tracker.errors import Refused


@pytest.fixture
def session(cast: Cast) -> Session:
    """Pia's 35 mg over 40 minutes are running: 52.5 mg/h."""
    session = cast.enrol(starts_on=date(2026, 3, 2)).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    start_infusion(session, stamp=cast.stamp("nils", session.starts_at))
    return Session.objects.get(pk=session.pk)


def stamp(cast: Cast, session: Session, minute: int) -> Stamp:
    return cast.stamp("nils", session.starts_at + timedelta(minutes=minute))


def given_mg(session: Session, minute: int) -> float:
    course = running_of(session)
    assert course
    return round(float(course.given_until(session.starts_at + timedelta(minutes=minute))) / 1000, 3)


def test_what_was_given_follows_pause_resume_and_rate(cast: Cast, session: Session) -> None:
    pause(session, reason="nausea", stamp=stamp(cast, session, 10))
    resume(session, stamp=stamp(cast, session, 15))
    change_rate(session, mg_per_hour="30", reason="Maya: slower", stamp=stamp(cast, session, 25))
    assert [given_mg(session, minute) for minute in (10, 15, 25, 35)] == [8.75, 8.75, 17.5, 22.5]


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
