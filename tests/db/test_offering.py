"""A clinic offers the programs that it switched on: row, event, and what it decides about."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
from django.test import Client
from django.urls import reverse

from assessments.services.dosing import facts_of
from programs.models import Enrolment, ProgramSwitch, Session
from programs.services.before_dose import what_stops_start
from programs.services.enrolling import Wish, draft_course, lacking_consents
from programs.services.offering import offered_programs, switch_program
from programs.services.orders import order_sentence
from tests.cast import SIX, TALK, WEEKLY, Cast
from tests.ordering import as_signed, as_typed
from tracker.audit.models import AuditRow, Event
from tracker.errors import NotAllowed, Refused

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 2, 26, 15, tzinfo=UTC)
ESKETAMINE = "esketamine-nasal"


@pytest.fixture
def esketamine(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Enrolment:
    """Pia's course of nasal esketamine."""
    switch_program(ESKETAMINE, is_on=True, actor=cast.actor("alma"))
    return cast.enrol(program=ESKETAMINE, starts_on=MONDAY)


def lines(session: Session, at: datetime) -> list[str]:
    """What is said to be missing before the dose."""
    return [stop.words for stop in what_stops_start(facts_of(session, at=at))]


def test_a_clinic_that_never_decided_offers_the_three(cast: Cast) -> None:
    assert sorted(offered_programs(cast.north.pk)) == sorted([SIX, TALK, WEEKLY])


def test_alma_switches_esketamine_on_for_the_north_only(cast: Cast) -> None:
    switch_program(ESKETAMINE, is_on=True, actor=cast.actor("alma"), at=NOW)
    row = ProgramSwitch.objects.get()
    assert (row.clinic, row.changed_by, row.changed_at) == (cast.north, "Alma", NOW)
    assert ESKETAMINE in offered_programs(cast.north.pk)
    assert ESKETAMINE not in offered_programs(cast.south.pk)


def test_each_switch_is_an_audit_row_and_an_event(cast: Cast) -> None:
    for is_on in (True, False):
        switch_program(ESKETAMINE, is_on=is_on, actor=cast.actor("alma"), at=NOW)
    assert list(Event.objects.filter(subject="programswitch").order_by("pk").values_list("verb", "who", "label")) == [
        ("switched on", "Alma", ESKETAMINE),
        ("switched off", "Alma", ESKETAMINE),
    ]
    assert AuditRow.objects.filter(subject="programswitch", subject_id=ESKETAMINE).count() == 2


def test_switching_on_what_is_on_writes_nothing(cast: Cast) -> None:
    switch_program(SIX, is_on=True, actor=cast.actor("alma"))
    assert not ProgramSwitch.objects.exists()


@pytest.mark.parametrize("name", ["nils", "theo", "dana", "pia"])
def test_who_is_neither_manager_nor_clinician_switches_nothing(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        switch_program(SIX, is_on=False, actor=cast.actor(name))


def test_nobody_is_enrolled_in_what_is_off(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    pia = cast.patients["pia"]
    with pytest.raises(Refused, match="does not offer that program"):
        draft_course(pia, Wish(ESKETAMINE, "depression", MONDAY, time(10)), actor=cast.actor("maya"), at=NOW)
    assert signed_in("maya").get(reverse("enrol", args=[pia.public_id, ESKETAMINE])).status_code == 404
    assert "Esketamine" not in signed_in("maya").get(reverse("choose_program", args=[pia.public_id])).content.decode()


def test_a_course_that_has_begun_goes_on_when_its_program_is_switched_off(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    switch_program(SIX, is_on=False, actor=cast.actor("alma"))
    assert cast.infuse(course.sessions.get(infusion=1)).state == "done"


def test_alma_switches_a_program_on_its_page(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    alma = signed_in("alma")
    page = alma.post(reverse("program_switch", args=[ESKETAMINE]), {"to": "on"}, follow=True).content.decode()
    assert "Esketamine, nasal is offered now." in page
    assert "Switched on by Alma" in page


def test_a_switch_without_on_or_off_changes_nothing(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("alma").post(reverse("program_switch", args=[SIX]), follow=True)
    assert "Choose on or off." in page.content.decode()
    assert SIX in offered_programs(cast.north.pk)


def test_nils_reads_the_programs_and_finds_no_switch(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("nils").get(reverse("programs")).content.decode()
    assert "Theophylline or aminophylline" in page
    assert "Switch on" not in page


# Orders in mg and in devices.


def test_maya_orders_esketamine_in_devices_and_the_session_says_so(
    cast: Cast, esketamine: Enrolment, signed_in: Callable[[str], Client], stand_at: Callable
) -> None:
    session = esketamine.sessions.get(infusion=1)
    stand_at(session.starts_at)
    signed_in("maya").post(reverse("session_order", args=[session.public_id]), as_signed(cast, session, mg="56"))
    said = "esketamine nasal · 56 mg = 2 devices × 28 mg"
    assert order_sentence(session.orders.get()) == said
    assert said in signed_in("nils").get(reverse("session", args=[session.public_id])).content.decode()


def test_nobody_consents_to_off_label_use_of_what_is_licensed(cast: Cast, esketamine: Enrolment) -> None:
    assert [to.value for to in lacking_consents(esketamine, [])] == ["program"]
    paul = cast.enrol("paul", starts_on=MONDAY)
    assert [to.value for to in lacking_consents(paul, [])] == ["program", "off-label"]


@pytest.mark.parametrize(("program", "title"), [(SIX, "Infusion"), (WEEKLY, "Injection"), (ESKETAMINE, "Nasal dose")])
def test_a_session_is_called_by_what_is_given(cast: Cast, program: str, title: str) -> None:
    switch_program(ESKETAMINE, is_on=True, actor=cast.actor("alma"))
    session = cast.enrol(program=program, starts_on=MONDAY).sessions.get(infusion=1)
    assert session.title == title


@pytest.mark.parametrize("mg", ["50", "112", "56.0 mg", ""])
def test_a_part_of_a_device_or_too_many_is_refused(cast: Cast, esketamine: Enrolment, mg: str) -> None:
    session = esketamine.sessions.get(infusion=1)
    with pytest.raises(Refused) as refusal:
        cast.order(session, mg=mg, at=session.starts_at)
    assert refusal.value.field == "mg"


def test_a_device_needs_no_weight_before_it_is_given(cast: Cast, esketamine: Enrolment) -> None:
    session = esketamine.sessions.get(infusion=1)
    at = session.starts_at
    cast.order(session, mg="56", at=at)
    assert not any("weight" in line for line in lines(session, at))


def test_maya_orders_a_fixed_dose_where_nothing_is_proposed(
    cast: Cast, signed_in: Callable[[str], Client], stand_at: Callable
) -> None:
    switch_program("six-injections", is_on=True, actor=cast.actor("alma"))
    session = cast.enrol(program="six-injections", starts_on=MONDAY).sessions.get(infusion=1)
    stand_at(session.starts_at)
    page = signed_in("maya").post(
        reverse("session_order", args=[session.public_id]), as_signed(cast, session, mg="35"), follow=True
    )
    assert "ketamine IM · 35 mg, fixed, at 70 kg" in page.content.decode()


def test_a_fixed_dose_beyond_the_most_per_kg_is_refused_at_its_field_and_stays_typed(
    cast: Cast, signed_in: Callable[[str], Client], stand_at: Callable
) -> None:
    switch_program("six-injections", is_on=True, actor=cast.actor("alma"))
    session = cast.enrol(program="six-injections", starts_on=MONDAY).sessions.get(infusion=1)
    stand_at(session.starts_at)
    page = signed_in("maya").post(reverse("session_order", args=[session.public_id]), as_typed(session, mg="70.1"))
    assert page.context["form"].errors["mg"] == ["70.1 mg for 70 kg is beyond what this program allows (1 mg/kg)."]
    assert 'value="70.1"' in page.content.decode()


# How often.


def test_a_booster_within_two_weeks_of_another_courses_dose_is_planned_later_and_not_started_before(cast: Cast) -> None:
    series = cast.enrol(starts_on=MONDAY)
    given = cast.infuse(series.sessions.get(infusion=1))
    Enrolment.objects.filter(pk=series.pk).update(state="stopped", state_reason="test")
    switch_program("booster", is_on=True, actor=cast.actor("alma"))
    booster = cast.enrol(program="booster", starts_on=date(2026, 3, 9)).sessions.get()
    assert (given.day, booster.day) == (MONDAY, date(2026, 3, 16))
    early = lines(booster, datetime(2026, 3, 15, 20, tzinfo=UTC))
    assert "No dose before Monday, Mar 16: this program allows at most 1 dose in 14 days." in early
    assert not any("No dose before" in line for line in lines(booster, booster.starts_at))
