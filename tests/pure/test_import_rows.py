"""What a file may hold before its scores are asked about: plain numbers, days that a calendar has, a readable first line."""

from datetime import date

import pytest

from assessments.scales import Scale
from assessments.services.scales import known_scales
from assessments.transfer.scores_csv import (
    FileUnreadable,
    Incoming,
    Mapping,
    Problem,
    decode,
    read_mapping,
    read_rows,
    read_table,
    write_mapping,
)

TODAY = date(2026, 11, 21)
ON_ONE_DAY = Mapping(patient="id", on=date(2026, 1, 5), start=date(2026, 1, 5), total="total")


def ham_d() -> Scale:
    return known_scales()["ham-d17"].definition


def read(text: str, mapping: Mapping = ON_ONE_DAY) -> tuple[list[Incoming], list[Problem]]:
    incoming, problems, _blank = read_rows(read_table(text), mapping, ham_d(), today=TODAY)
    return incoming, problems


@pytest.mark.parametrize("typed", ["1_0", "1e1", "1e400", "٣", "NaN", "7,5", "ten", "0x1"])
def test_a_number_that_is_not_plain_is_refused(typed: str) -> None:
    incoming, problems = read(f'id,total\na,"{typed}"\n')
    assert not incoming
    assert problems[0].why == "not a number"


def test_a_plain_number_with_a_point_and_nothing_behind_it_counts() -> None:
    incoming, _problems = read("id,total\na,12.0\n")
    assert incoming[0].points == 12


@pytest.mark.parametrize("unit", ["days", "weeks", "months"])
def test_a_day_that_no_calendar_has_is_a_refused_row(unit: str) -> None:
    mapping = Mapping(patient="id", after="n", unit=unit, start=date(9999, 12, 31), total="total")
    _incoming, problems = read("id,n,total\na,40,12\n", mapping)
    assert "no calendar has that day" in problems[0].why


def test_a_baseline_in_the_future_is_refused() -> None:
    mapping = Mapping(patient="id", on=date(2026, 1, 5), start=date(2030, 1, 1), total="total", baseline="base")
    incoming, problems = read("id,base,total\na,20,12\n", mapping)
    assert not incoming
    assert "in the future" in problems[0].why


def test_a_record_number_with_a_hidden_character_is_refused() -> None:
    _incoming, problems = read("id,total\n\u202eb,6\n")
    assert problems[0].why == "holds a character that cannot be seen"


def test_a_pdf_without_a_nul_is_no_table() -> None:
    with pytest.raises(FileUnreadable, match="not a text file"):
        decode(b"%PDF-1.4\n1 0 obj\n")


def test_a_column_with_an_endless_name_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="120000 letters"):
        read_table("x" * 120_000 + ",b\n1,2\n")


def test_a_mapping_keeps_a_column_with_a_tab_and_a_quote() -> None:
    mapping = Mapping(patient='i"d\n\\x', on=date(2026, 1, 5), start=date(2026, 1, 5), total="tot\x7fal\ttab")
    assert read_mapping(write_mapping(mapping)) == mapping
