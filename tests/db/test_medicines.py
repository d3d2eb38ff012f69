"""Medicines beside the dose: on a standing order or a prescriber's, with the allergies in the way."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client

from programs.models import Medicine, RoomOrder, Session, StandingOrder
from programs.services.medicines import (
    Sure,
    Typed,
    TypedLine,
    correct_medicine,
    doubt_about,
    give_ordered,
    give_standing,
    read_medicine,
    sign_standing_orders,
    standing_orders_of,
)
from programs.services.record import Stamp
from programs.services.releases import cosign
from programs.services.room_orders import ByMouth
from programs.services.safety import add_safety_item
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused

FOUR = Typed("Ondansetron", "4", "mg", "IV")
SignedIn = Callable[[str], Client]


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia is here for her first infusion."""
    return snapshots.begin_with(cast.prepared)


@pytest.fixture
def line(cast: Cast) -> StandingOrder:
    """Ondansetron 4 mg IV for nausea, twice a session at most."""
    lines = [TypedLine("Ondansetron", "4", "mg", "IV", "nausea", 2)]
    return sign_standing_orders(cast.north, lines=lines, actor=cast.actor("maya"))[0]


def stamp(cast: Cast, session: Session, minute: int = 20, name: str = "nils") -> Stamp:
    return cast.stamp(name, session.starts_at + timedelta(minutes=minute))


def by_maya(cast: Cast) -> ByMouth:
    return ByMouth(cast.users["maya"].pk, read_back=True)


def allergic(cast: Cast, session: Session, to: str = "Ondansetron: rash") -> None:
    add_safety_item(session.patient, kind="allergy", words=to, last_taken="", actor=cast.actor("nils"))


def test_a_standing_order_is_one_tap_as_often_as_it_says(cast: Cast, session: Session, line: StandingOrder) -> None:
    for minute in (20, 40):
        give_standing(session, line, stamp=stamp(cast, session, minute))
    with pytest.raises(Refused, match="given 2 times already"):
        give_standing(session, line, stamp=stamp(cast, session, 60))
    assert [str(row) for row in Medicine.objects.all()] == ["Ondansetron 4 mg IV"] * 2


def test_the_same_tap_sent_twice_is_one_medicine(cast: Cast, session: Session, line: StandingOrder) -> None:
    once = stamp(cast, session)
    assert give_standing(session, line, stamp=once) == give_standing(session, line, stamp=once)


def test_a_line_of_an_older_version_no_longer_holds(cast: Cast, session: Session, line: StandingOrder) -> None:
    sign_standing_orders(cast.north, lines=[], actor=cast.actor("maya"))
    assert standing_orders_of(cast.north.pk) == []
    with pytest.raises(Refused, match="no longer holds"):
        give_standing(session, line, stamp=stamp(cast, session))
    assert StandingOrder.objects.count() == 2


def test_a_standing_order_is_not_enough_for_whom_it_harms(cast: Cast, session: Session, line: StandingOrder) -> None:
    allergic(cast, session)
    with pytest.raises(Refused, match="ask a prescriber"):
        give_standing(session, line, stamp=stamp(cast, session))
    assert not Medicine.objects.exists()


def test_only_a_clinician_signs_standing_orders(cast: Cast) -> None:
    for name in ("nils", "alma", "omar"):
        with pytest.raises(NotAllowed):
            sign_standing_orders(cast.north, lines=[], actor=cast.actor(name))


def test_a_verbal_order_is_read_back_and_waits_for_its_signature(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="Read the order back"):
        give_ordered(session, FOUR, by=ByMouth(cast.users["maya"].pk), stamp=stamp(cast, session))
    row = give_ordered(session, FOUR, by=by_maya(cast), stamp=stamp(cast, session))
    waiting = RoomOrder.objects.visible_to(cast.actor("maya")).waiting_for(cast.users["maya"].pk)
    assert [order.words for order in waiting] == ["Ondansetron 4 mg IV"]
    assert row.order
    cosign(row.order, actor=cast.actor("maya"))
    assert not waiting.all().exists()


def test_the_page_says_whose_order_it_was_and_why(cast: Cast, session: Session, signed_in: SignedIn) -> None:
    allergic(cast, session)
    sure = Sure(doubt_about(session, read_medicine(FOUR)), "Rash was the latex")
    give_ordered(session, FOUR, by=by_maya(cast), stamp=stamp(cast, session), sure=sure)
    page = signed_in("nils").get(f"/sessions/{session.public_id}/").content.decode()
    assert "by word of mouth from Maya, signature open: Rash was the latex" in page


def test_nobody_signs_for_the_prescriber(cast: Cast, session: Session) -> None:
    row = give_ordered(session, FOUR, by=by_maya(cast), stamp=stamp(cast, session))
    assert row.order
    for name in ("nils", "omar"):
        with pytest.raises(NotAllowed):
            cosign(row.order, actor=cast.actor(name))


@pytest.mark.parametrize("amount", ["4,0", "4e1", "4 mg", "٤", "-4", "", "0"])
def test_a_slip_in_the_amount_is_refused_at_its_field(cast: Cast, session: Session, amount: str) -> None:
    with pytest.raises(Refused) as refused:
        give_ordered(session, replace(FOUR, amount=amount), by=by_maya(cast), stamp=stamp(cast, session))
    assert (refused.value.field, RoomOrder.objects.count()) == ("amount", 0)


def test_an_allergy_or_tenfold_is_answered_in_words_before_it_is_written(
    cast: Cast, session: Session, line: StandingOrder
) -> None:
    allergic(cast, session)
    forty = replace(FOUR, amount="40")
    doubt = doubt_about(session, read_medicine(forty))
    assert doubt.splitlines() == [
        "Ondansetron: the allergy list says “Ondansetron: rash”.",
        "Ondansetron 40 mg IV is far from this clinic's standing order, Ondansetron 4 mg IV.",
    ]
    for sure in (None, Sure(doubt, " "), Sure("something else", "Maya knows")):
        with pytest.raises(Refused):
            give_ordered(session, forty, by=by_maya(cast), stamp=stamp(cast, session), sure=sure)
    row = give_ordered(session, forty, by=by_maya(cast), stamp=stamp(cast, session), sure=Sure(doubt, "Maya knows"))
    assert (row.doubt, row.reason) == (doubt, "Maya knows")


def test_another_amount_than_was_written_is_an_order_anew(cast: Cast, session: Session) -> None:
    old = give_ordered(session, FOUR, by=by_maya(cast), stamp=stamp(cast, session))
    again = replace(stamp(cast, session, 25), corrects=old, why="typo")
    row = correct_medicine(old, replace(FOUR, amount="8"), by=by_maya(cast), stamp=again)
    assert (RoomOrder.objects.count(), row.order == old.order, Medicine.objects.standing().get()) == (2, False, row)


def test_a_corrected_time_keeps_its_standing_order(cast: Cast, session: Session, line: StandingOrder) -> None:
    old = give_standing(session, line, stamp=stamp(cast, session))
    again = replace(stamp(cast, session, 30), happened_at=session.starts_at, corrects=old, why="late entry")
    row = correct_medicine(old, FOUR, by=ByMouth(), stamp=again)
    assert (row.standing, row.happened_at, RoomOrder.objects.count()) == (line, session.starts_at, 0)


@pytest.fixture
def nils(session: Session, signed_in: SignedIn, stand_at: Callable[[datetime], None]) -> Client:
    """Nils, signed in, half an hour after Pia came."""
    stand_at(session.starts_at + timedelta(minutes=30))
    return signed_in("nils")


def typed(cast: Cast, **more: str) -> dict[str, str]:
    usual = {"drug": "Zofran", "amount": "4", "unit": "mg", "route": "IV", "prescriber": str(cast.users["maya"].pk)}
    return {"key": str(uuid.uuid4()), "read_back": "on"} | usual | more


def test_an_allergy_has_a_page_of_its_own_and_nothing_is_written_before(cast: Cast, session: Session, nils: Client) -> None:
    allergic(cast, session, "Zofran, hives")
    sent = typed(cast)
    page = nils.post(f"/sessions/{session.public_id}/medicine/", sent)
    assert (page.status_code, "Is this medicine right?" in page.content.decode(), Medicine.objects.count()) == (422, True, 0)
    doubt = page.context["doubt"]
    nils.post(f"/sessions/{session.public_id}/medicine/", sent | {"doubt": doubt, "reason": "Maya knows"})
    assert Medicine.objects.get().reason == "Maya knows"


def test_what_is_wrong_comes_back_with_what_was_typed(cast: Cast, session: Session, nils: Client) -> None:
    answer = nils.post(f"/sessions/{session.public_id}/medicine/", typed(cast, amount="4,0"))
    page = answer.content.decode()
    assert (answer.status_code, 'value="4,0"' in page, "has a comma" in page) == (422, True, True)


def test_maya_finds_the_order_on_her_list_and_signs_it(cast: Cast, session: Session, nils: Client, signed_in: SignedIn) -> None:
    nils.post(f"/sessions/{session.public_id}/medicine/", typed(cast))
    maya = signed_in("maya")
    assert "you ordered <strong>Zofran 4 mg IV</strong>" in maya.get("/patients/").content.decode()
    maya.post(f"/room-orders/{RoomOrder.objects.get().public_id}/sign/")
    assert "Zofran" not in maya.get("/patients/").content.decode()


def test_maya_signs_a_list_of_standing_orders(cast: Cast, signed_in: SignedIn) -> None:
    form = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-1-drug": ""}
    row = {"drug": "Ondansetron", "amount": "4", "unit": "mg", "route": "IV", "when": "nausea", "most_times": "2"}
    maya = signed_in("maya")
    answer = maya.post("/room/standing-orders/", form | {f"form-0-{name}": value for name, value in row.items()})
    assert answer.status_code == 302
    assert "Ondansetron 4 mg IV" in maya.get("/room/").content.decode()
