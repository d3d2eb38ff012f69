"""The same chart as a Plotly figure, for who wants to explore it.

Made by the plotly package when it is asked for, never to draw a page: the import alone costs more than the page.
Colours are those of the light theme; explore.js puts the theme's own in their place.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

import plotly.graph_objects as go

from frontend.charts.description import Chart
from frontend.charts.svg import MONTHS

DATA, TEXT, TEXT_2, SURFACE, HAIRLINE, CRITICAL = "#0B5FA5", "#16202B", "#4A5663", "#FFFFFF", "#D3D9E0", "#A4161A"
BANDS = ["#FFFFFF", "#F3F4F8", "#E7E9F1", "#DADEEA", "#CDD2E3"]
# What explore.js replaces, and by which token of tokens.scss.
TOKENS = {
    DATA: "--data",
    TEXT: "--text",
    TEXT_2: "--text-2",
    SURFACE: "--surface",
    HAIRLINE: "--hairline",
    CRITICAL: "--critical",
} | {colour: f"--band-{index}" for index, colour in enumerate(BANDS) if colour != SURFACE}
SYMBOLS = {"phone": "circle", "paper": "square", "voice": "square", "clinician": "triangle-up", "imported": "cross"}
MARKS = {
    "infusion": "triangle-up",
    "talk": "diamond",
    "stopped": "x",
    "off": "circle-open",
    "planned": "triangle-up-open",
    "talk-planned": "diamond-open",
}

# Plotly knows English only; what its axis and its hover need in Spanish.
LOCALES = {
    "es": {
        "days": ["domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"],
        "shortDays": ["dom", "lun", "mar", "mié", "jue", "vie", "sáb"],
        "months": [
            *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
            *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ],
        "shortMonths": MONTHS["es"],
        "date": "%d/%m/%Y",
        "dayMonth": "%-d %b",
        "dayMonthYear": "%-d %b %Y",
    }
}


def figure(chart: Chart) -> dict[str, Any]:
    """The figure as JSON-ready data: `data`, `layout`, `tokens` (colour -> CSS variable), `locale` (how dates are written)."""
    fig = go.Figure()
    for run in chart.runs():
        fig.add_scatter(
            x=[dot.day.isoformat() for dot in run],
            y=[dot.value for dot in run],
            mode="lines+markers",
            line={"color": DATA, "width": 2.5},
            marker={
                "size": 9,
                "symbol": [SYMBOLS[dot.mode] + ("-open" if dot.is_hollow else "") for dot in run],
                "color": DATA,
            },
            hovertext=[" · ".join(filter(None, [dot.text, dot.change, dot.answered, dot.dose, dot.mode_words])) for dot in run],
            hoverinfo="x+text",
            showlegend=False,
            cliponaxis=False,
        )
    if chart.gaps:
        fig.add_scatter(
            x=[gap.day.isoformat() for gap in chart.gaps],
            y=[chart.level_at(gap.day) for gap in chart.gaps],
            mode="markers",
            marker={"size": 11, "symbol": "circle-open", "color": TEXT_2},
            hoverinfo="x",
            showlegend=False,
        )
    _add_remarks(fig, chart)
    _add_marks(fig, chart)
    _add_thresholds(fig, chart)
    _lay_out(fig, chart)
    return {**fig.to_plotly_json(), "tokens": TOKENS, "locale": LOCALES.get(chart.language)}


def _add_remarks(fig: go.Figure, chart: Chart) -> None:
    """What single scores carry: the ring of the start, by how much worse, the flag of a safety answer in its own lane."""
    lane = chart.high - (chart.high - chart.low) * 0.03
    for dot in chart.dots:
        day = [dot.day.isoformat()]
        if dot.is_baseline:
            ring = {"size": 18, "symbol": "circle-open", "color": TEXT_2}
            fig.add_scatter(x=day, y=[dot.value], mode="markers", marker=ring, hoverinfo="skip", showlegend=False)
        if dot.worse_by:
            tag = {"text": [dot.worse_by], "textposition": "top center", "textfont": {"color": DATA}}
            fig.add_scatter(x=day, y=[dot.value], mode="text", hoverinfo="skip", showlegend=False, **tag)
        if dot.is_safety:
            flag = {"text": ["⚑"], "textfont": {"color": CRITICAL, "size": 16}}
            fig.add_scatter(x=day, y=[lane], mode="text", hoverinfo="skip", showlegend=False, **flag)


def _add_marks(fig: go.Figure, chart: Chart) -> None:
    fig.add_scatter(
        x=[mark.day.isoformat() for mark in chart.marks],
        y=[-0.6 if mark.is_talk else 0.4 for mark in chart.marks],
        yaxis="y2",
        mode="markers",
        marker={"size": 11, "symbol": [MARKS[mark.kind] for mark in chart.marks], "color": TEXT},
        hovertext=[" ".join(filter(None, [mark.words, mark.dose])) for mark in chart.marks],
        hoverinfo="x+text",
        showlegend=False,
    )
    fig.add_scatter(
        x=[mark.day.isoformat() for mark in chart.marks],
        y=[-1.6 if any(mark.is_talk for mark in chart.marks) else -0.6] * len(chart.marks),
        yaxis="y2",
        mode="text",
        text=_dose_labels(chart),
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def _dose_labels(chart: Chart) -> list[str]:
    """The dose where it is not what the one before said, as in the drawing."""
    labels, said = [], ""
    for mark in chart.marks:
        labels.append(mark.dose if mark.dose != said else "")
        said = mark.dose or said
    return labels


def _add_thresholds(fig: go.Figure, chart: Chart) -> None:
    for index, band in enumerate(chart.bands):
        fig.add_shape(
            type="rect", xref="paper", x0=0, x1=1, y0=band.low, y1=band.high, fillcolor=BANDS[index], line_width=0, layer="below"
        )
        fig.add_annotation(
            xref="paper",
            x=0.99,
            y=(band.low + band.high) / 2,
            text=band.name,
            showarrow=False,
            xanchor="right",
            font={"color": TEXT_2, "size": 13},
        )
    if chart.dots:
        last = chart.dots[-1]
        fig.add_annotation(
            x=last.day.isoformat(),
            y=last.value,
            text=last.text,
            showarrow=False,
            xanchor="left",
            xshift=10,
            font={"color": DATA, "size": 16},
        )
    for place, line in enumerate(sorted(chart.lines, key=lambda line: -line.value)):
        fig.add_shape(
            type="line",
            xref="paper",
            x0=0,
            x1=1,
            y0=line.value,
            y1=line.value,
            line={"color": TEXT, "dash": "dash", "width": 1.5},
        )
        fig.add_annotation(
            xref="paper",
            x=1.01,
            y=line.value,
            text=line.label.replace(" – ", "<br>"),
            showarrow=False,
            xanchor="left",
            align="left",
            # The upper label stands above its line and the lower one below, so that two near lines stay readable.
            yanchor="middle" if len(chart.lines) == 1 else "bottom" if place == 0 else "top",
        )


def _lay_out(fig: go.Figure, chart: Chart) -> None:
    days = (chart.last_day - chart.first_day).days
    edge = max(days / 50, 0.4)
    # The names of the bands stand at the right, clear of the last score.
    right = max(days / 6, edge) if chart.bands else edge
    axis = {"gridcolor": HAIRLINE, "linecolor": TEXT_2, "zeroline": False}
    fig.update_layout(
        margin={"l": 48, "r": 190 if chart.lines else 24, "t": 16, "b": 40},
        height=420,
        paper_bgcolor=SURFACE,
        plot_bgcolor=SURFACE,
        font={"family": "Atkinson Hyperlegible Next, system-ui, sans-serif", "size": 14, "color": TEXT},
        hovermode="x unified",
        dragmode="pan",
        xaxis={
            **axis,
            "range": [_day(chart.first_day, -edge), _day(chart.last_day, right)],
            "type": "date",
            "showgrid": False,
            "anchor": "y",
        },
        yaxis={
            **axis,
            "range": [chart.low, chart.high],
            "domain": [0.24, 1],
            "showgrid": False,
            "tickvals": list(chart.ticks),
            "ticksuffix": chart.tick_suffix,
        },
        yaxis2={"domain": [0, 0.14], "visible": False, "fixedrange": True, "range": [-2.2, 1]},
    )


def _day(day: date, offset: float) -> str:
    return (datetime.combine(day, time()) + timedelta(days=offset)).isoformat()
