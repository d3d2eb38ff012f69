"""PHQ-9 answers of two NHANES rounds against the counts that were published with them.

Complete cases and those in which the mean of the answered stands for gaps are counted apart.
"""

from collections import Counter

import pytest

from assessments.scoring import band_of, score
from tests.programs_and_scales import SCALES
from tests.reference.data import read_xpt

PHQ_9 = SCALES["phq-9"]
COLUMNS = {str(n): f"DPQ0{n}0" for n in range(1, 10)}
BANDS = ("Minimal", "Mild", "Moderate", "Moderately severe", "Severe")


def answers_of(row):
    """What was answered: 7 is refused and 9 is unknown, so neither is in it. Zero is written as 5.4e-79."""
    values = {item: row[column] for item, column in COLUMNS.items()}
    return {item: round(value) for item, value in values.items() if value is not None and round(value) in range(4)}


@pytest.fixture(scope="module", params=["D", "E"])
def nhanes(request):
    """One round: its letter and every row with its score."""
    rows = read_xpt(f"items/DPQ_{request.param}.xpt")
    return request.param, rows, [score(PHQ_9, answers_of(row)) for row in rows]


def in_bands(scores):
    found = Counter(band_of(PHQ_9, one.total).name["en"] for one in scores)
    return [found[name] for name in BANDS]


def test_complete_cases_fall_into_the_published_bands(nhanes):
    letter, rows, scores = nhanes
    complete = [one for one in scores if one.is_complete]

    assert (len(rows), len(complete)) == {"D": (5334, 4799), "E": (5995, 5415)}[letter]
    assert in_bands(complete) == {"D": [3796, 706, 201, 73, 23], "E": [4047, 845, 334, 139, 50]}[letter]


def test_complete_cases_of_ten_or_more_are_as_many_as_published(nhanes):
    letter, _, scores = nhanes

    assert sum(one.is_complete and one.total >= 10 for one in scores) == {"D": 297, "E": 523}[letter]


def test_with_gaps_stood_for_there_are_a_few_more(nhanes):
    letter, _, scores = nhanes
    scored = [one for one in scores if one.total is not None]

    assert len(scored) == {"D": 4830, "E": 5439}[letter]
    assert in_bands(scored) == {"D": [3813, 710, 208, 75, 24], "E": [4061, 849, 339, 140, 50]}[letter]


def test_item_9_above_zero_counts_in_complete_cases_and_in_all_rows(nhanes):
    letter, _, scores = nhanes
    above = [one for one in scores if one.safety]

    assert (sum(one.is_complete for one in above), len(above)) == {"D": (162, 167), "E": (246, 250)}[letter]


def test_a_row_with_a_7_or_a_9_is_never_complete(nhanes):
    _, rows, scores = nhanes
    refused = [one for row, one in zip(rows, scores, strict=True) if {7, 9} & {row[column] for column in COLUMNS.values()}]

    assert refused
    assert not any(one.is_complete for one in refused)
