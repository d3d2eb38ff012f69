"""The trial file in long format as a person would bring it: 172 patients, HAM-D17 totals with a baseline column."""

from collections import Counter
from datetime import date

import pytest

from assessments.transfer.scores_csv import Mapping, decode, guess, read_rows, read_table
from tests.programs_and_scales import SCALES
from tests.reference.data import read_csv, reference_file

HAM_D = SCALES["ham-d17"]
FILE = "trajectories/antidepressant_hamd17_rbmi.csv"
START = date(2026, 1, 5)


@pytest.fixture(scope="module")
def table():
    return read_table(decode(reference_file(FILE).read_bytes()))


@pytest.fixture(scope="module")
def read(table):
    mapping = Mapping(patient="PATIENT", after="RELDAYS", unit="days", total="HAMDTL17", baseline="BASVAL", start=START)
    return read_rows(table, mapping, HAM_D, today=date(2026, 11, 24))


def test_every_row_comes_in_and_each_of_the_172_patients_has_one_baseline(read):
    incoming, problems, blank = read
    baselines = Counter(one.patient for one in incoming if one.is_baseline)

    assert (problems, blank) == ([], 0)
    assert (len(baselines), set(baselines.values())) == (172, {1})


def test_the_scores_are_the_column_of_the_file_and_not_the_other_scales(read):
    theirs = sorted((row["PATIENT"], int(float(row["RELDAYS"])), float(row["HAMDTL17"])) for row in read_csv(FILE))
    ours = sorted((one.patient, (one.day - START).days, float(one.points)) for one in read[0] if not one.is_baseline)

    assert ours == theirs


def test_the_change_that_the_file_prints_is_ours(read):
    baseline = {one.patient: one.points for one in read[0] if one.is_baseline}
    ours = [float(one.points - baseline[one.patient]) for one in read[0] if not one.is_baseline]

    assert ours == [float(row["CHANGE"]) for row in read_csv(FILE)]


def test_patient_days_and_baseline_are_guessed_from_their_names(table):
    found = guess(table, HAM_D)

    assert {field: found.get(field) for field in ("patient", "after", "baseline")} == {
        "patient": "PATIENT",
        "after": "RELDAYS",
        "baseline": "BASVAL",
    }
