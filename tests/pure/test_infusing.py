"""What was given by the recorded rates, against a sum taken second by second."""

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from programs.infusing import RateFrom, gap_percent, given_ug, rate_for

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


def test_the_whole_dose_in_its_minutes() -> None:
    rates = [RateFrom(TEN, rate_for(38_000, 40))]
    assert given_ug(rates, until=at(40)) == 38_000
    assert given_ug(rates, until=at(20)) == 19_000


def test_a_pause_gives_nothing_and_another_rate_another_amount() -> None:
    rates = [RateFrom(TEN, 60_000), RateFrom(at(10), 0), RateFrom(at(15), 60_000), RateFrom(at(20), 30_000)]
    assert [given_ug(rates, until=at(minute)) for minute in (10, 15, 20, 30)] == [10_000, 10_000, 15_000, 20_000]


def test_never_more_than_there_was() -> None:
    assert given_ug([RateFrom(TEN, 60_000)], until=at(90), most_ug=38_000) == 38_000


def test_nothing_before_it_began() -> None:
    assert given_ug([RateFrom(TEN, 60_000)], until=at(-5)) == 0


@pytest.mark.parametrize("seed", range(25))
def test_any_history_comes_to_what_each_second_gave(seed: int) -> None:
    chance = random.Random(seed)
    moments = sorted(chance.sample(range(900), chance.randint(1, 8)))
    rates = [RateFrom(TEN + timedelta(seconds=moment), chance.choice([0, chance.randint(1, 200_000)])) for moment in moments]
    until = chance.randint(0, 1000)
    by_second = Fraction(0)
    for second in range(until):
        running = [step.ug_per_hour for step in rates if step.at <= TEN + timedelta(seconds=second)]
        by_second += Fraction(running[-1] if running else 0, 3600)
    chance.shuffle(rates)
    assert given_ug(rates, until=TEN + timedelta(seconds=until)) == by_second


@pytest.mark.parametrize(
    ("worked_out", "measured", "gap"), [(100, 90, 10), (100, 110, 10), (0, 0, 0), (0, 5, 100), (300, 299, Fraction(1, 3))]
)
def test_how_far_the_pump_is_off(worked_out: int, measured: int, gap: Fraction) -> None:
    assert gap_percent(Fraction(worked_out), measured) == gap
