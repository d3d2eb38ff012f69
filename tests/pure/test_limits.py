"""At the limit counts as beyond it, for oxygen below; a dose cannot start at a number at which it need not be stopped."""

from dataclasses import replace

import pytest

from programs.limits import Limit, Reading, disagreement

HOLD, STOP = Limit(160, 100, 111, 94), Limit(180, 110, 131, 90)
FINE = Reading(159, 99, 110, 94)


def test_just_below_every_limit_nothing_is_said() -> None:
    assert HOLD.passed_by(FINE) == ()


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("systolic", 160, "blood pressure 160/99, the limit is 160/100"),
        ("diastolic", 100, "blood pressure 159/100, the limit is 160/100"),
        ("pulse", 111, "pulse 111, the limit is 111"),
        ("spo2", 93, "oxygen 93 %, at least 94 % is needed"),
    ],
)
def test_at_the_limit_it_is_beyond(name: str, number: int, said: str) -> None:
    assert HOLD.passed_by(replace(FINE, **{name: number})) == (said,)


@pytest.mark.parametrize(("name", "number"), [("systolic", 159), ("diastolic", 99), ("pulse", 110), ("spo2", 95)])
def test_stopping_before_holding_makes_no_sense(name: str, number: int) -> None:
    wrong = disagreement(HOLD, replace(STOP, **{name: number}))
    assert wrong
    assert wrong[0] == f"stop_{name}"


def test_stopping_where_holding_begins_is_allowed() -> None:
    assert disagreement(HOLD, HOLD) is None
