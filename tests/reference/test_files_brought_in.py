"""Published files through the whole product: kept, read by the worker, brought in; what then stands is counted and printed."""

from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from assessments.models import Import, Outcome, Score
from assessments.scoring import band_of
from assessments.transfer.mapping import mapping_of
from assessments.transfer.proposing import propose
from assessments.transfer.publishing import ask_to_publish
from assessments.transfer.staging import begin_reading, known_to
from assessments.transfer.uploads import opened_table
from programs.models import Session
from tests.bringing import AT, upload, work
from tests.cast import SIX, Cast
from tests.reference.data import read_csv, reference_file
from tracker.alerts.models import Alert
from tracker.people.models import Patient

START = date(2026, 1, 5)


def bring(cast: Cast, name: str, kind: str = "scores", **said: object) -> Import:
    """The file as it is proposed, with what a person says besides; the good rows of it."""
    row = upload(cast, reference_file(name), kind)
    with opened_table(row) as table:
        mapping = mapping_of({**propose(table, row.kind, known_to(row, AT)), **said})
    begin_reading(row, mapping, actor=cast.actor("alma"), is_asked=True, at=AT)
    ask_to_publish(work(row), actor=cast.actor("alma"), takes_good_rows=True, at=AT)
    return work(row)


def outcomes(code: str) -> str:
    """How many courses, with how many verdicts, as `manage.py outcomes` prints them."""
    out = StringIO()
    call_command("outcomes", "--clinic", "north", "--scale", code, stdout=out)
    judged = Outcome.objects.filter(code=code).exclude(response=None)
    courses, responses = len(out.getvalue().splitlines()) - 1, judged.filter(response=True).count()
    said = f"{courses} courses, {judged.count()} judged, {responses} responses"
    return f"{code}: {said}, {Outcome.objects.filter(code=code).exclude(why='').count()} without a verdict"


@pytest.fixture
def say(capsys: pytest.CaptureFixture):
    """Print past pytest, so that the figures stand in the output of make reference."""

    def said(*words: object) -> None:
        with capsys.disabled():
            print(" ", *words)  # noqa: T201

    return said


def test_the_survey_has_its_bands_and_history_of_item_9(cast: Cast, say) -> None:
    row = bring(cast, "items/phq9_irt_chiu_2177.csv", when={"on": START}, program=SIX)
    scores = Score.objects.with_scale().filter(code="phq-9")
    bands = Counter(band_of(score.definition, score.total).name["en"] for score in scores)
    history = Alert.objects.filter(level=Alert.Level.HISTORY).count()
    say(row.file_name, row.scores_added, "scores,", dict(bands), history, "item 9;", outcomes("phq-9"))
    assert (row.scores_added, sorted(bands.values()), history) == (2177, sorted([112, 523, 608, 584, 350]), 679)


def test_beat_the_blues_has_fewer_scores_at_each_visit(cast: Cast, say) -> None:
    row = bring(cast, "trajectories/BtheB_hsaur3.csv", start_on=START, program=SIX)
    columns = ("bdi.pre", "bdi.2m", "bdi.3m", "bdi.5m", "bdi.8m")
    filled = [sum(bool(one[column]) for one in read_csv("trajectories/BtheB_hsaur3.csv")) for column in columns]
    say("BtheB:", row.patients_added, "patients,", filled, "scores at each visit;", outcomes("bdi-ii"))
    assert (row.patients_added, row.scores_added) == (100, sum(filled))
    assert Outcome.objects.filter(code="bdi-ii", scores=1).count() == sum(
        sum(bool(one[column]) for column in columns) == 1 for one in read_csv("trajectories/BtheB_hsaur3.csv")
    )


def test_people_and_encounters_of_a_record_system_stand_together(cast: Cast, say) -> None:
    people = bring(cast, "fhir/synthea/dbt_patients.csv", "people")
    visits = bring(cast, "fhir/synthea/dbt_encounters.csv", "sessions", program=SIX)
    say(
        "synthea:",
        people.patients_added,
        "people,",
        visits.sessions_added,
        "visits,",
        visits.rows_refused,
        "refused: before 1980, or at the same moment",
    )
    theirs = read_csv("fhir/synthea/dbt_encounters.csv")
    # Two visits of one person that begin in the same second are one and a question which.
    moments = {(row["PATIENT"], row["START"]) for row in theirs if row["START"] >= "1980"}
    assert (people.patients_added, visits.patients_added) == (27, 0)
    assert (visits.sessions_added, visits.rows_refused) == (len(moments), 604 - len(moments))
    assert not Session.objects.given().exists()
    assert Patient.objects.filter(legal_name__startswith="No. ").count() == 0
