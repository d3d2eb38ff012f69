"""What looks like a slip, or like harm, in a medicine beside the dose."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from programs.dosing import DoseRefused, NotANumber
from programs.medicines import Amount, allergies_to, doubts_about, names_in, read_thousandths

ONDANSETRON = Amount("Ondansetron", 4_000, "mg", "IV")


@pytest.mark.parametrize(
    ("drug", "line"),
    [
        ("penicillin V", "Penicillins: rash"),
        ("ONDANSETRÓN", "ondansetron"),
        ("Zofran (ondansetron)", "Zofran, hives"),
        ("Latex", "latex gloves"),
    ],
)
def test_a_name_on_the_allergy_list_is_found(drug: str, line: str) -> None:
    assert allergies_to(drug, ["Peanuts", line]) == (line,)


@pytest.mark.parametrize("line", ["Penicillin: rash", "none known", "on", "Rash after bees", ""])
def test_another_name_is_not_taken_for_it(line: str) -> None:
    assert allergies_to("Ondansetron, after the rash", [line]) == ()


@pytest.mark.parametrize(("thousandths", "odd"), [(40_000, True), (400, True), (999, True), (1_000, False), (16_000, False)])
def test_tenfold_the_standing_order_is_asked_about(thousandths: int, odd: bool) -> None:
    given = Amount("ondansetron", thousandths, "mg", "IV")
    assert bool(doubts_about(given, [], [ONDANSETRON])) == odd


def test_another_unit_is_not_compared() -> None:
    assert doubts_about(Amount("Ondansetron", 4_000_000, "mcg", "IV"), [], [ONDANSETRON]) == ()


@pytest.mark.parametrize("typed", ["4,0", "4e1", "4 mg", "٤", "-4", "", ".5", "1/2"])
def test_what_is_no_plain_number_is_refused(typed: str) -> None:
    with pytest.raises(NotANumber):
        read_thousandths(typed, "mg")


def test_nothing_is_no_dose() -> None:
    with pytest.raises(DoseRefused, match="0 is nothing"):
        read_thousandths("0", "mg")


LETTERS = st.text("abcdefghijklmnopqrstuvwxyzáéñö", min_size=5, max_size=12)


@given(name=LETTERS, before=LETTERS, after=LETTERS)
def test_a_name_is_found_wherever_it_stands_and_however_it_is_written(name: str, before: str, after: str) -> None:
    assume(names_in(name))
    line = f"{before}, {name.upper()} ({after})"
    assert allergies_to(name, [line]) == (line,)


@given(thousandths=st.integers(1, 99_999_999))
def test_an_amount_is_read_as_it_is_shown(thousandths: int) -> None:
    amount = Amount("x", thousandths, "mg", "IV")
    assert read_thousandths(amount.plain, "mg") == thousandths == int(Decimal(amount.plain) * 1000)
