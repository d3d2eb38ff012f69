"""Each scale's own rule of response, remission and start, at its edge: one total short of it, on it, and beyond."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.outcomes import (
    Doses,
    Point,
    Why,
    is_remission,
    is_response,
    reliable_change,
    response_line,
    response_step,
    summarise,
    why_no_verdict,
)
from assessments.sentences import headline, line_words, response_words
from tests.counts import QUICK
from tests.programs_and_scales import SCALES, TEST_SCALES

BOTH, PANSS, CHILD = (TEST_SCALES[code] for code in ("both-ways", "panss", "child-pain"))
PAIN, WHO_5 = SCALES["pain-nrs"], SCALES["who-5"]


def verdicts(scale, baseline, *totals):
    return [is_response(scale, Fraction(baseline), Fraction(total)) for total in totals]


# From each baseline the last total that is no response, the line itself, and one beyond it.
@pytest.mark.parametrize(
    ("code", "baseline", "short", "line", "beyond"),
    [
        # exactly 50 %
        ("phq-9", 18, 10, 9, 8),
        ("phq-8", 20, 11, 10, 9),
        ("gad-7", 14, 8, 7, 6),
        ("madrs", 34, 18, 17, 16),
        ("qids-sr16", 16, 9, 8, 7),
        ("bdi-ii", 30, 16, 15, 14),
        ("ham-d17", 24, 13, 12, 11),
        ("pcl-5", 50, 26, 25, 24),
        ("spin", 40, 21, 20, 19),
        ("lsas", 90, 46, 45, 44),
        # 35 % of 20 are 7
        ("y-bocs", 20, 14, 13, 12),
        # 30 % of 40 are 12
        ("caps-5", 40, 29, 28, 27),
        ("peg", 10, Fraction(22, 3), 7, Fraction(20, 3)),
        # 2 points, whatever the start
        ("pain-nrs", 9, 8, 7, 6),
        ("pain-nrs", 4, 3, 2, 1),
        ("isi", 20, 15, 14, 13),
        ("hit-6", 66, 61, 60, 59),
        # 50 % of what lies above 17: 48 of 65
        ("pcl-c", 65, 42, 41, 40),
        # higher is better: 10 points of the index, in steps of 4
        ("who-5", 40, 48, 52, 56),
    ],
)
def test_a_response_begins_exactly_at_the_line(code, baseline, short, line, beyond):
    assert verdicts(SCALES[code], baseline, short, line, beyond) == [False, True, True]


# Starts of which the per cent is no whole total.
@pytest.mark.parametrize(
    ("code", "baseline", "short", "reached"),
    [("phq-9", 19, 10, 9), ("y-bocs", 25, 17, 16), ("y-bocs", 33, 22, 21), ("caps-5", 41, 29, 28), ("caps-5", 33, 24, 23)],
)
def test_a_line_between_two_totals_is_not_rounded_in_anybodys_favour(code, baseline, short, reached):
    assert verdicts(SCALES[code], baseline, short, reached) == [False, True]


@pytest.mark.parametrize(("baseline", "short", "line"), [(20, 11, 10), (33, 24, 23), (34, 24, 23), (60, 43, 42)])
def test_where_a_per_cent_and_points_are_asked_both_must_be_reached(baseline, short, line):
    # Below 33 1/3 the ten points are the longer way, above it the 30 %.
    assert verdicts(BOTH, baseline, short, line) == [False, True]


@pytest.mark.parametrize(("scale", "baseline", "line"), [(CHILD, 42, 33), (PANSS, 90, 60), (SCALES["pcl-c"], 65, 41)])
def test_what_lies_below_the_floor_is_taken_off_before_the_per_cent(scale, baseline, line):
    assert response_line(scale, Fraction(baseline)) == line


def test_without_a_floor_in_its_file_a_per_cent_is_of_the_whole_baseline():
    assert response_line(SCALES["y-bocs"], Fraction(20)) == 13


# Remission, where somebody published it.
@pytest.mark.parametrize(
    ("code", "in_remission", "not_yet"),
    [
        ("phq-9", 4, 5), ("phq-8", 4, 5), ("gad-7", 4, 5), ("madrs", 10, 11), ("qids-sr16", 5, 6), ("ham-d17", 7, 8),
        ("y-bocs", 12, 13), ("isi", 7, 8), ("lsas", 29, 30),
    ],
)  # fmt: skip
def test_remission_begins_at_its_published_total(code, in_remission, not_yet):
    assert [is_remission(SCALES[code], Fraction(total)) for total in (in_remission, not_yet)] == [True, False]


def test_no_other_scale_says_anything_of_remission():
    assert sorted(code for code, scale in SCALES.items() if scale.remission) == [
        "gad-7", "ham-d17", "isi", "lsas", "madrs", "phq-8", "phq-9", "qids-sr16", "y-bocs",
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "points"), [("phq-9", 6), ("gad-7", 4), ("pcl-5", 15)])
def test_a_reliable_change_begins_at_its_published_distance(code, points):
    changes = [reliable_change(SCALES[code], Fraction(20), Fraction(20 - by)) for by in (points - 1, points)]

    assert changes == ["none", "better"]


def test_no_other_scale_says_anything_of_reliable_change():
    assert sorted(code for code, scale in SCALES.items() if scale.reliable_change) == ["gad-7", "pcl-5", "phq-9"]


# When nothing is said.


@pytest.mark.parametrize(
    ("code", "baseline", "why"),
    [
        ("phq-9", 9, Why.LOW_START), ("phq-9", 10, None),
        ("phq-8", 9, Why.LOW_START), ("phq-8", 10, None),
        ("pcl-c", 17, Why.ZERO_START), ("pcl-c", 18, None),
        ("y-bocs", 0, Why.ZERO_START), ("y-bocs", 1, None),
        # Two points better than 1 there is nothing.
        ("pain-nrs", 1, Why.NO_ROOM), ("pain-nrs", 2, None),
        ("hit-6", 41, Why.NO_ROOM), ("hit-6", 42, None),
        ("who-5", 92, Why.NO_ROOM), ("who-5", 90, None),
        ("wsas", 30, Why.NOT_JUDGED), ("asrm", 8, Why.NOT_JUDGED), ("c-ssrs", 3, Why.NOT_JUDGED),
    ],
)  # fmt: skip
def test_a_start_that_allows_no_verdict_says_why(code, baseline, why):
    assert why_no_verdict(SCALES[code], Fraction(baseline)) == why


def test_a_well_being_of_nothing_has_no_per_cent_and_may_still_respond():
    assert why_no_verdict(WHO_5, Fraction(0)) is None
    assert verdicts(WHO_5, 0, 8, 12) == [False, True]


def test_a_scale_is_judged_only_where_a_rule_is_published():
    assert sorted(code for code, scale in SCALES.items() if not scale.judged) == [
        "asrm", "c-ssrs", "cadss-6", "midas", "mood", "oci-r", "phq-15", "phq-2", "wsas",
    ]  # fmt: skip
    assert all(scale.response.source for scale in SCALES.values() if scale.judged)


# In words.


@pytest.mark.parametrize(
    ("scale", "words"),
    [(SCALES["y-bocs"], "35%"), (SCALES["caps-5"], "30%"), (PAIN, "2 points"), (WHO_5, "10 points"), (BOTH, "30% and 10 points")],
)
def test_the_rule_is_said_as_it_stands_in_the_file(scale, words):
    assert response_words(scale) == words


@pytest.mark.parametrize(
    ("code", "baseline", "words"),
    [("y-bocs", 25, "16 or less"), ("caps-5", 40, "28 or less"), ("pain-nrs", 7, "5 or less"), ("who-5", 40, "50 or more")],
)
def test_the_line_is_said_as_totals_that_there_are(code, baseline, words):
    assert line_words(SCALES[code], Fraction(baseline)) == words


def course(scale, *totals):
    """What staff read of scores on the days around one dose, the first of them the baseline."""
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    days = [start + timedelta(days=number) for number in range(-1, len(totals) - 1)]
    points = [
        Point(number, day, day.date(), Fraction(total)) for number, (day, total) in enumerate(zip(days, totals, strict=True))
    ]
    dose = start - timedelta(hours=1)
    return headline(scale, points, summarise(scale, points, Doses((dose,), (dose.date(),))))


def test_pain_that_fell_by_3_of_7_is_said_in_points():
    assert course(PAIN, 7, 4) == "Pain, 0 to 10: 7 → 4 (3 points better). Response held since Nov 2."


def test_pain_that_fell_by_1_is_no_response_and_says_what_was_needed():
    assert course(PAIN, 7, 6) == "Pain, 0 to 10: 7 → 6 (1 point better). No response (2 points needed, 5 or less)."


def test_well_being_that_rose_is_better():
    assert course(WHO_5, 40, 52) == "WHO-5: 40 → 52 (12 points better). Response held since Nov 2."


def test_a_y_bocs_that_fell_by_34_per_cent_is_no_response():
    said = "Y-BOCS: 32 → 21 (34% better). No response (35% needed, 20 or less). Not in remission (12 or less)."

    assert course(SCALES["y-bocs"], 32, 21) == said


def test_from_a_start_without_room_the_change_is_said_and_no_verdict():
    said = "Pain, 0 to 10: 1 → 0 (1 point better). From this start response would lie beyond the end of the scale: no verdict."

    assert course(PAIN, 1, 0) == said


@QUICK
@given(st.data())
def test_the_line_of_every_scale_is_where_its_verdict_turns(data):
    scale = data.draw(st.sampled_from([*SCALES.values(), *TEST_SCALES.values()]))
    lowest, highest = int(scale.lowest), int(scale.highest)
    baseline = Fraction(data.draw(st.integers(lowest, highest)))
    total = Fraction(data.draw(st.integers(lowest, highest)))
    if response_step(scale, baseline) <= 0:
        assert not is_response(scale, baseline, total)
        return

    line = response_line(scale, baseline)
    assert is_response(scale, baseline, total) == (total <= line if scale.better == "lower" else total >= line)
