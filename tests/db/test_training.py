"""Nils practises in a training clinic; what he records there reaches nothing of the north."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.models import Booking, Practice, Session
from programs.services.before_dose import facts_of, what_stops_start
from programs.services.checklist import checklist_of, record_check
from programs.services.events import record_event
from programs.services.infusion import record_vitals, record_weight, start_infusion, stop_infusion
from programs.services.ledger.drawing import draw
from programs.services.ledger.lines import Signing
from programs.services.ledger.stock import Label, open_vial, receive_vials
from programs.services.rates import pause, resume
from programs.services.record import Stamp
from programs.services.training import begin_practice, progress_of
from tests.cast import Cast
from tracker.accounts.models import Chair, Clinic, Membership
from tracker.accounts.roles import Actor, Role
from tracker.errors import NotAllowed, Refused

# Tuesday, half past nine in the north.
NOW = datetime(2026, 3, 3, 14, 30, tzinfo=UTC)
FIRST = "first-infusion"


@pytest.fixture
def clinic(cast: Cast) -> Clinic:
    """Where Nils and Maya practise: two chairs."""
    made = Clinic.objects.create(
        slug="training", name="Training Clinic", zone="America/New_York", open_days="1111111", opens_at=time(8),
        closes_at=time(18), phone="+12065550100", hours_en="Never.", alert_email="team@training.example", is_training=True,
        off_label_consent="2026-11",
    )  # fmt: skip
    Chair.objects.bulk_create(Chair(clinic=made, name=f"Chair {number}") for number in (1, 2))
    Membership.objects.create(user=cast.users["maya"], clinic=made, role=Role.CLINICIAN)
    return made


@pytest.fixture
def nils(cast: Cast, clinic: Clinic) -> Actor:
    """Nils as a nurse of the training clinic."""
    return Membership.objects.create(user=cast.users["nils"], clinic=clinic, role=Role.NURSE).as_actor()


@pytest.fixture
def trainee(cast: Cast, nils: Actor, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser in which Nils acts in the training clinic, at NOW."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    client = Client()
    client.force_login(cast.users["nils"], backend=settings.AUTHENTICATION_BACKENDS[0])
    client.post("/switch/", {"hat": f"m{nils.membership_id}"})
    return client


def stamp(nils: Actor, at: datetime) -> Stamp:
    return Stamp(nils, uuid.uuid4(), happened_at=at, at=at)


def read(session: Session, nils: Actor, at: datetime, *numbers: int) -> None:
    names = ("systolic", "diastolic", "pulse", "spo2")
    record_vitals(session, **dict(zip(names, numbers, strict=True)), stamp=stamp(nils, at))


def start(clinic: Clinic, nils: Actor, at: datetime = NOW) -> Session:
    """A practice of which the dose has begun."""
    session = begin_practice(clinic, FIRST, actor=nils, at=at).session
    record_weight(session, typed="70", unit="kg", stamp=stamp(nils, at))
    read(session, nils, at, 124, 78, 72, 98)
    for line in checklist_of(clinic.pk):
        record_check(session, line, answer="yes", detail="sister, 206 555 0142", stamp=stamp(nils, at))
    start_infusion(session, safety_answered_at=None, stamp=stamp(nils, at))
    return Session.objects.select_related("clinic", "patient", "enrolment__program").get(pk=session.pk)


def play(clinic: Clinic, nils: Actor) -> Session:
    """A practice from its beginning to its end, with everything that is expected but the last event."""
    session = start(clinic, nils)

    def minute(number: float) -> datetime:
        return NOW + timedelta(minutes=number)

    read(session, nils, minute(5.5), 132, 84, 80, 98)
    read(session, nils, minute(10.5), 186, 112, 104, 97)
    pause(session, stamp=stamp(nils, minute(11)))
    record_event(session, what="blood pressure", stamp=stamp(nils, minute(11.5)))
    read(session, nils, minute(13.5), 152, 94, 90, 98)
    resume(session, stamp=stamp(nils, minute(14)))
    read(session, nils, minute(16.5), 146, 90, 86, 98)
    stop_infusion(session, reason="She asked for it", stamp=stamp(nils, minute(21)))
    return Session.objects.select_related("clinic").get(pk=session.pk)


def test_a_patient_who_does_not_exist_arrives_and_only_the_nurses_part_is_left(clinic: Clinic, nils: Actor) -> None:
    session = begin_practice(clinic, FIRST, actor=nils, at=NOW).session
    assert (session.state, session.nurse_id, session.patient.mrn) == ("arrived", nils.user_id, "T00001")
    missing = [stop.words for stop in what_stops_start(facts_of(session, at=NOW, safety_answered_at=None))]
    words = ("Today's weight", "Not answered on the checklist", "The vitals before the dose")
    assert [line.startswith(word) for line, word in zip(missing, words, strict=True)] == [True, True, True]


def test_the_end_says_what_was_missed(clinic: Clinic, nils: Actor) -> None:
    found = progress_of(play(clinic, nils), at=NOW + timedelta(minutes=30))
    assert found
    assert (found.done, found.missed) == (8, ["Minute 20: the event: anxiety or panic. Not recorded in time."])


def test_numbers_that_were_typed_otherwise_are_said(clinic: Clinic, nils: Actor) -> None:
    session = start(clinic, nils)
    read(session, nils, NOW + timedelta(minutes=6), 123, 84, 80, 98)
    found = progress_of(session, at=NOW + timedelta(minutes=9))
    assert found
    assert found.missed == ["Minute 5: a row of vitals: 132/84, 80, 98. Other numbers were typed."]


def test_two_practices_sit_in_two_chairs_and_book_nobody(clinic: Clinic, nils: Actor) -> None:
    first, second = (begin_practice(clinic, FIRST, actor=nils, at=NOW).session for _ in range(2))
    assert {first.chair, second.chair} == set(clinic.chairs.all())
    assert not Booking.objects.exists()
    assert begin_practice(clinic, FIRST, actor=nils, at=NOW).session.chair


@pytest.mark.parametrize("hour", [0, 5, 9, 22, 23])
def test_a_practice_begins_at_any_hour(clinic: Clinic, nils: Actor, hour: int) -> None:
    at = datetime(2026, 3, 8, hour, 59, tzinfo=clinic.tz)
    assert begin_practice(clinic, FIRST, actor=nils, at=at).session.day == date(2026, 3, 8)


def test_a_clinic_of_patients_has_no_practice(cast: Cast, nils: Actor, signed_in: Callable[[str], Client]) -> None:
    with pytest.raises(Refused, match="training clinic only"):
        begin_practice(cast.north, FIRST, actor=cast.actor("nils"), at=NOW)
    with pytest.raises(NotAllowed):
        begin_practice(cast.north, FIRST, actor=nils, at=NOW)
    assert signed_in("nils").post("/training/", {"script": FIRST}).status_code == 404
    assert not Practice.objects.exists()


def send(client: Client, session: Session, at: datetime) -> int:
    values = {"systolic": 146, "diastolic": 90, "pulse": 86, "spo2": 98}
    row = {"key": str(uuid.uuid4()), "kind": "vitals", "happened_at": at.isoformat(), "values": values}
    body = {"patient": str(session.patient.public_id), "rows": [row]}
    return client.post(reverse("api_rows", args=[session.public_id]), body, content_type="application/json").status_code


def test_while_the_script_has_taken_the_wifi_nobody_hears_the_tablet(
    clinic: Clinic, nils: Actor, trainee: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = start(clinic, nils)
    answers = {}
    for minute in (15, 16, 17, 19):
        monkeypatch.setattr(timezone, "now", lambda at=NOW + timedelta(minutes=minute): at)
        answers[minute] = send(trainee, session, NOW + timedelta(minutes=minute))
    assert answers == {15: 200, 16: 503, 17: 503, 19: 200}


def test_a_nurse_begins_on_a_page_and_the_script_plays_on_the_session(trainee: Client, clinic: Clinic) -> None:
    page = trainee.post("/training/", {"script": FIRST}, follow=True).content.decode()
    assert "The scale reads 70 kg." in page
    session = Session.objects.get(clinic=clinic, state="arrived")
    part = trainee.get(reverse("session_practice", args=[session.public_id])).content.decode()
    assert "Practice: First infusion" in part


PAGES = ["/board/", "/today/", "/patients/", "/patients/all/", "/ledger/", "/ledger/report/", "/room/", "/training/"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_it_says_training(trainee: Client, path: str) -> None:
    page = trainee.get(path)
    assert page.status_code == 200
    assert "Training: nobody here is real" in page.content.decode()


def test_no_page_of_the_north_says_training(cast: Cast, clinic: Clinic, signed_in: Callable[[str], Client]) -> None:
    assert "raining" not in signed_in("nils").get("/board/").content.decode()


REAL = {
    "nils": ["/board/", "/board/tiles/", "/today/", "/patients/", "/patients/all/", "/ledger/", "/api/sessions/today/"],
    "alma": ["/patients/", "/imports/", "/ledger/report/", "/ledger/report.csv"],
}


def real_figures(signed_in: Callable[[str], Client]) -> dict[str, str]:
    """Everything that the north counts and shows."""
    shown = {f"{name} {path}": signed_in(name).get(path).content.decode() for name, paths in REAL.items() for path in paths}
    shown = {path: re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text) for path, text in shown.items()}
    printed = StringIO()
    call_command("outcomes", "--clinic", "north", "--scale", "phq-9", stdout=printed)
    call_command("ledger", "--clinic", "north", stdout=printed)
    return shown | {"commands": printed.getvalue()}


def test_nothing_of_it_reaches_what_the_north_counts_and_shows(
    cast: Cast, clinic: Clinic, nils: Actor, signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    pia = cast.enrol(starts_on=date(2026, 3, 2)).sessions.get(infusion=1)
    cast.keep_ledger(cast.infuse(pia), pia.starts_at)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=40))
    before = real_figures(signed_in)
    session = play(clinic, nils)
    maya = Membership.objects.get(clinic=clinic, user=cast.users["maya"]).as_actor()
    vials = receive_vials(
        clinic, Label("ketamine", "10", "10", "K100", date(2030, 1, 31)), 3, signing=Signing(nils, uuid.uuid4(), maya, at=NOW)
    )
    vial = open_vial(vials.lot, signing=Signing(nils, uuid.uuid4(), at=NOW))
    draw(session, vial, ml="4", signing=Signing(nils, uuid.uuid4(), at=NOW))
    start(clinic, nils, NOW + timedelta(minutes=30))
    assert real_figures(signed_in) == before


def test_outcomes_of_a_training_clinic_are_not_counted_at_all(clinic: Clinic) -> None:
    with pytest.raises(CommandError, match="nobody there is real, and nothing counts"):
        call_command("outcomes", "--clinic", "training", "--scale", "phq-9")


def test_a_practice_takes_no_hour_from_a_plan_of_the_north(cast: Cast, clinic: Clinic, nils: Actor) -> None:
    start(clinic, nils)
    cast.enrol(starts_on=date(2026, 3, 3))
    assert Session.objects.get(clinic=cast.north, infusion=1).starts_at.astimezone(cast.north.tz).time() == time(10)
