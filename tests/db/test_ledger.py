"""The drug ledger: two people, whole amounts, nothing below zero, nothing changed, nothing lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from programs.ledger import Kind
from programs.models import Counted, DrugLot, LedgerLine, PumpReading, Session, StockCount, Vial
from programs.services import infusion, pump
from programs.services.ledger import counting, drawing, reading, stock
from programs.services.ledger.drawing import Use
from programs.services.offering import switch_program
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.accounts.models import Clinic, Membership
from tracker.accounts.roles import Role
from tracker.errors import NotAllowed, Overtaken, Refused

MONDAY = date(2026, 3, 2)


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's first infusion, begun on Monday at ten: 35 mg, which is 3.5 mL."""
    return snapshots.begin_with(cast.running)


@pytest.fixture
def lot(cast: Cast, session: Session) -> DrugLot:
    """Three vials, received an hour before."""
    return cast.stock(session.starts_at - timedelta(hours=1))


@pytest.fixture
def vial(cast: Cast, lot: DrugLot, session: Session) -> Vial:
    return stock.open_vial(lot, signing=cast.sign("nils", session.starts_at))


@pytest.fixture
def drawn(cast: Cast, session: Session, vial: Vial) -> LedgerLine:
    """Five mL in a syringe for Pia."""
    return drawing.draw(session, vial, ml="5", signing=cast.sign("nils", session.starts_at))


def left(lot: DrugLot) -> tuple[int, list[tuple[int, int]]]:
    """Sealed vials, and of each open one what is in it and what is drawn and pending."""
    there = reading.stock_of_lot(lot)
    return there.sealed, [(one.open_ul, one.drawn_ul) for one in there.vials]


def test_vials_received_are_there(lot: DrugLot) -> None:
    assert left(lot) == (3, [])
    assert LedgerLine.objects.get().witness == "Maya"


def test_an_opened_vial_has_its_last_day(vial: Vial, lot: DrugLot) -> None:
    assert vial.use_until == MONDAY + timedelta(days=28)
    assert left(lot) == (2, [(10_000, 0)])


def test_a_clinic_may_say_fewer_days(cast: Cast, lot: DrugLot, session: Session) -> None:
    stock.set_vial_days(cast.north, 7, actor=cast.actor("maya"), at=session.starts_at)
    vial = stock.open_vial(DrugLot.objects.get(), signing=cast.sign("nils", session.starts_at))
    assert vial.use_until == MONDAY + timedelta(days=7)


def test_drawn_then_given_and_wasted(cast: Cast, session: Session, lot: DrugLot, drawn: LedgerLine) -> None:
    assert left(lot) == (2, [(5_000, 5_000)])
    used = drawing.account_for(drawn, Use("3.5", "1.5"), signing=cast.sign("nils", session.ends_at, "maya"))
    assert (used.given_ul, used.wasted_ul, used.patient_id) == (3_500, 1_500, session.patient_id)
    assert left(lot) == (2, [(5_000, 0)])


def test_several_sessions_draw_from_one_vial(cast: Cast, session: Session, lot: DrugLot, vial: Vial, drawn: LedgerLine) -> None:
    other = cast.enrol("paul", starts_on=MONDAY).sessions.get(infusion=1)
    cast.prepare(other, other.starts_at)
    drawing.draw(other, vial, ml="4", signing=cast.sign("nils", other.starts_at))
    assert left(lot) == (2, [(1_000, 9_000)])


@pytest.mark.parametrize(("given", "wasted", "said"), [("3.5", "1", "0.5 mL too little"), ("5", "0.001", "0.001 mL too much")])
def test_drawn_is_given_and_wasted_or_refused(
    cast: Cast, session: Session, drawn: LedgerLine, given: str, wasted: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        drawing.account_for(drawn, Use(given, wasted), signing=cast.sign("nils", session.ends_at, "maya"))


def test_a_draw_is_accounted_for_once(cast: Cast, session: Session, lot: DrugLot, drawn: LedgerLine) -> None:
    drawing.account_for(drawn, Use("5", "0"), signing=cast.sign("nils", session.ends_at))
    with pytest.raises(Refused, match="already"):
        drawing.account_for(drawn, Use("5", "0"), signing=cast.sign("nils", session.ends_at))
    assert left(lot) == (2, [(5_000, 0)])


def test_nothing_is_given_in_a_session_that_never_began(cast: Cast, vial: Vial) -> None:
    other = cast.enrol("paul", starts_on=MONDAY).sessions.get(infusion=1)
    cast.prepare(other, other.starts_at)
    drawn = drawing.draw(other, vial, ml="4", signing=cast.sign("nils", other.starts_at))
    with pytest.raises(Refused, match="never begun"):
        drawing.account_for(drawn, Use("4", "0"), signing=cast.sign("nils", other.starts_at, "maya"))
    drawing.account_for(drawn, Use("0", "4"), signing=cast.sign("nils", other.starts_at, "maya"))


def test_no_more_is_drawn_than_there_is(cast: Cast, session: Session, vial: Vial, drawn: LedgerLine) -> None:
    with pytest.raises(Refused, match="There are 5 mL in this vial"):
        drawing.draw(session, vial, ml="5.001", signing=cast.sign("nils", session.starts_at))


def test_the_same_draw_sent_again_changes_nothing(cast: Cast, session: Session, lot: DrugLot, vial: Vial) -> None:
    signing = cast.sign("nils", session.starts_at)
    first = drawing.draw(session, vial, ml="5", signing=signing)
    assert drawing.draw(session, vial, ml="5", signing=signing) == first
    with pytest.raises(Refused, match="other content"):
        drawing.draw(session, vial, ml="4", signing=signing)
    assert left(lot) == (2, [(5_000, 5_000)])


def test_a_vial_past_its_day_is_not_drawn_from(cast: Cast, session: Session, vial: Vial) -> None:
    late = session.starts_at + timedelta(days=29)
    Session.objects.filter(pk=session.pk).update(day=late.date())
    with pytest.raises(Refused, match="It is set apart"):
        drawing.draw(Session.objects.get(pk=session.pk), vial, ml="1", signing=cast.sign("nils", late))


def test_a_lot_past_its_expiry_is_set_apart_and_not_opened(cast: Cast, session: Session) -> None:
    lot = cast.stock(session.starts_at, expires_on=MONDAY + timedelta(days=3))
    late = session.starts_at + timedelta(days=4)
    with pytest.raises(Refused, match="set apart and cannot be opened"):
        stock.open_vial(lot, signing=cast.sign("nils", late))
    assert reading.stock_of_lot(lot, at=late).is_set_apart


# Who, before whom: an act that needs a witness.
WITNESSED: dict[str, Callable[..., object]] = {
    "receiving": lambda cast, lot, vial, drawn, sign: stock.receive_vials(
        cast.north, stock.Label("ketamine", "50", "10", "K2", date(2030, 1, 1)), 1, signing=sign
    ),
    "wasting": lambda cast, lot, vial, drawn, sign: drawing.account_for(drawn, Use("4", "1"), signing=sign),
    "overfill": lambda cast, lot, vial, drawn, sign: stock.record_overfill(vial, ml="0.4", signing=sign),
    "the rest": lambda cast, lot, vial, drawn, sign: stock.waste_rest(vial, ml="1", reason="old", signing=sign),
    "returning": lambda cast, lot, vial, drawn, sign: stock.return_vials(lot, 1, reason="too many", signing=sign),
    "destroying": lambda cast, lot, vial, drawn, sign: stock.destroy_vials(lot, 1, reason="broken", signing=sign),
    "correcting": lambda cast, lot, vial, drawn, sign: drawing.correct_draw(drawn, ml="4", use=None, reason="typo", signing=sign),
    "counting": lambda cast, lot, vial, drawn, sign: counting.record_count(cast.north, {}, signing=sign),
}


@pytest.mark.parametrize("act", WITNESSED)
@pytest.mark.parametrize("witness", ["", "nils"])
def test_nobody_bears_witness_to_their_own_act(
    cast: Cast, session: Session, lot: DrugLot, vial: Vial, drawn: LedgerLine, act: str, witness: str
) -> None:
    before = LedgerLine.objects.count()
    with pytest.raises(Refused, match=r"second person|another person"):
        WITNESSED[act](cast, lot, vial, drawn, cast.sign("nils", session.ends_at, witness))
    assert LedgerLine.objects.count() == before


@pytest.mark.parametrize("witness", ["theo", "dana", "alma", "omar"])
def test_who_may_not_or_works_elsewhere_is_no_witness(cast: Cast, session: Session, drawn: LedgerLine, witness: str) -> None:
    with pytest.raises(NotAllowed):
        drawing.account_for(drawn, Use("4", "1"), signing=cast.sign("nils", session.ends_at, witness))


@pytest.mark.parametrize("name", ["theo", "dana", "alma", "omar"])
def test_who_may_not_keep_the_ledger_draws_nothing(cast: Cast, session: Session, vial: Vial, name: str) -> None:
    with pytest.raises(NotAllowed):
        drawing.draw(session, vial, ml="1", signing=cast.sign(name, session.starts_at))


def test_a_vial_of_another_drug_than_was_ordered_is_not_drawn_from(cast: Cast, session: Session) -> None:
    at, label = session.starts_at, stock.Label("midazolam", "5", "10", "M1", date(2030, 1, 1))
    lot = stock.receive_vials(cast.north, label, 1, signing=cast.sign("nils", at, "maya")).lot
    vial = stock.open_vial(lot, signing=cast.sign("nils", at))
    with pytest.raises(Refused, match="The order is for ketamine; this vial holds midazolam"):
        drawing.draw(session, vial, ml="1", signing=cast.sign("nils", at))


def test_a_vial_of_another_clinic_is_not_drawn_from(cast: Cast, session: Session, vial: Vial) -> None:
    Session.objects.filter(pk=session.pk).update(clinic=cast.south)
    with pytest.raises(Refused, match="another clinic"):
        drawing.draw(Session.objects.get(pk=session.pk), vial, ml="1", signing=cast.sign("nils", session.starts_at))


def test_a_nurse_of_two_clinics_keeps_the_ledger_of_the_one_she_acts_in(cast: Cast, session: Session, vial: Vial) -> None:
    at_south = Membership.objects.create(user=cast.users["nils"], clinic=cast.south, role=Role.NURSE).as_actor()
    signing = replace(cast.sign("nils", session.starts_at), actor=at_south)
    with pytest.raises(NotAllowed, match="another clinic"):
        drawing.draw(session, vial, ml="1", signing=signing)


def test_what_came_in_is_what_is_there_and_what_went_out(cast: Cast, session: Session, lot: DrugLot, vial: Vial) -> None:
    at, sign = session.starts_at, cast.sign
    stock.record_overfill(vial, ml="0.4", signing=sign("nils", at, "maya"))
    stock.return_vials(lot, 1, reason="ordered too many", signing=sign("nils", at, "maya"))
    stock.destroy_vials(lot, 1, reason="dropped", signing=sign("nils", at, "maya"))
    stock.waste_rest(vial, ml="10.4", reason="past its day", signing=sign("nils", at, "maya"))
    assert left(lot) == (0, [])
    assert reading.stock_of_lot(lot).total_ul == 0


def test_only_unopened_vials_are_returned(cast: Cast, session: Session, lot: DrugLot, vial: Vial) -> None:
    with pytest.raises(Refused, match="There are 2 sealed vials"):
        stock.return_vials(lot, 3, reason="x", signing=cast.sign("nils", session.starts_at, "maya"))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [("mg_per_ml", "10,5", "comma"), ("mg_per_ml", "0", "on no vial"), ("ml", "5000", "on no vial"), ("ml", "10 mL", "letters")],
)
def test_a_label_that_cannot_be_is_refused(cast: Cast, session: Session, field: str, typed: str, said: str) -> None:
    label = replace(stock.Label("ketamine", "10", "10", "K9", date(2030, 1, 1)), **{field: typed})
    with pytest.raises(Refused, match=said):
        stock.receive_vials(cast.north, label, 1, signing=cast.sign("nils", session.starts_at, "maya"))


def test_the_same_lot_with_another_expiry_is_looked_at_again(cast: Cast, session: Session, lot: DrugLot) -> None:
    with pytest.raises(Refused, match="in the ledger with expiry Jan 31, 2030"):
        cast.stock(session.starts_at, expires_on=date(2031, 1, 31))


def test_more_of_a_lot_is_added_to_it(cast: Cast, session: Session, lot: DrugLot) -> None:
    assert cast.stock(session.starts_at, vials=2) == lot
    assert left(lot) == (5, [])


# Corrections.


def test_a_tenfold_slip_is_corrected_and_both_lines_stay(
    cast: Cast, session: Session, lot: DrugLot, vial: Vial, drawn: LedgerLine
) -> None:
    new = drawing.correct_draw(drawn, ml="0.5", use=None, reason="a slip", signing=cast.sign("nils", session.ends_at, "maya"))
    assert (new.corrects, LedgerLine.objects.get(pk=drawn.pk).volume_ul) == (drawn, 5_000)
    assert left(lot) == (2, [(9_500, 500)])


@pytest.mark.parametrize(("ml", "given", "wasted"), [("4", "3.5", "0.5"), ("6", "4.5", "1.5"), ("5", "5", "0"), ("0", "0", "0")])
def test_what_was_accounted_for_is_corrected_with_its_draw(
    cast: Cast, session: Session, lot: DrugLot, drawn: LedgerLine, ml: str, given: str, wasted: str
) -> None:
    sign = cast.sign("nils", session.ends_at, "maya")
    drawing.account_for(drawn, Use("3.5", "1.5"), signing=sign)
    new = drawing.correct_draw(
        drawn, ml=ml, use=Use(given, wasted), reason="read wrongly", signing=cast.sign("nils", session.ends_at, "maya")
    )
    used = drawing.use_of(new)
    assert used is not None
    assert (used.given_ul, used.wasted_ul) == (float(given) * 1000, float(wasted) * 1000)
    assert left(lot) == (2, [(10_000 - float(ml) * 1000, 0)])
    assert not LedgerLine.objects.pending().exists()


def test_a_corrected_line_is_corrected_no_more(cast: Cast, session: Session, drawn: LedgerLine) -> None:
    drawing.correct_draw(drawn, ml="4", use=None, reason="x", signing=cast.sign("nils", session.ends_at, "maya"))
    old = LedgerLine.objects.get(pk=drawn.pk)
    with pytest.raises(Refused, match="corrected already"):
        drawing.correct_draw(old, ml="3", use=None, reason="x", signing=cast.sign("nils", session.ends_at, "maya"))


def test_a_draw_that_was_voided_is_not_pending(cast: Cast, session: Session, lot: DrugLot, drawn: LedgerLine) -> None:
    drawing.correct_draw(drawn, ml="0", use=None, reason="wrong patient", signing=cast.sign("nils", session.ends_at, "maya"))
    assert not LedgerLine.objects.pending().exists()
    assert left(lot) == (2, [(10_000, 0)])


def test_a_delivery_is_corrected_but_not_below_what_was_opened(cast: Cast, session: Session, lot: DrugLot, vial: Vial) -> None:
    line = LedgerLine.objects.get(kind=Kind.RECEIVED)
    with pytest.raises(Refused, match="sealed vials"):
        stock.correct_line(line, amount="0", reason="x", signing=cast.sign("nils", session.starts_at, "maya"))
    stock.correct_line(line, amount="5", reason="counted again", signing=cast.sign("nils", session.starts_at, "maya"))
    assert left(lot) == (4, [(10_000, 0)])


def test_an_opening_that_never_was_gives_the_vial_back(cast: Cast, session: Session, lot: DrugLot, vial: Vial) -> None:
    line = LedgerLine.objects.get(kind=Kind.OPENED)
    stock.correct_line(line, amount="0", reason="other lot", signing=cast.sign("nils", session.starts_at, "maya"))
    assert left(lot) == (3, [])


# Counting.


def count(cast: Cast, at: datetime, **found: str) -> StockCount:
    said = {place.key: found.get("sealed" if place.vial is None else "opened", "") for place in reading.places_of(cast.north)}
    return counting.record_count(cast.north, said, signing=cast.sign("nils", at, "maya"))


def test_a_count_that_agrees_leaves_nothing_to_sign(cast: Cast, session: Session, vial: Vial) -> None:
    count(cast, session.ends_at, sealed="2", opened="10")
    assert not Counted.objects.unsigned().exists()


def test_a_missing_vial_is_found_out_and_signed_by_a_clinician(cast: Cast, session: Session, lot: DrugLot, vial: Vial) -> None:
    count(cast, session.ends_at, sealed="1", opened="10")
    item = Counted.objects.unsigned().get()
    assert str(item) == "sealed vials of lot K100: the ledger says 2, 1 counted"
    with pytest.raises(NotAllowed):
        counting.sign_discrepancy(item, is_explained=False, reason="x", signing=cast.sign("nils", session.ends_at))
    counting.sign_discrepancy(item, is_explained=False, reason="broken, not written", signing=cast.sign("maya", session.ends_at))
    assert left(lot) == (1, [(10_000, 0)])
    assert not Counted.objects.unsigned().exists()


def test_a_discrepancy_that_is_explained_changes_no_amount(cast: Cast, session: Session, lot: DrugLot, vial: Vial) -> None:
    count(cast, session.ends_at, sealed="2", opened="9.8")
    item = Counted.objects.unsigned().get()
    counting.sign_discrepancy(item, is_explained=True, reason="read again", signing=cast.sign("maya", session.ends_at))
    assert left(lot) == (2, [(10_000, 0)])
    with pytest.raises(Overtaken, match="Maya signed"):
        counting.sign_discrepancy(item, is_explained=False, reason="x", signing=cast.sign("maya", session.ends_at))


def test_a_count_of_a_list_that_changed_is_refused(cast: Cast, session: Session, lot: DrugLot, vial: Vial) -> None:
    with pytest.raises(Overtaken, match="Look at the list again"):
        counting.record_count(cast.north, {f"lot-{lot.pk}": "2"}, signing=cast.sign("nils", session.ends_at, "maya"))


# Reading.


def test_the_stock_as_it_stood_at_a_moment(cast: Cast, session: Session, lot: DrugLot, drawn: LedgerLine) -> None:
    before = session.starts_at - timedelta(minutes=1)
    then = reading.stock_of(cast.north, cast.actor("alma"), at=before)
    assert [(one.sealed, one.vials) for one in then] == [(3, [])]
    assert reading.stock_of(cast.south, cast.actor("omar")) == []


def test_a_period_that_adds_up(cast: Cast, session: Session, drawn: LedgerLine) -> None:
    drawing.account_for(drawn, Use("3.5", "1.5"), signing=cast.sign("nils", session.ends_at, "maya"))
    infusion.end_infusion(session, stamp=cast.stamp("nils", session.ends_at))
    report = reading.report_of(cast.north, cast.actor("maya"), MONDAY, MONDAY)
    assert [line.kind for line in report.lines] == ["received", "opened", "drawn", "used"]
    assert (report.lots[0].before_ul, report.lots[0].after_ul) == (0, 25_000)
    assert report.adds_up


def test_a_draw_without_given_and_wasted_keeps_a_period_from_adding_up(cast: Cast, session: Session, drawn: LedgerLine) -> None:
    infusion.end_infusion(session, stamp=cast.stamp("nils", session.ends_at))
    report = reading.report_of(cast.north, cast.actor("maya"), MONDAY, MONDAY)
    assert report.matters.pending == [drawn]
    assert not report.adds_up


def test_an_infusion_without_a_draw_is_found(cast: Cast, session: Session, lot: DrugLot) -> None:
    infusion.end_infusion(session, stamp=cast.stamp("nils", session.ends_at))
    report = reading.report_of(cast.north, cast.actor("maya"), MONDAY, MONDAY)
    assert report.matters.unwritten == [session]
    assert not report.adds_up


def test_a_pump_figure_corrected_after_the_account_is_found_until_the_line_says_it_too(
    cast: Cast, session: Session, drawn: LedgerLine
) -> None:
    read_pump_at(cast, session, "103.5", "0")
    drawing.account_for(drawn, Use("3.5", "1.5"), signing=cast.sign("nils", session.ends_at, "maya"))
    assert reading.open_matters(cast.north, cast.actor("alma"), until=MONDAY).count == 0

    wrong = PumpReading.objects.get()
    stamp = replace(cast.stamp("nils", session.ends_at), corrects=wrong, why="typo")
    pump.read_pump(wrong.session, infused="51.75", left="51.75", reason="x", stamp=stamp)
    [one] = reading.open_matters(cast.north, cast.actor("alma"), until=MONDAY).differing
    assert (one.session, one.given_ug, one.measured_ug) == (session, 35_000, 17_500)

    signing = cast.sign("nils", session.ends_at, "maya")
    drawing.correct_draw(drawn, ml="5", use=Use("1.75", "3.25"), reason="Pump misread", signing=signing)
    assert reading.open_matters(cast.north, cast.actor("alma"), until=MONDAY).count == 0


@pytest.mark.parametrize("reader", ["nils", "maya", "alma"])
def test_a_dose_in_devices_is_missing_from_nobodys_ledger(cast: Cast, lot: DrugLot, reader: str) -> None:
    switch_program("esketamine-nasal", is_on=True, actor=cast.actor("alma"))
    first = cast.enrol("paul", program="esketamine-nasal", starts_on=MONDAY + timedelta(days=1)).sessions.get(infusion=1)
    cast.infuse(first)
    report = reading.report_of(cast.north, cast.actor(reader), first.day, first.day)
    assert report.matters.unwritten == []


def test_a_lot_is_traced_to_everybody_who_received_it(cast: Cast, session: Session, lot: DrugLot, drawn: LedgerLine) -> None:
    drawing.account_for(drawn, Use("5", "0"), signing=cast.sign("nils", session.ends_at))
    assert [line.patient.legal_name for line in reading.received_of(lot, cast.actor("maya"))] == ["Pia Northwood"]
    assert reading.received_of(lot, cast.actor("omar")) == []


# Whatever the door.


@pytest.mark.parametrize("model", [DrugLot, Vial, LedgerLine, StockCount, Counted])
@pytest.mark.parametrize("act", ["UPDATE {table} SET clinic_id = clinic_id", "DELETE FROM {table}"])
def test_the_database_itself_changes_and_deletes_nothing(
    cast: Cast, session: Session, drawn: LedgerLine, model: type, act: str
) -> None:
    count(cast, session.ends_at, sealed="2", opened="5")
    rows = model._default_manager.count()
    with pytest.raises(DatabaseError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table=model._meta.db_table))
    assert model._default_manager.count() == rows > 0


WRONG = {
    "below zero": ({"open_after_ul": -1}, "ledger_never_below_zero"),
    "not all of it": ({"volume_ul": 5_001}, "ledger_drawn_is_given_and_wasted"),
    "own witness": ({"author_user_id": 7, "witness_user_id": 7}, "ledger_witness_is_another"),
    "no witness": ({"witness_user_id": None}, "ledger_line_is_witnessed"),
    "no session": ({"session_id": None}, "ledger_draw_is_for_a_session"),
    "no reason": ({"kind": "returned", "given_ul": 0, "wasted_ul": 0, "session_id": None, "patient_id": None}, "says_why"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_line_that_cannot_be_is_refused_by_the_database(cast: Cast, session: Session, drawn: LedgerLine, wrong: str) -> None:
    used = drawing.account_for(drawn, Use("3.5", "1.5"), signing=cast.sign("nils", session.ends_at, "maya"))
    values = {field.attname: getattr(used, field.attname) for field in LedgerLine._meta.fields}
    changed, name = WRONG[wrong]
    other = {"id": None, "public_id": session.public_id, "key": session.public_id, "number": 99, "draw_id": None}
    with pytest.raises(IntegrityError, match=name):
        LedgerLine(**{**values, **other, **changed}).save(force_insert=True)


def test_a_clinic_uses_no_vial_longer_than_28_days(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="28_days"):
        Clinic.objects.filter(pk=cast.north.pk).update(vial_days=29)


def read_pump_at(cast: Cast, session: Session, infused: str, left: str, minute: int = 20) -> None:
    """Stopped at that minute; the pump says so much in, so much left, of 103.5 mL that hold 35 mg."""
    at = session.starts_at + timedelta(minutes=minute)
    infusion.stop_infusion(session, reason="vomiting", stamp=cast.stamp("nils", at))
    pump.read_pump(Session.objects.get(pk=session.pk), infused=infused, left=left, reason="x", stamp=cast.stamp("nils", at))


def account(cast: Cast, drawn: LedgerLine, session: Session, given: str, wasted: str) -> LedgerLine:
    at = session.starts_at + timedelta(minutes=60)
    return drawing.account_for(drawn, Use(given, wasted), signing=cast.sign("nils", at, "maya"))


def test_the_ledgers_given_is_what_the_pump_measured(cast: Cast, session: Session, drawn: LedgerLine) -> None:
    read_pump_at(cast, session, "51.75", "51.75")
    with pytest.raises(Refused, match=r"17\.5 mg given\. Of this draw that is 1\.75 mL"):
        account(cast, drawn, session, "3.5", "1.5")
    assert account(cast, drawn, session, "1.75", "3.25").given_ul == 1_750


def test_of_two_draws_the_last_makes_what_was_measured_whole(cast: Cast, session: Session, vial: Vial, drawn: LedgerLine) -> None:
    more = drawing.draw(session, vial, ml="1", signing=cast.sign("nils", session.starts_at))
    read_pump_at(cast, session, "51.75", "51.75")
    account(cast, drawn, session, "1", "4")
    with pytest.raises(Refused, match=r"that is 0\.75 mL"):
        account(cast, more, session, "0.5", "0.5")
    assert account(cast, more, session, "0.75", "0.25").wasted_ul == 250


def test_without_a_pumps_figure_the_ledger_takes_what_is_typed(cast: Cast, session: Session, drawn: LedgerLine) -> None:
    assert account(cast, drawn, session, "3.5", "1.5").given_ul == 3_500
