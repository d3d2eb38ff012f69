"""From a program, a start and a clinic's calendar to dated sessions."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.protocols import Kind, Need, sequence
from programs.schedule import CannotPlan, Places, broken_gaps, notices_of, plan_sessions, slots_between, utc_of
from tests.counts import QUICK
from tests.programs_and_scales import PROTOCOLS
from tests.pure.planning import (
    EVERY_DAY,
    MONDAY,
    NEW_YORK,
    ROOMY,
    SIX,
    TALK,
    TEN,
    WEEKLY,
    all_taken,
    clinic_hours,
    days_of,
    november,
    plan,
    weeks_from,
)


def test_pias_six_infusions_fall_every_other_working_day():
    assert days_of(plan(SIX).sessions) == november(2, 4, 6, 9, 11, 13)


def test_a_session_due_on_a_holiday_comes_the_day_after_and_the_next_keeps_its_window():
    # Wednesday the 11th is Veterans Day; two days after Thursday is a Saturday, so Friday, a day early.
    course = plan(SIX, hours=clinic_hours(closed=november(11)))

    assert days_of(course.sessions) == november(2, 4, 6, 9, 12, 13)


def test_paul_meets_his_therapist_first_and_the_day_after_each_of_six_weekly_infusions():
    course = plan(TALK)

    assert [session.step.spec.kind for session in course.sessions] == [
        Kind.PREPARATION,
        *[Kind.INFUSION, Kind.INTEGRATION] * 6,
    ]
    assert days_of(course.infusions) == weeks_from(date(2026, 11, 9), 6)
    assert days_of(course.sessions)[2::2] == weeks_from(date(2026, 11, 10), 6)


def test_twelve_weekly_injections_stay_on_one_weekday():
    assert days_of(plan(WEEKLY).sessions) == weeks_from(MONDAY, 12)


@pytest.mark.parametrize(("program", "minutes"), [(SIX, 20 + 40 + 60), (TALK, 20 + 40 + 90), (WEEKLY, 20 + 0 + 120)])
def test_an_infusion_lasts_from_making_ready_to_the_end_of_recovery(program, minutes):
    first = plan(program).infusions[0]

    assert first.ends_at - first.starts_at == timedelta(minutes=minutes)


def test_a_start_on_a_closed_day_moves_to_the_next_open_one():
    assert plan(start=date(2026, 11, 7)).sessions[0].day == date(2026, 11, 9)


def test_no_session_comes_before_the_start_that_was_asked_for():
    # Friday the 6th is within the window of Saturday the 7th, but before the start.
    assert min(days_of(plan(start=date(2026, 11, 7)).sessions)) >= date(2026, 11, 7)


def test_a_plan_made_at_noon_does_not_begin_that_morning():
    noon = utc_of(MONDAY, time(12), NEW_YORK)

    assert plan(not_before=noon).sessions[0].starts_at >= noon


# The number of infusions.


def test_eight_instead_of_six_repeat_the_last_block():
    assert days_of(plan(infusions=8).sessions) == november(2, 4, 6, 9, 11, 13, 16, 18)


def test_four_with_therapy_leave_out_two_infusions_and_their_talks():
    kinds = [step.spec.kind for step in sequence(PROTOCOLS[TALK], 4)]

    assert kinds == [Kind.PREPARATION, *[Kind.INFUSION, Kind.INTEGRATION] * 4]


# What was promised.


@pytest.mark.parametrize("program", [SIX, TALK, WEEKLY])
def test_a_plan_that_keeps_its_promise_says_nothing(program):
    assert plan(program).notices == ()


def test_a_clinic_open_on_wednesdays_only_says_that_six_in_three_weeks_cannot_be_kept():
    course = plan(SIX, start=date(2026, 11, 4), hours=clinic_hours(days=frozenset({2})))

    assert days_of(course.sessions) == weeks_from(date(2026, 11, 4), 6)
    assert course.notices[0] == "The infusions take 36 days. The program promises 21: that cannot be kept with this start."


def test_a_session_outside_its_window_is_named():
    course = plan(SIX, hours=clinic_hours(closed=november(3, 4, 5)))

    assert course.notices == ("Session 2 is on Fri Nov 6, outside its window (Nov 3 to Nov 5).",)


def test_the_promise_counts_the_first_and_the_last_day():
    # From the 2nd to the 13th both counted: 12 days.
    course, promised = plan(SIX), PROTOCOLS[SIX].model_copy(update={"infusions_within_days": 12})

    assert notices_of(promised, course.sessions, TEN, clinic_hours()) == ()
    assert notices_of(promised.model_copy(update={"infusions_within_days": 11}), course.sessions, TEN, clinic_hours()) != ()


def test_a_time_too_late_for_its_length_is_said_to_be_so():
    assert plan(clock=time(17)).notices[0] == (
        "Session 1 on Mon Nov 2 is at 16:00, because 17:00 leaves no room for its 120 minutes between opening and closing."
    )


def test_a_time_that_has_passed_is_said_to_be_so():
    noon = utc_of(MONDAY, time(12), NEW_YORK)

    assert plan(not_before=noon).notices[0] == "Session 1 on Mon Nov 2 is at 12:00, because 10:00 has passed."


def test_a_talk_waits_for_the_clinic_to_open_again_instead_of_falling_on_the_day_of_its_infusion():
    # The day after the first infusion and the two behind it are closed.
    course = plan(TALK, hours=clinic_hours(closed=november(10, 11, 12)))

    assert days_of(course.sessions)[1:3] == november(9, 13)


@QUICK
@given(off=st.integers(0, 60), length=st.integers(0, 14), clock=st.integers(8, 15))
def test_a_talk_never_falls_on_the_day_of_the_session_before_it(off, length, clock):
    closed = [MONDAY + timedelta(days=n) for n in range(off, off + length)]
    sessions = plan(TALK, clock=time(clock), hours=clinic_hours(closed=closed)).sessions

    assert [talk.day for before, talk in pairwise(sessions) if talk.day <= before.day and not talk.is_infusion] == []


# Chairs, nurses, therapists.

ONE_OF_EACH = Places(chairs=(1,), nurses=(11,), therapists=(21,))


def test_paul_comes_at_another_time_when_pia_has_the_only_chair():
    places = replace(ONE_OF_EACH, lanes=2)
    course = plan(places=all_taken(places, plan(places=places)))

    # Her two hours begin at ten: at eight he is as far from ten as at noon, and earlier.
    assert {session.clock for session in course.sessions} == {time(8)}
    assert course.notices[0] == "Session 1 on Mon Nov 2 is at 08:00, because 10:00 is taken."


def test_one_nurse_who_watches_two_chairs_is_not_given_a_third():
    places = Places(chairs=(1, 2, 3), nurses=(11,), therapists=(), lanes=2)
    pia = plan(places=places)
    paul = plan(places=all_taken(places, pia))
    third = plan(places=all_taken(all_taken(places, pia), paul))

    assert [course.sessions[0].clock for course in (pia, paul, third)] == [TEN, TEN, time(8)]


def test_two_patients_at_one_time_sit_in_two_chairs():
    pia = plan()
    paul = plan(places=all_taken(ROOMY, pia))

    assert (pia.sessions[0].place(Need.CHAIR), paul.sessions[0].place(Need.CHAIR)) == (1, 2)


def test_theo_is_with_one_patient_at_a_time():
    first = plan(TALK)
    second = plan(TALK, places=all_taken(ROOMY, first))
    booked = sorted((s.starts_at, s.ends_at) for s in (*first.sessions, *second.sessions))

    assert all(ends <= begins for (_, ends), (begins, _) in pairwise(booked))


def test_a_course_after_which_nothing_is_booked_twice():
    places, seen = ONE_OF_EACH, []
    for program in (SIX, TALK, WEEKLY, SIX):
        course = plan(program, places=places)
        places = all_taken(places, course)
        seen += [claim for session in course.sessions for claim in session.claims]

    assert len(seen) == len(set(seen))


def test_a_clinic_without_a_nurse_cannot_plan_an_infusion():
    with pytest.raises(CannotPlan, match=r"^The clinic has no nurse for the infusion\.$"):
        plan(places=replace(ONE_OF_EACH, nurses=()))


def test_a_session_longer_than_the_clinics_day_cannot_be_planned():
    with pytest.raises(CannotPlan, match="A session of 120 minutes does not fit between opening and closing"):
        plan(hours=clinic_hours(opens=time(9), closes=time(10, 45)))


def test_a_clinic_that_is_closed_for_a_month_has_no_time_and_says_so():
    closed = [MONDAY + timedelta(days=n) for n in range(40)]

    with pytest.raises(CannotPlan, match=r"No free time for session 1 \(infusion\) within 28 days of Nov 2"):
        plan(hours=clinic_hours(closed=closed))


def test_the_last_session_of_a_day_ends_by_closing():
    session = plan(clock=time(17, 30)).sessions[0]

    assert (session.clock, session.ends_at) == (time(16), utc_of(MONDAY, time(18), NEW_YORK))


def test_a_stretch_claims_every_quarter_hour_that_it_touches():
    begins = datetime(2026, 11, 2, 15, 10, tzinfo=UTC)

    assert [slot.minute for slot in slots_between(begins, begins + timedelta(minutes=25))] == [0, 15, 30]


def test_the_least_gap_counts_real_hours_when_the_clocks_go_forward():
    # Due on the closed 15th, so a day early: Sunday the 14th at ten is 23 hours after Saturday at ten.
    course = plan(start=date(2027, 3, 13), hours=clinic_hours(days=EVERY_DAY, closed=[date(2027, 3, 15), date(2027, 3, 16)]))

    assert (course.sessions[1].day, course.sessions[1].clock) == (date(2027, 3, 14), time(11))
    assert course.notices[-1] == "Session 2 on Sun Mar 14 is at 11:00, because 10:00 is too soon after the session before."


# Moving a session.


def moved(course, number, day, clock):
    """The sessions of `course` with the one of that number at another time."""
    starts_at = utc_of(day, clock, NEW_YORK)
    return [
        replace(s, day=day, clock=clock, starts_at=starts_at, ends_at=starts_at + (s.ends_at - s.starts_at))
        if s.step.number == number
        else s
        for s in course.sessions
    ]


def test_a_plan_as_made_breaks_no_gap():
    assert [broken_gaps(plan(program).sessions) for program in (SIX, TALK, WEEKLY)] == [(), (), ()]


def test_moving_session_2_to_thursday_afternoon_leaves_18_hours_to_session_3():
    found = broken_gaps(moved(plan(), 2, date(2026, 11, 5), time(16)))

    assert [(b.number, b.why) for b in found] == [(3, "Session 3 would come 18 hours after session 2; at least 24 are needed.")]


def test_moving_session_3_onto_session_4_says_that_session_4_begins_too_early():
    found = broken_gaps(moved(plan(), 3, date(2026, 11, 9), TEN))

    assert [(b.number, b.why) for b in found] == [(4, "Session 4 would begin before session 3 has ended.")]


def test_moving_a_talk_onto_the_day_of_its_infusion_is_said():
    found = broken_gaps(moved(plan(TALK), 3, date(2026, 11, 9), time(15)))

    assert [b.why for b in found] == ["Session 3 would be on the day of session 2; the program wants it on a later day."]


def test_exactly_the_least_gap_is_enough():
    assert broken_gaps(moved(plan(), 2, date(2026, 11, 5), TEN)) == ()


def test_the_gap_counts_from_infusion_to_infusion_past_the_talk_between():
    # Infusion 2 (session 4, Monday the 16th) to Friday evening: infusion 3 is on Monday, 66 hours later; 72 are needed.
    found = broken_gaps(moved(plan(TALK), 4, date(2026, 11, 20), time(16)))

    assert "Session 6 would come 66 hours after session 4; at least 72 are needed." in [b.why for b in found]


def test_the_offered_shift_mends_what_the_move_broke_and_leaves_the_earlier_sessions():
    course = plan()
    order = moved(course, 3, date(2026, 11, 9), TEN)
    later = [(s.step, 120) for s in order[3:]]

    shifted = plan_sessions(later, order[2].day, TEN, clinic_hours(), ROOMY, before=order[:3])

    assert days_of(shifted) == november(11, 13, 16)
    assert broken_gaps([*order[:3], *shifted]) == ()


# Clock changes, month ends, leap days: by hand here, in every zone in test_schedule_in_every_zone.py.


def test_ten_oclock_stays_ten_oclock_when_the_clocks_go_back():
    course = plan(WEEKLY, start=date(2026, 10, 26))

    assert [s.starts_at.hour for s in course.sessions[:2]] == [14, 15]
    assert {s.starts_at.astimezone(NEW_YORK).time() for s in course.sessions} == {TEN}


def test_a_series_over_a_leap_day_uses_it():
    course = plan(start=date(2028, 2, 27), hours=clinic_hours(days=EVERY_DAY))

    assert days_of(course.sessions)[:3] == [date(2028, 2, 27), date(2028, 2, 29), date(2028, 3, 2)]


def test_a_series_over_a_month_end_goes_on_in_the_next_month():
    course = plan(start=date(2026, 1, 30), hours=clinic_hours(days=EVERY_DAY))

    assert days_of(course.sessions)[:2] == [date(2026, 1, 30), date(2026, 2, 1)]
