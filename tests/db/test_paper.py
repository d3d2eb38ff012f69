"""The day the power was out: Nils enters the sheet that he kept by hand, by the same rules, and it stays visible as such."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from programs.models import Check, DoseMark, GivenDose, RateChange, Session, Vitals
from programs.services.checklist import checklist_of
from programs.services.offering import switch_program
from programs.services.second_looks import look_again
from programs.services.signing import signed_of
from tests.cast import Cast
from tests.db.test_record_pages import TICKED
from tests.snapshots import Snapshots

SignedIn = Callable[[str], Client]


@pytest.fixture
def planned(cast: Cast, snapshots: Snapshots) -> Session:
    """Yesterday at ten the power was out; Pia was planned, the order signed, and she answered her check-in."""
    return snapshots.begin_with(planned_yesterday, cast)


def planned_yesterday(cast: Cast) -> Session:
    day = timezone.now().astimezone(cast.north.tz).date() - timedelta(days=1)
    session = cast.enrol(starts_on=day).sessions.get(infusion=1)
    cast.order(session, at=session.starts_at)
    cast.let_pass(session, "unanswered", at=session.starts_at)
    return session


def sheet(session: Session, **more: str) -> dict[str, str]:
    """Twelve readings, three events, from ten to a quarter to twelve."""
    typed = {
        "key": str(uuid.uuid4()), "author": "Nils, by hand", "arrived": "10:00", "weight": "70", "unit": "kg",
        "started": "10:12", "ended": "10:52", "note": "The power was out from nine to one.",
        "reading-TOTAL_FORMS": "16", "reading-INITIAL_FORMS": "0", "event-TOTAL_FORMS": "8", "event-INITIAL_FORMS": "0",
        "rate-TOTAL_FORMS": "6", "rate-INITIAL_FORMS": "0", "dose-TOTAL_FORMS": "4", "dose-INITIAL_FORMS": "0",
    }  # fmt: skip
    lines = checklist_of(session.clinic_id)
    for line in lines:
        typed |= {f"line-{line.pk}-answer": "yes", f"line-{line.pk}-detail": "as written"}
    for number in range(12):
        clock = f"{10 + (5 + 9 * number) // 60}:{(5 + 9 * number) % 60:02}"
        numbers = {"clock": clock, "systolic": "124", "diastolic": "80", "pulse": "72", "spo2": "98"}
        typed |= {f"reading-{number}-{name}": value for name, value in numbers.items()}
    for number, what in enumerate(["nausea", "dizziness", "anxiety"]):
        line = {"clock": f"10:2{number}", "what": what, "severity": "mild", "done": "Waited"}
        typed |= {f"event-{number}-{name}": value for name, value in line.items()}
    return typed | {name.replace("line-first", f"line-{lines[0].pk}"): value for name, value in more.items()}


def enter(client: Client, session: Session, **more: str) -> Any:
    return client.post(f"/sessions/{session.public_id}/paper/", sheet(session, **more), follow=True)


def test_a_whole_sheet_goes_in_with_its_own_times_and_whose_paper_it_was(signed_in: SignedIn, planned: Session) -> None:
    page = enter(signed_in("nils"), planned).content.decode()
    assert "What the paper says of going home" in page
    session = Session.objects.get(pk=planned.pk)
    assert (session.state, f"{session.started_at.astimezone(session.clinic.tz):%H:%M}") == ("done", "10:12")
    rows = Vitals.objects.filter(session=session)
    assert {(row.author, row.paper_author) for row in rows} == {("Nils", "Nils, by hand")}
    assert len(rows) == 12
    assert all(row.recorded_at - row.happened_at > timedelta(hours=10) for row in rows)
    assert not Check.objects.filter(session=session, paper_author="").exists()


def test_the_record_says_what_came_from_paper(signed_in: SignedIn, planned: Session) -> None:
    nils = signed_in("nils")
    enter(nils, planned)
    for act, typed in (("thoughts", {"answer": "no", "clock": "11:50"}), ("discharge", TICKED)):
        nils.post(
            f"/sessions/{planned.public_id}/{act}/",
            {"key": str(uuid.uuid4()), "paper_author": "Nils, by hand", **typed},
        )
    page = nils.get(f"/sessions/{planned.public_id}/record/").content.decode()
    assert "Entered from paper" in page
    assert page.count("Nils, by hand") > 12


def test_the_same_sheet_sent_twice_is_entered_once(signed_in: SignedIn, planned: Session) -> None:
    nils, key = signed_in("nils"), str(uuid.uuid4())
    enter(nils, planned, key=key)
    enter(nils, planned, key=key)
    assert (Vitals.objects.count(), DoseMark.objects.count()) == (12, 2)


def test_a_line_that_cannot_be_keeps_the_whole_sheet_out_and_all_that_was_typed(signed_in: SignedIn, planned: Session) -> None:
    answer = enter(signed_in("nils"), planned, **{"reading-3-diastolic": "180"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Reading of 10:32: 124/180" in page
    assert "The power was out from nine to one." in page
    assert not Vitals.objects.exists()


@pytest.mark.parametrize(("typed", "said"), [
    ({"author": ""}, "Write who kept the paper"),
    ({"line-first-answer": ""}, "Checklist"),
    ({"ended": "10:01"}, "ended before it began"),
    ({"unit": ""}, "Choose kg or lb"),
    ({"reading-2-clock": ""}, "At what time?"),
    ({"event-1-what": ""}, "What happened?"),
    ({"reading-0-systolic": "１２４"}, "digits 0 to 9"),
    ({"started": "<b>"}, "Enter a valid time"),
])  # fmt: skip
def test_the_rules_of_the_chair_hold(signed_in: SignedIn, planned: Session, typed: dict[str, str], said: str) -> None:
    answer = enter(signed_in("nils"), planned, **typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Session.objects.get(pk=planned.pk).state == "planned"


def test_a_signed_record_takes_no_sheet(cast: Cast, signed_in: SignedIn, planned: Session) -> None:
    home = cast.sign_record(cast.infuse(cast.enrol("paul", starts_on=planned.day).sessions.get(infusion=1)))
    enter(signed_in("nils"), home)
    assert all(one.is_valid for one in signed_of(home))


def of_pump(number: int, clock: str, what: str, **more: str) -> dict[str, str]:
    return {f"rate-{number}-{name}": value for name, value in {"clock": clock, "what": what, **more}.items()}


def test_pause_resume_and_a_rate_by_word_of_mouth_go_in_by_their_times(cast: Cast, signed_in: SignedIn, planned: Session) -> None:
    slower = {"mg_per_hour": "30", "reason": "Pressure", "prescriber": str(cast.users["maya"].pk), "read_back": "on"}
    typed = of_pump(0, "10:42", "rate", **slower) | of_pump(1, "10:27", "resume") | of_pump(2, "10:22", "pause")
    enter(signed_in("nils"), planned, stopped_because="Nausea", **typed)
    rows = RateChange.objects.filter(session=planned, paper_author="Nils, by hand")
    assert [row.what for row in rows] == ["pause", "resume", "rate"]
    # 25 minutes at 52.5 mg/h, ten at 30.
    assert Session.objects.get(pk=planned.pk).dose_ug == 26_875


def test_a_rate_that_nobody_read_back_keeps_the_sheet_out(cast: Cast, signed_in: SignedIn, planned: Session) -> None:
    slower = {"mg_per_hour": "30", "reason": "Pressure", "prescriber": str(cast.users["maya"].pk)}
    page = enter(signed_in("nils"), planned, **of_pump(0, "10:42", "rate", **slower)).content.decode()
    assert "Pump at 10:42: " in page
    assert "read" in page
    assert not Vitals.objects.exists()


def planned_injection(cast: Cast) -> Session:
    switch_program("six-injections", is_on=True, actor=cast.actor("alma"))
    day = timezone.now().astimezone(cast.north.tz).date() - timedelta(days=1)
    session = cast.enrol(program="six-injections", starts_on=day).sessions.get(infusion=1)
    cast.order(session, at=session.starts_at)
    cast.let_pass(session, "unanswered", at=session.starts_at)
    return session


def of_dose(number: int, clock: str, mg: str, site: str = "left arm") -> dict[str, str]:
    return {f"dose-{number}-{name}": value for name, value in {"clock": clock, "mg": mg, "site": site}.items()}


def test_several_doses_at_times_go_in_and_the_first_begins_the_session(cast: Cast, signed_in: SignedIn) -> None:
    session = planned_injection(cast)
    if session.orders.get().waits_for_look:
        look_again(session.orders.get(), looker=cast.actor("nils"), at=session.starts_at)
    enter(signed_in("nils"), session, **of_dose(0, "10:30", "15"), **of_dose(1, "10:12", "20"))
    session.refresh_from_db()
    assert [mark.what for mark in DoseMark.objects.filter(session=session)] == ["start", "end"]
    assert [row.dose_ug for row in GivenDose.objects.filter(session=session)] == [20_000, 15_000]
    assert (session.state, session.dose_ug, session.started_at.astimezone(session.clinic.tz).minute) == ("done", 35_000, 12)


def test_a_dose_without_its_amount_or_time_is_asked_for_at_its_line(cast: Cast, signed_in: SignedIn) -> None:
    page = enter(signed_in("nils"), planned_injection(cast), **of_dose(0, "10:12", ""), **of_dose(1, "", "20")).content.decode()
    assert "How much?" in page
    assert "At what time?" in page
