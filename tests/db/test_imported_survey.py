"""A published survey of 2177 people, brought in once for the whole file: what came of their answers."""

import csv

import pytest

from assessments.models import Outcome, Score
from tests.bringing import bring
from tests.cast import make_cast
from tests.programs_and_scales import DATA
from tracker.alerts.models import Alert
from tracker.messaging.models import Message

SURVEY = DATA / "phq9_irt_chiu_2177.csv"
SURVEY_MAPPING = (
    'program = "six-infusion-series"\npatient = "ObservationID"\nwhen = { on = 2026-01-05 }\n'
    '[[scores]]\nscale = "phq-9"\nitems = { ' + ", ".join(f'"{n}" = "Item{n}_num"' for n in range(1, 10)) + " }\n"
)


@pytest.fixture(scope="module", autouse=True)
def survey(shared_db: None) -> None:
    bring(make_cast(), SURVEY, SURVEY_MAPPING)


def test_the_survey_is_scored_from_its_answers_to_its_printed_totals() -> None:
    with SURVEY.open(newline="") as lines:
        printed = {row["ObservationID"]: int(row["SumScore"]) for row in csv.DictReader(lines)}
    stored = {score.patient.mrn: int(score.points) for score in Score.objects.select_related("patient")}
    assert len(stored) == 2177
    assert stored == printed


def test_old_safety_answers_are_one_history_item_each_and_page_nobody() -> None:
    with SURVEY.open(newline="") as lines:
        positive = sum(int(row["Item9_num"]) > 0 for row in csv.DictReader(lines))
    assert Alert.objects.filter(level=Alert.Level.HISTORY).count() == positive == 679
    assert not Alert.objects.open().exists()
    assert not Message.objects.exists()


def test_who_has_one_score_has_no_verdict() -> None:
    assert not Outcome.objects.exclude(response=None).exists()
    assert Outcome.objects.filter(why="").count() == 0
