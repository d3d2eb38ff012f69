"""When the next vitals are due."""

from datetime import UTC, datetime, timedelta

import pytest

from programs.due import Pace, next_due

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
