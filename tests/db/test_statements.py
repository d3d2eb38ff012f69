"""How many SQL statements each page asks: pinned, and the same for one patient as for six.

A number that goes up is a query in a loop, or a page that reads more than it shows; one that goes down is pinned anew.
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import Import
from assessments.services.dosing import start_infusion
from programs.models import CheckIn, Enrolment, Session, Vial
from programs.services.events import record_event, say_more
from programs.services.infusion import end_infusion, record_note, record_vitals
from programs.services.ledger.drawing import Use, account_for, draw
from programs.services.ledger.stock import Label, open_vial, receive_vials
from programs.services.medicines import Typed, give_ordered
from programs.services.rates import pause, resume
from programs.services.room_orders import ByMouth
from tests.bringing import TOTALS, read
from tests.cast import SIX, Cast, make_cast
from tracker.people.services import add_patient

# Friday, half past nine in the morning: the third infusion is near, and the check-in after the second is open.
NOW = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
OTHERS = 5

# Who asks for what, and in how many statements. Two of each are the session, and its user with the role they act in.
PINNED = {
    "pia my_home": 9,
    "pia checkin": 4,
    "pia progress": 9,
    "pia progress_figure": 8,
    "nils today": 5,
    "nils board": 5,
    "nils board_tiles": 4,
    "nils session": 30,
    "nils session_drug": 9,
    "nils session_record": 28,
    "nils session_sheet": 7,
    "nils session_paper": 8,
    "nils today_sheets": 8,
    "nils ledger": 12,
    "nils ledger_lot": 9,
    "nils ledger_trace": 5,
    "alma ledger_report": 16,
    "nils session_second_look": 6,
    "nils session_medicine": 6,
    "maya session_order": 7,
    "maya room": 10,
    "maya room_dose": 4,
    "maya room_standing": 3,
    "dana session_move": 4,
    "maya worklist": 13,
    "dana people": 5,
    "maya patient": 14,
    "dana patient": 13,
    "maya choose_program": 6,
    "maya enrol": 8,
    "maya course_consent": 5,
    "maya course_total": 5,
    "maya course_figure": 8,
    "maya checkin_enter": 7,
    "nils scales": 4,
    "nils scale": 5,
    "alma scale_new": 2,
    "alma scale_change": 3,
    "alma scale_text": 3,
    "alma scale_text_empty": 2,
    "alma scale_from_file": 2,
    "alma imports": 4,
    "alma import": 9,
    "alma import_columns": 7,
    "alma import_mapping": 3,
    "alma import_questions": 3,
    "alma import_rows": 5,
    "alma import_refused": 5,
    "nils programs": 4,
    "alma program_change": 4,
    "nils program": 5,
    "nils api_today": 6,
    "pia api_checkins": 4,
    "maya api_history": 6,
}
# The form and the API send by one service: key, scores, outcome, check-in, audit and event in one transaction.
SENDING = 14
# An order as it is shown before it is signed.
REVIEW = 9
# One reading sent by a tablet, and five in one batch: who and which session are asked once for all.
READINGS = {1: 14, 5: 46}
# Pages of one session, whose rows were written once, and again and again.
OF_ITS_ROWS = {"session_discharge": 10, "session_paper": 6, "session_record": 42}


class House:
    """Pia after two infusions; `fill` brings five more into the same state."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        course = self.begin("pia")
        third = course.sessions.get(infusion=3)
        patient, public_id = {"public_id": course.patient.public_id}, {"public_id": course.public_id}
        self.keep_ledger("pia")
        due = {"public_id": course.checkins.get(session__infusion=2, days=1).public_id}
        self.due = due
        file, asking = ({"public_id": self.bring(day).public_id} for day in ("2026-01-05", "03/04/2026"))
        self.rows: dict[str, dict[str, Any]] = {
            "checkin": due,
            "checkin_enter": due,
            "progress_figure": {"code": "phq-9"},
            "program": {"code": SIX},
            "program_change": {"code": SIX},
            "scale": {"code": "phq-9"},
            "scale_change": {"code": self.cast.own_scale().code},
            "scale_text": {"code": "who-5"},
            "scale_text_empty": {"code": "who-5"},
            "import": file,
            "import_columns": file,
            "import_mapping": file,
            "import_questions": asking,
            "import_rows": {**file, "verdict": "new"},
            "import_refused": file,
            "session": {"public_id": third.public_id},
            "session_drug": {"public_id": third.public_id},
            "session_record": {"public_id": course.sessions.get(infusion=1).public_id},
            "session_sheet": {"public_id": third.public_id},
            "session_paper": {"public_id": third.public_id},
            "ledger_lot": {"public_id": self.vial.lot.public_id},
            "ledger_trace": {"public_id": self.vial.lot.public_id},
            "session_medicine": {"public_id": third.public_id},
            "session_second_look": {"public_id": course.sessions.get(infusion=2).public_id},
            "room_dose": {"code": SIX},
            "session_order": {"public_id": third.public_id},
            "session_move": {"public_id": third.public_id},
            "patient": patient,
            "choose_program": patient,
            "enrol": {**patient, "code": SIX},
            "course_consent": public_id,
            "course_total": public_id,
            "course_figure": {**public_id, "code": "phq-9"},
            "api_history": patient,
        }
        self.clients = {name: Client() for name in self.cast.users}
        for name, client in self.clients.items():
            client.force_login(self.cast.users[name], backend=settings.AUTHENTICATION_BACKENDS[0])

    @cached_property
    def vial(self) -> Vial:
        """Of 100 mL, enough for everybody."""
        label = Label("ketamine", "10", "100", "K100", date(2030, 1, 31))
        lot = receive_vials(self.cast.north, label, 2, signing=self.cast.sign("nils", NOW, "maya")).lot
        return open_vial(lot, signing=self.cast.sign("nils", NOW))

    def bring(self, day: str) -> Import:
        """A file with a good row and a bad one, as far as it can be read."""
        when = TOTALS.replace("{ on = 2026-01-05 }", '{ column = "day" }')
        return read(self.cast, f"id,day,total\n1,{day},9\n2,{day},99\n", when)

    def keep_ledger(self, name: str) -> None:
        """For each of their infusions a draw; the first is accounted for."""
        sessions = Session.objects.filter(patient=self.cast.patients[name]).given().order_by("infusion")
        drawn = [draw(row, self.vial, ml="4", signing=self.cast.sign("nils", row.starts_at)) for row in sessions]
        account_for(drawn[0], Use("3.5", "0.5"), signing=self.cast.sign("nils", sessions[0].ends_at, "maya"))

    def begin(self, name: str) -> Enrolment:
        course = self.cast.enrol(name, starts_on=MONDAY)
        self.cast.answer(course.checkins.get(purpose=CheckIn.Purpose.BASELINE), name, each=2, q9=0)
        for number in (1, 2):
            self.cast.infuse(course.sessions.get(infusion=number))
        self.cast.answer(course.checkins.get(session__infusion=1, days=1), name, each=1, q9=0)
        return course

    def fill(self) -> None:
        for number in range(OTHERS):
            name = f"other {number}"
            self.cast.patients[name] = add_patient(
                self.cast.north, actor=self.cast.actor("dana"), mrn=f"S{number}", legal_name=name, birth_date=date(1990, 1, 1)
            )
            self.begin(name)
            self.keep_ledger(name)

    def open(self, who: str, name: str) -> None:
        """A first visit stores who acts, and keeps what is asked once."""
        assert self.clients[who].get(reverse(name, kwargs=self.rows.get(name, {}))).status_code == 200

    def count(self, who: str, name: str) -> int:
        """The statements of a page that was opened before."""
        with CaptureQueriesContext(connection) as asked:
            self.open(who, name)
        return len(asked)


@pytest.fixture(scope="module")
def counts(shared_db: None) -> Iterator[dict[str, tuple[int, int]]]:
    """For each page its statements with one patient in the clinic, and with six."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: NOW)
        house = House()
        for key in PINNED:
            house.open(*key.split())
        few = {key: house.count(*key.split()) for key in PINNED}
        sent, review = count_sending(house), count_review(house)
        house.fill()
        many = {key: (few[key], house.count(*key.split())) for key in PINNED}
        yield many | {"sending": (sent, sent), "review": (review, count_review(house))}


def count_sending(house: House) -> int:
    body = {"key": str(uuid.uuid4()), "answers": {"phq-9": {str(n): 1 for n in range(1, 9)} | {"9": 0}}}
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        answer = house.clients["pia"].post(reverse("api_answers", kwargs=house.due), body, content_type="application/json")
        transaction.set_rollback(True)
    assert answer.status_code == 201
    return len(asked)


def count_review(house: House) -> int:
    """The order worked out, to be read before it is signed."""
    body = {
        "mg_per_kg": "0.5", "weight": "70", "weight_unit": "kg", "basis": "actual", "minutes": "40", "mg_per_ml": "10",
        "mixing": "added", "bag_ml": "100",
    }  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        page = house.clients["maya"].post(reverse("session_order", kwargs=house.rows["session_order"]), body)
    assert "read it, then sign" in page.content.decode()
    return len(asked)


@pytest.mark.parametrize("page", PINNED)
def test_a_page_asks_as_much_for_six_patients_as_for_one(counts: dict[str, tuple[int, int]], page: str) -> None:
    assert counts[page] == (PINNED[page], PINNED[page])


def test_reviewing_an_order(counts: dict[str, tuple[int, int]]) -> None:
    assert counts["review"] == (REVIEW, REVIEW)


def test_sending_a_check_in(counts: dict[str, tuple[int, int]]) -> None:
    assert counts["sending"][0] == SENDING


@pytest.fixture
def running(cast: Cast) -> Session:
    """Pia's first infusion, running."""
    session = cast.enrol(starts_on=MONDAY).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    start_infusion(session, stamp=cast.stamp("nils", session.starts_at))
    return Session.objects.get(pk=session.pk)


@pytest.mark.parametrize("rows", READINGS)
def test_a_batch_of_readings(cast: Cast, running: Session, rows: int) -> None:
    client = Client()
    client.force_login(cast.users["nils"], backend=settings.AUTHENTICATION_BACKENDS[0])
    client.get(reverse("today"))
    values = {"systolic": 144, "diastolic": 92, "pulse": 88, "spo2": 97}
    sent = [{"key": str(uuid.uuid4()), "kind": "vitals", "happened_at": running.starts_at, "values": values} for _ in range(rows)]
    body = {"patient": str(running.patient.public_id), "rows": sent}
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(reverse("api_rows", args=[running.public_id]), body, content_type="application/json")
    assert [row["outcome"] for row in answer.json()["rows"]] == ["stored"] * rows
    assert len(asked) == READINGS[rows]


def write_one_of_each(cast: Cast, session: Session, minute: int) -> None:
    """A reading and its correction, an event and how bad it was, a medicine, a pause, a note, a draw."""
    stamp = lambda: cast.stamp("nils", session.starts_at + timedelta(minutes=minute))  # noqa: E731
    reading = record_vitals(session, systolic=140, diastolic=85, pulse=80, spo2=97, stamp=stamp())
    corrected = replace(stamp(), corrects=reading, why="typo")
    record_vitals(session, systolic=141, diastolic=85, pulse=80, spo2=97, stamp=corrected)
    say_more(record_event(session, what="nausea", stamp=stamp()), severity="mild", stamp=stamp())
    by = ByMouth(cast.users["maya"].pk, read_back=True)
    give_ordered(session, Typed("Ondansetron", "4", "mg", "IV"), by=by, stamp=stamp())
    pause(session, stamp=stamp())
    resume(session, stamp=stamp())
    record_note(session, text="calm", stamp=stamp())
    vial = open_vial(cast.stock(session.starts_at), signing=cast.sign("nils", session.starts_at))
    draw(session, vial, ml="1", signing=cast.sign("nils", session.starts_at))


def pages_of(cast: Cast, session: Session) -> dict[str, int]:
    """The statements of each page of one session: while Pia rests, and of the record once it is signed and added to."""
    client = Client()
    client.force_login(cast.users["nils"], backend=settings.AUTHENTICATION_BACKENDS[0])

    def count(name: str) -> int:
        address = reverse(name, args=[session.public_id])
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    found = {name: count(name) for name in ("session_discharge", "session_paper")}
    cast.discharge(session)
    cast.sign_record(session)
    return found | {"session_record": count("session_record")}


@pytest.mark.parametrize("times", [1, 3])
def test_a_page_of_a_session_asks_as_much_for_many_rows_as_for_one_of_each(cast: Cast, running: Session, times: int) -> None:
    for number in range(times):
        write_one_of_each(cast, running, minute=5 + number)
    ended = cast.stamp("nils", running.starts_at + timedelta(minutes=40))
    end_infusion(running, stamp=ended)
    assert pages_of(cast, Session.objects.get(pk=running.pk)) == OF_ITS_ROWS
