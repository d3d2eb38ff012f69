"""Every file of published data through the whole product: kept, read by the worker, brought in; what then stands is
counted and printed, with the denominators of `manage.py outcomes`.

The expected figures are those that the sources print, or are counted here from the cells without any of our code.
"""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from assessments.models import Import, Score
from assessments.scoring import band_of
from assessments.services.own_scales import keep_version
from assessments.transfer.mapping import mapping_of
from assessments.transfer.proposing import propose
from assessments.transfer.publishing import ask_to_publish
from assessments.transfer.staging import begin_reading, known_to
from assessments.transfer.uploads import opened_table
from programs.models import Session
from tests.bringing import AT, upload, work
from tests.cast import SIX, Cast
from tests.programs_and_scales import TEST_SCALES
from tests.reference.data import read_csv, reference_file
from tests.reference.test_trajectories import pairs, plain_child, plain_couple
from tests.reference.xpt import write_csv
from tracker.alerts.models import Alert
from tracker.people.models import Patient

START = date(2026, 1, 5)
BANDS = ("Minimal", "Mild", "Moderate", "Moderately severe", "Severe")


def bring(cast: Cast, content: str | Path, kind: str = "scores", **said: object) -> Import:
    """The file as it is proposed, with what a person says besides; the good rows of it."""
    row = upload(cast, content, kind)
    with opened_table(row) as table:
        mapping = mapping_of({**propose(table, row.kind, known_to(row, AT)), **said})
    begin_reading(row, mapping, actor=cast.actor("alma"), is_asked=True, at=AT)
    ask_to_publish(work(row), actor=cast.actor("alma"), takes_good_rows=True, at=AT)
    return work(row)


def define(cast: Cast, code: str) -> str:
    """A scale that does not come with the product, as one of the clinic's own; its code."""
    return keep_version(TEST_SCALES[code], verb="defined", actor=cast.actor("alma"), at=AT).code


def outcomes(code: str) -> dict[str, int]:
    """The denominators: what `manage.py outcomes` prints, counted by its columns."""
    out = StringIO()
    call_command("outcomes", "--clinic", "north", "--scale", code, stdout=out)
    rows = list(csv.DictReader(StringIO(out.getvalue())))
    counted = {column: sum(bool(row[column]) for row in rows) for column in ("baseline", "change", "response")}
    verdicts = Counter(row["response"] for row in rows), Counter(row["remission"] for row in rows)
    return {"courses": len(rows), **counted, "responses": verdicts[0]["yes"], "remissions": verdicts[1]["yes"]}


def bands_of(scores: list[Score]) -> list[int]:
    """How many of these PHQ-9 totals stand in each band, the mildest first."""
    found = Counter(band_of(score.definition, score.total).name["en"] for score in scores if score.total is not None)
    return [found[name] for name in BANDS]


# letter: scores with a total (complete, scored), bands of each, 10 or more, item 9 of each
NHANES = {
    "D": (4799, 4830, [3796, 706, 201, 73, 23], [3813, 710, 208, 75, 24], 297, 162, 167),
    "E": (5415, 5439, [4047, 845, 334, 139, 50], [4061, 849, 339, 140, 50], 523, 246, 250),
}


@pytest.mark.parametrize("letter", NHANES)
def test_nhanes_has_the_published_bands_of_complete_cases_and_those_with_gaps_filled(cast: Cast, say, letter: str) -> None:
    out = StringIO()
    write_csv(reference_file(f"items/DPQ_{letter}.xpt").read_bytes(), out)
    row = bring(cast, out.getvalue(), when={"on": START}, missing=["", "7", "9"], program=SIX)
    stand = list(Score.objects.with_scale())
    scored = [score for score in stand if score.total is not None]
    complete = [score for score in scored if not score.is_prorated]
    positive = [sum(bool(score.safety) for score in some) for some in (complete, stand)]
    severe = sum(score.total >= 10 for score in complete)
    say(f"NHANES {letter}: {row.patients_added} patients, {row.scores_added} scores, {row.rows_refused} refused")
    say(f"  complete: {len(complete)}, bands {bands_of(complete)}, 10 or more {severe}, item 9 {positive[0]}")
    say(f"  with gaps filled: {len(scored)}, bands {bands_of(scored)}, item 9 over all rows {positive[1]};", outcomes("phq-9"))
    assert (len(complete), len(scored), bands_of(complete), bands_of(scored), severe, *positive) == NHANES[letter]
    assert Alert.objects.filter(level=Alert.Level.HISTORY).count() == positive[1]


def test_the_survey_has_its_bands_and_history_of_item_9(cast: Cast, say) -> None:
    row = bring(cast, reference_file("items/phq9_irt_chiu_2177.csv"), when={"on": START}, program=SIX)
    bands = bands_of(list(Score.objects.with_scale()))
    history = Alert.objects.filter(level=Alert.Level.HISTORY).count()
    say(f"PHQ-9 of 2,177: {row.scores_added} scores, bands {bands}, item 9 {history};", outcomes("phq-9"))
    assert (row.scores_added, bands, history) == (2177, [112, 523, 608, 584, 350], 679)


def test_the_earthquake_survey_has_the_sum_of_each_complete_row(cast: Cast, say) -> None:
    name = "items/pclc_wenchuan_362.csv"
    row = bring(cast, reference_file(name), when={"on": START}, program=SIX)
    sums = [sum(map(int, one.values())) for one in read_csv(name) if all(cell.isdigit() for cell in one.values())]
    totals = list(Score.objects.exclude(points=None).order_by("pk").values_list("points", flat=True))
    say(f"PCL-C: {row.scores_added} scores, {len(totals)} complete with a total, sum {sum(totals)};", outcomes("pcl-c"))
    assert (row.scores_added, totals) == (362, sums)


def test_beat_the_blues_has_fewer_scores_at_each_visit(cast: Cast, say) -> None:
    row = bring(cast, reference_file("trajectories/BtheB_hsaur3.csv"), start_on=START, program=SIX)
    columns = ("bdi.pre", "bdi.2m", "bdi.3m", "bdi.5m", "bdi.8m")
    filled = {column: sum(bool(one[column]) for one in read_csv("trajectories/BtheB_hsaur3.csv")) for column in columns}
    judged = sum(
        bool(one["bdi.pre"]) and any(one[column] for column in columns[1:]) for one in read_csv("trajectories/BtheB_hsaur3.csv")
    )
    found = outcomes("bdi-ii")
    say(f"BtheB: {row.patients_added} patients, {filled};", found)
    assert (row.patients_added, row.scores_added) == (100, sum(filled.values()))
    assert (found["courses"], found["baseline"], found["change"]) == (100, filled["bdi.pre"], judged)


def test_the_antidepressant_trial_ends_with_the_responses_of_its_own_columns(cast: Cast, say) -> None:
    name = "trajectories/antidepressant_hamd17_rbmi.csv"
    row = bring(cast, reference_file(name), start_on=START, program=SIX)
    last = {one["PATIENT"]: one for one in sorted(read_csv(name), key=lambda one: float(one["RELDAYS"]))}
    ends = [(Decimal(one["BASVAL"]), Decimal(one["HAMDTL17"])) for one in last.values()]
    plain = sum(2 * (base - end) >= base for base, end in ends), sum(end <= 7 for _, end in ends)
    found = outcomes("ham-d17")
    say(f"Antidepressant: {row.patients_added} patients, {row.scores_added} scores;", found)
    assert (row.patients_added, row.scores_added, found["courses"], found["response"]) == (172, 780, 172, 172)
    assert (found["responses"], found["remissions"]) == plain


PAIRS = {
    "couple-adjustment": ("jacobson_1989", ("subject", "time", "das", "pre", "post"), {"pre": 0, "post": 84}, plain_couple),
    "child-pain": ("hechler_2014_pain", ("patient", "measurement", "disability", "1.0", "2.0"), {"1": 0, "2": 90}, plain_child),
}


@pytest.mark.parametrize("code", PAIRS)
def test_before_and_after_have_the_verdicts_of_the_plain_computation(cast: Cast, say, code: str) -> None:
    name, columns, visits, plain = PAIRS[code]
    file, (patient, visit, total, *_) = f"trajectories/{name}.csv", columns
    entry = {"scale": define(cast, code), "total": total}
    row = bring(
        cast, reference_file(file), patient=patient, scores=[entry], when={"column": visit, "holds": "visits"},
        visits=visits, start_on=START, program=SIX,
    )  # fmt: skip
    both = [pair for pair in pairs(file, *columns) if None not in pair]
    theirs = Counter(plain(*pair)[1] for pair in both)
    found = outcomes(code)
    say(f"{name}: {row.patients_added} patients, {row.scores_added} scores;", found)
    assert row.scores_added == sum(bool(one[total]) for one in read_csv(file))
    assert (found["change"], found["response"], found["responses"]) == (len(both), theirs[True] + theirs[False], theirs[True])


def test_the_trial_of_150_has_fewer_scores_at_each_visit(cast: Cast, say) -> None:
    name, weeks = "trajectories/mental_panss_joineR.csv", (0, 1, 2, 4, 6, 8)
    code = define(cast, "trial-symptoms")
    entries = [{"scale": code, "total": f"Y.t{n}", "when": {"after": n, "holds": "weeks"}} for n in weeks]
    row = bring(cast, reference_file(name), patient="id", scores=entries, start_on=START, program=SIX)
    filled = {n: sum(one[f"Y.t{n}"] not in {"", "NA"} for one in read_csv(name)) for n in weeks}
    ours = Counter((day - START).days // 7 for day in Score.objects.values_list("day", flat=True))
    found = outcomes(code)
    say(f"PANSS: {row.patients_added} patients, {dict(sorted(ours.items()))} scores by week;", found)
    assert (row.patients_added, ours, found["courses"], found["baseline"]) == (150, filled, 150, filled[0])


def test_people_and_encounters_of_a_record_system_stand_together(cast: Cast, say) -> None:
    people = bring(cast, reference_file("fhir/synthea/dbt_patients.csv"), "people")
    visits = bring(cast, reference_file("fhir/synthea/dbt_encounters.csv"), "sessions", program=SIX)
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
