"""A chart as SVG in the page: no script, at once, prints. A pure function from the description to text.

Colours and fonts come from classes (charts.scss), so the drawing follows the theme and the content policy
needs no inline style. Everything written into it is escaped here.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from html import escape
from itertools import pairwise

from frontend.charts.description import Chart, Dot
from frontend.markup import Markup


@dataclass(frozen=True)
class Size:
    """A drawing's size in its own units, which are px at the width it is made for."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    text: int
    most_ticks: int
    labels_outside: bool


WIDE = Size("wide", 760, 380, 44, 176, 14, 14, 8, True)
NARROW = Size("narrow", 340, 330, 46, 34, 14, 14, 5, False)
STRIP = 58
# Room for a mark on the first and the last day.
INSET = 12
# From one row of a threshold's name to the next.
ROW = 16


def draw(chart: Chart, size: Size) -> Markup:
    """The chart at that size."""
    return Markup(_Drawing(chart, size).text())


class _Drawing:
    def __init__(self, chart: Chart, size: Size) -> None:
        self.chart, self.size = chart, size
        self.x0, self.x1 = size.left, size.width - size.right
        self.has_talks = any(mark.is_talk for mark in chart.marks)
        self.y0, self.y1 = size.top, size.height - STRIP - (42 if self.has_talks else 26)
        self.days = max((chart.last_day - chart.first_day).days, 1)

    def x(self, day: date) -> float:
        inner = self.x1 - self.x0 - 2 * INSET
        return self.x0 + INSET + (day - self.chart.first_day).days / self.days * inner

    def y(self, value: float) -> float:
        share = (value - self.chart.low) / (self.chart.high - self.chart.low)
        return self.y1 - share * (self.y1 - self.y0)

    def text(self) -> str:
        chart, size = self.chart, self.size
        name = f"{chart.key}-{size.name}"
        parts = [
            f'<svg class="chart-svg chart-{size.name}" viewBox="0 0 {size.width} {size.height}" role="img"',
            f' aria-labelledby="{name}-t {name}-d">',
            f'<title id="{name}-t">{escape(chart.title)}</title>',
            f'<desc id="{name}-d">{escape(chart.sentence)}</desc>',
            *self._bands(),
            *self._axis(),
            *self._time(),
            *self._lines(),
            *self._curve(),
            *self._line_names(),
            *self._dots(),
            *self._sessions(),
            "</svg>",
        ]
        return "".join(parts)

    def _bands(self) -> list[str]:
        out = []
        for index, band in enumerate(self.chart.bands):
            top, bottom = self.y(band.high), self.y(band.low)
            box = f'x="{self.x0}" y="{top:.1f}" width="{self.x1 - self.x0}" height="{bottom - top:.1f}"'
            out.append(f'<rect class="band band-{index}" {box}/>')
            if self.size.labels_outside and bottom - top >= 16:
                out.append(self._words(self.x1 - 6, (top + bottom) / 2 + 5, band.name, "band-name", "end"))
        return out

    def _axis(self) -> list[str]:
        out = []
        for tick in self.chart.ticks:
            y = self.y(tick)
            out.append(f'<path class="tick" d="M{self.x0 - 4} {y:.1f}H{self.x0}"/>')
            out.append(self._words(self.x0 - 7, y + 5, f"{tick:g}{self.chart.tick_suffix}", "axis", "end"))
        out.append(f'<path class="tick" d="M{self.x0} {self.y1:.1f}H{self.x1}"/>')
        return out

    def _time(self) -> list[str]:
        out = []
        step = _week_step(self.days, self.size.most_ticks)
        day = self.chart.first_day
        while day <= self.chart.last_day:
            x = self.x(day)
            anchor = "end" if x > self.x1 - 16 and not self.size.labels_outside else "middle"
            out.append(f'<path class="tick" d="M{x:.1f} {self.y1}v5"/>')
            out.append(self._words(x, self.y1 + 20, _day_words(day, self.chart.language), "axis", anchor))
            day += timedelta(days=step)
        if self.chart.first_day < self.chart.today < self.chart.last_day:
            out.append(f'<path class="today" d="M{self.x(self.chart.today):.1f} {self.y0}V{self.y1}"/>')
        return out

    def _lines(self) -> list[str]:
        out = []
        if self.chart.baseline is not None:
            out.append(f'<path class="start-line" d="M{self.x0} {self.y(self.chart.baseline):.1f}H{self.x1}"/>')
        for line in self.chart.lines:
            out.append(f'<path class="threshold" d="M{self.x0} {self.y(line.value):.1f}H{self.x1}"/>')
        return out

    def _line_names(self) -> list[str]:
        """What each threshold is called, over the curve: the letters keep a rim where the two must meet."""
        taken: list[float] = []
        name = self._outside_label if self.size.labels_outside else self._inside_label
        return [
            words
            for line in self.chart.lines
            for words in name(self.y(line.value), line.label if self.size.labels_outside else line.short, taken)
        ]

    def _outside_label(self, y: float, label: str, taken: list[float]) -> list[str]:
        """In the right margin, one phrase a line, pushed down where another label stands."""
        rows = label.split(" – ")
        top = max([y + 5 - (len(rows) - 1) * 9, *(other + 20 for other in taken if abs(other + 20 - y) < 30)])
        taken.append(top + (len(rows) - 1) * 18)
        return [self._words(self.x1 + 8, top + index * 18, row, "threshold-name", "start") for index, row in enumerate(rows)]

    def _inside_label(self, y: float, label: str, taken: list[float]) -> list[str]:
        """In the plot, in one row or two, at the place where it covers the least of the curve."""
        choices = [
            (rows, x, top)
            for rows in ([label], _in_two(label))
            for top in (y - 2 - ROW * len(rows), y + 4)
            for x in self._starts(rows)
        ]
        rows, x, top = self._freest(choices, taken)
        taken.append(top)
        return [self._words(x, top + 13 + ROW * index, row, "threshold-name", "start") for index, row in enumerate(rows)]

    def _freest(self, choices: list[tuple[list[str], float, float]], taken: list[float]) -> tuple[list[str], float, float]:
        """The first choice that covers nothing, else the one that covers least."""
        best, least = choices[0], None
        for choice in choices:
            covered = self._covered(*choice, taken)
            if not covered:
                return choice
            if least is None or covered < least:
                best, least = choice, covered
        return best

    def _starts(self, rows: list[str]) -> list[float]:
        """Where rows may begin: five places from the left end to the right one."""
        left, right = self.x0 + 4, self.x1 - 4 - self._width(rows)
        return [left + (right - left) * step / 4 for step in range(5)]

    def _width(self, rows: list[str]) -> float:
        return max(map(len, rows)) * self.size.text * 0.56

    def _covered(self, rows: list[str], x: float, top: float, taken: list[float]) -> int:
        """How much stands in the way here: other names and the plot's edges most, then the curve, then the line of today."""
        width, height = self._width(rows), ROW * len(rows)
        hits = 1000 * (top < self.y0 or top + height > self.y1 or any(abs(top - other) < 2 * ROW for other in taken))
        hits += x - 4 <= self.x(self.chart.today) <= x + width + 4
        left, right, over, under = x - 4, x + width + 4, top - 4, top + height + 4
        for (xa, ya), (xb, yb) in self._stretches:
            if xb < left or xa > right or max(ya, yb) < over or min(ya, yb) > under:
                continue
            places = [(xa + (xb - xa) * step / 20, ya + (yb - ya) * step / 20) for step in range(21)]
            hits += 2 * sum(left <= px <= right and over <= py <= under for px, py in places)
        return hits

    @cached_property
    def _stretches(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """The curve from dot to dot and on to the number at its end, from left to right."""
        points = [(self.x(dot.day), self.y(dot.value)) for dot in self.chart.dots]
        if points:
            points.append((points[-1][0] + 50, points[-1][1]))
        return list(pairwise(points))

    def _curve(self) -> list[str]:
        out = []
        for run in self.chart.runs():
            if len(run) > 1:
                points = " ".join(f"{self.x(dot.day):.1f},{self.y(dot.value):.1f}" for dot in run)
                out.append(f'<polyline class="curve" points="{points}"/>')
        for gap in self.chart.gaps:
            out.append(f'<circle class="gap" cx="{self.x(gap.day):.1f}" cy="{self.y(self.chart.level_at(gap.day)):.1f}" r="5"/>')
        return out

    def _dots(self) -> list[str]:
        out = []
        for dot in self.chart.dots:
            x, y = self.x(dot.day), self.y(dot.value)
            out.append(_shape(dot, x, y))
            if dot.is_baseline:
                out.append(f'<circle class="start-ring" cx="{x:.1f}" cy="{y:.1f}" r="9"/>')
            if dot.is_edited:
                out.append(self._words(x + 7, y - 7, "e", "axis", "start"))
            if dot.worse_by:
                out.append(self._words(x, y - 11, dot.worse_by, "value", "middle"))
            if dot.is_safety:
                out.append(self._words(x, self.y0 + 12, "⚑", "flag", "middle"))
        if self.chart.dots:
            last = self.chart.dots[-1]
            out.append(self._words(self.x(last.day) + 9, self.y(last.value) + 5, last.text, "value last", "start"))
        return out

    def _sessions(self) -> list[str]:
        """Each session under the axis, talks a row lower; a dose where it fits and is not what the one before said."""
        out = []
        free_from, said = 0.0, ""
        for mark in self.chart.marks:
            x, y = self.x(mark.day), self.y1 + (58 if mark.is_talk else 40)
            out.append(f'<path class="mark mark-{escape(mark.kind)}" d="{_MARKS[mark.kind].format(x=round(x, 1), y=y)}"/>')
            width = len(mark.dose) * self.size.text * 0.6
            if mark.dose and (x - width / 2 >= free_from) and mark.dose != said:
                out.append(self._words(x, y + (40 if self.has_talks else 24), mark.dose, "axis", "middle"))
                free_from, said = x + width / 2 + 4, mark.dose
        return out

    def _words(self, x: float, y: float, text: str, kind: str, anchor: str) -> str:
        return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


# One outline a kind of session, around (x, y).
_MARKS = {
    "infusion": "M{x} {y}m-6 6l6 -12l6 12z",
    "talk": "M{x} {y}m-6 0l6 -6l6 6l-6 6z",
    "stopped": "M{x} {y}m-5 -5l10 10m0 -10l-10 10",
    "off": "M{x} {y}m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "planned": "M{x} {y}m-6 6l6 -12l6 12z",
    "talk-planned": "M{x} {y}m-6 0l6 -6l6 6l-6 6z",
}


def _shape(dot: Dot, x: float, y: float) -> str:
    kind = "dot hollow" if dot.is_hollow else "dot"
    match dot.mode:
        case "paper" | "voice":
            return f'<rect class="{kind}" x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"/>'
        case "clinician":
            return f'<path class="{kind}" d="M{x:.1f} {y:.1f}m-5.5 4.5l5.5 -10l5.5 10z"/>'
        case "imported":
            return f'<path class="{kind}" d="M{x:.1f} {y:.1f}m-2 -5.5h4v3.5h3.5v4h-3.5v3.5h-4v-3.5h-3.5v-4h3.5z"/>'
        case _:
            return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _in_two(label: str) -> list[str]:
    """A label broken at the space nearest to its middle."""
    spaces = [index for index, letter in enumerate(label) if letter == " "]
    if not spaces:
        return [label]
    middle = min(spaces, key=lambda index: abs(index - len(label) / 2))
    return [label[:middle], label[middle + 1 :]]


def _week_step(days: int, most: int) -> int:
    """Days between time ticks: 2 to 4 days in a short course, then whole weeks, so that at most `most` stand."""
    for step in (1, 2, 4, 7, 14, 28, 56, 84, 182, 364):
        if days // step + 1 <= most:
            return step
    return days


MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
}


def _day_words(day: date, language: str) -> str:
    month = MONTHS[language][day.month - 1]
    return f"{day.day} {month}" if language == "es" else f"{month} {day.day}"
