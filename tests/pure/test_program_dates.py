"""The days of each program, worked out by hand from what was published, in a clinic open Monday to Friday."""

from datetime import date, timedelta

import pytest

from programs.protocols import Frequency
from programs.schedule import Pace, broken_gaps
from tests.programs_and_scales import PROTOCOLS
from tests.pure.planning import EVERY_DAY, MONDAY, clinic_hours, days_of, plan

# Day 1 is the first dose. Each list stands in the source that its file names; a program by need has the planned ones.
PUBLISHED = {
    "six-in-twelve-days": [1, 3, 5, 8, 10, 12],
    "six-infusion-series": [1, 3, 5, 8, 10, 12],
    "six-injections": [1, 3, 5, 8, 10, 12],
    "intranasal-ketamine": [1, 3, 5, 8, 10, 12],
    "oral-ketamine": [1, 3, 5, 8, 10, 12],
    "sublingual-ketamine": [1, 3, 5, 8, 10, 12],
    # Two a week for four weeks: Mondays and Thursdays.
    "eight-twice-weekly": [1, 4, 8, 11, 15, 18, 22, 25],
    # The same, then a Thursday in each of weeks 5 to 8.
    "esketamine-nasal": [1, 4, 8, 11, 15, 18, 22, 25, 32, 39, 46, 53],
    # Ten days of treatment: two weeks of working days.
    "chronic-pain": [1, 2, 3, 4, 5, 8, 9, 10, 11, 12],
    # Five days on end; the mean was 4.56.
    "headache-daily": [1, 2, 3, 4, 5],
    "maintenance": [1, 8, 15, 22],
    "booster": [1],
}
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]
TWELVE = "six-in-twelve-days"


def treatment_days(course):
    first = course.infusions[0].day
    return [(session.day - first).days + 1 for session in course.infusions]


@pytest.mark.parametrize("code", PUBLISHED)
def test_a_course_from_a_monday_has_the_published_days_and_keeps_its_promise(code):
    course = plan(code)

    assert (treatment_days(course), course.notices) == (PUBLISHED[code], ())


@pytest.mark.parametrize("code", sorted(set(PUBLISHED) - {"chronic-pain"}))
def test_a_clinic_open_every_day_gives_the_published_days_from_any_start(code):
    if code in {"six-infusion-series", "six-injections", "intranasal-ketamine", "oral-ketamine", "sublingual-ketamine"}:
        expected = [1, 3, 5, 7, 9, 11]  # every other day: nothing was published about weekends
    else:
        expected = PUBLISHED[code]

    assert {tuple(treatment_days(plan(code, start, hours=clinic_hours(days=EVERY_DAY)))) for start in WEEK} == {tuple(expected)}


@pytest.mark.parametrize("code", sorted(PROTOCOLS))
@pytest.mark.parametrize("start", WEEK, ids=lambda day: f"{day:%A}")
def test_a_plan_from_any_weekday_either_keeps_its_promise_or_says_that_it_does_not(code, start):
    course = plan(code, start)
    span = treatment_days(course)[-1]

    assert len(course.infusions) == PROTOCOLS[code].infusions
    assert any("that cannot be kept" in notice for notice in course.notices) == (span > PROTOCOLS[code].infusions_within_days)


def test_six_in_twelve_days_from_a_wednesday_takes_thirteen_and_says_so():
    # Wed, Fri; Sunday is closed, so Mon; three days on Thu; Saturday is closed, so Fri; Sunday is closed, so Mon.
    course = plan(TWELVE, date(2026, 11, 4))

    assert treatment_days(course) == [1, 3, 6, 9, 10, 13]
    assert course.notices == ("The infusions take 13 days. The program promises 12: that cannot be kept with this start.",)


def test_a_daily_course_in_a_clinic_that_closes_at_weekends_names_each_day_it_cannot_keep():
    course = plan("headache-daily", date(2026, 11, 5))

    assert treatment_days(course) == [1, 2, 5, 6, 7]
    assert course.notices == ("Session 3 is on Mon Nov 9, outside its window (Nov 7 to Nov 7).",)


def test_esketamine_by_need_goes_on_a_week_after_the_last():
    assert treatment_days(plan("esketamine-nasal", infusions=14))[-3:] == [53, 60, 67]


def test_maintenance_by_need_goes_on_two_weeks_after_the_last():
    assert treatment_days(plan("maintenance", infusions=6)) == [1, 8, 15, 22, 36, 50]


# How often.


def test_a_booster_comes_no_sooner_than_two_weeks_after_the_last_dose_and_says_so():
    course = plan("booster", given=[date(2026, 9, 1), date(2026, 10, 26)])

    assert days_of(course.sessions) == [date(2026, 11, 9)]
    assert course.notices[0] == "Session 1 cannot be before Mon Nov 9: at most 1 dose in 14 days."


def test_a_dose_long_ago_does_not_hold_up_a_booster():
    assert plan("booster", given=[date(2026, 10, 19)]).notices == ()


def test_a_dose_within_two_weeks_holds_up_a_booster_until_then():
    assert plan("booster", given=[date(2026, 10, 20)]).notices == (
        "Session 1 cannot be before Tue Nov 3: at most 1 dose in 14 days.",
    )


def test_two_doses_in_seven_days_let_the_third_come_a_week_after_the_first():
    pace = Pace(Frequency(doses=2, days=7), (date(2026, 10, 30),))

    assert pace.first_day([MONDAY]) == date(2026, 11, 6)


def test_a_session_that_is_moved_too_near_by_the_count_of_doses_is_named():
    course = plan("maintenance")

    assert [found.number for found in broken_gaps(course.sessions, Pace(Frequency(doses=2, days=10)))] == []
    assert [found.why for found in broken_gaps(course.sessions, Pace(Frequency(doses=2, days=15)))] == [
        "Session 3 cannot be before Tue Nov 17: at most 2 doses in 15 days.",
        "Session 4 cannot be before Tue Nov 24: at most 2 doses in 15 days.",
    ]
