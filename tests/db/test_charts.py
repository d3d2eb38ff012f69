"""What a chart shows of Pia's course: more to those who treat her than to herself."""

from datetime import date, timedelta

import pytest

from frontend.charts.description import Chart
from frontend.charts.of_course import fetch_course, patient_chart, staff_chart
from programs.models import CheckIn
from tests.cast import Cast

MONDAY = date(2026, 3, 2)


@pytest.fixture
def charts(cast: Cast) -> tuple[Chart, Chart]:
    """The PHQ-9 of a course with a safety answer after its first infusion, for Maya and for Pia herself."""
    course = cast.enrol(starts_on=MONDAY)
    before = course.checkins.get(purpose=CheckIn.Purpose.BASELINE)
    after = course.checkins.filter(purpose=CheckIn.Purpose.AFTER).earliest("opens_at")
    cast.answer(before, at=before.opens_at, each=2, q9=0)
    cast.infuse(course.sessions.get(infusion=1))
    cast.answer(after, at=after.opens_at, each=1, q9=1)
    course.refresh_from_db()
    rows = fetch_course(course, now=after.opens_at + timedelta(hours=1))
    for_pia = patient_chart(rows, "phq-9")
    assert for_pia is not None
    return staff_chart(rows, "phq-9"), for_pia


def test_a_safety_answer_is_marked_for_staff_and_never_for_her(charts: tuple[Chart, Chart]) -> None:
    for_maya, for_pia = charts
    assert [dot.is_safety for dot in for_maya.dots] == [False, True]
    assert [dot.is_safety for dot in for_pia.dots] == [False, False]


def test_bands_and_raw_scores_are_for_staff(charts: tuple[Chart, Chart]) -> None:
    for_maya, for_pia = charts
    assert [dot.value for dot in for_maya.dots] == [16, 9]
    # 16 to 9 is 7 of 16: 43.75%.
    assert [dot.value for dot in for_pia.dots] == [0, 43.75]
    assert for_maya.bands
    assert not for_pia.bands


def test_both_show_the_dose_that_was_given_and_the_sessions_to_come(charts: tuple[Chart, Chart]) -> None:
    for chart in charts:
        assert [(mark.kind, mark.dose) for mark in chart.marks[:2]] == [("infusion", "35 mg"), ("planned", "")]
