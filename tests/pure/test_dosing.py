"""From weight and mg per kg to the mg that is ordered."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import dosing
from programs.dosing import DoseRefused, Limits, NotANumber
from tests.counts import QUICK
from tests.programs_and_scales import PROTOCOLS

LIMITS = Limits(most_mg_per_kg=Decimal("1.5"), most_mg=Decimal(150))
weights = st.decimals(Decimal("30.1"), Decimal(300), places=1)


def test_pia_of_76_kg_gets_38_mg():
    assert dosing.dose_mg(Decimal(76), Decimal("0.5"), LIMITS) == Decimal(38)


def test_half_a_tenth_is_rounded_up_where_a_banker_would_round_down():
    # 75.3 × 0.5 = 37.65; to the even tenth it would be 37.6.
    assert dosing.dose_mg(Decimal("75.3"), Decimal("0.5"), LIMITS) == Decimal("37.7")


def test_a_dose_is_decimal_and_has_one_decimal_place():
    dose = dosing.dose_mg(Decimal("70.123"), Decimal("0.35"), LIMITS)

    assert (type(dose), dose.as_tuple().exponent) == (Decimal, -1)


@QUICK
@given(weight=weights, mg_per_kg=st.decimals(Decimal("0.05"), Decimal("0.5"), places=2))
def test_a_dose_is_never_further_than_half_a_tenth_from_the_exact_product(weight, mg_per_kg):
    dose = dosing.dose_mg(weight, mg_per_kg, LIMITS)

    assert abs(Fraction(dose) - Fraction(weight) * Fraction(mg_per_kg)) <= Fraction(1, 20)


@pytest.mark.parametrize("mg_per_kg", ["5", "50", "1.51", "0", "-0.5"])
def test_maya_cannot_order_beyond_the_programs_most_per_kg(mg_per_kg):
    with pytest.raises(DoseRefused, match=r"beyond what this program allows \(1\.5 mg/kg\)"):
        dosing.dose_mg(Decimal(76), Decimal(mg_per_kg), LIMITS)


def test_950_mg_for_95_mg_cannot_be_ordered():
    with pytest.raises(DoseRefused, match=r"beyond what this program allows \(150 mg\)"):
        dosing.dose_mg(Decimal(950), Decimal(1), LIMITS)


def test_a_dose_that_rounds_to_nothing_is_refused():
    with pytest.raises(DoseRefused, match=r"^0 mg"):
        dosing.dose_mg(Decimal(30), Decimal("0.001"), LIMITS)


@pytest.mark.parametrize("code", [code for code, protocol in PROTOCOLS.items() if protocol.dose.mg_per_kg])
def test_ten_times_what_a_program_proposes_is_refused(code):
    dose = PROTOCOLS[code].dose

    with pytest.raises(DoseRefused):
        dosing.dose_mg(Decimal(60), dose.mg_per_kg * 10, Limits(dose.most_mg_per_kg, dose.most_mg))


@QUICK
@given(weight=weights)
def test_ten_times_a_weight_is_the_weight_of_nobody(weight):
    with pytest.raises(DoseRefused, match="Check the number and the unit"):
        dosing.kg_of(weight * 10, "kg")


def test_pounds_become_kilograms_to_the_gram():
    # The pound is 0.45359237 kg by definition: 167.5 × 0.45359237 = 75.976721975.
    assert dosing.kg_of(Decimal("167.5"), "lb") == Decimal("75.977")


@pytest.mark.parametrize(("amount", "unit"), [("29.9", "kg"), ("300.1", "kg"), ("66", "lb"), ("662", "lb")])
def test_a_weight_outside_30_to_300_kg_is_refused(amount, unit):
    with pytest.raises(DoseRefused, match=f"{amount} {unit} is not the weight of an adult"):
        dosing.kg_of(Decimal(amount), unit)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type the number of mg/kg"),
        ("0,5", "has a comma"),
        ("1,200", "has a comma"),
        ("5e-1", "has an exponent"),
        (".5", "Write 0.5"),
        ("0.5 mg", "has letters"),
        ("+0.5", "not a plain number"),
        ("-0.5", "not a plain number"),
        ("٠.٥", "not a plain number"),
        ("0.5.5", "not a plain number"),
        ("00.5", "not a plain number"),
        ("5.", "not a plain number"),
        ("1_0", "not a plain number"),
        ("½", "not a plain number"),
    ],
)
def test_a_number_that_somebody_could_read_otherwise_is_not_read(typed, said):
    with pytest.raises(NotANumber, match=said):
        dosing.read_amount(typed, "mg/kg")


@QUICK
@given(st.integers(0, 99_999), st.integers(0, 999))
def test_a_plain_number_is_read_as_it_stands(whole, thousandths):
    assert dosing.read_amount(f" {whole}.{thousandths:03} ", "kg") == Decimal(whole * 1000 + thousandths) / 1000


@pytest.mark.parametrize(("measured", "is_off"), [("83.6", False), ("83.7", True), ("68.4", False), ("68.3", True)])
def test_a_weight_more_than_a_tenth_from_the_orders_is_off(measured, is_off):
    assert dosing.weight_is_off(Decimal(76), Decimal(measured)) is is_off


@pytest.mark.parametrize(("number", "shown"), [("0.50", "0.5"), ("38.0", "38"), ("1200", "1,200"), ("100", "100"), ("0", "0")])
def test_a_number_is_shown_without_a_trailing_zero_and_with_a_leading_one(number, shown):
    assert dosing.show(Decimal(number)) == shown


def test_the_order_is_said_in_a_sentence():
    said = dosing.sentence("IV", Decimal("38.0"), Decimal("0.50"), Decimal("76.000"), 40)

    assert said == "ketamine IV · 38 mg = 0.5 mg/kg × 76 kg, over 40 min"


def test_an_injection_has_no_minutes_in_its_sentence():
    assert dosing.sentence("SC", Decimal(80), Decimal(1), Decimal(80), 0) == "ketamine SC · 80 mg = 1 mg/kg × 80 kg"


# Fixed mg, and devices.


@pytest.mark.parametrize(("mg", "kg"), [("150.1", "200"), ("90.1", "60"), ("0", "60"), ("50.05", "60")])
def test_a_fixed_dose_beyond_the_most_or_finer_than_a_tenth_is_refused(mg, kg):
    with pytest.raises(DoseRefused):
        dosing.fixed_mg(Decimal(mg), Decimal(kg), LIMITS)


def test_a_fixed_dose_may_be_just_the_most_per_kg():
    assert dosing.fixed_mg(Decimal(90), Decimal(60), LIMITS) == 90


def test_the_reason_for_a_refused_fixed_dose_names_the_weight_and_the_limit():
    with pytest.raises(DoseRefused, match=r"^90\.1 mg for 60 kg is beyond what this program allows \(1\.5 mg/kg\)\.$"):
        dosing.fixed_mg(Decimal("90.1"), Decimal(60), LIMITS)


@pytest.mark.parametrize("mg", ["27", "50", "112", "0", "560"])
def test_part_of_a_device_or_more_than_three_is_refused(mg):
    with pytest.raises(DoseRefused):
        dosing.device_mg(Decimal(mg), Decimal(28), Limits(None, Decimal(84)))


def test_a_dose_by_device_has_no_mg_per_kg():
    with pytest.raises(DoseRefused, match="does not go by weight"):
        dosing.dose_mg(Decimal(60), Decimal("0.5"), Limits(None, Decimal(84)))


@pytest.mark.parametrize(
    ("mg", "said"), [(28, "28 mg = 1 device × 28 mg"), (56, "56 mg = 2 devices × 28 mg"), (84, "84 mg = 3 devices × 28 mg")]
)
def test_esketamine_is_said_in_devices(mg, said):
    assert dosing.device_sentence("esketamine", "IN", Decimal(mg), Decimal(28)) == f"esketamine nasal · {said}"


def test_a_fixed_dose_is_said_with_the_weight_it_is_for():
    assert dosing.fixed_sentence("IN", Decimal(50), Decimal(76), 0) == "ketamine nasal · 50 mg, fixed, at 76 kg"
    assert dosing.fixed_sentence("IV", Decimal(80), Decimal(76), 120) == "ketamine IV · 80 mg, fixed, at 76 kg, over 120 min"
