"""Dates as people write them: one day, or a question for the pattern."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.transfer.dates import READINGS, DateRefused, later, read_clock, read_date, split_time, understand
from assessments.transfer.questions import answered, questions
from tests.counts import QUICK
from tests.imports import NORTH, START, TODAY, read_all, scores_mapping, table_in


def day_of(text, start=START):
    return read_date(text, {}, start=start, today=TODAY)


def asked_about(*days, **chosen):
    """The questions about a column of these dates."""
    table = table_in("name,day,score\n" + "".join(f'pia,"{day}",18\n' for day in days))
    return questions(scores_mapping(**chosen), table, NORTH)


@pytest.mark.parametrize(
    "written",
    [
        "2026-09-13", "2026/9/13", "2026.09.13", "20260913", "13/09/2026", "09/13/2026", "13.09.2026", "13-9-2026",
        "13 Sep 2026", "13-Sep-2026", "13. September 2026", "Sep 13, 2026", "September 13th, 2026", "Sun, 13 Sept 2026",
        "13 de septiembre de 2026", "13 septembre 2026",
    ],
)  # fmt: skip
def test_a_date_that_can_be_one_day_only_is_that_day(written):
    assert day_of(written) == date(2026, 9, 13)


@pytest.mark.parametrize(("written", "month"), [("3 ene 2026", 1), ("3. März 2026", 3), ("3 août 2026", 8), ("3 Dez 2026", 12)])
def test_months_are_known_in_four_languages(written, month):
    assert day_of(written) == date(2026, month, 3)


@pytest.mark.parametrize("written", ["03/04/2026", "12/11/2025", "11.12.2025", "1-2-2026", "01022026"])
def test_a_date_that_could_be_two_days_is_refused_until_somebody_says_which(written):
    with pytest.raises(DateRefused, match=r"could be 20\d\d-\d\d-\d\d or 20\d\d-\d\d-\d\d; say which is meant"):
        day_of(written)


@pytest.mark.parametrize(("order", "day"), [("mdy", date(2026, 3, 4)), ("dmy", date(2026, 4, 3))])
def test_a_date_is_read_in_the_order_that_a_person_chose(order, day):
    assert read_date("03/04/2026", {"#/#/####": order}, start=None, today=TODAY) == day


def test_what_does_not_fit_the_answer_is_refused_and_not_read_the_other_way():
    with pytest.raises(DateRefused, match="no day when read as month, day, year"):
        read_date("13/04/2026", {"#/#/####": "mdy"}, start=None, today=TODAY)


def test_the_fifth_of_the_fifth_is_no_question():
    assert day_of("05/05/2026") == date(2026, 5, 5)


@pytest.mark.parametrize(
    ("code", "day"),
    [("dmy-20", date(2026, 4, 3)), ("mdy-20", date(2026, 3, 4)), ("ymd-20", date(2003, 4, 26)), ("dmy-past", date(2026, 4, 3))],
)
def test_a_year_of_two_digits_is_read_as_somebody_said(code, day):
    assert read_date("03/04/26", {"#/#/##": code}, start=None, today=TODAY) == day


@pytest.mark.parametrize(
    ("written", "day"), [("13 Sep 64", date(1964, 9, 13)), ("13 Sep 26", date(2026, 9, 13)), ("25 Nov 26", date(1926, 11, 25))]
)
def test_the_last_such_year_that_has_passed_is_that_of_a_birth(written, day):
    assert read_date(written, {"# month ##": "dmy-past"}, start=None, today=TODAY) == day


@pytest.mark.parametrize(("code", "day"), [("excel-1900", date(2026, 9, 13)), ("excel-1904", date(2030, 9, 14))])
def test_days_that_a_spreadsheet_counted_are_asked_about(code, day):
    with pytest.raises(DateRefused, match="could be"):
        day_of("46278")

    assert read_date("46278", {"#####": code}, start=None, today=TODAY) == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("3 weeks after start", START + timedelta(days=21)),
        ("3 weeks after the first infusion", START + timedelta(days=21)),
        ("+10 days", START + timedelta(days=10)),
        ("2 months after baseline", date(2026, 11, 1)),
        ("3 days before start", START - timedelta(days=3)),
    ],
)
def test_so_long_after_the_start_is_that_day(written, day):
    assert day_of(written) == day


def test_week_3_is_three_weeks_after_the_start_or_the_third_week():
    assert read_date("week 3", {"w #": "after"}, start=START, today=TODAY) == START + timedelta(days=21)
    assert read_date("week 3", {"w #": "nth"}, start=START, today=TODAY) == START + timedelta(days=14)
    with pytest.raises(DateRefused, match="could be 2026-09-22 or 2026-09-15"):
        day_of("week 3")


def test_without_a_start_nothing_counts_from_it():
    with pytest.raises(DateRefused, match="counts from the start, which is not known"):
        day_of("3 weeks after start", start=None)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-02-30", "there is no such day between 1900 and 2100"),
        ("31/09/2026", "there is no such day between 1900 and 2100"),
        ("13/13/2026", "there is no such day between 1900 and 2100"),
        ("2026-9", "not a date; write 2026-11-24"),
        ("yesterday", "not a date; write 2026-11-24"),
        ("13 Foo 2026", "not a date; write 2026-11-24"),
        ("2026", "a year alone is no day"),
        ("0226-09-13", "there is no such day between 1900 and 2100"),
        ("9999 months after start", "no calendar has that day|there is no such day"),
    ],
)
def test_what_is_no_date_says_so(written, said):
    with pytest.raises(DateRefused, match=said):
        day_of(written, start=date(9999, 1, 1))


@QUICK
@given(st.text(max_size=20))
def test_any_text_has_readings_that_have_words_or_a_reason(text):
    try:
        said = set(understand(split_time(text)[0], start=START, today=TODAY).readings)
    except DateRefused as refusal:
        said = set() if str(refusal) else {"no reason"}

    assert said <= set(READINGS)


@QUICK
@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y%m%d", "%d %b %Y"]),
)
def test_the_day_that_was_meant_is_always_among_the_readings(day, pattern):
    assert day in understand(day.strftime(pattern), start=None, today=TODAY).readings.values()


# The clock.


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2026-09-13T10:15:00Z", ("2026-09-13", time(10, 15), timedelta(0))),
        ("2026-09-13 10:15:30.250-05:00", ("2026-09-13", time(10, 15, 30), -timedelta(hours=5))),
        ("9/13/2026 2:05 PM", ("9/13/2026", time(14, 5), None)),
        ("9/13/2026 12:05 a.m.", ("9/13/2026", time(0, 5), None)),
        ("3 weeks after start", ("3 weeks after start", None, None)),
    ],
)
def test_a_time_behind_a_date_is_taken_apart_from_it(written, found):
    assert split_time(written) == found


@pytest.mark.parametrize("written", ["25:00", "14:05 pm", "10:61", "0:30 am", "ten", ""])
def test_what_no_clock_shows_is_no_time(written):
    with pytest.raises(DateRefused, match="not a time of day"):
        read_clock(written)


# Counted from the start.


@pytest.mark.parametrize(
    ("count", "unit", "day"),
    [
        (10, "days", date(2026, 2, 10)),
        (2, "weeks", date(2026, 2, 14)),
        (1, "months", date(2026, 2, 28)),
        (-11, "months", date(2025, 2, 28)),
        (-23, "months", date(2024, 2, 29)),
        (2, "months", date(2026, 3, 31)),
        (-3, "days", date(2026, 1, 28)),
    ],
)
def test_so_long_after_january_31(count, unit, day):
    assert later(date(2026, 1, 31), count, unit) == day


# Asked once for each pattern of a column.


def test_each_doubtful_pattern_is_asked_once_with_examples_and_their_lines():
    found = asked_about(
        "03/04/2026", "2026-09-13", "05/06/2026", "46278", "week 3", "4 Apr 26", "13 Sep 2026", "3 weeks after start"
    )

    assert [(one.where, one.pattern, one.examples, one.must) for one in found] == [
        ("day", "#/#/####", ["03/04/2026 (line 2)", "05/06/2026 (line 4)"], True),
        ("day", "#####", ["46278 (line 5)"], True),
        ("day", "w #", ["week 3 (line 6)"], True),
        ("day", "# month ##", ["4 Apr 26 (line 7)"], True),
    ]


def test_a_date_of_the_pattern_that_leaves_no_doubt_makes_the_proposal():
    assert [one.proposed for one in asked_about("03/04/2026", "13/04/2026")] == ["dmy"]
    assert [one.proposed for one in asked_about("03/04/2026", "04/13/2026")] == ["mdy"]
    assert [one.proposed for one in asked_about("03/04/2026", "13/04/2026", "04/13/2026")] == [""]


def test_dates_that_leave_no_doubt_are_not_asked_about():
    assert asked_about("13/04/2026", "2026-09-13", "5/5/2026", "NA", "", "yesterday") == []


def test_what_was_answered_is_not_asked_again_and_decides_the_days():
    table = table_in("name,day,score\npia,03/04/2026,18\npaul,46278,12\n")
    mapping = scores_mapping()
    for question, code in zip(questions(mapping, table, NORTH), ["mdy", "excel-1900"], strict=True):
        mapping = answered(mapping, question, code)

    assert questions(mapping, table, NORTH) == []
    assert [one.day for one in read_all(table, mapping)[0]] == [date(2026, 3, 4), date(2026, 9, 13)]


def test_the_dates_of_each_column_are_asked_about_by_themselves():
    table = table_in("name,start,day,score\npia,01/02/2026,03/04/2026,18\n")

    assert [one.where for one in questions(scores_mapping(start_on=None, start_column="start"), table, NORTH)] == ["day", "start"]
