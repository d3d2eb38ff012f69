"""When the next vitals are due."""

from datetime import UTC, datetime, timedelta

import pytest

from programs.due import Pace, due_with_forty, has_forty, next_due

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
PACE = Pace(during=10, after=15)


@pytest.mark.parametrize(
    ("last", "due"),
    [(None, 10), (-5, 10), (0, 10), (9, 19), (39, 49), (40, 55), (55, 70)],
)
def test_every_ten_minutes_while_it_runs_and_every_fifteen_after(last: int | None, due: int) -> None:
    last_at = None if last is None else TEN + timedelta(minutes=last)
    given_until = TEN + timedelta(minutes=40)
    assert next_due(began_at=TEN, given_until=given_until, last_at=last_at, pace=PACE) == TEN + timedelta(minutes=due)


@pytest.mark.parametrize(("due", "last", "asked"), [(15, None, 15), (45, 20, 40), (48, 33, 48), (35, 20, 35), (70, 55, 70)])
def test_after_a_device_the_reading_at_forty_minutes_is_never_passed_over(due: int, last: int | None, asked: int) -> None:
    last_at = None if last is None else TEN + timedelta(minutes=last)
    asked_at = due_with_forty(TEN + timedelta(minutes=due), given_at=TEN, last_at=last_at)
    assert asked_at == TEN + timedelta(minutes=asked)


@pytest.mark.parametrize(("minute", "counts"), [(29, False), (30, True), (40, True), (50, True), (51, False)])
def test_about_forty_minutes_is_thirty_to_fifty(minute: int, counts: bool) -> None:
    assert has_forty([TEN, TEN + timedelta(minutes=minute)], given_at=TEN) == counts
