"""Thousands of courses in every zone: what must hold of each (see tests/pure/zones.py)."""

import pytest
from hypothesis import given

from tests.counts import LONG
from tests.pure.zones import ZONES, check_course, courses


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_course_keeps_its_clock_time_its_gaps_and_its_open_days(zone):
    @LONG
    @given(courses(zone))
    def holds(case):
        check_course(case)

    holds()
