"""Planned times in every zone whose clock changes are listed in tests/data, by property."""

import pytest
from hypothesis import given, settings

from programs.schedule import utc_of
from tests.counts import QUICK
from tests.pure.zones import SINGLE_CHANGES, ZONES, check_course, courses, first_instant, wall_of


@pytest.mark.parametrize("change", SINGLE_CHANGES, ids=lambda change: f"{change.zone}-{change.utc:%Y-%m}")
def test_a_time_that_the_clocks_skip_or_repeat_is_the_next_or_the_first(change):
    wall = wall_of(change)

    assert utc_of(wall.date(), wall.time(), change.zone) == first_instant(change)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_course_keeps_its_clock_time_its_gaps_and_its_open_days(zone):
    @settings(QUICK, max_examples=8)
    @given(courses(zone))
    def holds(case):
        check_course(case)

    holds()
