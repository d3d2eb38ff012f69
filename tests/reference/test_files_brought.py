"""Every file of published data as a person would bring it: what is proposed, what is still to be said, what comes in.

The expected figures are those that the sources print, or are counted here from the cells without any of our reading.
"""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from assessments.scoring import band_of
from assessments.transfer.mapping import mapping_of
from assessments.transfer.proposing import propose
from assessments.transfer.questions import questions
from tests.imports import NORTH, read_all, table_in
from tests.reference.data import read_csv, read_xpt, reference_file
from tests.reference.xpt import write_csv

START = date(2026, 1, 5)
BANDS = ("Minimal", "Mild", "Moderate", "Moderately severe", "Severe")


def brought(content, kind="scores", scale=None, **said):
    """What a file brings by its proposal and what a person says besides: what comes in, and what is refused."""
    table = table_in(content)
    known = replace(NORTH, scales={scale: NORTH.scales[scale]}) if scale else NORTH
    mapping = mapping_of({**propose(table, kind, known), **said})
    assert [question for question in questions(mapping, table, NORTH) if question.must] == []
    return read_all(table, mapping)


def content_of(name):
    return reference_file(name).read_bytes()


def cells_of(name, *columns):
    """How many cells of these columns are filled, counted without our reading."""
    return sum(row[column] not in {"", "NA"} for row in read_csv(name) for column in columns)


def in_bands(scores):
    phq_9 = NORTH.scales["phq-9"]
    found = Counter(band_of(phq_9, score.scored.total).name["en"] for score in scores)
    return [found[name] for name in BANDS]


# NHANES: items in which 7 is refused and 9 unknown, brought as CSV.


@pytest.fixture(scope="module", params=["D", "E"])
def nhanes(request):
    out = io.StringIO()
    write_csv(content_of(f"items/DPQ_{request.param}.xpt"), out)
    return request.param, out.getvalue()


def test_the_csv_of_nhanes_holds_the_numbers_of_the_file(nhanes):
    letter, text = nhanes
    ours = [[float(cell) if cell else None for cell in row] for row in list(csv.reader(io.StringIO(text)))[1:]]
    theirs = [[None if cell is None else round(cell, 6) for cell in row.values()] for row in read_xpt(f"items/DPQ_{letter}.xpt")]

    assert ours == theirs


def test_nhanes_comes_in_with_the_published_bands_once_7_and_9_are_named_as_no_answer(nhanes):
    letter, text = nhanes
    found, refused = brought(text, when={"on": START}, missing=["", "7", "9"])
    complete = [one for one in found if one.scored.is_complete]
    scored = [one for one in found if one.scored.total is not None]

    assert (refused, len(complete), len(scored)) == ([], *{"D": (4799, 4830), "E": (5415, 5439)}[letter])
    assert in_bands(complete) == {"D": [3796, 706, 201, 73, 23], "E": [4047, 845, 334, 139, 50]}[letter]
    assert in_bands(scored) == {"D": [3813, 710, 208, 75, 24], "E": [4061, 849, 339, 140, 50]}[letter]
    assert sum(one.points >= 10 for one in complete) == {"D": 297, "E": 523}[letter]
    assert sum(bool(one.scored.safety) for one in complete) == {"D": 162, "E": 246}[letter]
    assert sum(bool(one.scored.safety) for one in found) == {"D": 167, "E": 250}[letter]


def test_a_7_or_9_that_nobody_named_refuses_its_row_and_counts_no_points(nhanes):
    _, text = nhanes
    rows = list(csv.DictReader(io.StringIO(text)))
    odd = sum(any(row[f"DPQ0{n}0"] in {"7", "9"} for n in range(1, 10)) for row in rows)
    _, refused = brought(text, when={"on": START})

    assert len(refused) == odd > 0
    assert {why for *_, why in refused} == {"not an answer of PHQ-9, which has 0 to 3"}


# Other items.


def test_the_survey_of_2177_comes_in_with_its_bands_and_item_9():
    found, refused = brought(content_of("items/phq9_irt_chiu_2177.csv"), when={"on": START})

    assert (len(found), refused, any(one.disagrees for one in found)) == (2177, [], False)
    assert in_bands(found) == [112, 523, 608, 584, 350]
    assert sum(bool(one.scored.safety) for one in found) == 679


def test_the_earthquake_survey_comes_in_with_the_sum_of_each_complete_row():
    name = "items/pclc_wenchuan_362.csv"
    found, refused = brought(content_of(name), when={"on": START})
    sums = [sum(map(int, row.values())) if all(cell.isdigit() for cell in row.values()) else None for row in read_csv(name)]

    assert (len(found), refused, found[0].patient) == (362, [], "row 2")
    assert [one.points for one in found] == sums


# Courses.


def test_the_beat_the_blues_trial_comes_in_wide_with_each_visit_that_took_place():
    name = "trajectories/BtheB_hsaur3.csv"
    found, refused = brought(content_of(name), start_on=START)
    visits = ("bdi.pre", "bdi.2m", "bdi.3m", "bdi.5m", "bdi.8m")

    assert (refused, len({one.patient for one in found})) == ([], 100)
    assert Counter(one.column for one in found) == {column: cells_of(name, column) for column in visits}
    assert sum(one.points for one in found) == sum(
        Decimal(row[column]) for row in read_csv(name) for column in visits if row[column]
    )
    assert {one.day for one in found if one.column == "bdi.8m"} == {date(2026, 9, 5)}


def test_the_antidepressant_trial_comes_in_long_with_the_change_that_it_prints():
    name = "trajectories/antidepressant_hamd17_rbmi.csv"
    found, refused = brought(content_of(name), start_on=START)
    baseline = {one.patient: one.points for one in found if one.is_baseline}
    scores = [one for one in found if not one.is_baseline]

    assert (len(scores), len(baseline), refused) == (608, 172, [])
    assert [one.points - baseline[one.patient] for one in scores] == [Decimal(row["CHANGE"]) for row in read_csv(name)]
    assert [(one.day - START).days for one in scores] == [int(float(row["RELDAYS"])) for row in read_csv(name)]


def test_the_couples_come_in_by_the_names_of_their_visits():
    name = "trajectories/jacobson_1989.csv"
    entry = {"scale": "couple-adjustment", "total": "das"}
    found, refused = brought(content_of(name), scores=[entry], visits={"pre": 0, "post": 84}, start_on=START)

    assert (len(found), refused) == (cells_of(name, "das"), [])
    assert [one.points for one in found] == [Decimal(row["das"]) for row in read_csv(name) if row["das"]]


def test_the_children_come_in_without_the_visits_that_did_not_take_place():
    name = "trajectories/hechler_2014_pain.csv"
    found, refused = brought(content_of(name), scale="child-pain", visits={"1": 0, "2": 90}, start_on=START)

    assert (len(found), refused) == (cells_of(name, "disability"), [])
    assert Counter(one.visit for one in found)["2.0"] < Counter(one.visit for one in found)["1.0"]


def test_the_trial_of_150_comes_in_with_its_gaps_once_the_unit_of_its_visits_is_said():
    name = "trajectories/mental_panss_joineR.csv"
    weeks = [0, 1, 2, 4, 6, 8]
    entries = [{"scale": "trial-symptoms", "total": f"Y.t{n}", "when": {"after": n, "holds": "weeks"}} for n in weeks]
    found, refused = brought(content_of(name), scale="trial-symptoms", scores=entries, start_on=START)

    assert (len(found), refused) == (cells_of(name, *(f"Y.t{n}" for n in weeks)), [])
    assert len({one.patient for one in found}) == 150


# People and encounters of a record system.


def test_the_people_of_a_record_system_come_in_with_their_names_and_birth_dates():
    name = "fhir/synthea/dbt_patients.csv"
    found, refused = brought(content_of(name), kind="people")
    theirs = [(row["Id"], f"{row['FIRST']} {row['LAST']}", row["BIRTHDATE"]) for row in read_csv(name)]

    assert (len(found), refused) == (27, [])
    assert [(one.patient, one.legal_name, str(one.birth_date)) for one in found] == theirs


def test_encounters_come_in_as_sessions_on_the_clinics_day_and_the_oldest_are_refused():
    name = "fhir/synthea/dbt_encounters.csv"
    found, refused = brought(content_of(name), kind="sessions")
    old = sum(row["START"] < "1980" for row in read_csv(name))
    [late] = [one for one in found if one.line == 3]

    assert (len(found) + len(refused), len(refused)) == (604, old)
    assert {one.patient for one in found} <= {row["Id"] for row in read_csv("fhir/synthea/dbt_patients.csv")}
    # 2023-10-10T04:17:47Z is a quarter past midnight in New York.
    assert (late.day, late.clock.hour, NORTH.zone) == (date(2023, 10, 10), 0, ZoneInfo("America/New_York"))
