"""From scores over time to change, response, remission and reliable change."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.outcomes import Doses, Point, Reliable, Why, is_worse, response_line, summarise
from tests.counts import QUICK
from tests.programs_and_scales import SCALES, TEST_SCALES

PHQ_9, GAD_7, PCL_5, PEG, MOOD = (SCALES[code] for code in ("phq-9", "gad-7", "pcl-5", "peg", "mood"))
COUPLE, PAIN = TEST_SCALES["couple-adjustment"], TEST_SCALES["child-pain"]
FIRST_DOSE = date(2026, 11, 2)


def at(day, hour):
    return datetime(2026, 11, 2, hour, tzinfo=UTC) + timedelta(days=day)


def point(day, total, **more):
    """A score on the morning of that day, counted from the first dose."""
    return Point(id=day + 1000, taken_at=at(day, 9), day=FIRST_DOSE + timedelta(days=day), total=Fraction(total), **more)


def doses(*days):
    """Doses at noon of those days."""
    return Doses(tuple(at(day, 12) for day in days), tuple(FIRST_DOSE + timedelta(days=day) for day in days))


def course(scale, *totals, given_on=(0, 2, 4, 7, 9, 11)):
    """A baseline the day before the first dose and a score on the day after each dose."""
    days = [-1, *(day + 1 for day in given_on)]
    points = [point(day, total) for day, total in zip(days, totals, strict=False)]
    return summarise(scale, points, doses(*given_on))


# The published example of the design: 18 to 8.


def test_pias_18_to_8_is_a_response_and_no_remission():
    outcome = course(PHQ_9, 18, 8)

    assert (outcome.change, outcome.percent) == (-10, Fraction(1000, 18))
    assert (outcome.response, outcome.remission, outcome.reliable) == (True, False, Reliable.BETTER)


@pytest.mark.parametrize(("total", "response"), [(9, True), (10, False)])
def test_exactly_half_of_18_counts_and_a_point_more_does_not(total, response):
    assert course(PHQ_9, 18, total).response is response


@pytest.mark.parametrize(("total", "response"), [(9, True), (10, False)])
def test_half_of_19_is_not_rounded(total, response):
    assert course(PHQ_9, 19, total).response is response


@pytest.mark.parametrize(("total", "remission"), [(4, True), (5, False)])
def test_remission_on_the_phq_9_is_below_5(total, remission):
    assert course(PHQ_9, 18, total).remission is remission


@pytest.mark.parametrize(
    ("total", "reliable"), [(12, Reliable.BETTER), (13, Reliable.NONE), (23, Reliable.NONE), (24, Reliable.WORSE)]
)
def test_six_points_on_the_phq_9_are_reliable_either_way(total, reliable):
    assert course(PHQ_9, 18, total).reliable == reliable


@pytest.mark.parametrize(("total", "response"), [(Fraction(14, 3), True), (5, False)])
def test_pain_responds_at_30_per_cent_by_the_rule_of_its_own_file(total, response):
    # From 20/3 the line is 14/3, which no decimal number is.
    assert course(PEG, Fraction(20, 3), total).response is response


def test_a_scale_without_a_remission_cut_says_nothing_of_remission():
    assert course(PCL_5, 60, 10).remission is None


def test_where_higher_is_better_a_rise_is_the_response():
    outcome = course(COUPLE, 80, 100)

    assert (outcome.percent, outcome.response, outcome.remission, outcome.reliable) == (25, True, True, Reliable.BETTER)


def test_where_higher_is_better_the_best_is_the_highest():
    assert course(COUPLE, 80, 110, 90).best.total == 110


def test_a_scale_that_begins_at_12_takes_it_off_before_the_per_cent():
    # From 42, 30 above the floor, to 33: 9 of 30 is 30 %.
    outcome = course(PAIN, 42, 33)

    assert (outcome.percent, outcome.response, response_line(PAIN, Fraction(42))) == (30, True, 33)


def test_the_best_score_is_not_the_baseline_and_comes_first_among_equals():
    best = course(PHQ_9, 3, 12, 8, 8).best

    assert (best.total, best.day) == (8, date(2026, 11, 5))


# When the first response was seen.


def test_the_first_response_came_after_the_third_infusion():
    outcome = course(PHQ_9, 18, 15, 12, 9, 14, 8)

    assert (outcome.first_response_after, outcome.first_response.total) == (3, 9)


def test_a_response_that_was_lost_is_remembered_and_not_claimed():
    outcome = course(PHQ_9, 18, 9, 16)

    assert (outcome.response, outcome.first_response_after) == (False, 1)


# The baseline.


def test_the_last_score_of_the_seven_days_before_the_first_dose_is_the_baseline():
    assert summarise(PHQ_9, [point(-7, 22), point(-2, 18), point(3, 9)], doses(0)).baseline.total == 18


def test_a_score_eight_days_before_the_first_dose_is_no_baseline_and_that_is_said():
    outcome = summarise(PHQ_9, [point(-8, 18), point(3, 9)], doses(0))

    assert (outcome.why, outcome.baseline, outcome.percent, outcome.response) == (Why.NO_BASELINE, None, None, None)


def test_a_score_seven_days_before_is_a_baseline():
    assert summarise(PHQ_9, [point(-7, 18), point(3, 9)], doses(0)).baseline.total == 18


def test_a_prorated_score_is_never_the_baseline():
    points = [point(-5, 20), point(-1, 18, is_complete=False), point(3, 9)]

    assert summarise(PHQ_9, points, doses(0)).baseline.total == 20


def test_a_score_in_the_chair_after_the_dose_began_is_no_baseline():
    after = Point(1, at(0, 13), FIRST_DOSE, Fraction(18))

    assert summarise(PHQ_9, [after], doses(0)).why == Why.NO_BASELINE


def test_a_score_on_the_morning_of_the_first_dose_is_the_baseline():
    assert summarise(PHQ_9, [point(0, 18), point(1, 9)], doses(0)).baseline.total == 18


def test_before_any_dose_the_last_complete_score_stands_for_the_baseline():
    assert summarise(PHQ_9, [point(-9, 20), point(-4, 18)], doses()).baseline.total == 18


def test_a_baseline_that_a_person_named_comes_first():
    points = [point(-5, 25, is_baseline=True), point(-1, 18), point(3, 9)]

    assert summarise(PHQ_9, points, doses(0)).baseline.total == 25


# Why no verdict can be given.


def test_no_score_is_said():
    assert summarise(PHQ_9, [], doses(0)).why == Why.NO_SCORE


def test_one_score_only_is_said_and_no_verdict_given():
    outcome = course(PHQ_9, 18)

    assert (outcome.why, outcome.baseline.total, outcome.response, outcome.percent) == (Why.ONE_SCORE, 18, None, None)


def test_a_low_start_gives_the_change_and_no_verdict():
    outcome = course(PHQ_9, 9, 4)

    assert (outcome.why, outcome.change, outcome.percent) == (Why.LOW_START, -5, Fraction(500, 9))
    assert (outcome.response, outcome.remission, outcome.first_response_after) == (None, None, None)


def test_a_start_at_the_cut_is_not_low():
    assert course(PHQ_9, 10, 5).response is True


def test_a_baseline_of_zero_has_no_per_cent():
    outcome = course(PEG, 0, 3)

    assert (outcome.why, outcome.change, outcome.percent, outcome.response) == (Why.ZERO_START, 3, None, None)


def test_mood_is_shown_and_never_judged():
    outcome = course(MOOD, 2, 8)

    assert (outcome.why, outcome.change, outcome.response) == (Why.NOT_JUDGED, 6, None)


# Worse than last time.


@pytest.mark.parametrize(("scale", "by"), [(PHQ_9, 6), (GAD_7, 4), (PCL_5, 10)])
def test_worse_is_flagged_at_the_scales_own_distance(scale, by):
    assert is_worse(scale, Fraction(10), Fraction(10 + by))
    assert not is_worse(scale, Fraction(10), Fraction(10 + by - 1))


def test_a_score_worse_than_the_one_before_is_said_though_better_than_the_start():
    assert course(PHQ_9, 24, 8, 14).worse_than_last is True


# What holds of every course.

totals = st.lists(st.integers(0, 27), min_size=2, max_size=7)


@QUICK
@given(totals)
def test_the_verdicts_of_every_phq_9_course_are_what_whole_numbers_say(values):
    outcome = course(PHQ_9, *values)
    start, latest = values[0], values[-1]

    if start < 10:
        assert outcome.response is None
    else:
        assert outcome.response == (2 * latest <= start)
        assert outcome.remission == (latest < 5)
    assert outcome.best.total == min(values[1:])


@QUICK
@given(totals)
def test_the_first_response_is_the_first_score_at_half_or_below(values):
    values[0] = max(values[0], 10)
    responding = [number for number, total in enumerate(values[1:], 1) if 2 * total <= values[0]]

    assert course(PHQ_9, *values).first_response_after == (responding[0] if responding else None)


@QUICK
@given(totals, st.integers(0, 27))
def test_another_score_never_changes_the_baseline_or_the_first_response(values, another):
    before, after = course(PHQ_9, *values[:6]), course(PHQ_9, *values[:6], another)

    assert after.baseline == before.baseline
    if before.first_response:
        assert after.first_response == before.first_response


@QUICK
@given(st.integers(0, 27), st.integers(0, 27))
def test_what_is_reliably_better_one_way_is_reliably_worse_the_other(start, end):
    opposite = {Reliable.BETTER: Reliable.WORSE, Reliable.WORSE: Reliable.BETTER, Reliable.NONE: Reliable.NONE}

    assert course(PHQ_9, end, start).reliable == opposite[course(PHQ_9, start, end).reliable]


@QUICK
@given(st.integers(1, 120), st.integers(0, 151))
def test_a_score_on_or_beyond_the_response_line_is_a_response_whichever_way_the_scale_runs(start, end):
    fell, rose = course(PEG, Fraction(start, 16), Fraction(end, 16)), course(COUPLE, start, end)

    assert fell.response == (Fraction(end, 16) <= response_line(PEG, Fraction(start, 16)))
    assert rose.response == (end >= response_line(COUPLE, Fraction(start)))
