"""PCL-C answers of 362 people: a scale whose lowest answer is 1, so that a missing answer can never pass as the lowest."""

import pytest

from assessments.scoring import BadAnswers, score
from tests.programs_and_scales import SCALES
from tests.reference.data import read_csv

PCL_C = SCALES["pcl-c"]


@pytest.fixture
def answer_sets():
    rows = [[int(cell) if cell.isdigit() else None for cell in row.values()] for row in read_csv("items/pclc_wenchuan_362.csv")]
    return [{str(n): value for n, value in enumerate(row, 1) if value is not None} for row in rows]


def test_every_complete_row_is_its_sum_and_every_other_has_no_score(answer_sets):
    expected = [sum(answers.values()) if len(answers) == 17 else None for answers in answer_sets]

    assert len(expected) == 362
    assert [score(PCL_C, answers).total for answers in answer_sets] == expected


def test_a_zero_in_place_of_the_lowest_answer_is_refused(answer_sets):
    with pytest.raises(BadAnswers, match="question 1: 0 is not one of its answers"):
        score(PCL_C, answer_sets[0] | {"1": 0})
