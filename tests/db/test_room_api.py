"""A tablet sends what Nils typed in batches: each row once, each answered for itself."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.models import Note, RateChange, Session, Vitals
from programs.services import infusion
from tests.cast import Cast
from tests.snapshots import Snapshots

READING = {"systolic": 144, "diastolic": 92, "pulse": 88, "spo2": 97}


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Pia's first infusion is running since five past ten; it is half past."""
    session = snapshots.begin_with(cast.prepared)
    infusion.start_infusion(
        session, safety_answered_at=session.starts_at, stamp=cast.stamp("nils", session.starts_at + timedelta(minutes=5))
    )
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at + timedelta(minutes=30))
    return Session.objects.get(pk=session.pk)


def row(kind: str, at: datetime, **values: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "kind": kind, "happened_at": at.isoformat(), "values": values}


def send(
    cast: Cast, session: Session, *rows: dict[str, Any], name: str = "nils", patient: uuid.UUID | None = None
) -> HttpResponse:
    client = Client()
    client.force_login(cast.users[name], backend=settings.AUTHENTICATION_BACKENDS[0])
    body = {"patient": str(patient or session.patient.public_id), "rows": list(rows)}
    return client.post(reverse("api_rows", args=[session.public_id]), body, content_type="application/json")


def outcomes(answer: HttpResponse) -> list[str]:
    assert answer.status_code == 200
    return [row["outcome"] for row in answer.json()["rows"]]


def test_rows_come_in_together_at_the_times_they_happened(cast: Cast, session: Session) -> None:
    times = [session.starts_at + timedelta(minutes=minute) for minute in (10, 20)]
    answer = send(cast, session, *(row("vitals", at, **READING) for at in times), row("note", times[1], text="calm"))
    assert outcomes(answer) == ["stored", "stored", "stored"]
    assert list(Vitals.objects.filter(session=session, systolic=144).values_list("happened_at", flat=True)) == times
    assert Note.objects.get().author == "Nils"


def test_the_same_batch_again_adds_nothing_and_names_the_same_rows(cast: Cast, session: Session) -> None:
    batch = [row("vitals", session.starts_at, **READING), row("note", session.starts_at, text="calm")]
    first, again = send(cast, session, *batch).json()["rows"], send(cast, session, *batch).json()["rows"]
    assert [one["outcome"] for one in again] == ["known", "known"]
    assert [(one["id"], one["recorded_at"]) for one in again] == [(one["id"], one["recorded_at"]) for one in first]
    assert (Vitals.objects.filter(systolic=144).count(), Note.objects.count()) == (1, 1)


def test_one_row_that_cannot_be_keeps_no_other_back(cast: Cast, session: Session) -> None:
    wrong = row("vitals", session.starts_at, **READING | {"diastolic": 150})
    answer = send(cast, session, wrong, row("vitals", session.starts_at, **READING))
    assert outcomes(answer) == ["refused", "stored"]
    assert "the second number of a blood pressure is the smaller one" in answer.json()["rows"][0]["why"]
    assert answer.json()["rows"][0]["field"] == "diastolic"


def test_a_first_weight_is_confirmed_over_the_api_as_on_the_page(cast: Cast, session: Session) -> None:
    typed = row("weight", session.starts_at, typed="154", unit="kg")
    [asked] = send(cast, session, typed).json()["rows"]
    assert (asked["outcome"], asked["field"]) == ("refused", "sure")
    assert "first weight of this patient: 154 kg = 339.5 lb" in asked["why"]
    sure = typed | {"values": {"typed": "154", "unit": "kg", "sure": asked["why"]}}
    assert outcomes(send(cast, session, sure)) == ["stored"]
    assert outcomes(send(cast, session, typed)) == ["known"]


def test_a_key_with_other_content_is_refused(cast: Cast, session: Session) -> None:
    first = row("vitals", session.starts_at, **READING)
    answer = send(cast, session, first, first | {"values": READING | {"pulse": 90}})
    assert outcomes(answer) == ["stored", "refused"]
    assert Vitals.objects.get(systolic=144).pulse == 88


@pytest.mark.parametrize(
    "values",
    [{**READING, "pulse": "88"}, {**READING, "pulse": True}, {"systolic": 144}, {**READING, "mood": 3}],
)
def test_a_row_that_says_too_little_or_too_much_is_refused(cast: Cast, session: Session, values: dict[str, Any]) -> None:
    assert outcomes(send(cast, session, row("vitals", session.starts_at, **values))) == ["refused"]


def test_a_page_that_shows_another_patient_saves_nothing(cast: Cast, session: Session) -> None:
    other = cast.patients["paul"].public_id
    answer = send(cast, session, row("note", session.starts_at, text="calm"), patient=other)
    assert (answer.status_code, Note.objects.count()) == (409, 0)
    assert "Reload the page" in answer.json()["detail"]


def test_what_happened_before_the_end_still_comes_in_and_what_came_after_does_not(cast: Cast, session: Session) -> None:
    end = session.starts_at + timedelta(minutes=25)
    infusion.end_infusion(session, stamp=cast.stamp("nils", end))
    Session.objects.filter(pk=session.pk).update(discharged_at=end)
    before, after = (row("vitals", end + timedelta(minutes=n), **READING) for n in (-1, 1))
    answer = send(cast, session, before, after)
    assert outcomes(answer) == ["stored", "refused"]
    assert "This session is over. Reload the page" in answer.json()["rows"][1]["why"]


def test_a_correction_names_its_row_and_both_stay(cast: Cast, session: Session) -> None:
    wrong = send(cast, session, row("vitals", session.starts_at, **READING)).json()["rows"][0]["id"]
    right = row("vitals", session.starts_at, **READING | {"pulse": 78}) | {"corrects": wrong, "why": "typo"}
    assert outcomes(send(cast, session, right)) == ["stored"]
    assert list(Vitals.objects.filter(systolic=144).order_by("pk").values_list("pulse", flat=True)) == [88, 78]


def test_a_pause_and_its_end_come_in_as_rows(cast: Cast, session: Session) -> None:
    times = [session.starts_at + timedelta(minutes=minute) for minute in (10, 15)]
    answer = send(cast, session, row("pause", times[0], reason="nausea"), row("resume", times[1]), row("resume", times[1]))
    assert outcomes(answer) == ["stored", "stored", "refused"]
    assert [str(one) for one in RateChange.objects.all()] == ["Paused", "Resumed: 52.5 mg/h"]


@pytest.mark.parametrize("body", [{}, {"patient": "x", "rows": []}, {"rows": [{"key": "1"}]}])
def test_what_is_no_batch_is_answered_in_words(cast: Cast, session: Session, body: dict[str, Any]) -> None:
    client = Client()
    client.force_login(cast.users["nils"], backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.post(reverse("api_rows", args=[session.public_id]), body, content_type="application/json").status_code == 400
