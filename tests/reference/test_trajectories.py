"""Outcomes on published before-and-after data, against a plain computation that shares nothing with ours.

The plain one takes the numbers of the scale files in tests/data/scales as they stand there, in its own arithmetic.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from assessments.outcomes import Doses, Point, summarise
from tests.programs_and_scales import TEST_SCALES
from tests.reference.data import read_csv

COUPLE, PAIN = TEST_SCALES["couple-adjustment"], TEST_SCALES["child-pain"]
START = date(2026, 11, 2)


def verdicts(scale, before, after):
    """Percent, response, remission, reliable change and why not, by our rules: a score before one dose, one after it."""
    values = [(-1, before), (30, after)]
    points = [
        Point(number, datetime(2026, 11, 2, 9, tzinfo=UTC) + timedelta(days=day), START + timedelta(days=day), Fraction(value))
        for number, (day, value) in enumerate(values, 1)
        if value is not None
    ]
    outcome = summarise(scale, points, Doses((datetime(2026, 11, 2, 12, tzinfo=UTC),), (START,)))
    return outcome.percent, outcome.response, outcome.remission, outcome.reliable, outcome.why


def pairs(file, person, when, value, before, after):
    """(before, after) of each person as Decimals, None where nothing was written."""
    found = {}
    for row in read_csv(file):
        found.setdefault(row[person], {})[row[when]] = Decimal(row[value]) if row[value] else None
    return [(one.get(before), one.get(after)) for one in found.values()]


@pytest.fixture
def couples():
    return pairs("trajectories/jacobson_1989.csv", "subject", "time", "das", "pre", "post")


@pytest.fixture
def children():
    return pairs("trajectories/hechler_2014_pain.csv", "patient", "measurement", "disability", "1.0", "2.0")


def plain_couple(before, after):
    """Higher is better: a rise of a quarter, an end at 100 or more, 12.5 points either way."""
    rise = after - before
    reliable = "better" if rise >= Decimal("12.5") else "worse" if rise <= Decimal("-12.5") else "none"
    return Fraction(rise) / Fraction(before) * 100, after >= before * Decimal("1.25"), after >= 100, reliable, None


def plain_child(before, after):
    """Lower is better, from 12 on: three tenths of what lies above 12, an end at 20 or less, 9 points either way."""
    if before == 12:
        return None, None, None, "worse" if after - before >= 9 else "none", "baseline at the end of the scale"
    fall = before - after
    reliable = "better" if fall >= 9 else "worse" if fall <= -9 else "none"
    return Fraction(fall) / Fraction(before - 12) * 100, 10 * fall >= 3 * (before - 12), after <= 20, reliable, None


def test_every_couple_has_the_verdicts_of_the_plain_computation(couples):
    both = [(before, after) for before, after in couples if before is not None and after is not None]

    assert len(both) > 20
    assert [verdicts(COUPLE, *pair) for pair in both] == [plain_couple(*pair) for pair in both]


def test_every_child_has_the_verdicts_of_the_plain_computation(children):
    both = [(before, after) for before, after in children if before is not None and after is not None]

    assert len(both) > 80
    assert [verdicts(PAIN, *pair) for pair in both] == [plain_child(*pair) for pair in both]


def test_a_child_measured_once_before_has_one_score_only(children):
    once = [pair for pair in children if pair[0] is not None and pair[1] is None]

    assert once
    assert {verdicts(PAIN, *pair)[4] for pair in once} == {"one score only"}


def test_a_person_measured_only_afterwards_has_no_baseline(couples, children):
    late = [(COUPLE, pair) for pair in couples if pair[0] is None and pair[1] is not None]
    late += [(PAIN, pair) for pair in children if pair[0] is None and pair[1] is not None]

    assert late
    assert {verdicts(scale, *pair)[4] for scale, pair in late} == {"no baseline"}
