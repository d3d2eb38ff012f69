"""Which weight a dose rests on, and which weights are asked about."""

from decimal import Decimal

import pytest

from programs.dosing import DoseRefused, kg_of
from programs.weights import both_units, cm_of, dosing_kg, doubt_about, ideal_kg


# Devine: 50 or 45.5 kg at 60 inches and 2.3 kg for each inch above. 70 inches: 50 + 23, 45.5 + 23.
@pytest.mark.parametrize(("sex", "kg"), [("male", "73"), ("female", "68.5")])
def test_the_ideal_weight_of_somebody_of_70_inches(sex, kg):
    assert ideal_kg(cm_of(Decimal(70), "in"), sex) == Decimal(kg)


def test_the_adjusted_weight_takes_four_tenths_of_what_lies_above():
    # 68.5 + 0.4 × (120 − 68.5) = 89.1
    assert dosing_kg("adjusted", Decimal(120), Decimal("177.8"), "female") == Decimal("89.1")


def test_an_ideal_weight_above_the_actual_one_is_no_weight_to_dose_by():
    with pytest.raises(DoseRefused, match="Use the actual weight"):
        dosing_kg("ideal", Decimal(55), Decimal("177.8"), "female")


def test_below_60_inches_the_formula_says_nothing():
    with pytest.raises(DoseRefused, match=r"begins at 152\.4 cm"):
        ideal_kg(Decimal(150), "female")


@pytest.mark.parametrize(("amount", "unit"), [("70", "cm"), ("170", "in"), ("1.75", "cm"), ("231", "cm")])
def test_a_height_in_the_wrong_unit_is_the_height_of_nobody(amount, unit):
    with pytest.raises(DoseRefused, match="Check the number and the unit"):
        cm_of(Decimal(amount), unit)


@pytest.mark.parametrize("kg", range(30, 251, 5))
def test_pounds_typed_as_kilograms_need_a_second_person_when_a_last_weight_stands_beside(kg):
    as_typed = (Decimal(kg) * Decimal("2.2046")).quantize(Decimal("0.1"))
    if as_typed > 300:
        with pytest.raises(DoseRefused):
            kg_of(as_typed, "kg")
        return
    doubt = doubt_about(as_typed, Decimal(kg))
    assert doubt.needs_second
    assert "pounds typed as kg" in doubt.words


@pytest.mark.parametrize(
    ("kg", "asked", "second"),
    [("77", False, False), ("77.1", True, False), ("87.5", True, False), ("87.6", True, True), ("52.4", True, True)],
)
def test_a_tenth_off_is_asked_and_a_quarter_off_needs_a_second_person(kg, asked, second):
    doubt = doubt_about(Decimal(kg), Decimal(70))

    assert (doubt is not None, doubt is not None and doubt.needs_second) == (asked, second)


@pytest.mark.parametrize(("kg", "cm"), [("176", "165"), ("165", "176"), ("35", "170"), ("181", None), ("39", None)])
def test_without_a_last_weight_what_no_body_has_is_asked(kg, cm):
    assert doubt_about(Decimal(kg), None, Decimal(cm) if cm else None).needs_second


@pytest.mark.parametrize(("kg", "cm"), [("80", "176"), ("120", "176"), ("50", None), ("180", None)])
def test_a_usual_body_is_not_asked_about(kg, cm):
    assert doubt_about(Decimal(kg), None, Decimal(cm) if cm else None) is None


def test_both_units_stand_side_by_side():
    assert both_units(Decimal(76)) == "76 kg = 167.6 lb"
    assert both_units(Decimal("79.379")) == "79.4 kg = 175 lb"
