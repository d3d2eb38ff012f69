"""The pages after the dose: what is ticked is kept when refused; the record is read, signed, added to, and printed empty."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from programs.models import Addendum, Discharge, RecordSignature, Session, Vitals
from programs.services import infusion
from programs.services.events import call_serious, record_event, say_more
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.alerts.models import Alert

SignedIn = Callable[[str], Client]
TICKED = {
    "activity": "2", "respiration": "2", "consciousness": "2", "oxygen": "2", "dissociation_gone": "yes", "walks": "yes",
    "oriented": "yes", "nausea_controlled": "yes", "line_out": "yes", "instructions_given": "yes", "next_named": "yes",
    "escort": "Ana Northwood, sister", "comfort": "4", "clock": "12:00",
}  # fmt: skip


@pytest.fixture
def resting(cast: Cast, snapshots: Snapshots) -> Session:
    """Yesterday at 10:45 Pia's dose ended; at noon she was measured, and is not discharged yet."""
    return snapshots.begin_with(measured_yesterday, cast)


def measured_yesterday(cast: Cast) -> Session:
    day = timezone.now().astimezone(cast.north.tz).date() - timedelta(days=1)
    session = cast.give(cast.enrol(starts_on=day).sessions.get(infusion=1))
    infusion.record_vitals(session, systolic=124, diastolic=80, pulse=72, spo2=98, stamp=cast.stamp("nils", session.ends_at))
    return session


def post(client: Client, session: Session, act: str, **typed: Any) -> Any:
    return client.post(f"/sessions/{session.public_id}/{act}/", {"key": str(uuid.uuid4()), **typed}, follow=True)


def test_nils_asks_discharges_signs_and_maya_reviews(signed_in: SignedIn, resting: Session) -> None:
    nils = signed_in("nils")
    post(nils, resting, "thoughts", answer="no", clock="11:50")
    assert "Sign the record" in post(nils, resting, "discharge", **TICKED).content.decode()
    post(nils, resting, "sign", reason="The cuff failed")
    maya = signed_in("maya")
    assert "Records waiting for a clinician: 1" in maya.get("/patients/").content.decode()
    post(maya, resting, "review")
    assert "Records waiting" not in maya.get("/patients/").content.decode()
    assert RecordSignature.objects.count() == 2


def test_what_was_ticked_is_there_when_a_line_is_missing(signed_in: SignedIn, resting: Session) -> None:
    answer = post(signed_in("nils"), resting, "discharge", **TICKED)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "not asked about new suicidal thoughts" in page
    assert 'value="Ana Northwood, sister"' in page
    assert page.count("checked") == len(TICKED) - 2


def test_a_yes_is_an_alert_on_the_page(signed_in: SignedIn, resting: Session) -> None:
    page = post(signed_in("nils"), resting, "thoughts", answer="yes", words="Wishes not to wake up", clock="11:50")
    assert Alert.objects.open().get(level="urgent").rule.endswith("Wishes not to wake up")
    assert "An urgent alert is open" in page.content.decode()
    page = post(signed_in("nils"), resting, "discharge", **TICKED)
    assert "writes the outcome of the alert first" in page.content.decode()


def test_against_advice_by_word_of_mouth(cast: Cast, signed_in: SignedIn, resting: Session) -> None:
    typed = {"clock": "11:00", "way": "against advice", "reason": "Wants to go", "clinician": cast.users["maya"].pk}
    assert "Read the order back" in post(signed_in("nils"), resting, "discharge", **typed).content.decode()
    post(signed_in("nils"), resting, "discharge", **typed, read_back="on")
    assert (Discharge.objects.get().way, Discharge.objects.get().is_verbal) == ("against advice", True)


def test_the_record_says_of_which_event_and_how_much_was_given(cast: Cast, signed_in: SignedIn, resting: Session) -> None:
    stamps = [cast.stamp("nils", resting.started_at + timedelta(minutes=minutes)) for minutes in (10, 11, 12)]
    event = record_event(resting, what="nausea", stamp=stamps[0])
    record_event(resting, what="rash", stamp=stamps[1])
    say_more(event, severity="moderate", stamp=stamps[2])
    call_serious(event, actor=cast.actor("nils"))
    page = " ".join(signed_in("nils").get(f"/sessions/{resting.public_id}/record/").content.decode().split())
    assert "Nausea or vomiting of 10:15: <strong>moderate</strong>" in page
    assert "<strong>Nausea or vomiting</strong> · <strong>Serious</strong>, review open" in page
    assert "Given: <strong>35 mg</strong> of 35 mg ordered" in page


def test_a_changed_row_shows_on_the_page(cast: Cast, signed_in: SignedIn, resting: Session) -> None:
    signed = cast.sign_record(cast.discharge(resting))
    address = f"/sessions/{signed.public_id}/record/"
    assert signed_in("maya").get(address).content.decode().count("Unchanged since.") == 2
    Vitals.objects.filter(session=signed, systolic=122).update(systolic=112)
    assert signed_in("maya").get(address).content.decode().count("Not valid: the record was changed") == 2


def test_an_addendum_is_written_on_the_page(cast: Cast, signed_in: SignedIn, resting: Session) -> None:
    signed = cast.sign_record(cast.discharge(resting))
    page = post(signed_in("maya"), signed, "addenda", text="She called: no nausea since.").content.decode()
    assert "She called: no nausea since." in page
    assert Addendum.objects.get().author == "Maya"


def test_the_sheets_of_today_name_who_is_still_here(cast: Cast, signed_in: SignedIn, resting: Session) -> None:
    page = signed_in("nils").get("/today/sheets/").content.decode()
    assert page.count('<div class="sheet">') == 2
    assert "Pia Northwood" in page
