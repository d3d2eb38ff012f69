"""Nils typed without wifi and went; Maya signs in on his tablet and passes on what she cannot read."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.services.dosing import move_record
from frontend.templatetags.words import clock
from programs.models import Session, SetAside, Vitals
from programs.services import infusion
from programs.services.misfiled import Signed, place_for
from programs.services.pump import read_pump
from tests.cast import Cast
from tests.snapshots import Snapshots
from tests.tablet import READING, Tablet, text
from tracker.accounts.models import Membership
from tracker.audit.models import Event


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Pia's first infusion is running; it is half past ten."""
    session = snapshots.begin_with(cast.running)
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at + timedelta(minutes=30))
    return session


@pytest.fixture
def tablet(cast: Cast, session: Session) -> Tablet:
    """Nils signed in on it at ten."""
    return Tablet(cast.actor("nils"), session.starts_at)


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def post(cast: Cast, *sealed: dict[str, str], name: str = "maya") -> HttpResponse:
    return client_of(cast, name).post(reverse("api_tablet_sealed"), {"rows": list(sealed)}, content_type="application/json")


def outcomes(answer: HttpResponse) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["outcome"] for row in answer.json()["rows"]]


def at(session: Session, minute: int) -> Any:
    return session.starts_at + timedelta(minutes=minute)


def test_a_row_of_nils_that_maya_passes_on_stands_under_nils_at_its_time(cast: Cast, session: Session, tablet: Tablet) -> None:
    assert outcomes(post(cast, tablet.sealed(tablet.row(session, at(session, 10))))) == ["stored"]
    row = Vitals.objects.get(systolic=144)
    assert (row.author, row.happened_at) == ("Nils", at(session, 10))
    assert Event.objects.get(subject_id=str(row.public_id)).reason == "passed on from the tablet by Maya"


def test_passed_on_twice_or_sent_by_nils_himself_it_stands_once(cast: Cast, session: Session, tablet: Tablet) -> None:
    row = tablet.row(session, at(session, 10))
    assert outcomes(post(cast, tablet.sealed(row), tablet.sealed(row))) == ["stored", "known"]
    plain = {name: row[name] for name in ("key", "kind", "happened_at", "values")}
    body = {"patient": row["patient"], "rows": [plain]}
    own = client_of(cast, "nils").post(reverse("api_rows", args=[session.public_id]), body, content_type="application/json")
    assert (outcomes(own), Vitals.objects.filter(systolic=144).count()) == (["known"], 1)


def test_maya_cannot_write_a_row_in_the_name_of_nils(cast: Cast, session: Session, tablet: Tablet) -> None:
    mine = Tablet(cast.actor("maya"), session.starts_at)
    mine.stated = tablet.stated  # his statement, her key
    assert outcomes(post(cast, mine.sealed(mine.row(session, at(session, 10))))) == ["refused"]


def test_a_row_that_was_changed_after_it_was_signed_is_refused(cast: Cast, session: Session, tablet: Tablet) -> None:
    row = tablet.row(session, at(session, 10))
    changed = row | {"values": READING | {"systolic": 114}}
    assert outcomes(post(cast, tablet.sealed(changed, signed=row))) == ["refused"]
    assert not Vitals.objects.filter(systolic=114).exists()


@pytest.mark.parametrize("sealed", ["", "x", "é", "A" * 200, text(b"\x04" * 100)])
def test_what_is_no_envelope_is_refused_and_keeps_no_other_back(
    cast: Cast, session: Session, tablet: Tablet, sealed: str
) -> None:
    good = tablet.sealed(tablet.row(session, at(session, 10)))
    bad = {"key": good["key"], "sealed": sealed or "="}
    assert outcomes(post(cast, bad, good)) == ["refused", "stored"]


def test_an_impossible_row_is_set_aside_in_words_with_the_reason(cast: Cast, session: Session, tablet: Tablet) -> None:
    row = tablet.row(session, at(session, 10), values=READING | {"diastolic": 150})
    assert outcomes(post(cast, tablet.sealed(row), tablet.sealed(row))) == ["set aside", "set aside"]
    kept = SetAside.objects.get()
    assert (kept.author, kept.passed_on_by) == ("Nils", "Maya")
    assert "systolic 144, diastolic 150" in kept.words
    assert "the smaller one" in kept.why_not


def late_pause(cast: Cast, session: Session, tablet: Tablet) -> HttpResponse:
    """Maya stopped the dose after 25 minutes; Nils's tablet was away, and he had paused it from the tenth to the fifteenth."""
    infusion.stop_infusion(session, reason="Nausea", stamp=cast.stamp("maya", at(session, 25)))
    rows = [tablet.row(session, at(session, minute), kind) for minute, kind in ((10, "pause"), (15, "resume"))]
    return post(cast, *(tablet.sealed(row) for row in rows))


def test_a_pause_that_arrives_after_the_end_counts_and_is_marked(cast: Cast, session: Session, tablet: Tablet) -> None:
    assert outcomes(late_pause(cast, session, tablet)) == ["stored", "stored"]
    session.refresh_from_db()
    assert session.dose_ug == 17_500  # 20 of the 25 minutes, at 35 mg in 40
    page = client_of(cast, "nils").get(f"/sessions/{session.public_id}/record/").content.decode()
    assert page.count("(came at 10:30, after the end)") == 2


def test_a_pause_changes_nothing_that_was_measured_already(cast: Cast, session: Session, tablet: Tablet) -> None:
    read_pump(session, infused="10", left="6", stamp=cast.stamp("nils", at(session, 25)))
    assert outcomes(late_pause(cast, session, tablet)) == ["set aside", "set aside"]
    assert "accounted for. Write this as a note" in SetAside.objects.first().why_not


def test_rows_of_somebody_who_left_meanwhile_are_set_aside_not_lost(cast: Cast, session: Session, tablet: Tablet) -> None:
    Membership.objects.filter(user=cast.users["nils"]).update(is_active=False)
    assert outcomes(post(cast, tablet.sealed(tablet.row(session, at(session, 10))))) == ["set aside"]
    assert "no longer works here" in SetAside.objects.get().why_not
    assert not Vitals.objects.filter(systolic=144).exists()


def test_a_key_says_nothing_of_what_was_typed_after_its_twelve_hours(cast: Cast, session: Session) -> None:
    old = Tablet(cast.actor("nils"), session.starts_at - timedelta(hours=13))
    assert outcomes(post(cast, old.sealed(old.row(session, at(session, 10))))) == ["set aside"]
    assert "within the twelve hours" in SetAside.objects.get().why_not


def test_a_row_for_the_wrong_chart_is_set_aside_where_the_record_stands_now(cast: Cast, session: Session, tablet: Tablet) -> None:
    cast.enrol("paul", starts_on=session.day)
    into, paul = place_for(session, cast.patients["paul"]), cast.patients["paul"]
    move_record(session, into, signed=Signed(cast.actor("maya"), "Wrong chart opened", paul.mrn))
    assert outcomes(post(cast, tablet.sealed(tablet.row(session, at(session, 10))))) == ["set aside"]
    assert SetAside.objects.open().get().session == into


def test_omar_of_south_passes_nothing_on_for_north(cast: Cast, session: Session, tablet: Tablet) -> None:
    assert outcomes(post(cast, tablet.sealed(tablet.row(session, at(session, 10))), name="omar")) == ["refused"]
    assert not Vitals.objects.filter(systolic=144).exists()


def test_the_answer_says_nothing_of_the_patient_or_the_row(cast: Cast, session: Session, tablet: Tablet) -> None:
    answer = post(cast, tablet.sealed(tablet.row(session, at(session, 10))), name="dana")
    assert [set(row) for row in answer.json()["rows"]] == [{"key", "outcome"}]


def test_rows_sealed_before_the_key_was_changed_still_open(cast: Cast, session: Session, tablet: Tablet, settings: Any) -> None:
    settings.TABLET_KEYS = ["fedcba9876543210" * 4, *settings.TABLET_KEYS]
    assert outcomes(post(cast, tablet.sealed(tablet.row(session, at(session, 10))))) == ["stored"]


def test_a_clock_that_runs_ahead_is_put_right_and_said(cast: Cast, session: Session, tablet: Tablet) -> None:
    row = tablet.row(session, at(session, 190), clock_ahead_s=3 * 3600)
    assert outcomes(post(cast, tablet.sealed(row))) == ["stored"]
    kept = Vitals.objects.get(systolic=144)
    assert (kept.happened_at, kept.clock_ahead_s) == (at(session, 10), 3 * 3600)


def test_dana_gets_no_key_and_no_word_that_is_no_key_is_stated(cast: Cast) -> None:
    for name, key, status in (("dana", "x", 403), ("nils", "x", 422), ("nils", "", 400)):
        answer = client_of(cast, name).post(reverse("api_tablet_key"), {"key": key}, content_type="application/json")
        assert answer.status_code == status


def read_page(cast: Cast, session: Session, name: str = "nils") -> str:
    return client_of(cast, name).get(reverse("session", args=[session.public_id])).content.decode()


def test_two_tablets_both_rows_stand_and_the_second_is_pointed_out(cast: Cast, session: Session) -> None:
    for name, second in (("nils", 0), ("maya", 40)):
        infusion.record_vitals(session, **READING, stamp=cast.stamp(name, at(session, 10) + timedelta(seconds=second)))
    page = read_page(cast, session)
    assert "by Nils, this one by Maya. Both stand." in page
    assert Vitals.objects.standing().filter(systolic=144).count() == 2


def test_how_far_the_clock_was_off_is_said_beside_the_row(cast: Cast, session: Session, tablet: Tablet) -> None:
    post(cast, tablet.sealed(tablet.row(session, at(session, 13), clock_ahead_s=180)))
    assert "clock 3 min ahead)" in read_page(cast, session)


def test_a_row_that_was_set_aside_stands_on_the_page_until_somebody_says_what_was_done(
    cast: Cast, session: Session, tablet: Tablet
) -> None:
    post(cast, tablet.sealed(tablet.row(session, at(session, 10), values=READING | {"diastolic": 150})))
    assert "From a tablet, not in the record" in read_page(cast, session)
    address = reverse("set_aside_settled", args=[SetAside.objects.get().public_id])
    client_of(cast, "nils").post(address, {"how": "Measured again: 144/92"})
    assert (SetAside.objects.get().settled_by, SetAside.objects.open().count()) == ("Nils", 0)
    assert "Measured again: 144/92" in read_page(cast, session)


def test_the_hour_that_autumn_repeats_says_which_of_the_two_it_is() -> None:
    zone = ZoneInfo("America/New_York")
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert [clock(moment, zone) for moment in (first, first + timedelta(hours=1))] == ["01:30 EDT", "01:30 EST"]
    assert clock(first + timedelta(hours=2), zone) == "02:30"


def test_a_page_learns_that_somebody_wrote_into_the_session(cast: Cast, session: Session) -> None:
    maya, address = client_of(cast, "maya"), reverse("api_tablet", args=[session.public_id])
    before = maya.get(address).json()["changes"]
    assert f'data-changes="{before}"' in maya.get(f"/sessions/{session.public_id}/").content.decode()
    infusion.record_note(session, text="Calm", stamp=cast.stamp("nils", at(session, 10)))
    assert maya.get(address).json()["changes"] == before + 1
