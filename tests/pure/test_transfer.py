"""Scores from a file: the table, which column is what, and the rows that can come in."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.transfer import scores_csv as mappings
from assessments.transfer.scores_csv import (
    FileUnreadable,
    Mapping,
    MappingRefused,
    check_columns,
    decode,
    guess,
    read_mapping,
    read_rows,
    read_table,
    write_mapping,
)
from tests.counts import QUICK
from tests.programs_and_scales import DATA, SCALES

PHQ_9, HAM_D, PEG = SCALES["phq-9"], SCALES["ham-d17"], SCALES["peg"]
TODAY, START = date(2026, 11, 24), date(2026, 9, 1)
TOTALS = Mapping(patient="name", date="day", total="score", start=START)


def rows_of(text, mapping=TOTALS, scale=PHQ_9):
    return read_rows(read_table(text), mapping, scale, today=TODAY)


def said_of(text, mapping=TOTALS, scale=PHQ_9):
    """Each problem as (line, column, what stood there, why)."""
    return [(p.line, p.column, p.value, p.why) for p in rows_of(text, mapping, scale)[1]]


# Reading a table.


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_read_with_the_mark_that_its_first_line_has_most_of(mark):
    table = read_table(f"name{mark}day{mark}score\npia{mark}2026-09-02{mark}18\n")

    assert (table.columns, table.rows[0].cells["score"]) == (("name", "day", "score"), "18")


def test_a_line_number_is_that_of_the_file_with_a_cell_of_two_lines_in_it():
    table = read_table('name,note\npia,"one\ntwo"\npaul,x\n')

    assert [row.line for row in table.rows] == [3, 4]


def test_empty_lines_are_no_rows():
    assert len(read_table("name,score\n\npia,18\n,\n\n").rows) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_name_with_an_accent_is_read_whatever_wrote_the_file(encoding):
    assert decode("name\nJosé\n".encode(encoding)) == "name\nJosé\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty"),
        ("name,score\n", "a first line and no rows"),
        ("name,name\npia,18\n", "Two columns are called name"),
        ('name,score\npia,"18\n', "cannot be read"),
        (",".join(f"c{n}" for n in range(201)) + "\n1\n", "The file has 201 columns; 200 can be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(text, said):
    with pytest.raises(FileUnreadable, match=said):
        read_table(text)


def test_a_spreadsheet_that_was_not_saved_as_csv_is_refused():
    with pytest.raises(FileUnreadable, match="not a text file"):
        decode(b"PK\x03\x04\x00\x00")


def test_a_file_of_more_than_5_mb_is_refused():
    with pytest.raises(FileUnreadable, match="larger than 5 MB"):
        decode(b"a" * (5 * 1024 * 1024 + 1))


# Dates.


@pytest.mark.parametrize("written", ["03/04/2026", "12/11/2026", "11.12.2025", "1-2-2026"])
def test_a_date_that_could_be_two_days_is_asked_about_with_its_line(written):
    with pytest.raises(MappingRefused, match=f"day, line 3: {written} could be two days"):
        rows_of(f"name,day,score\npia,13/02/2026,18\npaul,{written},12\n")


@pytest.mark.parametrize(("order", "day"), [("mdy", date(2026, 3, 4)), ("dmy", date(2026, 4, 3))])
def test_a_date_is_read_in_the_order_that_a_person_chose(order, day):
    mapping = TOTALS.model_copy(update={"date_order": order})

    assert rows_of("name,day,score\npia,03/04/2026,18\n", mapping)[0][0].day == day


@pytest.mark.parametrize("written", ["2026-09-13", "2026/9/13", "13/09/2026", "09/13/2026", "13.09.2026", "2026-09-13 10:15"])
def test_a_date_that_can_be_one_day_only_is_read_without_a_question(written):
    assert rows_of(f"name,day,score\npia,{written},18\n")[0][0].day == date(2026, 9, 13)


def test_the_fifth_of_the_fifth_is_no_question():
    assert rows_of("name,day,score\npia,05/05/2026,18\n")[0][0].day == date(2026, 5, 5)


def test_an_ambiguous_start_is_asked_about_too():
    mapping = Mapping(patient="name", after="week", unit="weeks", total="score", start_column="start")

    with pytest.raises(MappingRefused, match="start, line 2: 01/02/2026 could be two days"):
        rows_of("name,start,week,score\npia,01/02/2026,1,18\n", mapping)


# When, counted from the start.


@pytest.mark.parametrize(
    ("unit", "count", "day"),
    [
        ("days", "10", date(2026, 2, 10)),
        ("weeks", "2", date(2026, 2, 14)),
        ("months", "1", date(2026, 2, 28)),
        ("months", "-11", date(2025, 2, 28)),
        ("months", "-23", date(2024, 2, 29)),
        ("months", "2.0", date(2026, 3, 31)),
        ("days", "-3", date(2026, 1, 28)),
    ],
)
def test_a_score_so_long_after_the_start_has_its_day(unit, count, day):
    mapping = Mapping(patient="name", after="n", unit=unit, total="score", start=date(2026, 1, 31))

    assert rows_of(f"name,n,score\npia,{count},18\n", mapping)[0][0].day == day


def test_one_date_for_all_is_the_date_of_each():
    mapping = Mapping(patient="name", on=date(2026, 9, 1), total="score")

    assert {one.day for one in rows_of("name,score\npia,18\npaul,12\n", mapping)[0]} == {date(2026, 9, 1)}


# Bad rows, by line and reason; the good ones still come.


@pytest.mark.parametrize(
    ("row", "column", "value", "why"),
    [
        ("pia,2026-09-02,28", "score", "28", "PHQ-9 goes from 0 to 27; 28 is outside."),
        ("pia,2026-09-02,-1", "score", "-1", "PHQ-9 goes from 0 to 27; -1 is outside."),
        ("pia,2026-09-02,many", "score", "many", "not a number"),
        ("pia,2026-09-02,NaN", "score", "NaN", "not a number"),
        ("pia,2026-09-02,1e400", "score", "1e400", "not a number"),
        ("pia,2026-09-02,１８", "score", "１８", "not a number"),
        ("pia,2026-09-02,18.125", "score", "18.125", "more than two decimals"),
        ("pia,2026-02-30,18", "day", "2026-02-30", "there is no such day"),
        ("pia,yesterday,18", "day", "yesterday", "not a date; write 2026-11-24"),
        ("pia,,18", "day", "", "no date"),
        ("pia,2026-11-25,18", "day", "2026-11-25", "2026-11-25 lies before 1980 or in the future"),
        ("pia,1979-12-31,18", "day", "1979-12-31", "1979-12-31 lies before 1980 or in the future"),
        (",2026-09-02,18", "name", "", "no patient"),
        (f"{'p' * 65},2026-09-02,18", "name", "p" * 40, "longer than 64 letters"),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_reason(row, column, value, why):
    assert said_of(f"name,day,score\npaul,2026-09-02,12\n{row}\n") == [(3, column, value, why)]


def test_the_good_rows_beside_a_bad_one_are_kept():
    incoming, problems, _ = rows_of("name,day,score\npia,2026-09-02,18\npaul,2026-09-02,99\npia,2026-09-04,9\n")

    assert ([one.points for one in incoming], len(problems)) == ([18, 9], 1)


def test_two_scores_of_one_patient_on_one_day_are_said_with_both_lines():
    [problem] = said_of("name,day,score\npia,2026-09-02,18\npia,2026-09-02,17\n")

    assert problem == (3, "score", "17.00", "line 2 has a score of pia for 2026-09-02 already")


def test_a_row_without_a_score_is_counted_and_no_problem():
    _, problems, blank = rows_of("name,day,score\npia,2026-09-02,NA\npaul,2026-09-02,12\n")

    assert (problems, blank) == ([], 1)


def test_a_patient_number_that_a_spreadsheet_made_decimal_is_the_same_patient():
    assert {one.patient for one in rows_of("name,day,score\n12,2026-09-02,18\n12.0,2026-09-04,9\n")[0]} == {"12"}


# Questions in columns.

ITEMS = Mapping(patient="name", on=START, items={str(n): f"q{n}" for n in range(1, 10)})
HEAD = "name," + ",".join(f"q{n}" for n in range(1, 10))


def test_a_row_of_answers_is_scored_by_the_scale():
    [one], _, _ = rows_of(f"{HEAD}\npia,1,1,1,1,1,1,1,1,2\n", ITEMS)

    assert (one.points, one.scored.safety, len(one.answers)) == (10, 2, 9)


def test_a_7_for_refused_is_a_bad_row_and_not_seven_points():
    assert said_of(f"{HEAD}\npia,7,1,1,1,1,1,1,1,0\n", ITEMS) == [(2, "q1", "7", "not an answer of PHQ-9, which has 0 to 3")]


def test_a_7_that_the_person_named_as_missing_is_a_gap():
    mapping = ITEMS.model_copy(update={"missing": ("", "7")})
    [one], problems, _ = rows_of(f"{HEAD}\npia,7,1,1,1,1,1,1,1,1\n", mapping)

    assert (problems, one.scored.answered, one.scored.is_prorated, one.points) == ([], 8, True, 9)


def test_an_answer_of_half_a_point_is_none():
    assert said_of(f"{HEAD}\npia,1.5,1,1,1,1,1,1,1,0\n", ITEMS)[0][:3] == (2, "q1", "1.5")


# The baseline in a column of its own.

BASED = Mapping(patient="name", after="n", unit="days", total="score", baseline="before", start=START)


def test_a_baseline_column_is_a_score_on_the_day_of_the_start_once():
    incoming, problems, _ = rows_of("name,n,score,before\npia,7,20,32\npia,14,16,32\n", BASED, HAM_D)

    assert [(one.day, one.points, one.is_baseline) for one in incoming] == [
        (START, 32, True),
        (date(2026, 9, 8), 20, False),
        (date(2026, 9, 15), 16, False),
    ]
    assert problems == []


def test_two_baselines_of_one_patient_that_differ_are_a_problem():
    [(line, column, value, _)] = said_of("name,n,score,before\npia,7,20,32\npia,14,16,30\n", BASED, HAM_D)

    assert (line, column, value) == (3, "before", "30.00")


# The mapping.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('total = "score"', "Say when the scores were taken"),
        ('total = "score"\ndate = "day"\non = 2026-09-01', "Say when the scores were taken"),
        ('total = "score"\ndate = "day"', "Type the date of the first dose, or choose its column"),
        ('total = "score"\nafter = "n"\nstart = 2026-09-01', "Say whether n counts days, weeks or months"),
        ('total = "score"\nafter = "n"\nunit = "days"', "n counts from the start: type the date of the first dose"),
        ("on = 2026-09-01", "Choose either the column with the total, or a column for each question"),
        ('on = 2026-09-01\ntotal = "score"\nbaseline = "b"', "A baseline column is taken as the day of the start"),
        ('on = 2026-09-01\ntotal = "score"\nweight = "kg"', "weight: Extra inputs are not permitted"),
        ("on = ", "The mapping cannot be read"),
    ],
)
def test_a_mapping_that_leaves_something_open_says_what(text, said):
    with pytest.raises(MappingRefused, match=said):
        read_mapping(text)


def test_a_column_that_the_file_does_not_have_is_named_with_those_it_has():
    with pytest.raises(MappingRefused, match=r"The file has no column 'day'\. It has: name, score\."):
        check_columns(TOTALS, read_table("name,score\npia,18\n"), PHQ_9)


def test_a_mapping_of_eight_questions_to_nine_is_refused():
    mapping = Mapping(patient="name", on=START, items={str(n): "name" for n in range(1, 9)})

    with pytest.raises(MappingRefused, match="PHQ-9 has questions 1, 2, 3, 4, 5, 6, 7, 8, 9; choose a column for each"):
        check_columns(mapping, read_table("name\npia\n"), PHQ_9)


# A column may be called anything that a cell can hold.
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@QUICK
@given(patient=names, total=names, when=st.dates(date(1980, 1, 1), TODAY), order=st.sampled_from(["ymd", "mdy", "dmy", None]))
def test_a_mapping_that_was_kept_is_read_back_as_it_was(patient, total, when, order):
    mapping = Mapping(patient=patient, total=total, on=when, date_order=order, missing=("", "-9"))

    assert read_mapping(write_mapping(mapping)) == mapping


@QUICK
@given(names)
def test_a_mapping_of_questions_is_read_back_as_it_was(column):
    mapping = ITEMS.model_copy(update={"items": ITEMS.items | {"3": column}})

    assert read_mapping(write_mapping(mapping)) == mapping


# The file of 2,177 answer sets, as a person would bring it.


@pytest.fixture(scope="module")
def survey():
    return read_table(decode((DATA / "phq9_irt_chiu_2177.csv").read_bytes()))


def test_the_columns_of_the_survey_are_guessed(survey):
    found = guess(survey, PHQ_9)

    assert found["patient"] == "ObservationID"
    assert [found[f"item-{n}"] for n in range(1, 10)] == [f"Item{n}_num" for n in range(1, 10)]


def test_the_survey_comes_in_whole_with_its_printed_totals(survey):
    columns = {str(n): f"Item{n}_num" for n in range(1, 10)}
    mapping = mappings.Mapping(patient="ObservationID", on=START, items=columns)
    incoming, problems, blank = read_rows(survey, mapping, PHQ_9, today=TODAY)

    assert (len(incoming), problems, blank) == (2177, [], 0)
    assert [one.points for one in incoming] == [Decimal(row.cells["SumScore"]) for row in survey.rows]
