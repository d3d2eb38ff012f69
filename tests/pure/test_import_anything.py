"""Whatever stands in the cells, a row comes in or is refused with its column, and what comes in can be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.transfer.incoming import RowRefused
from assessments.transfer.mapping import mapping_of
from assessments.transfer.questions import questions
from assessments.transfer.rows import reader_for
from assessments.transfer.table import Row, Table
from tests.counts import QUICK
from tests.imports import NORTH, scores_mapping

COLUMNS = ("a", "b", "c", "d", "e")
ODD = [
    "0", "18", "1.5", "-7,25", "1.200", "1e9", "NaN", "inf", "²", "٣", "½", "=1+1", "x" * 300, "\x00", "\u202e", "\ud800",
    "2026-09-02", "03/04/2026", "9999-12-31", "46278", "week 3", "99999 months", "9999 months", "3 weeks after start",
    "13 Sep 64", "10:15", "25:61", "2026-09-02T25:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59",
    "PHQ-9", "Almost every day", "IV", "mg/kg",
]  # fmt: skip
cells = st.one_of(st.sampled_from(ODD), st.text(max_size=12))
NAMED = {"patient": "a", "start_on": None, "start_column": "c", "scale_column": "d", "scores": [{"total": "e"}]}
PEG = {"scale": "peg", "items": {"1": "c", "2": "d", "3": "e"}}
SESSIONS = {
    "kind": "sessions", "patient": "a", "when": {"column": "b"}, "clock": "c", "dose": "d", "dose_unit_column": "e",
    "weight": "d", "weight_unit": "lb", "route_column": "e", "lot": "a",
}  # fmt: skip
PEOPLE = {
    "kind": "people", "patient": "a", "legal_name": "b", "birth_date": "c", "email": "d", "phone": "d", "language": "e",
    "program_column": "e", "start_column": "c",
}  # fmt: skip
MAPPINGS = [
    scores_mapping(when={"column": "b"}, **NAMED),
    scores_mapping(patient="a", when={"column": "b", "holds": "months"}, scores=[PEG]),
    mapping_of(SESSIONS),
    mapping_of(PEOPLE),
]


@pytest.mark.parametrize("mapping", MAPPINGS, ids=lambda mapping: mapping.kind)
@QUICK
@given(st.lists(cells, min_size=5, max_size=5))
def test_a_row_comes_in_and_can_be_stored_or_is_refused_with_its_column(mapping, written):
    row = Row(2, dict(zip(COLUMNS, written, strict=True)))
    try:
        found, column = reader_for(mapping, NORTH).read(row), ""
    except RowRefused as refusal:
        found, column = [], refusal.column

    assert column in {"", *COLUMNS}
    assert [type(one).from_json(one.as_json()) for one in found] == found


@pytest.mark.parametrize("mapping", MAPPINGS, ids=lambda mapping: mapping.kind)
@QUICK
@given(st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=3))
def test_whatever_stands_there_the_questions_about_it_are_sentences(mapping, rows):
    table = Table(COLUMNS, lambda: enumerate([list(COLUMNS), *rows], 1))

    asked = [question for question in questions(mapping, table, NORTH) if question.choices]

    assert {question.proposed for question in asked} <= {"", *(code for question in asked for code in question.choices)}
    assert all("?" in str(question) for question in asked)
