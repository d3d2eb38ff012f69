"""Maya's order: worked out and read before it is signed, within what the clinic signed, looked at by another where unusual."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from assessments.services.dosing import facts_of, start_infusion
from programs.models import DoseLimits, DoseOrder, Enrolment, SecondLook, Session
from programs.services.before_dose import what_stops_start
from programs.services.dose_limits import proposed_limits, sign_dose_limits
from programs.services.ledger.drawing import draw
from programs.services.ledger.stock import open_vial
from programs.services.orders import order_sentence, work_out
from programs.services.second_looks import look_again
from tests.cast import PASSWORD, SIX, Cast, wanted
from tests.ordering import as_signed, as_typed
from tests.slips import try_slips
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused

MONDAY = date(2026, 3, 2)
SENTENCE = "ketamine IV · 38 mg = 0.5 mg/kg × 76 kg, over 40 min · 3.8 mL of 10 mg/mL in 100 mL → 155.7 mL/h"
SignedIn = Callable[[str], Client]


@pytest.fixture
def course(cast: Cast, snapshots: Snapshots) -> Enrolment:
    return snapshots.begin_with(cast.enrolled)


@pytest.fixture
def session(course: Enrolment) -> Session:
    """Pia's first infusion."""
    return course.sessions.get(infusion=1)


@pytest.fixture
def second(cast: Cast, course: Enrolment, snapshots: Snapshots) -> Session:
    """Her second, after 35 mg in the first."""
    snapshots.begin_with(cast.infuse, course.sessions.get(infusion=1))
    return Session.objects.get(enrolment=course, infusion=2)


def address(session: Session) -> str:
    return reverse("session_order", args=[session.public_id])


def stops(session: Session) -> str:
    return " ".join(stop.words for stop in what_stops_start(facts_of(session, at=session.starts_at)))


def test_an_order_keeps_what_its_sentence_says(cast: Cast, session: Session) -> None:
    order = cast.order(session, weight="76")
    assert (order.dose_ug, order.draw_ul, order.bag_ul, order.ul_per_h, order.ug_per_h) == (
        38_000,
        3_800,
        100_000,
        155_700,
        57_000,
    )
    assert order_sentence(DoseOrder.objects.get()) == SENTENCE


def test_maya_reads_the_sentence_before_she_signs_it(cast: Cast, session: Session, signed_in: SignedIn) -> None:
    page = signed_in("maya").post(address(session), as_typed(session, weight="76")).content.decode()
    assert SENTENCE in page
    assert not DoseOrder.objects.exists()


def test_what_she_read_is_what_she_signs(cast: Cast, session: Session, signed_in: SignedIn) -> None:
    page = signed_in("maya").post(address(session), as_signed(cast, session, weight="76"), follow=True)
    assert SENTENCE in page.content.decode()
    assert DoseOrder.objects.get().dose_ug == 38_000


def test_another_sentence_than_the_one_that_was_read_is_not_signed(cast: Cast, session: Session, signed_in: SignedIn) -> None:
    tampered = as_signed(cast, session, weight="76") | {"mg_per_kg": "1"}
    assert "has changed meanwhile" in signed_in("maya").post(address(session), tampered).content.decode()
    assert not DoseOrder.objects.exists()


def test_to_change_it_leads_back_with_all_that_was_typed(cast: Cast, session: Session, signed_in: SignedIn) -> None:
    typed = as_typed(session, weight="76", mg_per_kg="0.55", minutes="other", mixing="included") | {"minutes_other": "45"}
    form = signed_in("maya").post(address(session), typed | {"act": "change"}).context["form"]
    assert {name: form[name].value() for name in ("weight", "mg_per_kg", "minutes_other", "mixing")} == {
        "weight": "76", "mg_per_kg": "0.55", "minutes_other": "45", "mixing": "included",
    }  # fmt: skip


def test_other_minutes_and_another_bag_are_typed(cast: Cast, session: Session, signed_in: SignedIn) -> None:
    typed = as_typed(session, minutes="other", bag_ml="other") | {"minutes_other": "45", "bag_ml_other": "80"}
    # 35 mg is 3.5 mL; 83.5 mL in 45 min is 111.3 mL/h.
    assert (
        "over 45 min · 3.5 mL of 10 mg/mL in 80 mL → 111.3 mL/h"
        in signed_in("maya").post(address(session), typed).content.decode()
    )


@pytest.mark.parametrize("mg_per_ml", ["1", "20", "10,0", "1e1", "10 mg", "١٠", ""])
def test_a_vial_that_does_not_exist_is_refused(cast: Cast, session: Session, mg_per_ml: str) -> None:
    with pytest.raises(Refused) as refusal:
        cast.order(session, mg_per_ml=mg_per_ml)
    assert refusal.value.field == "mg_per_ml"


def test_100_mg_per_ml_undiluted_is_refused_in_words_and_by_the_database(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="never goes into a vein undiluted"):
        cast.order(session, mg_per_ml="100", mixing="none", bag_ml="")
    order = cast.order(session)
    with pytest.raises(IntegrityError), transaction.atomic():
        DoseOrder.objects.filter(pk=order.pk).update(ug_per_ml=100_000, bag_ul=None)


def test_the_adjusted_weight_says_which_and_why(cast: Cast, session: Session) -> None:
    heavy = {"weight": "120", "basis": "adjusted", "height": "70", "height_unit": "in", "sex": "female", "why": "BMI 38"}
    # Devine: 45.5 + 2.3 × 10 = 68.5; 68.5 + 0.4 × 51.5 = 89.1; 0.5 × 89.1 = 44.55, halves up.
    order = cast.order(session, **heavy)
    assert "44.6 mg = 0.5 mg/kg × 89.1 kg (adjusted weight)" in order_sentence(order)
    assert (order.actual_g, order.weight_g, order.height_mm, order.weight_why) == (120_000, 89_100, 1778, "BMI 38")


def test_another_weight_without_a_reason_is_refused(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="Write why"):
        cast.order(session, weight="120", basis="ideal", height="178", height_unit="cm", sex="female")


# What the clinic signed.


def test_without_signed_limits_nothing_is_ordered(cast: Cast, session: Session) -> None:
    DoseLimits.objects.all().delete()
    with pytest.raises(Refused, match="has signed the limits of this dose"):
        cast.order(session)


@pytest.mark.parametrize(
    ("limit", "typed"),
    [
        ({"most_mg": Decimal(34)}, {}),
        ({"most_mg_per_kg": Decimal("0.49"), "soft_to_mg_per_kg": Decimal("0.49")}, {}),
        ({"most_mg_per_kg_h": Decimal("0.749")}, {}),
        ({}, {"minutes": "4"}),
    ],
)
def test_nobody_types_past_a_signed_limit(cast: Cast, session: Session, limit: dict, typed: dict) -> None:
    usual = proposed_limits(session.enrolment.protocol.dose)
    sign_dose_limits(cast.north, SIX, replace(usual, **limit), actor=cast.actor("maya"))
    with pytest.raises(Refused, match="beyond what this clinic has signed for"):
        cast.order(session, **typed)


def test_a_clinic_cannot_sign_for_more_than_the_program_allows(cast: Cast, session: Session) -> None:
    usual = proposed_limits(session.enrolment.protocol.dose)
    with pytest.raises(Refused, match=r"up to 1\.5\."):
        sign_dose_limits(cast.north, SIX, replace(usual, most_mg_per_kg=Decimal("1.6")), actor=cast.actor("maya"))


def test_nils_signs_no_limits(cast: Cast, session: Session) -> None:
    with pytest.raises(NotAllowed):
        sign_dose_limits(cast.north, SIX, proposed_limits(session.enrolment.protocol.dose), actor=cast.actor("nils"))


def test_maya_signs_the_limits_on_their_page_and_the_old_ones_stay(cast: Cast, session: Session, signed_in: SignedIn) -> None:
    typed = {
        "most_mg": "80", "most_mg_per_kg": "1", "most_mg_per_kg_h": "1.5", "soft_from_mg_per_kg": "0.3",
        "soft_to_mg_per_kg": "0.8", "change_percent": "20",
    }  # fmt: skip
    page = signed_in("maya").post(reverse("room_dose", args=[SIX]), typed, follow=True).content.decode()
    assert "at most 80 mg, 1 mg/kg, 1.5 mg/kg/h; a second look outside 0.3 to 0.8 mg/kg and at a change beyond 20 %" in page
    assert DoseLimits.objects.count() == 2


# What changed, and the second look.


def test_the_next_order_says_what_is_other_than_last_time(cast: Cast, second: Session) -> None:
    worked = work_out(second, wanted(second.enrolment.protocol.dose, mg_per_kg="0.6", minutes="45"), actor=cast.actor("maya"))
    assert worked.changed == ("+7 mg since Mar 2", "over 40 → 45 min")


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ({"mg_per_kg": "0.7"}, "+14 mg since Mar 2 is 40 %"),
        ({"mg_per_kg": "0.3"}, "−14 mg since Mar 2 is 40 %"),
        ({"minutes": "20"}, "+52.5 mg/h since Mar 2 is 100 %"),
        ({"mg_per_ml": "50"}, "Another vial than last time"),
        ({"mg_per_kg": "1.1"}, "outside the usual 0.1 to 1 mg/kg"),
        ({"weight": "90", "mg_per_kg": "0.4"}, "29 % above the last weight"),
    ],
)
def test_an_unusual_order_does_not_start_before_another_person_looked(
    cast: Cast, second: Session, typed: dict, because: str
) -> None:
    cast.order(second, **typed, at=second.starts_at)
    assert because in stops(second)


def test_the_usual_order_needs_nobody_else(cast: Cast, second: Session) -> None:
    assert not cast.order(second, mg_per_kg="0.6", at=second.starts_at).look_for


def test_nils_looks_and_the_dose_may_start(cast: Cast, second: Session) -> None:
    cast.prepare(second, second.starts_at)
    order = cast.order(second, mg_per_kg="0.7", at=second.starts_at)
    with pytest.raises(Refused, match="waits for a second look"):
        start_infusion(second, stamp=cast.stamp("nils", second.starts_at))
    look = look_again(order, looker=cast.actor("nils"), at=second.starts_at)
    assert look.shown.startswith("ketamine IV · 49 mg")
    assert start_infusion(second, stamp=cast.stamp("nils", second.starts_at))


def test_who_ordered_cannot_look_again(cast: Cast, second: Session) -> None:
    order = cast.order(second, mg_per_kg="0.7")
    with pytest.raises(Refused, match="another person's"):
        look_again(order, looker=cast.actor("maya"))


@pytest.mark.parametrize("name", ["theo", "dana", "alma", "omar"])
def test_only_a_nurse_or_clinician_of_the_clinic_looks(cast: Cast, second: Session, name: str) -> None:
    order = cast.order(second, mg_per_kg="0.7")
    with pytest.raises(NotAllowed):
        look_again(order, looker=cast.actor(name))


@pytest.mark.parametrize(("password", "looks"), [(PASSWORD, 1), ("another password", 0), ("", 0)])
def test_nils_proves_his_look_with_his_password(
    cast: Cast, second: Session, signed_in: SignedIn, password: str, looks: int
) -> None:
    cast.order(second, mg_per_kg="0.7")
    where = reverse("session_second_look", args=[second.public_id])
    key = signed_in("nils").get(where).context["form"]["key"].value()
    signed_in("nils").post(where, {"key": key, "witness": cast.users["nils"].pk, "password": password})
    assert SecondLook.objects.count() == looks


def test_a_new_order_asks_for_a_new_look(cast: Cast, second: Session) -> None:
    look_again(cast.order(second, mg_per_kg="0.7"), looker=cast.actor("nils"))
    cast.order(second, mg_per_kg="0.75")
    assert "waits for a second look" in stops(second)


def test_three_hundred_slips_are_refused_or_wait_for_another_person(cast: Cast, second: Session) -> None:
    assert try_slips(cast, second, Random(5), 300) == []


def test_a_vial_of_another_strength_is_not_drawn_from(cast: Cast, session: Session) -> None:
    cast.prepare(session, session.starts_at)
    cast.order(session, mg_per_ml="50")
    vial = open_vial(cast.stock(session.starts_at), signing=cast.sign("nils", session.starts_at))
    with pytest.raises(Refused, match="drawn from 50 mg/mL; this vial holds 10 mg/mL"):
        draw(session, vial, ml="0.7", signing=cast.sign("nils", session.starts_at))
