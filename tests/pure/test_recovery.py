"""Circulation by per cent of the pressure before the dose, half scores that are none, and readings that are missing."""

from datetime import UTC, datetime, timedelta

import pytest

from programs.recovery import Compared, aldrete_total, circulation_points, missing_readings

BEGAN = datetime(2026, 3, 2, 15, tzinfo=UTC)
ENDED = BEGAN + timedelta(minutes=40)


# Modified Aldrete: within 20 % of before gives 2, 20 to 49 % gives 1, 50 % and more gives 0.
@pytest.mark.parametrize(
    ("now", "points"), [(120, 2), (144, 2), (96, 2), (145, 1), (95, 1), (179, 1), (61, 1), (180, 0), (60, 0)]
)
def test_circulation_goes_by_the_pressure_before(now: int, points: int) -> None:
    assert circulation_points(Compared("Systolic", 120, now)) == points


def test_what_is_compared_is_said_with_its_sign() -> None:
    assert Compared("Systolic", 122, 131).words == "Systolic 122 before, 131 now: +7 %"
    assert Compared("Pulse", 80, 60).words == "Pulse 80 before, 60 now: -25 %"


def test_half_a_score_is_none() -> None:
    assert aldrete_total([2, 2, 2, 2, 2]) == 10
    assert aldrete_total([0, 0, 0, 0, 0]) == 0
    assert aldrete_total([2, 2, None, 2, 2]) is None


def readings(*minutes: int) -> list[datetime]:
    return [BEGAN + timedelta(minutes=minute) for minute in minutes]


def test_a_whole_record_lacks_nothing() -> None:
    assert missing_readings(readings(-10, 15, 30, 40), began=BEGAN, ended=ENDED) == []
    assert missing_readings(readings(60, 20, 0), began=BEGAN, ended=ENDED) == []


@pytest.mark.parametrize(
    ("minutes", "missing"),
    [
        ((15, 30, 50), ["no reading before the dose"]),
        ((-5, 15, 30), ["no reading after the dose"]),
        ((-5, 10, 50), ["30 minutes without a reading during the dose"]),
        ((-5, 21, 50), ["21 minutes without a reading during the dose"]),
        ((), ["no reading before the dose", "40 minutes without a reading during the dose", "no reading after the dose"]),
    ],
)
def test_each_missing_reading_is_named(minutes: tuple[int, ...], missing: list[str]) -> None:
    assert missing_readings(readings(*minutes), began=BEGAN, ended=ENDED) == missing


def test_a_clinic_that_asks_every_ten_minutes_misses_what_another_does_not() -> None:
    times = readings(-10, 14, 30, 40)
    assert missing_readings(times, began=BEGAN, ended=ENDED, every=timedelta(minutes=15)) == []
    assert missing_readings(times, began=BEGAN, ended=ENDED, every=timedelta(minutes=10)) == [
        "16 minutes without a reading during the dose"
    ]
