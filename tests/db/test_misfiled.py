"""Paul's infusion was kept on Pia's chart. Maya moves it: both charts say so, and every dose counts for who was given it."""

import uuid
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from assessments.services.dosing import move_record, swap_records
from programs.models import (
    CheckIn,
    DoseOrder,
    Enrolment,
    Incident,
    MovedRecord,
    RecordRow,
    RoomOrder,
    Session,
    Vitals,
    Weight,
)
from programs.services import infusion
from programs.services.course import stop_enrolment
from programs.services.discharge import record_thoughts
from programs.services.events import call_serious, record_event
from programs.services.ledger.drawing import Use, account_for, draw
from programs.services.ledger.reading import open_matters, received_of, stock_of_lot
from programs.services.ledger.stock import open_vial
from programs.services.medicines import Typed, give_ordered
from programs.services.misfiled import Signed, place_for, swap_for
from programs.services.orders import last_order, weight_before
from programs.services.record import Stamp
from programs.services.room_orders import ByMouth
from programs.services.signing import sign_record, signed_of
from tests.cast import PASSWORD, Cast, make_cast
from tracker.alerts.models import Alert
from tracker.audit.models import AuditRow
from tracker.errors import NotAllowed, Overtaken, Refused
from tracker.people.models import Patient

MONDAY = date(2026, 3, 2)


pytestmark = pytest.mark.usefixtures("aside")


@pytest.fixture(scope="module")
def cast(shared_db: None) -> Cast:
    """Both are enrolled in the same program, from the same day, and one infusion was kept: on Pia's chart."""
    cast = make_cast()
    for name in ("paul", "pia"):
        course = cast.enrol(name, starts_on=MONDAY)
    cast.infuse(first(course))
    return cast


@pytest.fixture
def pia(cast: Cast) -> Enrolment:
    return Enrolment.objects.get(patient=cast.patients["pia"])


@pytest.fixture
def paul(cast: Cast) -> Enrolment:
    return Enrolment.objects.get(patient=cast.patients["paul"])


@pytest.fixture
def kept(pia: Enrolment) -> Session:
    return first(pia)


@pytest.fixture
def running(cast: Cast, paul: Enrolment) -> Session:
    """Another dose, of Pia, which runs on Paul's chart."""
    session = first(paul)
    cast.prepare(session, session.starts_at)
    cast.begin(session, session.starts_at)
    return Session.objects.get(pk=session.pk)


def first(course: Enrolment) -> Session:
    """The first infusion that counts in this course."""
    return course.sessions.standing().get(infusion=1)


def move(cast: Cast, session: Session, to: str = "paul", *, by: str = "maya", **other: object) -> MovedRecord:
    """Maya moves it a day later; Nils stands by."""
    patient = cast.patients[to]
    signed = Signed(cast.actor(by), **{"reason": "Wrong chart opened", "mrn": patient.mrn, "witness": cast.actor("nils")} | other)  # type: ignore[arg-type]
    into = place_for(session, patient)
    return move_record(session, into, signed=signed, at=session.ends_at + timedelta(days=1))


def test_each_dose_counts_for_the_one_who_was_given_it(cast: Cast, kept: Session, pia: Enrolment, paul: Enrolment) -> None:
    move(cast, kept)
    pia.refresh_from_db()
    paul.refresh_from_db()
    assert (pia.infusions_given, pia.first_dose_at, pia.last_dose_at, pia.state) == (0, None, None, "planned")
    assert (paul.infusions_given, paul.last_dose_at, paul.state) == (1, kept.started_at, "active")
    assert (first(pia).state, first(pia).dose_ug) == ("missed", None)
    assert (first(paul).state, first(paul).dose_ug) == ("done", 35_000)


def test_what_is_read_of_a_patient_is_not_read_from_the_wrong_chart(
    cast: Cast, kept: Session, pia: Enrolment, paul: Enrolment
) -> None:
    move(cast, kept)
    tomorrow = kept.ends_at + timedelta(days=1)
    pias, pauls = (course.sessions.get(infusion=2) for course in (pia, paul))
    assert (last_order(pias), weight_before(pias, tomorrow), infusion.last_weight(pias)) == (None, None, None)
    assert weight_before(pauls, tomorrow) == Weight.objects.get(session=first(paul))
    assert last_order(pauls) == DoseOrder.objects.get(session=first(paul))


def written(session: Session) -> list[tuple[object, ...]]:
    """Every row of its record, as it was written."""
    rows = [row for kind in RecordRow.kinds() for row in kind.objects.filter(session=session).order_by("pk")]
    return [(type(row), str(row), row.happened_at, row.recorded_at, row.author, row.why) for row in rows]


def test_every_row_goes_along_as_it_was_written_and_stays_where_it_was(cast: Cast, running: Session) -> None:
    now = running.starts_at + timedelta(minutes=9)
    stamp = Stamp(cast.actor("nils"), uuid.uuid4(), corrects=Vitals.objects.get(session=running), why="typo", at=now)
    infusion.record_vitals(running, systolic=142, diastolic=78, pulse=70, spo2=98, stamp=stamp)
    by = ByMouth(cast.users["maya"].pk, read_back=True)
    give_ordered(running, Typed("Ondansetron", "8", "mg", "IV"), by=by, stamp=cast.stamp("nils", now))
    call_serious(record_event(running, what="nausea", stamp=cast.stamp("nils", now)), actor=cast.actor("nils"), at=now)
    before = written(running)

    into = move(cast, running, "pia").into

    assert written(running) == before == written(into)
    assert Vitals.objects.get(session=into, why="typo").corrects.session == into
    assert [row.session for row in RoomOrder.objects.waiting_for(cast.users["maya"].pk)] == [into]
    assert [row.event.session for row in Incident.objects.unreviewed()] == [into]
    assert {row.patient for row in Weight.objects.filter(session=into)} == {cast.patients["pia"]}


def test_a_signed_record_stays_as_it_was_signed_and_the_other_waits_for_its_signatures(cast: Cast, kept: Session) -> None:
    cast.sign_record(kept)
    into = move(cast, kept).into
    assert [(one.signature.signed_by, one.is_valid) for one in signed_of(kept)] == [("Nils", True), ("Maya", True)]
    assert signed_of(into) == []
    assert [one.is_valid for one in signed_of(cast.sign_record(into))] == [True, True]


def test_the_wrong_chart_takes_nothing_more(cast: Cast, kept: Session) -> None:
    move(cast, Session.objects.get(pk=kept.pk))
    assert kept.state == "done", "as a page that was opened before still has it"
    with pytest.raises(Refused, match="moved to the patient whose it is"):
        infusion.record_note(kept, text="calm", stamp=cast.stamp("nils", kept.ends_at))
    with pytest.raises(Refused, match="moved to the patient whose it is"):
        sign_record(kept, reason="x", actor=cast.actor("nils"), at=kept.ends_at)


def test_a_running_dose_runs_on_in_the_right_chart(cast: Cast, running: Session) -> None:
    into = move(cast, running, "pia").into
    assert (into.state, into.started_at, into.infusion) == ("in progress", running.starts_at, 2)
    assert (into.bookings.exists(), running.bookings.exists()) == (True, False)
    infusion.end_infusion(into, stamp=cast.stamp("nils", running.starts_at + timedelta(minutes=40)))
    assert Session.objects.in_the_room().get() == into


def test_the_drug_is_traced_to_the_right_patient_and_no_amount_changes(cast: Cast, kept: Session) -> None:
    lot, at = cast.stock(kept.starts_at - timedelta(hours=1)), kept.starts_at
    drawn = draw(kept, open_vial(lot, signing=cast.sign("nils", at)), ml="4", signing=cast.sign("nils", at))
    account_for(drawn, Use("3.5", "0.5"), signing=cast.sign("nils", at, "maya"))
    before = stock_of_lot(lot).total_ul
    with pytest.raises(Refused, match="second person must bear witness"), transaction.atomic():
        move(cast, kept, witness=None)

    move(cast, kept)

    [line] = received_of(lot, cast.actor("maya"))
    assert (line.patient, line.given_ul, line.witness) == (cast.patients["paul"], 3500, "Nils")
    assert stock_of_lot(lot).total_ul == before
    assert open_matters(cast.north, cast.actor("maya")).unwritten == []


def test_new_suicidal_thoughts_are_raised_for_who_said_them(cast: Cast, running: Session) -> None:
    ended = running.starts_at + timedelta(minutes=40)
    infusion.end_infusion(running, stamp=cast.stamp("nils", ended))
    record_thoughts(running, has_thoughts=True, words="wants to sleep for ever", stamp=cast.stamp("nils", ended))
    move(cast, running, "pia")
    assert [alert.patient for alert in Alert.objects.open()] == [cast.patients["pia"]]
    assert Alert.objects.get(patient=cast.patients["paul"]).outcome == Alert.Outcome.MISFILED


def test_what_was_asked_after_the_dose_is_asked_of_the_right_patient(cast: Cast, kept: Session, paul: Enrolment) -> None:
    asked = kept.checkins.get(days=1)
    cast.answer(asked, "pia")
    move(cast, kept)
    asked.refresh_from_db()
    assert (asked.state, asked.patient) == ("done", cast.patients["pia"])
    assert first(paul).checkins.get(days=1).due_on == asked.due_on
    assert set(kept.checkins.values_list("state", flat=True)) == {"done", "cancelled"}


def test_a_move_is_taken_back_by_another_move(cast: Cast, kept: Session, pia: Enrolment, paul: Enrolment) -> None:
    into = move(cast, kept).into
    back = move(cast, into, "pia").into
    pia.refresh_from_db()
    assert (back.enrolment, back.number, back.state) == (pia, kept.number, "done")
    assert (pia.infusions_given, first(paul).state) == (1, "missed")
    assert written(back) == written(kept)


def test_the_second_of_two_clinicians_is_told(cast: Cast, kept: Session) -> None:
    into = place_for(kept, cast.patients["paul"])
    move(cast, Session.objects.get(pk=kept.pk))
    with pytest.raises(Overtaken, match="moved already"):
        move_record(kept, into, signed=Signed(cast.actor("maya"), "Wrong chart opened", into.patient.mrn))


def test_both_patients_have_it_in_their_audit(cast: Cast, kept: Session) -> None:
    move(cast, kept)
    rows = AuditRow.objects.filter(verb__in=["moved away", "moved here"]).values_list("verb", "patient_id")
    assert set(rows) == {("moved away", cast.patients["pia"].pk), ("moved here", cast.patients["paul"].pk)}


def test_what_does_not_fit_is_refused(cast: Cast, kept: Session, paul: Enrolment) -> None:
    with pytest.raises(NotAllowed):
        move(cast, kept, by="nils")
    with pytest.raises(Refused, match="Write why"):
        move(cast, kept, reason=" ")
    with pytest.raises(Refused, match="not the record number of Paul"):
        move(cast, kept, mrn=cast.patients["pia"].mrn)
    stop_enrolment(paul, actor=cast.actor("maya"), reason="x", at=paul.enrolled_at)
    with pytest.raises(Refused, match=r"has no session of .* that was not given yet"):
        move(cast, kept)


@pytest.fixture
def crossed(cast: Cast, paul: Enrolment) -> Session:
    """What Pia was given on the same day, kept on Paul's chart; a note in it tells it from what stands on hers."""
    session = cast.infuse(first(paul))
    infusion.record_note(session, text="slept", stamp=cast.stamp("nils", session.ends_at))
    return session


def swap(cast: Cast, session: Session, other: Session, **said: object) -> MovedRecord:
    """Maya says that the two are each other's; Nils stands by."""
    numbers = {"mrn": other.patient.mrn, "from_mrn": session.patient.mrn}
    signed = Signed(cast.actor("maya"), **{"reason": "Crossed", "witness": cast.actor("nils"), **numbers} | said)  # type: ignore[arg-type]
    return swap_records(session, other, signed=signed, at=session.ends_at + timedelta(days=1))


def test_two_records_that_were_crossed_change_places(
    cast: Cast, kept: Session, crossed: Session, pia: Enrolment, paul: Enrolment
) -> None:
    pauls, pias = written(kept), written(crossed)
    assert swap_for(kept, cast.patients["paul"]) == crossed
    swap(cast, kept, crossed)
    assert (written(first(paul)), written(first(pia))) == (pauls, pias)
    assert [(row.number, row.state, row.day) for row in (first(pia), first(paul))] == [(kept.number, "done", kept.day)] * 2
    assert [course.sessions.waiting().filter(kind=kept.kind).count() for course in (pia, paul)] == [5, 5]
    assert {row.state for row in Session.objects.filter(pk__in=[kept.pk, crossed.pk])} == {"moved"}
    pia.refresh_from_db()
    assert (pia.infusions_given, pia.last_dose_at) == (1, crossed.started_at)


def test_crossed_records_are_signed_anew_and_the_ledger_names_who_was_given_each(
    cast: Cast, kept: Session, crossed: Session, pia: Enrolment, paul: Enrolment
) -> None:
    at = kept.starts_at
    vial = open_vial(cast.stock(at - timedelta(hours=1)), signing=cast.sign("nils", at))
    draw(kept, vial, ml="3.5", signing=cast.sign("nils", at))
    draw(crossed, vial, ml="3.6", signing=cast.sign("nils", at))
    cast.sign_record(kept)
    with pytest.raises(Refused, match="second person must bear witness"), transaction.atomic():
        swap(cast, kept, crossed, witness=None)
    swap(cast, kept, crossed)
    drawn = received_of(vial.lot, cast.actor("maya"))
    assert {(line.patient, line.volume_ul) for line in drawn} == {(paul.patient, 3500), (pia.patient, 3600)}
    assert signed_of(first(paul)) == signed_of(first(pia)) == []
    assert [one.is_valid for one in signed_of(Session.objects.get(pk=kept.pk))] == [True, True]


@pytest.mark.parametrize(("number", "whose"), [("mrn", "Paul Ibarra"), ("from_mrn", "Pia Northwood")])
def test_crossed_records_ask_for_the_record_number_of_each(
    cast: Cast, kept: Session, crossed: Session, number: str, whose: str
) -> None:
    with pytest.raises(Refused, match=f"not the record number of {whose}") as refusal:
        swap(cast, kept, crossed, **{number: "N00003"})
    assert refusal.value.field == number
    assert not MovedRecord.objects.exists()


def asked_after(*sessions: Session) -> list[tuple[object, ...]]:
    rows = CheckIn.objects.filter(session__in=sessions).order_by("pk")
    return [(row.pk, row.patient, row.days, row.state, row.due_on) for row in rows]


def test_what_was_asked_after_that_day_stays_asked_of_both(cast: Cast, kept: Session, crossed: Session) -> None:
    asked = kept.checkins.get(days=1)
    cast.answer(asked, "pia")
    before = asked_after(kept, crossed)
    swap(cast, kept, crossed)
    pias, pauls = (first(Enrolment.objects.get(patient=row.patient)) for row in (kept, crossed))
    assert asked_after(pias, pauls) == before


def test_a_record_of_another_day_is_not_taken_for_a_crossed_one(cast: Cast, kept: Session, paul: Enrolment) -> None:
    later = cast.infuse(paul.sessions.get(infusion=2))
    assert swap_for(kept, cast.patients["paul"]) is None
    with pytest.raises(Overtaken, match="changed meanwhile"):
        swap(cast, kept, later)


def test_maya_moves_it_with_her_password_and_a_wrong_one_moves_nothing(cast: Cast, kept: Session, client: Client) -> None:
    client.force_login(cast.users["maya"], backend=settings.AUTHENTICATION_BACKENDS[0])
    to = cast.patients["paul"]
    address = reverse("session_wrong_patient", args=[kept.public_id]) + f"?to={to.public_id}"
    form = client.get(address).context["form"]
    typed = {**form.initial, "mrn": to.mrn, "reason": "Wrong chart opened", "own_password": "not hers"}

    page = client.post(address, typed)
    assert (page.status_code, page.context["form"].errors.keys()) == (422, {"own_password"})
    assert page.context["form"]["reason"].value() == "Wrong chart opened"

    moved = client.post(address, typed | {"own_password": PASSWORD}, follow=True)
    assert b"Moved here from another patient" in moved.content
    stale = client.post(address, typed | {"own_password": PASSWORD}, follow=True)
    assert b"This record was moved already." in stale.content
    assert b"This record is another patient" in stale.content


def test_maya_says_that_two_records_were_crossed(cast: Cast, kept: Session, crossed: Session, client: Client) -> None:
    client.force_login(cast.users["maya"], backend=settings.AUTHENTICATION_BACKENDS[0])
    to = cast.patients["paul"]
    found = client.get(reverse("session_wrong_patient", args=[kept.public_id]) + f"?to={to.public_id}")
    assert b"The two records were crossed" in found.content
    address = reverse("session_crossed", args=[kept.public_id]) + f"?to={to.public_id}"
    typed = {**client.get(address).context["form"].initial, "mrn": to.mrn, "reason": "Crossed", "own_password": PASSWORD}
    one_number = client.post(address, typed)
    assert one_number.context["form"].errors.keys() == {"from_mrn"}
    assert b"Record number of Pia Northwood" in one_number.content
    typed["from_mrn"] = kept.patient.mrn
    page = client.post(address, typed, follow=True)
    assert page.context["session"].patient == to
    assert b"Moved here from another patient" in page.content
    assert MovedRecord.objects.count() == 2
    assert b"This record was moved already." in client.post(address, typed, follow=True).content


def test_the_other_clinic_has_no_such_patient(cast: Cast, kept: Session, client: Client) -> None:
    client.force_login(cast.users["maya"], backend=settings.AUTHENTICATION_BACKENDS[0])
    stranger = Patient.objects.create(clinic=cast.south, mrn="S-1", legal_name="Sal South", name_key="sal south", zone="UTC")
    address = reverse("session_wrong_patient", args=[kept.public_id])
    assert client.get(f"{address}?to={stranger.public_id}").status_code == 404
    assert client.get(f"{address}?to=x").status_code == 404
    assert b"Sal South" not in client.get(f"{address}?q=Sal").content
