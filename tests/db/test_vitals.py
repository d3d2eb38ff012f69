"""A row of vitals: gaps are marked, what cannot be is refused, what else the clinic asks is kept as typed."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from programs.models import RoomRules, Session, Vitals
from programs.services.before_dose import facts_of, what_stops_start
from programs.services.infusion import record_vitals
from programs.services.record import take_back
from programs.services.room_rules import sign_rules, vitals_due_at
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia is here for her first infusion, everything is prepared."""
    return snapshots.begin_with(cast.prepared)


def rules(cast: Cast, name: str = "maya", **more: object) -> RoomRules:
    return sign_rules(cast.north, actor=cast.actor(name), **{"during_every": 10, "after_every": 15} | more)


def test_a_gap_is_kept_as_one(cast: Cast, session: Session) -> None:
    row = record_vitals(session, systolic=144, diastolic=92, pulse=None, spo2=97, stamp=cast.stamp("nils", session.starts_at))
    assert str(Vitals.objects.get(pk=row.pk)) == "144/92 · – · 97 %"


def test_a_gap_before_the_dose_stops_the_start(cast: Cast, session: Session) -> None:
    record_vitals(session, systolic=120, diastolic=80, spo2=97, stamp=cast.stamp("nils", session.starts_at))
    facts = facts_of(session, at=session.starts_at, safety_answered_at=session.starts_at)
    assert [stop.words for stop in what_stops_start(facts)] == ["The vitals before the dose have a gap: pulse."]


@pytest.mark.parametrize(("values", "field"), [({}, "systolic"), ({"systolic": 144}, "diastolic"), ({"pain": 11}, "pain")])
def test_half_a_pressure_or_nothing_at_all_is_no_row(cast: Cast, session: Session, values: dict[str, int], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        record_vitals(session, **values, stamp=cast.stamp("nils", session.starts_at))
    assert refusal.value.field == field


@pytest.mark.parametrize(("unit", "good", "bad"), [("C", "36.8", "98.6"), ("F", "98.6", "36.8")])
def test_a_temperature_in_the_other_unit_is_refused(cast: Cast, session: Session, unit: str, good: str, bad: str) -> None:
    rules(cast, temperature=unit)
    stamp = cast.stamp("nils", session.starts_at)
    row = record_vitals(session, temperature=good, stamp=stamp)
    assert (row.temperature, row.temperature_unit) == (good, unit)
    with pytest.raises(Refused, match=f"{bad} °{unit} cannot be"):
        record_vitals(session, temperature=bad, stamp=cast.stamp("nils", session.starts_at))


def test_a_row_taken_back_stands_no_longer_and_the_one_before_it_does(cast: Cast, session: Session) -> None:
    before = Vitals.objects.get()
    wrong = record_vitals(session, systolic=180, diastolic=99, pulse=88, spo2=97, stamp=cast.stamp("nils", session.starts_at))
    take_back(wrong, stamp=replace(cast.stamp("nils", session.starts_at), corrects=wrong, why="taken back"))
    assert list(Vitals.objects.standing()) == [before]
    assert Vitals.objects.count() == 3


def test_only_the_one_who_typed_a_row_takes_it_back(cast: Cast, session: Session) -> None:
    row = Vitals.objects.get()
    with pytest.raises(Refused, match="Only the one who typed"):
        take_back(row, stamp=replace(cast.stamp("maya", session.starts_at), corrects=row, why="taken back"))


def test_the_rules_are_a_clinicians_and_the_old_ones_stay(cast: Cast) -> None:
    rules(cast)
    with pytest.raises(NotAllowed):
        rules(cast, "nils", during_every=20)
    with pytest.raises(Refused, match="1 to 60 minutes"):
        rules(cast, during_every=0)
    rules(cast, during_every=5)
    assert list(RoomRules.objects.values_list("during_every", flat=True)) == [5, 10]


def test_nothing_is_due_before_the_dose_begins(cast: Cast, session: Session) -> None:
    standing = rules(cast)
    assert vitals_due_at(session, standing, last_at=None, minutes=40) is None
    session.state, session.started_at = Session.State.IN_PROGRESS, timezone.now()
    assert vitals_due_at(session, standing, last_at=None, minutes=40) == session.started_at + timedelta(minutes=10)


def test_a_row_is_corrected_on_its_page_with_what_else_the_clinic_asks(
    cast: Cast, session: Session, signed_in: Callable[[str], Client]
) -> None:
    rules(cast, asks_respiration=True)
    old = Vitals.objects.get()
    page = signed_in("nils").get(f"/sessions/{session.public_id}/correct/vitals/{old.public_id}/")
    assert {"why", "respiration"} <= set(page.context["form"].fields)
    typed = {"key": str(uuid.uuid4()), "systolic": "131", "diastolic": "80", "pulse": "70", "spo2": "98", "why": "typo"}
    answer = signed_in("nils").post(f"/sessions/{session.public_id}/correct/vitals/{old.public_id}/", typed)
    assert answer.status_code == 302
    assert list(Vitals.objects.order_by("pk").values_list("systolic", "why")) == [(old.systolic, ""), (131, "typo")]


def test_an_undo_that_comes_too_late_says_so_and_takes_nothing_back(session: Session, signed_in: Callable[[str], Client]) -> None:
    row = Vitals.objects.get()
    answer = signed_in("nils").post(f"/sessions/{session.public_id}/vitals/{row.public_id}/undo/")
    assert (answer.status_code, answer.content.decode()) == (422, "Too late for Undo: correct the row instead.")
    assert Vitals.objects.get() == row
