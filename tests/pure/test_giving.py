"""What is left of an order that is given at times: the sum never passes it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.dosing import DoseRefused
from programs.giving import next_devices_ug, next_ug, portion_of


def test_what_is_left_is_the_order_less_all_that_was_given() -> None:
    portion = portion_of(70_000, [20_000, 15_000])
    assert (portion.given_ug, portion.left_ug, portion.is_whole) == (35_000, 35_000, False)
    assert next_ug(portion, Decimal(35)) == 35_000


@pytest.mark.parametrize(
    ("mg", "said"), [("35.1", "35.1 mg is more than is left"), ("350", "35 mg left"), ("0", "more than 0"), ("0.05", "finer")]
)
def test_a_dose_beyond_what_is_left_or_of_nothing_is_refused(mg: str, said: str) -> None:
    with pytest.raises(DoseRefused, match=said):
        next_ug(portion_of(70_000, [35_000]), Decimal(mg))


@pytest.mark.parametrize(("count", "said"), [("3", r"3 devices \(84 mg\) is more"), ("0.5", "whole devices"), ("0", "whole")])
def test_devices_are_whole_and_within_the_order(count: str, said: str) -> None:
    with pytest.raises(DoseRefused, match=said):
        next_devices_ug(portion_of(56_000, [], 28_000), Decimal(count))


def test_one_device_of_two_leaves_one() -> None:
    portion = portion_of(56_000, [28_000], 28_000)
    assert (portion.devices_left, next_devices_ug(portion, Decimal(1))) == (1, 28_000)


def test_what_does_not_come_in_devices_is_not_counted_in_them() -> None:
    with pytest.raises(DoseRefused, match="does not come in devices"):
        next_devices_ug(portion_of(70_000, []), Decimal(1))


TENTHS = st.integers(1, 3_000)


@given(ordered=TENTHS, wanted=st.lists(st.integers(-5, 4_000), max_size=8))
def test_whatever_is_asked_for_the_sum_stays_within_the_order(ordered: int, wanted: list[int]) -> None:
    given_ug: list[int] = []
    for tenths in wanted:
        try:
            given_ug.append(next_ug(portion_of(ordered * 100, given_ug), Decimal(tenths) / 10))
        except DoseRefused:
            assert tenths <= 0 or sum(given_ug) + tenths * 100 > ordered * 100
    assert sum(given_ug) <= ordered * 100


@given(ordered=TENTHS, given_tenths=st.lists(TENTHS, max_size=5))
def test_what_is_left_can_always_be_given_and_then_nothing_is(ordered: int, given_tenths: list[int]) -> None:
    portion = portion_of(ordered * 100, [tenths * 100 for tenths in given_tenths])
    if portion.left_ug:
        last = next_ug(portion, Decimal(portion.left_ug) / 1000)
        assert portion_of(ordered * 100, [portion.given_ug, last]).is_whole
    else:
        assert portion.is_whole
