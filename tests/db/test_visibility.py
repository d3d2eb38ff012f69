"""Rows of one clinic do not exist for another, nor one patient's for another patient."""

import uuid
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db.models import Model

from assessments.models import BroughtRow, FilePiece, Import, KeptMapping, Score, StagedRow
from assessments.services.dosing import start_infusion
from assessments.transfer.keeping import keep_mapping
from programs.models import (
    CheckIn,
    ChecklistLine,
    ClinicLimits,
    Counted,
    DoseLimits,
    DrugLot,
    Enrolment,
    GivenDose,
    ImportedDose,
    MovedRecord,
    Practice,
    RoomRules,
    Session,
    StandingOrder,
    StockCount,
    Vial,
)
from programs.services import infusion
from programs.services.before_dose import Stop
from programs.services.events import call_serious, record_event, review_incident, say_more
from programs.services.handing_over import Given, take_over
from programs.services.medicines import Typed, TypedLine, give_ordered, sign_standing_orders
from programs.services.pump import read_pump
from programs.services.rates import pause
from programs.services.record import add_row
from programs.services.releases import cosign, record_verbal_release
from programs.services.room_orders import ByMouth
from programs.services.room_rules import sign_rules
from programs.services.safety import add_safety_item
from programs.services.second_looks import look_again
from programs.services.signing import add_addendum
from tests.bringing import TOTALS, upload
from tests.cast import Cast, make_cast, set_aside
from tracker.accounts.visibility import ClinicalQuerySet, RowOfClinic
from tracker.alerts.models import Alert
from tracker.alerts.services import raise_alert

MONDAY = date(2026, 3, 2)
OURS = {"tracker", "programs", "assessments"}
# Not clinical: who works where, what a clinic is; definitions, bare ids and messages have no page of their own.
ELSEWHERE = {
    "User", "Clinic", "Holiday", "Chair", "Membership",
    "Program", "ProgramSwitch", "ScaleVersion", "AuditRow", "Event", "AcceptedKey", "Message",
    "Booking", "Draft", "OpenTablet",
}  # fmt: skip


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]


# Of the clinic, not of a patient.
OF_NOBODY = {
    Import,
    KeptMapping,
    FilePiece,
    StagedRow,
    BroughtRow,
    ImportedDose,
    DrugLot,
    Vial,
    StockCount,
    Counted,
    ChecklistLine,
    ClinicLimits,
    RoomRules,
    StandingOrder,
    DoseLimits,
}
BROUGHT = {"Import", "KeptMapping", "FilePiece", "StagedRow", "BroughtRow"}
LEDGER = {"DrugLot", "Vial", "LedgerLine", "StockCount", "Counted"}
RECORD = {
    "DoseOrder", "Weight", "Vitals", "Note", "DoseMark", "Check", "ChecklistLine", "ClinicLimits", "StartRelease",
    "CoSignature", "SafetyItem", "SafetyReview", "RoomRules", "DoseLimits", "SecondLook", "RoomEvent",
    "EventMore", "Incident", "IncidentReview", "RateChange", "PumpReading", "GivenDose", "SetAside", "HandOver", "Practice",
    "ThoughtsAsked", "Discharge", "RecordSignature", "Addendum",
    "RoomOrder", "StandingOrder", "Medicine", "MovedRecord",
}  # fmt: skip
CLINICAL = [model for model in own_models() if issubclass(model, RowOfClinic)]


def test_every_other_model_is_named_as_not_clinical() -> None:
    assert {model.__name__ for model in own_models() if model not in CLINICAL} == ELSEWHERE


@pytest.mark.parametrize("model", CLINICAL)
def test_a_clinical_row_has_a_clinic_and_one_way_to_it(model: type[RowOfClinic]) -> None:
    assert not model._meta.get_field("clinic").null
    assert isinstance(model._default_manager.all(), ClinicalQuerySet)
    assert model._default_manager.all().seen_with


def run_and_pause(cast: Cast, session: Session) -> Session:
    """One infusion with a pause and the pump's figures; Pia rests."""
    at = session.starts_at
    cast.prepare(session, at)
    start_infusion(session, stamp=cast.stamp("nils", at))
    running = Session.objects.get(pk=session.pk)
    pause(running, stamp=cast.stamp("nils", at))
    read_pump(running, infused="0", left="100", stamp=cast.stamp("nils", at))
    infusion.end_infusion(running, stamp=cast.stamp("nils", at + timedelta(minutes=40)))
    return Session.objects.get(pk=session.pk)


@pytest.fixture(scope="module")
def cast(shared_db: None) -> Cast:
    """Made once: nothing here changes a row."""
    return make_cast()


@pytest.fixture(scope="module")
def north(cast: Cast) -> Enrolment:
    """Pia after her second infusion, with a row in every clinical table."""
    course = cast.enrol(starts_on=MONDAY)
    cast.answer(course.checkins.get(purpose=CheckIn.Purpose.BASELINE), q9=0)
    signed = cast.sign_record(cast.discharge(run_and_pause(cast, course.sessions.get(infusion=1))))
    add_addendum(signed, text="x", stamp=cast.stamp("nils", signed.ends_at))
    session = course.sessions.get(infusion=2)
    cast.prepare(session, session.starts_at)
    infusion.record_vitals(session, systolic=120, diastolic=80, pulse=70, spo2=98, stamp=cast.stamp("nils", session.starts_at))
    infusion.record_note(session, text="calm", stamp=cast.stamp("nils", session.starts_at))
    raise_alert(
        course.patient, actor=cast.actor("pia"), level=Alert.Level.HIGH, rule="x", cause="x", course_id=course.pk,
        at=session.starts_at,
    )  # fmt: skip
    cast.keep_ledger(session, session.starts_at)
    add_safety_item(course.patient, kind="allergy", words="latex", last_taken="", actor=cast.actor("nils"))
    release = record_verbal_release(
        session, Stop("x", "x"), prescriber=cast.users["maya"], read_back=True, reason="x", actor=cast.actor("nils")
    )
    cosign(release, actor=cast.actor("maya"))
    event = record_event(session, what="nausea", stamp=cast.stamp("nils", session.starts_at))
    say_more(event, severity="mild", stamp=cast.stamp("nils", session.starts_at))
    set_aside(session, why_not="x", author=cast.users["nils"], at=session.starts_at)
    Practice(
        clinic=cast.north, session=session, patient=course.patient, script="first-infusion", begun_at=session.starts_at
    ).save()
    MovedRecord(
        clinic=cast.north, source=session, into=signed, patient=course.patient, to_patient=cast.patients["paul"], reason="x",
        moved_at=session.starts_at, moved_by="Maya", mover_user_id=1,
    ).save()  # fmt: skip
    nils = session.nurse_id
    take_over([Given(session, "")], giver_id=nils, taker=cast.actor("maya"), key=uuid.uuid4(), at=session.starts_at)
    review_incident(call_serious(event, actor=cast.actor("nils")), words="x", actor=cast.actor("maya"))
    sign_rules(cast.north, during_every=10, after_every=15, actor=cast.actor("maya"))
    order = cast.order(session, mg_per_kg="1.2")
    look_again(order, looker=cast.actor("nils"))
    add_row(session, GivenDose, cast.stamp("nils", session.starts_at), order=order, dose_ug=1000)
    sign_standing_orders(cast.north, lines=[TypedLine("Ondansetron", "4", "mg", "IV")], actor=cast.actor("maya"))
    by = ByMouth(cast.users["maya"].pk, read_back=True)
    give_ordered(session, Typed("Ondansetron", "4", "mg", "IV"), by=by, stamp=cast.stamp("nils", session.starts_at))
    brought = upload(cast, "id,total\n1,9\n", name="maya")
    keep_mapping(brought, name="ours", text=TOTALS, actor=cast.actor("maya"))
    StagedRow(clinic=cast.north, brought_in=brought, line=2, verdict="new").save()
    BroughtRow(clinic=cast.north, brought_in=brought, what="patient", row_id=course.patient_id).save()
    ImportedDose(clinic=cast.north, session=course.sessions.get(infusion=1), author="Maya", recorded_at=session.starts_at).save()
    return course


@pytest.mark.parametrize("model", CLINICAL)
def test_omar_of_the_south_sees_nothing_of_the_north(cast: Cast, north: Enrolment, model: type[RowOfClinic]) -> None:
    assert model._default_manager.visible_to(cast.actor("maya")).exists()
    assert not model._default_manager.visible_to(cast.actor("omar")).exists()


@pytest.mark.parametrize("model", [model for model in CLINICAL if model not in OF_NOBODY])
def test_paul_sees_nothing_of_pia(cast: Cast, north: Enrolment, model: type[RowOfClinic]) -> None:
    whose = "pk" if model.__name__ == "Patient" else "patient_id"
    assert not model._default_manager.visible_to(cast.actor("paul")).filter(**{whose: north.patient_id}).exists()


def test_pia_sees_her_own_scores_and_plan(cast: Cast, north: Enrolment) -> None:
    pia = cast.actor("pia")
    assert Score.objects.visible_to(pia).count() == 2
    assert list(Enrolment.objects.visible_to(pia)) == [north]


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("pia", RECORD | LEDGER | BROUGHT | {"Alert"}),
        ("dana", RECORD | LEDGER | BROUGHT | {"Alert", "Score", "Outcome"}),
        ("alma", RECORD | {"Alert"}),
        ("theo", RECORD | LEDGER | BROUGHT),
        ("nils", BROUGHT),
        ("maya", set()),
    ],
)
def test_what_each_role_does_not_see_of_pia(cast: Cast, north: Enrolment, name: str, hidden: set[str]) -> None:
    assert {model.__name__ for model in CLINICAL if not model._default_manager.visible_to(cast.actor(name)).exists()} == hidden
