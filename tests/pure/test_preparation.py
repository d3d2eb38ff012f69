"""From the rounded mg to what is drawn, and what the pump is set to."""

import re
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from programs.dosing import DoseRefused, Limits, dose_mg, sentence, show
from programs.preparation import Bag, Preparation, preparation_words, prepare
from tests.pure.orders_by_hand import Order, by_hand, random_order

LIMITS = Limits(Decimal("1.5"), Decimal(400))
BAG = Bag(Decimal(100), includes_drug=False)


def ready(mg: str, mg_per_ml: int, bag: Bag | None = BAG, minutes: int = 40, route: str = "IV") -> Preparation:
    return prepare(route, Decimal(mg), minutes, Decimal(mg_per_ml), bag)


# kg, mg/kg, mg, mL of 10, 50 and 100 mg/mL, mg/h over 40 min: the published table, worked out by hand there.
TABLE = [
    ("60", "0.5", "30", "3.0", "0.6", "0.3", "45"),
    ("80", "0.5", "40", "4.0", "0.8", "0.4", "60"),
    ("80", "1.0", "80", "8.0", "1.6", "0.8", "120"),
    ("100", "0.5", "50", "5.0", "1.0", "0.5", "75"),
]


@pytest.mark.parametrize(("kg", "mg_per_kg", "mg", "of_10", "of_50", "of_100", "mg_per_h"), TABLE)
def test_the_table_of_doses_holds(kg, mg_per_kg, mg, of_10, of_50, of_100, mg_per_h):
    dose = dose_mg(Decimal(kg), Decimal(mg_per_kg), LIMITS)
    vials = [ready(str(dose), strength) for strength in (10, 50, 100)]

    assert dose == Decimal(mg)
    assert [vial.draw_ml for vial in vials] == [Decimal(of_10), Decimal(of_50), Decimal(of_100)]
    assert {vial.mg_per_h for vial in vials} == {Decimal(mg_per_h)}


@pytest.mark.parametrize(("bag_ml", "ml_per_h"), [("100", "150"), ("50", "75")])
def test_a_bag_that_holds_the_drug_runs_at_its_own_volume(bag_ml, ml_per_h):
    assert ready("40", 10, Bag(Decimal(bag_ml), includes_drug=True)).ml_per_h == Decimal(ml_per_h)


def test_pias_dose_is_said_in_one_sentence():
    said = sentence("IV", Decimal(38), Decimal("0.5"), Decimal(76), 40) + " · " + preparation_words(ready("38", 10))

    # (100 + 3.8) mL in 40 min is 155.7 mL/h.
    assert said == "ketamine IV · 38 mg = 0.5 mg/kg × 76 kg, over 40 min · 3.8 mL of 10 mg/mL in 100 mL → 155.7 mL/h"


def test_included_is_said_otherwise_than_added():
    assert preparation_words(ready("38", 10, Bag(Decimal(100), True))) == "3.8 mL of 10 mg/mL made up to 100 mL → 150 mL/h"


def test_an_injection_is_drawn_and_has_no_rate():
    assert preparation_words(ready("35", 50, None, 0, "IM")) == "0.7 mL of 50 mg/mL"


def test_undiluted_through_a_pump_says_so():
    assert preparation_words(ready("40", 10, None)) == "4 mL of 10 mg/mL undiluted → 6 mL/h"


def test_a_volume_of_a_thousand_has_its_comma():
    assert preparation_words(ready("40", 10, Bag(Decimal(1000), True), 60)) == "4 mL of 10 mg/mL made up to 1,000 mL → 1,000 mL/h"


@pytest.mark.parametrize(
    ("bag", "because"), [(None, "never goes into a vein undiluted"), (Bag(Decimal(1), True), "at least as much")]
)
def test_100_mg_per_ml_never_goes_into_a_vein_undiluted(bag, because):
    with pytest.raises(DoseRefused, match=because):
        ready("80", 100, bag)


def test_an_equal_volume_of_diluent_is_enough():
    # The label: dilute with an equal volume. 1 mL of the drug, 1 mL of the diluent.
    assert ready("100", 100, Bag(Decimal(1), False)).total_ml == 2


def test_100_mg_per_ml_goes_into_a_muscle_as_it_is():
    assert ready("80", 100, None, 0, "IM").draw_ml == Decimal("0.8")


@pytest.mark.parametrize("mg_per_ml", ["1", "5", "20", "500", "1000"])
def test_there_is_no_other_vial(mg_per_ml):
    with pytest.raises(DoseRefused, match="choose 10, 50 or 100"):
        prepare("IV", Decimal(38), 40, Decimal(mg_per_ml), BAG)


@pytest.mark.parametrize("bag_ml", ["0", "0.5", "1001", "3"])
def test_a_bag_that_cannot_be_is_refused(bag_ml):
    with pytest.raises(DoseRefused):
        ready("38", 10, Bag(Decimal(bag_ml), includes_drug=True))


def worked_out(order: Order) -> tuple[Fraction, ...]:
    """mg, mL, mL/h, mg/h as the app works them out."""
    kg, per_kg = Decimal(order.grams) / 1000, Decimal(order.ug_per_kg) / 1000
    mg = dose_mg(kg, per_kg, LIMITS)
    drawn = prepare("IV", mg, order.minutes, Decimal(order.mg_per_ml), Bag(Decimal(order.bag_ml), order.is_included))
    return tuple(Fraction(figure) for figure in (mg, drawn.draw_ml, drawn.ml_per_h, drawn.mg_per_h))


def test_five_hundred_random_orders_are_those_of_exact_fractions():
    random = Random(3)
    for _ in range(500):
        order = random_order(random)
        assert worked_out(order) == by_hand(order), order


ISMP = re.compile(r"(0|[1-9]\d{0,2}(,\d{3})*)(\.\d*[1-9])?")


def test_every_number_of_every_sentence_is_written_as_ismp_asks():
    random = Random(4)
    for _ in range(500):
        order = random_order(random)
        mg, *_rest = worked_out(order)
        drawn = prepare(
            "IV",
            Decimal(int(mg * 10)) / 10,
            order.minutes,
            Decimal(order.mg_per_ml),
            Bag(Decimal(order.bag_ml), order.is_included),
        )
        said = preparation_words(drawn)
        assert all(ISMP.fullmatch(number) for number in re.findall(r"[\d.,]+", said)), said
        assert re.sub(r"[\d.,]+ (mL/h|mg/mL|mL)\b", "", said).replace("→", "").split() in (
            ["of", "in"],
            ["of", "made", "up", "to"],
        )


@pytest.mark.parametrize("amount", ["0.10", "1000", "1234567.50", "12.00", "0"])
def test_show_follows_the_same_rule(amount):
    assert ISMP.fullmatch(show(Decimal(amount)))
