"""When a course asks which scales."""

from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from programs.schedule import utc_of
from tests.pure.planning import EVERY_DAY, MONDAY, NEW_YORK, SIX, TALK, WEEKLY, clinic_hours, november, plan

HONOLULU = ZoneInfo("Pacific/Honolulu")


def asks_of(course, purpose):
    return [ask for ask in course.asks if ask.purpose == purpose]


def test_pias_baseline_is_open_for_the_week_before_and_closes_when_the_first_infusion_starts():
    course = plan(SIX)
    [baseline] = asks_of(course, "baseline")

    assert (baseline.due_on, baseline.scales) == (date(2026, 10, 26), ("phq-9", "gad-7"))
    assert (baseline.opens_at, baseline.closes_at) == (
        utc_of(date(2026, 10, 26), time(9), NEW_YORK),
        course.sessions[0].starts_at,
    )


def test_pia_is_asked_the_morning_after_each_infusion_and_about_anxiety_after_2_4_and_6():
    asked = [(ask.due_on, "gad-7" in ask.scales) for ask in asks_of(plan(SIX), "after")]

    assert asked == list(zip(november(3, 5, 7, 10, 12, 14), [False, True, False, True, False, True], strict=True))


@pytest.mark.parametrize("program", [SIX, TALK, WEEKLY])
def test_the_follow_ups_come_2_4_8_and_12_weeks_after_the_last_infusion_with_every_scale(program):
    course = plan(program)
    last = course.infusions[-1].day
    found = asks_of(course, "follow-up")

    assert [(ask.due_on - last).days for ask in found] == [14, 28, 56, 84]
    assert {frozenset(ask.scales) for ask in found} == {frozenset(asks_of(course, "baseline")[0].scales)}


def test_pcl_5_never_comes_twice_in_a_week():
    days = [ask.due_on for ask in plan(TALK).asks if "pcl-5" in ask.scales]

    assert min(later - earlier for earlier, later in pairwise(days)) >= timedelta(days=7)


def test_pcl_5_is_left_out_where_it_would_come_after_six_days():
    # Asked after infusions 4 and 5; the fifth is due on December 7, closed until the 9th, so a day early.
    closed = [date(2026, 12, day) for day in (7, 8, 9)]
    course = plan(TALK, hours=clinic_hours(days=EVERY_DAY, closed=closed), infusions=5)
    last = asks_of(course, "after")[-2]

    assert (last.due_on, last.scales) == (date(2026, 12, 7), ("phq-9",))


def test_with_therapy_the_mood_question_fills_the_days_between():
    asked = [ask.due_on for ask in plan(TALK).asks if ask.scales == ("mood",)]

    assert asked == [date(2026, 11, 13) + timedelta(weeks=n) for n in range(6)]


def test_a_check_in_closes_when_the_next_infusion_starts():
    course = plan(SIX)
    after = asks_of(course, "after")

    # Open for two days from nine on the 3rd would be nine on the 5th; the next infusion is at ten on the 4th.
    assert after[0].closes_at == course.infusions[1].starts_at


def test_a_check_in_after_the_last_infusion_stays_open_for_its_two_days():
    last = asks_of(plan(SIX), "after")[-1]

    assert last.closes_at == utc_of(date(2026, 11, 16), time(9), NEW_YORK)


def test_nobody_is_asked_within_four_hours_of_a_session():
    # In the chair until 22:45 and asked at midnight: that would be too soon.
    course = plan(SIX, clock=time(20, 45), hours=clinic_hours(closes=time(23)), asked_at=time(0))

    assert asks_of(course, "after")[0].opens_at == utc_of(date(2026, 11, 3), time(2, 45), NEW_YORK)


def test_pia_on_a_journey_is_asked_at_nine_where_she_is():
    [baseline] = asks_of(plan(SIX, patient_zone=HONOLULU), "baseline")

    assert baseline.opens_at.astimezone(HONOLULU).time() == time(9)


def test_a_follow_up_after_the_clocks_went_forward_is_still_at_nine():
    course = plan(WEEKLY, start=MONDAY)
    last = asks_of(course, "follow-up")[-1]

    assert (last.due_on, last.opens_at.hour) == (date(2027, 4, 12), 13)


def test_two_rules_on_one_morning_make_one_check_in():
    days = [ask.due_on for ask in plan(SIX).asks]

    assert len(days) == len(set(days))
