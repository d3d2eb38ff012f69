"""What happens on a second click, on the next morning, and when a row turns out wrong after the end."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from assessments.services.answering import enter_total
from assessments.services.dosing import start_infusion
from frontend.nurse.forms import VitalsForm
from programs.models import Session
from programs.services import infusion
from programs.services.course import propose_move
from programs.services.enrolling import record_consent
from programs.services.record import Stamp
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.errors import Refused

START = date(2026, 3, 2)
Stand = Callable[[datetime], None]
SignedIn = Callable[[str], Client]


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's first infusion."""
    return snapshots.begin_with(cast.enrolled).sessions.get(number=1)


@pytest.fixture
def forgotten(cast: Cast, session: Session, stand_at: Stand) -> Session:
    """An infusion that began and was not ended, seen on the next morning."""
    cast.prepare(session, session.starts_at)
    start_infusion(session, stamp=cast.stamp("nils", session.starts_at))
    stand_at(session.starts_at + timedelta(days=1))
    return session


def test_the_same_order_clicked_twice_is_one(cast: Cast, session: Session) -> None:
    for seconds in (0, 1):
        cast.order(session, at=session.starts_at + timedelta(seconds=seconds))
    assert session.orders.count() == 1


def test_another_dose_a_second_later_is_another_order(cast: Cast, session: Session) -> None:
    for seconds, mg_per_kg in enumerate(("0.5", "0.6")):
        cast.order(session, mg_per_kg=mg_per_kg, at=session.starts_at + timedelta(seconds=seconds))
    assert session.orders.count() == 2


def test_the_same_consent_clicked_twice_is_one(cast: Cast, session: Session) -> None:
    before = session.enrolment.consents.count()
    for _ in range(2):
        record_consent(session.enrolment, to="program", version="2027-01", given_on=START, actor=cast.actor("maya"))
    assert session.enrolment.consents.count() == before + 1


def test_a_consent_of_the_year_1_is_a_slip(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="Check the year"):
        record_consent(session.enrolment, to="program", version="1", given_on=date(1, 1, 1), actor=cast.actor("maya"))


def test_a_total_of_the_year_1_is_a_slip(cast: Cast, session: Session) -> None:
    taken_at = session.starts_at.replace(year=1)
    with pytest.raises(Refused, match="Check the year"):
        enter_total(session.enrolment, code="ham-d17", total="10", taken_at=taken_at, actor=cast.actor("maya"), key=uuid.uuid4())


def test_a_session_does_not_move_to_where_it_is(cast: Cast, session: Session) -> None:
    at = session.starts_at - timedelta(days=1)
    with pytest.raises(Refused, match="just that time already"):
        propose_move(session, session.day, session.clock, actor=cast.actor("dana"), at=at)


def test_a_forgotten_session_stands_in_the_list_of_the_next_day(forgotten: Session, signed_in: SignedIn) -> None:
    rows = signed_in("nils").get("/today/").context["rows"]
    assert [row.session.pk for row in rows] == [forgotten.pk]


def test_a_forgotten_session_is_ended_with_its_time(forgotten: Session, signed_in: SignedIn) -> None:
    nils = signed_in("nils")
    nils.post(f"/sessions/{forgotten.public_id}/end/", {"key": str(uuid.uuid4()), "clock": "11:45"})
    stored = Session.objects.get(pk=forgotten.pk)
    assert stored.ended_at is not None
    assert (stored.state, stored.ended_at.astimezone(stored.clinic.tz).strftime("%d %H:%M")) == ("done", "02 11:45")


def test_a_forgotten_session_is_not_ended_without_its_time(forgotten: Session, signed_in: SignedIn) -> None:
    answer = signed_in("nils").post(f"/sessions/{forgotten.public_id}/end/", {"key": str(uuid.uuid4())})
    assert (answer.status_code, Session.objects.get(pk=forgotten.pk).state) == (422, "in progress")


def test_a_weight_is_corrected_after_the_end(cast: Cast, session: Session) -> None:
    cast.infuse(session)
    session.refresh_from_db()
    wrong = session.weight_rows.get()
    stamp = Stamp(cast.actor("nils"), uuid.uuid4(), corrects=wrong, why="typo", at=session.ends_at)
    infusion.record_weight(session, typed="71", unit="kg", stamp=stamp)
    assert session.weight_rows.standing().get().typed == "71"


def test_a_note_is_added_on_the_next_day(cast: Cast, session: Session) -> None:
    cast.infuse(session)
    session.refresh_from_db()
    later = session.ends_at + timedelta(days=1)
    infusion.record_note(session, text="Called: slept well.", stamp=Stamp(cast.actor("nils"), uuid.uuid4(), at=later))
    assert session.note_rows.get().happened_at == later


@pytest.mark.parametrize("typed", ["١٢٠", "120.0", "+120", "1e2", "-1", "NaN"])
def test_a_vital_sign_is_typed_in_the_digits_0_to_9(typed: str) -> None:
    form = VitalsForm({"key": str(uuid.uuid4()), "systolic": typed, "diastolic": "80", "pulse": "60", "spo2": "98"})
    assert "systolic" in form.errors
