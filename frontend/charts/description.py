"""One description of a chart of one course on one scale. SVG, Plotly, sentence and table all read this, nothing else."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Dot(NamedTuple):
    """One score: where it stands, and every word that hover, table and screen reader say of it."""

    day: date
    value: float
    text: str
    change: str
    mode: str
    mode_words: str
    is_hollow: bool = False
    is_edited: bool = False
    answered: str = ""
    parts: str = ""
    dose: str = ""
    worse_by: str = ""
    is_safety: bool = False
    is_baseline: bool = False


class Gap(NamedTuple):
    """A check-in that was due and did not come."""

    day: date


class Line(NamedTuple):
    """A threshold across the chart; `short` is what fits inside a small one."""

    value: float
    label: str
    short: str


class Band(NamedTuple):
    """A named range of the scale."""

    low: float
    high: float
    name: str


class Mark(NamedTuple):
    """One session under the axis."""

    day: date
    kind: str
    words: str
    dose: str = ""
    is_talk: bool = False


@dataclass(frozen=True)
class Chart:
    """Everything there is to draw and to say."""

    key: str
    title: str
    sentence: str
    detail: str
    direction: str
    language: str
    low: float
    high: float
    ticks: tuple[float, ...]
    tick_suffix: str
    first_day: date
    last_day: date
    today: date
    dots: tuple[Dot, ...]
    gaps: tuple[Gap, ...] = ()
    lines: tuple[Line, ...] = ()
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    baseline: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_line(self) -> bool:
        """Two scores make a chart; one makes a sentence."""
        return len(self.dots) > 1

    @property
    def has_doses(self) -> bool:
        return any(dot.dose for dot in self.dots)

    @property
    def has_parts(self) -> bool:
        return any(dot.parts for dot in self.dots)

    @property
    def has_imported(self) -> bool:
        return any(dot.mode == "imported" for dot in self.dots)

    def level_at(self, day: date) -> float:
        """The height of the last score before that day: where the ring of a missed check-in hangs."""
        before = [dot.value for dot in self.dots if dot.day <= day]
        return before[-1] if before else self.dots[0].value if self.dots else self.low

    def runs(self) -> list[list[Dot]]:
        """The dots in stretches without a gap: a line is drawn within a stretch, never across a missed check-in."""
        stretches: list[list[Dot]] = []
        gaps = sorted(gap.day for gap in self.gaps)
        before: Dot | None = None
        for dot in self.dots:
            if before is None or any(before.day < gap < dot.day for gap in gaps):
                stretches.append([])
            stretches[-1].append(dot)
            before = dot
        return stretches
