"""Pressure and pulse of one session as lines over its minutes, for the eye; the numbers stand in the table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

# The drawing in its own units, which are px on a tablet: the lines between LEFT and RIGHT, names of the last values beyond.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 190, 36, 336, 12, 162
LOWEST, HIGHEST = 40, 200
LEVELS = (80, 120, 160)
LINE = 18
SHORTEST = 40
STEPS = (10, 20, 30, 60, 120, 240)
MOST_TICKS = 5


@dataclass(frozen=True)
class Measured:
    """One reading; None is a gap."""

    at: datetime
    systolic: int | None
    diastolic: int | None
    pulse: int | None


@dataclass(frozen=True)
class Minutes:
    """When minute 0 is, if the dose has begun, and how many were ordered."""

    began_at: datetime | None
    ordered: int


@dataclass(frozen=True)
class Line:
    """One line in pieces, broken at each gap, and its last value in words at the height `y`."""

    kind: str
    pieces: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    words: str
    y: float


@dataclass(frozen=True)
class Trend:
    """Everything the template draws, in the units of the drawing."""

    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, int], ...]
    limit: tuple[float, int] | None


def draw_trend(rows: Sequence[Measured], minutes: Minutes, limit: int | None) -> Trend | None:
    """The lines of these rows, oldest first; None where there are fewer than two. `limit`: systolic that calls the doctor."""
    if len(rows) < 2:
        return None
    zero = minutes.began_at or rows[0].at
    first = min(_minute(rows[0].at, zero), 0.0)
    last = max(_minute(rows[-1].at, zero), minutes.ordered, first + SHORTEST)

    def x(minute: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (minute - first) / (last - first), 1)

    def line(kind: str, name: str) -> Line | None:
        places = [(x(_minute(row.at, zero)), value) for row in rows for value in [getattr(row, kind)]]
        values = [value for _x, value in places if value is not None]
        if not values:
            return None
        pieces = [list(group) for is_gap, group in groupby(places, lambda place: place[1] is None) if not is_gap]
        drawn = tuple(" ".join(f"{at},{_y(value)}" for at, value in piece) for piece in pieces)
        dots = tuple((at, _y(value)) for at, value in places if value is not None)
        return Line(kind, drawn, dots, f"{name} {values[-1]}".strip(), _y(values[-1]))

    lines = [one for one in (line("systolic", ""), line("diastolic", ""), line("pulse", "Pulse")) if one]
    return Trend(
        lines=_apart(lines),
        ticks=tuple((x(minute), str(minute)) for minute in _ticks(first, last)),
        levels=tuple((_y(level), level) for level in LEVELS),
        limit=(_y(limit), limit) if limit else None,
    )


def _minute(at: datetime, zero: datetime) -> float:
    return (at - zero) / timedelta(minutes=1)


def _y(value: int) -> float:
    inside = min(max(value, LOWEST), HIGHEST)
    return round(BOTTOM - (BOTTOM - TOP) * (inside - LOWEST) / (HIGHEST - LOWEST), 1)


def _ticks(first: float, last: float) -> range:
    step = next((step for step in STEPS if (last - first) / step < MOST_TICKS), STEPS[-1] * 6)
    return range(-(-int(first) // step) * step, int(last) + 1, step)


def _apart(lines: list[Line]) -> tuple[Line, ...]:
    """The names of the last values, each a line of text below the one above it."""
    placed: list[Line] = []
    for one in sorted(lines, key=lambda line: line.y):
        y = max(one.y, placed[-1].y + LINE) if placed else one.y
        placed.append(Line(one.kind, one.pieces, one.dots, one.words, y))
    return tuple(placed)
