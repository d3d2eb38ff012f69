"""One description of a chart; what is drawn, explored, said and tabled is the same."""

import json
import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from frontend.charts.description import Band, Chart, Dot, Gap, Line, Mark
from frontend.charts.plotly import TOKENS, figure
from frontend.charts.svg import NARROW, WIDE, draw
from frontend.charts.table import rows


def november(day):
    return date(2026, 11, day)


def dot(day, value, **more):
    return Dot(november(day), float(value), str(value), more.pop("change", ""), more.pop("mode", "phone"), "on the phone", **more)


# Pia: 18 at the start, one check-in missed on the 7th.
PIA = Chart(
    key="phq-9-1",
    title="PHQ-9",
    sentence="PHQ-9: 18 → 8 (56% better). 1 missed.",
    detail="",
    direction="Lower is better.",
    language="en",
    low=0,
    high=27,
    ticks=(0, 5, 10, 15, 20, 27),
    tick_suffix="",
    first_day=november(1),
    last_day=november(14),
    today=november(12),
    dots=(
        dot(1, 18, is_baseline=True),
        dot(3, 20, change="−11%", worse_by="+2"),
        dot(5, 14, change="+22%", is_safety=True, dose="after 38 mg"),
        dot(10, 11, change="+39%", is_hollow=True, answered="8 of 9"),
        dot(12, 8, change="+56%", mode="paper"),
    ),
    gaps=(Gap(november(7)),),
    lines=(
        Line(9, "Response – 50% down from 18 – (9 or less)", "Response: 9 or less"),
        Line(4, "Remission – 4 or less", "Remission"),
    ),
    bands=(Band(0, 5, "Minimal"), Band(5, 27, "More")),
    marks=(
        Mark(november(2), "infusion", "Infusion 1", "38"),
        Mark(november(4), "stopped", "Infusion 2", "20"),
        Mark(november(5), "talk", "Integration", is_talk=True),
        Mark(november(13), "planned", "Infusion 3"),
    ),
    baseline=18,
)
FOR_PIA_HERSELF = replace(PIA, dots=tuple(each._replace(is_safety=False) for each in PIA.dots))


def svg(chart, size=WIDE):
    """The drawing, parsed: what is not well formed is red here."""
    return ElementTree.fromstring(draw(chart, size))


def of_class(root, name):
    return [element for element in root.iter() if name in (element.get("class") or "").split()]


def places(root):
    """Where the scores stand in the drawing, in order of time: (x, y)."""
    found = []
    for element in of_class(root, "dot"):
        if element.tag == "rect":
            found.append((float(element.get("x")) + 4.5, float(element.get("y")) + 4.5))
        else:
            found.append((float(element.get("cx")), float(element.get("cy"))))
    return found


def curves(chart):
    """The traces of the figure that are lines of scores."""
    return [trace for trace in figure(chart)["data"] if trace["mode"] == "lines+markers"]


def texts(chart):
    """What the figure writes beside its points."""
    return [word for trace in figure(chart)["data"] if trace["mode"] == "text" for word in trace["text"] if word]


def page_of(chart):
    panel = {"chart": chart, "drawn": [draw(chart, WIDE)], "rows": rows(chart), "figure_url": "/figure"}
    return render_to_string("components/chart.html", panel)


def table(chart):
    body = re.search(r"<tbody>(.*?)</tbody>", page_of(chart), re.DOTALL)[1]
    return [re.findall(r"<td>(.*?)</td>", row) for row in body.split("</tr>")[:-1]]


# The same scores in all.


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=lambda size: size.name)
def test_every_score_is_drawn_at_its_height(size):
    found = places(svg(PIA, size))
    ys = [y for _, y in found]
    px_per_point = (ys[4] - ys[1]) / 12

    # 20 and 8 give the measure; 18, 14 and 11 must stand where it puts them.
    assert [ys[0], ys[2], ys[3]] == pytest.approx([ys[1] + px_per_point * (20 - value) for value in (18, 14, 11)], abs=0.2)


def test_every_score_is_drawn_at_its_day():
    xs = [x for x, _ in places(svg(PIA))]
    px_per_day = (xs[-1] - xs[0]) / 11

    assert [round((x - xs[0]) / px_per_day) for x in xs] == [0, 2, 4, 9, 11]


def test_the_figure_has_the_same_days_and_scores():
    found = [(day, value) for trace in curves(PIA) for day, value in zip(trace["x"], trace["y"], strict=True)]

    assert found == [("2026-11-01", 18), ("2026-11-03", 20), ("2026-11-05", 14), ("2026-11-10", 11), ("2026-11-12", 8)]


def test_the_table_has_the_same_scores_with_what_is_to_be_said_of_each():
    rows = table(PIA)

    assert [row[1] for row in rows] == ["18 (baseline)", "20", "14 ⚑", "11 (prorated)", "8"]
    assert [row[2] for row in rows] == ["", "−11%", "+22%", "+39%", "+56%"]
    assert (rows[2][4], rows[3][3], rows[4][3]) == ("after 38 mg", "8 of 9", "all")


def test_what_a_file_brought_into_the_table_is_text_and_no_markup():
    assert table(replace(PIA, dots=(dot(1, 18, dose="<b>38</b>"),)))[0][4] == "&lt;b&gt;38&lt;/b&gt;"


def test_the_words_on_hover_are_those_of_the_table():
    hover = [words for trace in curves(PIA) for words in trace["hovertext"]]

    assert hover[2] == "14 · +22% · after 38 mg · on the phone"
    assert hover[3] == "11 · +39% · 8 of 9 · on the phone"


def test_the_sentence_is_the_heading_and_what_a_screen_reader_reads_of_the_drawing():
    root = svg(PIA)
    page = page_of(PIA)

    assert root.find("desc").text == PIA.sentence
    assert f">{PIA.sentence}</h3>" in page
    assert root.get("aria-labelledby").split() == [root.find("title").get("id"), root.find("desc").get("id")]


def test_the_last_score_is_written_at_the_end_of_the_line_in_both():
    assert [element.text for element in of_class(svg(PIA), "last")] == ["8"]
    assert "8" in [note["text"] for note in figure(PIA)["layout"]["annotations"]]


# Gaps.


def test_the_line_breaks_where_a_check_in_was_missed():
    drawn = [len(element.get("points").split()) for element in of_class(svg(PIA), "curve")]

    assert (drawn, [len(trace["x"]) for trace in curves(PIA)]) == ([3, 2], [3, 2])


def test_a_missed_check_in_is_an_open_ring_on_its_day():
    [ring] = of_class(svg(PIA), "gap")
    [trace] = [trace for trace in figure(PIA)["data"] if trace["mode"] == "markers" and trace.get("hoverinfo") == "x"]
    third, fourth = places(svg(PIA))[2:4]

    assert third[0] < float(ring.get("cx")) < fourth[0]
    assert (trace["x"], trace["marker"]["symbol"]) == (["2026-11-07"], "circle-open")


def test_no_score_is_made_up_for_a_missed_check_in():
    assert len(places(svg(PIA))) == len(table(PIA)) == 5


def test_without_a_gap_the_line_is_one():
    whole = replace(PIA, gaps=())

    assert (len(of_class(svg(whole), "curve")), len(curves(whole))) == (1, 1)


def test_a_single_score_has_a_point_and_no_line():
    one = replace(PIA, dots=PIA.dots[:1], gaps=())

    assert (len(places(svg(one))), of_class(svg(one), "curve"), one.has_line) == (1, [], False)


# Thresholds and sessions.


def test_the_response_line_lies_between_the_scores_that_it_parts():
    [response, _] = [float(re.search(r" ([\d.]+)H", e.get("d"))[1]) for e in of_class(svg(PIA), "threshold")]
    eleven, eight = (y for _, y in places(svg(PIA))[-2:])

    # Downwards on the page: 11, the line at 9, 8.
    assert eleven < response < eight


def test_drawing_and_figure_have_the_same_lines():
    shapes = [shape for shape in figure(PIA)["layout"]["shapes"] if shape["type"] == "line"]

    assert sorted(shape["y0"] for shape in shapes) == [4, 9]
    assert len(of_class(svg(PIA), "threshold")) == 2


# As a patient's phone shows it: from nothing to 60%, across the line at half of the way.
RELIEF = replace(
    PIA,
    low=-25,
    high=100,
    dots=(dot(1, 0), dot(5, 25), dot(7, 55), dot(9, 60)),
    gaps=(),
    lines=(Line(50, "", "Half of your symptoms gone"), Line(0, "", "Where you started")),
    baseline=None,
)


def box_of(text):
    """The place of a name in the drawing: left, top, right, bottom, at a width that its letters never exceed."""
    x, y = float(text.get("x")), float(text.get("y"))
    return x, y - 10, x + len(text.text) * 7.5, y + 2


def test_the_curve_runs_through_no_name_of_a_line_on_a_phone():
    root = svg(RELIEF, NARROW)
    [curve] = of_class(root, "curve")
    corners = [tuple(map(float, point.split(","))) for point in curve.get("points").split()]
    along = [(xa + (xb - xa) * n / 50, ya + (yb - ya) * n / 50) for (xa, ya), (xb, yb) in pairwise(corners) for n in range(51)]

    for name in of_class(root, "threshold-name"):
        left, top, right, bottom = box_of(name)
        assert [(x, y) for x, y in along if left <= x <= right and top <= y <= bottom] == [], name.text


def test_each_session_stands_in_its_strip_with_the_dose_that_was_given():
    root = svg(PIA)
    kinds = [element.get("class").split()[1] for element in of_class(root, "mark")]
    [trace] = [trace for trace in figure(PIA)["data"] if trace.get("yaxis") == "y2" and trace["mode"] == "markers"]

    assert kinds == ["mark-infusion", "mark-stopped", "mark-talk", "mark-planned"]
    assert trace["hovertext"] == ["Infusion 1 38", "Infusion 2 20", "Integration", "Infusion 3"]


def test_the_start_is_ringed_in_both():
    [ring] = of_class(svg(PIA), "start-ring")
    rings = [t for t in figure(PIA)["data"] if t["mode"] == "markers" and t["x"] == ["2026-11-01"]]

    assert (float(ring.get("cx")), float(ring.get("cy"))) == places(svg(PIA))[0]
    assert [list(t["y"]) for t in rings] == [[18]]


def test_a_worse_score_carries_by_how_much_in_both():
    drawn = [element.text for element in of_class(svg(PIA), "value")]

    assert "+2" in drawn
    assert "+2" in texts(PIA)


def test_a_score_from_paper_is_a_square_and_a_prorated_one_is_hollow():
    symbols = [symbol for trace in curves(PIA) for symbol in trace["marker"]["symbol"]]

    assert symbols == ["circle", "circle", "circle", "circle-open", "square"]
    assert [(e.tag, "hollow" in e.get("class")) for e in of_class(svg(PIA), "dot")][-2:] == [("circle", True), ("rect", False)]


def test_an_imported_score_is_a_cross_and_the_legend_says_so():
    chart = replace(PIA, dots=(PIA.dots[0]._replace(mode="imported"), *PIA.dots[1:]))

    assert next(symbol for trace in curves(chart) for symbol in trace["marker"]["symbol"]) == "cross"
    assert [e.tag for e in of_class(svg(chart), "dot")].count("path") == 1
    assert (chart.has_imported, PIA.has_imported) == (True, False)


# Safety answers.


def test_a_safety_answer_is_flagged_for_staff_in_drawing_figure_and_table():
    assert len(of_class(svg(PIA), "flag")) == 1
    assert texts(PIA).count("⚑") == 1
    assert [("⚑" in row[1]) for row in table(PIA)] == [False, False, True, False, False]


def test_a_chart_without_safety_marks_shows_none_anywhere():
    everything = [draw(FOR_PIA_HERSELF, NARROW), json.dumps(figure(FOR_PIA_HERSELF), default=str), str(table(FOR_PIA_HERSELF))]

    assert [text for text in everything if "⚑" in text] == []


# What a hostile word can do: nothing.


def test_words_are_escaped_in_the_drawing():
    hostile = replace(
        PIA, title="<script>alert(1)</script>", sentence='"><img src=x onerror=alert(1)>', bands=(Band(0, 27, "<b>&"),)
    )
    root = svg(hostile)

    assert root.find("title").text == "<script>alert(1)</script>"
    assert [element.tag for element in root.iter() if element.tag in {"script", "img", "b"}] == []


def test_the_drawing_needs_no_inline_style_and_no_colour_of_its_own():
    found = [name for element in svg(PIA).iter() for name in element.attrib if name in {"style", "fill", "stroke", "onclick"}]

    assert found == []


def test_the_figure_is_json_and_every_colour_has_its_token():
    layout = {name: part for name, part in figure(PIA)["layout"].items() if name != "template"}
    ours = json.dumps([figure(PIA)["data"], layout])

    assert set(re.findall(r"#[0-9A-Fa-f]{6}", ours)) <= set(TOKENS)
