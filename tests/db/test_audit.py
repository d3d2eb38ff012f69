"""Every act leaves who did what and what changed, in its own transaction; one that fails leaves neither."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.test import Client
from pytest_django import Settings

from assessments.services.answering import enter_total
from assessments.services.dosing import start_infusion
from assessments.transfer.publishing import ask_to_publish, publish
from programs.models import CheckIn, Enrolment, Session, Vial, Weight
from programs.services import infusion, sessions
from programs.services.course import (
    change_infusions,
    move_sessions,
    pause_enrolment,
    propose_move,
    resume_enrolment,
    stop_enrolment,
)
from programs.services.enrolling import record_consent
from programs.services.ledger.counting import record_count
from programs.services.ledger.drawing import draw
from programs.services.ledger.reading import places_of
from programs.services.ledger.stock import open_vial, set_vial_days
from programs.services.room_rules import set_cover_minutes
from programs.services.second_looks import look_again
from tests.bringing import TOTALS, read, upload
from tests.cast import TALK, Cast
from tests.snapshots import Snapshots
from tracker.alerts.models import Alert
from tracker.alerts.services import close_alert
from tracker.audit import services as audit
from tracker.audit.models import AuditRow, Event
from tracker.errors import Refused
from tracker.people.models import Patient
from tracker.people.services import add_patient

MONDAY = date(2026, 3, 2)


class House(NamedTuple):
    """Pia with her first session ready for its dose, and what the acts below need beside it."""

    cast: Cast
    course: Enrolment
    session: Session

    @property
    def at(self) -> datetime:
        return self.session.starts_at

    @property
    def maya(self):
        return self.cast.actor("maya")

    @property
    def nils(self):
        return self.cast.actor("nils")

    def stamp(self, **more: object) -> infusion.Stamp:
        return infusion.Stamp(**{"actor": self.nils, "key": uuid.uuid4(), "happened_at": self.at, "at": self.at} | more)

    def talk(self) -> Session:
        return self.cast.enrol("paul", program=TALK, starts_on=MONDAY).sessions.get(number=1)

    def started(self) -> Session:
        start_infusion(self.session, stamp=self.stamp())
        return Session.objects.get(pk=self.session.pk)

    def vial(self) -> Vial:
        """Opened an hour before, with ten mL in it."""
        return open_vial(self.cast.stock(self.at - timedelta(hours=1)), signing=self.cast.sign("nils", self.at))

    def found(self) -> dict[str, str]:
        """What a count finds that agrees with the ledger: two sealed vials, ten mL."""
        return {place.key: "10" if place.vial else "2" for place in places_of(self.cast.north)}

    def alert(self) -> Alert:
        self.cast.answer(self.course.checkins.get(purpose=CheckIn.Purpose.BASELINE), each=0, q9=1)
        return Alert.objects.get()

    def file(self):
        return upload(self.cast, "id,total\n1,9\n", name="maya")

    def asked_for(self):
        row = read(self.cast, "id,total\n1,9\n", TOTALS)
        ask_to_publish(row, actor=self.maya, at=self.at)
        return row


@pytest.fixture
def house(cast: Cast, snapshots: Snapshots) -> House:
    session = snapshots.begin_with(cast.prepared)
    return House(cast, session.enrolment, session)


def begun_talk(house: House) -> Session:
    talk = house.talk()
    sessions.receive_patient(talk, actor=house.nils, at=talk.starts_at)
    sessions.start_talk(talk, actor=house.maya, at=talk.starts_at)
    return talk


def paused(house: House) -> Enrolment:
    pause_enrolment(house.course, actor=house.maya, reason="a cold", at=house.at)
    return house.course


def proposal(house: House):
    return [propose_move(house.course.sessions.get(infusion=6), date(2026, 3, 13), time(11), actor=house.maya, at=house.at).move]


# What is needed first -> the act itself, whose rows are looked for.
ACTS: dict[str, tuple[Callable[[House], object], Callable[[House, object], object]]] = {
    "enrolled": (lambda h: None, lambda h, _: h.cast.enrol("paul", starts_on=MONDAY, consents=False)),
    "added": (
        lambda h: None,
        lambda h, _: add_patient(h.cast.north, actor=h.maya, mrn="N9", legal_name="Ann", birth_date=date(1990, 1, 1), at=h.at),
    ),
    "consented": (
        lambda h: None,
        lambda h, _: record_consent(h.course, to="program", version="1", given_on=MONDAY, actor=h.nils, at=h.at),
    ),
    "ordered": (
        lambda h: None,
        lambda h, _: h.cast.order(h.session, mg_per_kg="0.6", at=h.at),
    ),
    "looked again at": (
        lambda h: h.cast.order(h.session, mg_per_kg="1.2", at=h.at),
        lambda h, order: look_again(order, looker=h.nils, at=h.at),
    ),
    "arrived": (lambda h: h.talk(), lambda h, talk: sessions.receive_patient(talk, actor=h.nils, at=talk.starts_at)),
    "missed": (lambda h: h.talk(), lambda h, talk: sessions.miss_session(talk, actor=h.nils, at=talk.ends_at)),
    "held": (lambda h: None, lambda h, _: sessions.hold_session(h.session, actor=h.nils, reason="180/110", at=h.at)),
    "cancelled": (lambda h: h.talk(), lambda h, talk: sessions.cancel_session(talk, actor=h.maya, reason="ill", at=h.at)),
    "ended": (begun_talk, lambda h, talk: sessions.end_talk(talk, actor=h.maya, at=talk.ends_at)),
    "started": (lambda h: None, lambda h, _: start_infusion(h.session, stamp=h.stamp())),
    "stopped early": (
        lambda h: h.started(),
        lambda h, row: infusion.stop_infusion(row, reason="vomiting", stamp=h.stamp(happened_at=h.at, at=h.at)),
    ),
    "recorded": (lambda h: h.started(), lambda h, row: infusion.record_note(row, text="calm", stamp=h.stamp())),
    "corrected": (
        lambda h: Weight.objects.get(),
        lambda h, old: infusion.record_weight(h.session, typed="71", unit="kg", stamp=h.stamp(corrects=old, why="typo")),
    ),
    "moved": (proposal, lambda h, moves: move_sessions(moves, actor=h.maya, reason="a birthday", at=h.at)),
    "changed infusions": (lambda h: None, lambda h, _: change_infusions(h.course, 8, actor=h.maya, reason="more", at=h.at)),
    "paused": (lambda h: None, lambda h, _: paused(h)),
    "resumed": (
        paused,
        lambda h, course: resume_enrolment(course, start=date(2026, 3, 9), actor=h.maya, reason="well", at=h.at),
    ),
    "stopped": (lambda h: None, lambda h, _: stop_enrolment(h.course, actor=h.maya, reason="moved away", at=h.at)),
    "answered": (
        lambda h: h.course.checkins.get(purpose=CheckIn.Purpose.BASELINE),
        lambda h, checkin: h.cast.answer(checkin, q9=0),
    ),
    "raised": (lambda h: None, lambda h, _: h.alert()),
    "closed": (lambda h: h.alert(), lambda h, alert: close_alert(alert, actor=h.maya, outcome="reached", note="called", at=h.at)),
    "entered": (
        lambda h: None,
        lambda h, _: enter_total(
            h.course, code="ham-d17", total="20", taken_at=h.at, actor=h.maya, key=uuid.uuid4(), at=h.at + timedelta(minutes=1)
        ),
    ),
    "wrote": (lambda h: h.vial(), lambda h, vial: draw(h.session, vial, ml="5", signing=h.cast.sign("nils", h.at))),
    "counted": (
        lambda h: h.vial(),
        lambda h, _: record_count(h.cast.north, h.found(), signing=h.cast.sign("nils", h.at, "maya")),
    ),
    "set vial days": (lambda h: None, lambda h, _: set_vial_days(h.cast.north, 7, actor=h.maya, at=h.at)),
    "set cover": (lambda h: None, lambda h, _: set_cover_minutes(h.cast.north, 5, actor=h.maya, at=h.at)),
    "uploaded": (lambda h: None, lambda h, _: h.file()),
    "imported": (lambda h: h.asked_for(), lambda h, row: publish(row, actor=h.maya, at=h.at)),
}


@pytest.mark.parametrize("verb", ACTS)
def test_an_act_leaves_an_audit_row_and_an_event(house: House, verb: str) -> None:
    prepare, act = ACTS[verb]
    needed = prepare(house)
    before = [AuditRow.objects.filter(verb=verb).count(), Event.objects.filter(verb=verb).count()]
    act(house, needed)
    after = [AuditRow.objects.filter(verb=verb).count(), Event.objects.filter(verb=verb).count()]
    assert all(now > was for now, was in zip(after, before, strict=True))


@pytest.mark.parametrize("verb", ACTS)
def test_an_act_whose_event_cannot_be_written_does_not_happen(house: House, verb: str) -> None:
    prepare, act = ACTS[verb]
    needed = prepare(house)
    before = state_of_everything()

    def fail(execute: Callable, sql: str, *rest: object) -> object:
        if sql.startswith('INSERT INTO "audit_event"'):
            raise OSError("the disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail), pytest.raises(OSError, match="disk is full"):
        act(house, needed)
    assert state_of_everything() == before


def state_of_everything() -> dict[str, list[tuple]]:
    """Every row of every table that an act could change."""
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in {"tracker", "programs", "assessments"}]
    with connection.cursor() as cursor:
        return {model.__name__: rows_of(cursor, model) for model in ours}


def rows_of(cursor: CursorWrapper, model: type[models.Model]) -> list[tuple]:
    """As the database keeps them: objects would be made of thousands for nothing."""
    cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY {model._meta.pk.column}")
    return cursor.fetchall()


def test_a_page_that_was_read_names_whose_it_was(
    house: House, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    stand_at(house.at)
    signed_in("nils").get(f"/sessions/{house.session.public_id}/")
    seen = AuditRow.objects.get(verb="saw")
    assert (seen.patient_id, seen.user_id, seen.subject) == (house.course.patient_id, house.nils.user_id, "session")
    assert len(seen.request_id) == 32


def test_a_list_names_everybody_on_it(
    house: House, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    stand_at(house.at)
    signed_in("dana").get("/patients/all/")
    seen = set(AuditRow.objects.filter(verb="saw").values_list("patient_id", flat=True))
    assert seen == {patient.pk for patient in house.cast.patients.values()}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "written"),
    [
        (0, "203.0.113.7", "10.0.0.2"),
        (1, "203.0.113.7", "203.0.113.7"),
        # What a visitor wrote before the proxy did stands on the left.
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.2"),
        (1, "unknown", "10.0.0.2"),
    ],
)
def test_the_address_is_the_one_that_the_outermost_proxy_saw(
    house: House,
    signed_in: Callable[[str], Client],
    settings: Settings,
    proxies: int,
    forwarded: str,
    written: str,
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    signed_in("dana").get("/patients/all/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.2")
    assert set(AuditRow.objects.filter(verb="saw").values_list("address", flat=True)) == {written}


def test_old_keys_are_forgotten_after_thirty_days(house: House) -> None:
    house.alert()
    assert audit.forget_old_keys(house.at + timedelta(days=20)) == 0
    assert audit.forget_old_keys(house.at + timedelta(days=40)) == 1


def add_together(cast: Cast, *numbers: str) -> None:
    with audit.acts_together():
        for mrn in numbers:
            add_patient(cast.north, actor=cast.actor("dana"), mrn=mrn, legal_name="Ann", birth_date=date(1990, 1, 1))


def test_acts_written_together_each_leave_their_rows(cast: Cast) -> None:
    before = Event.objects.count(), AuditRow.objects.count()
    add_together(cast, "N91", "N92")
    assert (Event.objects.count(), AuditRow.objects.count()) == (before[0] + 2, before[1] + 2)


def test_of_acts_written_together_all_happen_or_none(cast: Cast) -> None:
    before = Patient.objects.count(), Event.objects.count(), AuditRow.objects.count()
    with pytest.raises(Refused):
        add_together(cast, "N91", "N91")
    assert (Patient.objects.count(), Event.objects.count(), AuditRow.objects.count()) == before
