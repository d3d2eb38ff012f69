"""A tablet that was left alone is locked: it shows nothing of a patient and opens nothing, until its owner is back."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.models import Session
from programs.services import infusion
from programs.services.room_rules import sign_rules
from tests.cast import PASSWORD, Cast
from tests.snapshots import Snapshots


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Pia's dose is running in chair 1; her next vitals are due at 10:10."""
    session = snapshots.begin_with(cast.prepared)
    sign_rules(cast.north, during_every=10, after_every=15, serious_words="Stop. Oxygen. Call Maya.", actor=cast.actor("maya"))
    infusion.start_infusion(session, safety_answered_at=session.starts_at, stamp=cast.stamp("nils", session.starts_at))
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at + timedelta(minutes=5))
    return session


@pytest.fixture
def nils(signed_in, session: Session) -> Client:
    """Nils locked his tablet on Pia's page."""
    client: Client = signed_in("nils")
    client.post(reverse("lock"), {"next": reverse("session", args=[session.public_id])})
    return client


def unlock(client: Client, password: str) -> HttpResponse:
    return client.post(reverse("locked"), {"password": password})


def test_the_lock_keeps_the_next_vitals_and_the_card_in_view_and_no_name(nils: Client, session: Session) -> None:
    page = nils.get(reverse("locked")).content.decode()
    assert session.patient.legal_name not in page
    assert [words in page for words in ("Next vitals at 10:10", "Oxygen. Call Maya.", "tel:911")] == [True] * 3


@pytest.mark.parametrize("name", ["home", "today", "worklist", "switch", "people"])
def test_while_it_is_locked_every_page_leads_to_the_lock(nils: Client, name: str) -> None:
    assert nils.get(reverse(name)).url == reverse("locked")


def test_while_it_is_locked_the_session_opens_nothing(nils: Client, session: Session) -> None:
    address = reverse("session", args=[session.public_id])
    assert nils.get(address).url == reverse("locked")
    body = {"patient": str(session.patient.public_id), "rows": []}
    assert nils.post(reverse("api_rows", args=[session.public_id]), body, content_type="application/json").status_code == 403


def test_the_password_leads_back_to_where_it_was_locked(nils: Client, session: Session) -> None:
    address = reverse("session", args=[session.public_id])
    assert unlock(nils, PASSWORD).url == address
    assert nils.get(address).status_code == 200


def test_a_wrong_password_is_said_and_opens_nothing(nils: Client) -> None:
    answer = unlock(nils, "not this one, I think")
    assert (answer.status_code, b"This is not the password" in answer.content) == (422, True)
    assert nils.get(reverse("today")).url == reverse("locked")


def test_the_way_back_leads_to_no_other_site(signed_in, cast: Cast) -> None:
    client = signed_in("nils")
    client.post(reverse("lock"), {"next": "//evil.example/"})
    assert unlock(client, PASSWORD).url == reverse("home")


def test_the_minutes_that_maya_sets_are_on_the_next_page_of_the_clinic(signed_in) -> None:
    maya = signed_in("maya")
    maya.post("/room/tablets/", {"minutes": "5"})
    assert 'data-lock-after="5"' in maya.get("/room/").content.decode()
    assert 'data-lock-after="15"' in signed_in("omar").get("/room/").content.decode()


@pytest.mark.parametrize("minutes", ["0", "61", "", "１５"])
def test_a_tablet_covers_itself_within_the_hour(signed_in, minutes: str) -> None:
    assert signed_in("maya").post("/room/tablets/", {"minutes": minutes}).status_code == 422
