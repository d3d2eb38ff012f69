"""The readings of a session as lines: a gap breaks the line, names stand apart, everything lies inside the drawing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from frontend.nurse.trend import HEIGHT, LEFT, LINE, RIGHT, Measured, Minutes, Trend, draw_trend

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


def drawn(*rows: tuple[int, int | None, int | None, int | None], limit: int | None = 180) -> Trend:
    """The trend of readings at these minutes of a dose of 40 minutes that began at ten."""
    readings = [Measured(TEN + timedelta(minutes=minute), *values) for minute, *values in rows]
    trend = draw_trend(readings, Minutes(TEN, 40), limit)
    assert trend
    return trend


def test_one_reading_is_no_trend() -> None:
    assert draw_trend([Measured(TEN, 120, 80, 70)], Minutes(TEN, 40), 180) is None


def test_a_gap_breaks_the_line_and_has_no_dot() -> None:
    trend = drawn((0, 120, 80, 70), (10, 130, 84, None), (20, 140, 90, 80))
    pieces = {line.kind: (len(line.pieces), len(line.dots)) for line in trend.lines}
    assert pieces == {"systolic": (1, 3), "diastolic": (1, 3), "pulse": (2, 2)}


def test_what_was_never_measured_has_no_line() -> None:
    assert [line.kind for line in drawn((0, None, None, 70), (10, None, None, 72)).lines] == ["pulse"]


def test_the_names_of_equal_values_stand_apart() -> None:
    heights = [line.y for line in drawn((0, 120, 84, 84), (10, 122, 84, 84)).lines]
    assert min(below - above for above, below in pairwise(heights)) >= LINE


def test_every_dot_lies_inside_also_long_before_and_after() -> None:
    trend = drawn((-200, 260, 20, 250), (300, 40, 30, 20))
    dots = [dot for line in trend.lines for dot in line.dots]
    assert all(LEFT <= x <= RIGHT and 0 <= y <= HEIGHT for x, y in dots)
    assert len(trend.ticks) <= 6
