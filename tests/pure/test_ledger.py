"""The drug ledger adds up: in every history nothing is lost, nothing falls below zero, and what was drawn is accounted for."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.ledger import (
    READ_OFF_UL,
    Amounts,
    BelowZero,
    Kind,
    Movement,
    add_up,
    after,
    change,
    fits_measured,
    last_day_of_use,
    mg_in,
    show_ml,
    ul_of,
)
from tests.counts import FEW_HUNDRED
from tests.pure.ledger_histories import check_history, histories


@FEW_HUNDRED
@given(histories())
def test_every_history_adds_up(history) -> None:
    check_history(history)


@pytest.mark.parametrize(
    ("line", "there"),
    [
        (Movement(Kind.RECEIVED, 5, 50_000), Amounts(sealed=8, open_ul=4_000, drawn_ul=1_000)),
        (Movement(Kind.OVERFILL, 0, 300), Amounts(sealed=3, open_ul=4_300, drawn_ul=1_000)),
        (Movement(Kind.DRAWN, 0, 3_500), Amounts(sealed=3, open_ul=500, drawn_ul=4_500)),
        (Movement(Kind.USED, 0, 1_000, 700, 300), Amounts(sealed=3, open_ul=4_000, drawn_ul=0)),
        (Movement(Kind.WASTED, 0, 4_000, 0, 4_000), Amounts(sealed=3, open_ul=0, drawn_ul=1_000)),
        (Movement(Kind.RETURNED, 3, 30_000), Amounts(sealed=0, open_ul=4_000, drawn_ul=1_000)),
        (Movement(Kind.EXPLAINED), Amounts(sealed=3, open_ul=4_000, drawn_ul=1_000)),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Movement) else "",
)
def test_what_a_line_makes_of_what_there_is(line: Movement, there: Amounts) -> None:
    assert after(Amounts(sealed=3, open_ul=4_000, drawn_ul=1_000), change(line)) == there


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Movement(Kind.OPENED, 1, 10_000), "There are 0 sealed vials"),
        (Movement(Kind.DRAWN, 0, 4_001), "There are 4 mL in this vial"),
        (Movement(Kind.USED, 0, 1_001, 1_001), "There are 1 mL drawn"),
    ],
)
def test_nothing_is_taken_that_is_not_there(line: Movement, said: str) -> None:
    with pytest.raises(BelowZero, match=said):
        after(Amounts(sealed=0, open_ul=4_000, drawn_ul=1_000), change(line))


def test_a_correction_takes_back_what_the_old_line_did() -> None:
    old, new = Movement(Kind.DRAWN, 0, 35_000), Movement(Kind.DRAWN, 0, 3_500)
    assert change(new, old) == Amounts(open_ul=31_500, drawn_ul=-31_500)


def test_the_sums_of_a_day() -> None:
    draw, used = Movement(Kind.DRAWN, 0, 5_000), Movement(Kind.USED, 0, 5_000, 3_800, 1_200)
    rest = Movement(Kind.WASTED, 0, 2_000, 0, 2_000)
    sums = add_up([(Movement(Kind.RECEIVED, 2, 20_000), None), (draw, None), (used, None), (rest, None)])
    assert (sums.drawn_ul, sums.given_ul, sums.wasted_ul, sums.pending_ul) == (7_000, 3_800, 3_200, 0)
    assert sums.net_ul == 13_000


@pytest.mark.parametrize(
    ("opened", "days", "expires", "last"),
    [
        (date(2026, 3, 1), 28, date(2027, 1, 31), date(2026, 3, 29)),
        (date(2026, 3, 1), 28, date(2026, 3, 15), date(2026, 3, 15)),
        (date(2026, 3, 1), 7, date(2027, 1, 31), date(2026, 3, 8)),
        (date(2026, 3, 1), 0, date(2027, 1, 31), date(2026, 3, 1)),
    ],
)
def test_an_opened_vial_is_used_so_long_and_never_past_its_expiry(opened: date, days: int, expires: date, last: date) -> None:
    assert last_day_of_use(opened, days, expires) == last


@pytest.mark.parametrize(
    ("volume_ul", "ug_per_ml", "mg"), [(3_500, 10_000, "35"), (1, 10_000, "0.01"), (333, 12_500, "4.1625"), (760, 50_000, "38")]
)
def test_how_much_drug_a_volume_holds(volume_ul: int, ug_per_ml: int, mg: str) -> None:
    assert mg_in(volume_ul, ug_per_ml) == Decimal(mg)


@pytest.mark.parametrize(
    ("dose_ug", "ug_per_ml", "volume_ul"),
    [(38_000, 10_000, 3_800), (35_500, 50_000, 710), (33_300, 100_000, 330), (10, 2_000, 10)],
)
def test_the_volume_of_a_dose_is_to_a_hundredth_of_a_ml(dose_ug: int, ug_per_ml: int, volume_ul: int) -> None:
    assert ul_of(dose_ug, ug_per_ml) == volume_ul


@pytest.mark.parametrize(("volume_ul", "shown"), [(0, "0"), (500, "0.5"), (3_800, "3.8"), (10_000, "10"), (1_250_000, "1,250")])
def test_a_volume_is_written_as_ismp_asks(volume_ul: int, shown: str) -> None:
    assert show_ml(volume_ul) == shown


STRENGTHS = st.sampled_from([10_000, 50_000, 100_000])


@given(measured_ug=st.integers(0, 300_000), ug_per_ml=STRENGTHS)
def test_what_was_measured_read_off_a_syringe_fits(measured_ug: int, ug_per_ml: int) -> None:
    assert fits_measured(measured_ug, [(ul_of(measured_ug, ug_per_ml), ug_per_ml)], is_last=True)


@given(measured_ug=st.integers(0, 300_000), ug_per_ml=STRENGTHS, off_ul=st.integers(2 * READ_OFF_UL, 5_000))
def test_more_than_was_measured_never_fits_and_less_only_while_another_draw_waits(
    measured_ug: int, ug_per_ml: int, off_ul: int
) -> None:
    exact = ul_of(measured_ug, ug_per_ml)
    assert not fits_measured(measured_ug, [(exact + off_ul, ug_per_ml)], is_last=False)
    if exact >= off_ul:
        less = [(exact - off_ul, ug_per_ml)]
        assert (fits_measured(measured_ug, less, is_last=False), fits_measured(measured_ug, less, is_last=True)) == (True, False)
