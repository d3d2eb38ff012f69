"""The mapping: said in full or refused in words, kept as a file, and checked against the table."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.transfer.checking import check
from assessments.transfer.mapping import Mapping, MappingRefused, ScoresMapping, mapping_of, read_mapping, write_mapping
from tests.counts import QUICK
from tests.imports import NORTH, scores_mapping, table_in

DAY = 'when = { column = "day" }\n'
ONE = '[[scores]]\nscale = "phq-9"\ntotal = "score"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('total = "score"', 'Say what the file holds: kind = "people", "sessions" or "scores"'),
        ('kind = "scores"\nscores = []', "Choose the column with the total, or a column for each question"),
        (f'kind = "scores"\n{ONE}', "Say when score was taken: a column, one date for all, or so long after the start"),
        (f'kind = "scores"\n{DAY}[[scores]]\nscale = "phq-9"', "Choose the column with the total, or a column for each question"),
        (f'kind = "scores"\n{DAY}[[scores]]\ntotal = "score"', "Say which scale score is, or which column names the scale"),
        (f'kind = "scores"\nwhen = {{ column = "n", holds = "days" }}\n{ONE}', "score counts from the start: type the date"),
        (
            f'kind = "scores"\nwhen = {{ column = "n", on = 2026-01-05 }}\n{ONE}',
            "Say when: one date for all, a column, or so many",
        ),
        (f'kind = "scores"\nwhen = {{ after = 3 }}\n{ONE}', "Say whether it is so many days, weeks or months after the start"),
        (f'kind = "scores"\n{ONE}baseline = true', "score counts from the start: type the date of the first dose"),
        (f'kind = "scores"\n{DAY}{ONE}subscores = {{ a = "x" }}\ntotal = ""\nitems = {{ 1 = "q" }}', "cannot be read"),
        (f'kind = "scores"\nweight = "kg"\n{DAY}{ONE}', "weight: Extra inputs are not permitted"),
        ('kind = "sessions"\npatient = "id"\nwhen = { column = "d" }\ndose = "mg"', "Say in which unit mg is"),
        ('kind = "sessions"\npatient = "id"\nwhen = { column = "d" }\nweight = "w"', "Say whether w is in kg or in pounds"),
        ('kind = "sessions"\nwhen = { column = "d" }', "Choose the column with the patient: a session belongs to somebody"),
        ('kind = "people"\npatient = "id"', "Choose the column with the name, or those with first and last name"),
        ('kind = "people"\nlegal_name = "n"\nprogram = "p"', "Say when the program starts"),
        ("kind = ", "The mapping cannot be read"),
    ],
)
def test_a_mapping_that_leaves_something_open_says_what(text, said):
    with pytest.raises(MappingRefused, match=said):
        read_mapping(text)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"patient": "who"}, r"The file has no column 'who'\. It has: name, day, score\."),
        ({"start_on": None, "start_column": "start"}, "The file has no column 'start'"),
        ({"scores": [{"scale": "phq-99", "total": "score"}]}, "There is no scale 'phq-99'"),
        (
            {"scores": [{"scale": "phq-9", "items": {"1": "score"}}]},
            "PHQ-9 has questions 1, 2, 3, 4, 5, 6, 7, 8, 9; choose a column for",
        ),
        (
            {"scores": [{"scale": "ham-d17", "items": {"1": "score"}}]},
            "HAM-D17 is kept as a total here: choose the column with the total",
        ),
        ({"scores": [{"scale": "c-ssrs", "total": "score"}]}, "comes from its answers: choose a column for each question"),
        (
            {"scores": [{"scale": "y-bocs", "total": "score", "subscores": {"x": "day"}}]},
            "Y-BOCS has no subscore 'x' that stands",
        ),
        ({"program": "none"}, "There is no program 'none'. There are: six-infusion-series, weekly-three-months"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(chosen, said):
    with pytest.raises(MappingRefused, match=said):
        check(scores_mapping(**chosen), table_in("name,day,score\npia,2026-09-02,18\n"), NORTH)


def test_a_route_that_no_program_has_is_named_with_those_that_there_are():
    mapping = mapping_of({"kind": "sessions", "patient": "name", "when": {"column": "day"}, "route": "XY"})

    with pytest.raises(MappingRefused, match=r"There is no route 'XY'\. There are: IV, IM, SC"):
        check(mapping, table_in("name,day\npia,2026-09-02\n"), NORTH)


def test_of_questions_that_exclude_each_other_one_column_is_enough():
    items = {str(n): f"q{n}" for n in range(1, 17) if n not in {7, 9}}
    table = table_in(",".join(["name", *items.values()]) + "\npia" + ",1" * 14 + "\n")

    check(scores_mapping(when={"on": "2026-09-01"}, scores=[{"scale": "qids-sr16", "items": items}]), table, NORTH)


def test_a_mapping_is_kept_as_a_person_would_write_it():
    mapping = scores_mapping(dates={"day": {"#/#/####": "mdy"}}, values={"phq-9": {"Almost every day": 3}}, missing=["", "-9"])

    assert write_mapping(mapping) == (
        'kind = "scores"\npatient = "name"\nstart_on = 2026-09-01\nmissing = ["", "-9"]\n'
        '\n[dates]\nday = { "#/#/####" = "mdy" }\n'
        '\n[[scores]]\nscale = "phq-9"\ntotal = "score"\n'
        '\n[when]\ncolumn = "day"\n'
        '\n[values]\nphq-9 = { "Almost every day" = 3 }\n'
    )


# A column may be called anything that a cell can hold, and so may an answer.
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
whens = st.one_of(
    st.dates().map(lambda day: {"on": day}),
    names.map(lambda name: {"column": name}),
    st.tuples(st.integers(-99, 99), st.sampled_from(["days", "weeks", "months"])).map(
        lambda one: {"after": one[0], "holds": one[1]}
    ),
)
entries = st.fixed_dictionaries(
    {"scale": names, "total": names, "when": whens},
    optional={"items": st.dictionaries(names, names, min_size=1, max_size=3), "visit": names},
)
answers = {
    "dates": st.dictionaries(names, st.dictionaries(names, names, max_size=2), max_size=2),
    "values": st.dictionaries(names, st.dictionaries(names, st.integers(-9, 99), max_size=2), max_size=2),
    "visits": st.dictionaries(names, st.integers(-99, 999), max_size=3),
    "missing": st.lists(names, max_size=3),
    "decimal": st.sampled_from([".", ","]),
}  # fmt: skip


@QUICK
@given(st.lists(entries, min_size=1, max_size=3), st.fixed_dictionaries({"patient": names}, optional=answers), st.dates())
def test_a_mapping_of_scores_that_was_kept_is_read_back_as_it_was(scores, chosen, start):
    mapping: Mapping = mapping_of({"kind": "scores", "scores": scores, "start_on": start, **chosen})

    assert read_mapping(write_mapping(mapping)) == mapping


@QUICK
@given(names, names, names, st.dictionaries(names, st.sampled_from(["IV", "IM"]), max_size=3))
def test_a_mapping_of_sessions_or_people_is_read_back_as_it_was(one, two, three, routes):
    sessions = {
        "patient": one,
        "when": {"column": two},
        "dose": three,
        "dose_unit": "mg/kg",
        "route_column": one,
        "routes": routes,
    }
    for mapping in (
        mapping_of({"kind": "sessions", **sessions}),
        mapping_of({"kind": "people", "patient": one, "first_name": two, "last_name": three, "start_on": date(2026, 1, 5)}),
    ):
        assert read_mapping(write_mapping(mapping)) == mapping


def test_the_kind_of_a_mapping_says_what_it_holds():
    assert isinstance(scores_mapping(), ScoresMapping)
