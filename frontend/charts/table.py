"""The scores of a chart as the rows of a table, for staff. A pure function from the description to text, as the drawing is."""

from html import escape

from frontend.charts.description import Chart, Dot
from frontend.markup import Markup
from frontend.templatetags.words import staff_day


def rows(chart: Chart) -> Markup:
    """One row a score."""
    has_parts = chart.has_parts
    return Markup("".join(_row(dot, has_parts=has_parts) for dot in chart.dots))


def _row(dot: Dot, *, has_parts: bool) -> str:
    cells = [staff_day(dot.day), _score(dot)]
    if has_parts:
        cells.append(dot.parts or "not given")
    cells += [dot.change, dot.answered or "all", dot.dose, dot.mode_words]
    return f"<tr>{''.join([f'<td>{escape(cell)}</td>' for cell in cells])}</tr>"


def _score(dot: Dot) -> str:
    more = {"(baseline)": dot.is_baseline, "(prorated)": dot.is_hollow, "(answered again)": dot.is_edited, "⚑": dot.is_safety}
    return " ".join([dot.text, *(words for words, is_so in more.items() if is_so)])
