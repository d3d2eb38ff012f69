"""Which file somebody brought: recognised by its content, read line by line, or refused with a sentence."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.transfer.reading import MOST_BYTES, Format, open_table, recognise
from assessments.transfer.table import FileUnreadable
from tests.counts import QUICK
from tests.imports import table_in


def rows_of(content):
    return [(row.line, *row.cells.values()) for row in table_in(content).rows()]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_mark_between_cells_is_the_one_that_cuts_every_line_alike(mark):
    content = f"name{mark}note{mark}score\npia{mark}a; b, c\t{mark}18\n".replace(f"a; b, c\t{mark}", f'"a; b, c\t"{mark}')

    assert recognise(io.BytesIO(content.encode())).delimiter == mark


def test_a_comma_before_the_decimals_is_not_taken_for_the_mark_between_cells():
    assert rows_of("name;kg;mg\npia;70,5;35,2\npaul;81,3;40,6\n")[0] == (2, "pia", "70,5", "35,2")


def test_the_first_line_that_a_spreadsheet_writes_for_itself_is_no_row():
    assert rows_of("sep=;\nname;score\npia;18\n") == [(3, "pia", "18")]


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("windows-1252", "windows-1252"),
        ("windows-1252", "latin-1"),
    ],
)
def test_a_name_with_an_accent_is_read_whatever_wrote_the_file(encoding, written):
    content = "name,score\nJosé,18\nZoë,3\n".encode(written)

    assert recognise(io.BytesIO(content)).encoding == encoding
    assert [row.cells["name"] for row in table_in(content).rows()] == ["José", "Zoë"]


def test_utf_16_with_either_byte_first_is_told_by_its_mark():
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert rows_of(mark + "name,score\nJosé,18\n".encode(codec)) == [(2, "José", "18")]


def test_a_row_stands_on_the_line_on_which_it_begins():
    assert rows_of('name,note\npia,"one\ntwo"\n\npaul,x\n') == [(2, "pia", "one\ntwo"), (5, "paul", "x")]


def test_empty_lines_and_empty_columns_at_the_end_are_nothing():
    table = table_in("name,score,,\n,,,\npia,18,,\n")

    assert (table.columns, [row.line for row in table.rows()]) == (("name", "score"), [3])


def test_a_column_without_a_name_is_called_by_its_place():
    assert table_in(",score\n1,18\n").columns == ("(column 1)", "score")


def test_a_row_with_more_cells_than_columns_shows_what_is_too_much():
    [row] = table_in("name,score\nSmith, Pia,18\n").rows()

    assert row.surplus == ("18",)


def test_a_row_that_breaks_off_has_empty_cells():
    assert rows_of("name,day,score\npia,2026-09-02,18\npaul\n")[1] == (3, "paul", "", "")


def test_the_rows_can_be_read_again_from_the_beginning():
    table = table_in("name,score\npia,18\npaul,12\n")

    assert list(table.rows()) == list(table.rows())


def test_a_formula_is_text():
    assert rows_of('name,score\n"=HYPERLINK(""x"")",@SUM(A1)\n') == [(2, '=HYPERLINK("x")', "@SUM(A1)")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b" \n , \n", "its first line must name the columns"),
        (b"name,score\n", "names its columns and has no rows"),
        (b"name,name\npia,18\n", "Two columns are called name"),
        (b'name,score\npia,"18\n', "Line 2 opens a quotation mark that is never closed"),
        (b'name,score\npia,"18"9\n', "Line 2: a quotation mark closes a cell, and the cell goes on"),
        (b"name,score\npia,1\x008\n", "neither a text file nor an XLSX workbook"),
        (b"\x00" * 200, "neither a text file nor an XLSX workbook"),
        (bytes(range(256)) * 9, "neither a text file nor an XLSX workbook"),
        (b"%PDF-1.4\n1 0 obj\n", "neither a text file nor an XLSX workbook"),
        (b"\x89PNG\r\n\x1a\n", "neither a text file nor an XLSX workbook"),
        (b"<html><body><table>", "neither a text file nor an XLSX workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook .* or one with a password"),
        (b"x" * 101 + b",b\n1,2\n", "has a name of 101 letters; 100 can be read"),
        (",".join(f"c{n}" for n in range(501)).encode() + b"\n1\n", "The file has 501 columns; 500 can be read"),
        (b"," * 1_000_000 + b"a\n1\n", "The file has 1,000,001 columns; 500 can be read"),
        ("name,note\nJosé,é\n".encode() + "Zoë,è\n".encode("latin-1"), "Line 2 is written in UTF-8 and line 3 is not"),
        ("name,note\nJosé,é\n".encode("utf-16") + b"x", "begins as UTF-16 and does not go on so"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(content, said):
    with pytest.raises(FileUnreadable, match=said):
        rows_of(content)


def test_a_quotation_mark_that_is_not_closed_for_five_megabytes_is_named_with_its_line():
    with pytest.raises(FileUnreadable, match=r"Line 2 .*opens a quotation mark"):
        rows_of(b'name,score\npia,"' + b"18\npaul,12\n" * 500_000)


def test_a_cell_of_too_many_letters_is_named_with_its_line():
    with pytest.raises(FileUnreadable, match="Line 3 has a cell of 32,768 letters; 32,767 can be read"):
        rows_of("name,score\npia,18\n" + "x" * 32_768 + ",1\n")


def test_a_file_that_is_too_large_is_refused_unread():
    class Endless(io.BytesIO):
        def seek(self, offset, whence=0):
            return MOST_BYTES + 1 if whence == 2 else super().seek(offset, whence)

    with pytest.raises(FileUnreadable, match="larger than 50 MB"):
        recognise(Endless(b"name,score\npia,18\n"))


def test_an_encoding_that_a_person_chose_wrongly_is_said_with_the_line():
    table = open_table(
        io.BytesIO(b"name,score\npia,18\n" + "José,1\n".encode("latin-1") * 9000), Format("csv", "windows-1252", ",")
    )
    assert next(table.rows()).cells["name"] == "pia"

    with pytest.raises(FileUnreadable, match="The file is not written in UTF-8 from line"):
        list(open_table(io.BytesIO("name,score\nJosé,1\n".encode("latin-1")), Format("csv", "utf-8", ",")).rows())


# A table may hold anything that a cell can: it is read back whichever way it was written.
LETTERS = st.characters(codec="latin-1", exclude_categories=["Cc"], exclude_characters="\x85\xa0")
CELLS = st.text(LETTERS | st.sampled_from(',;"\n'), max_size=8).map(str.strip)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5)


@QUICK
@given(TABLES, st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
def test_a_table_is_read_back_whatever_mark_and_encoding_it_was_written_with(rows, mark, written):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark).writerows([("año", "b", "c"), *rows])
    file = io.BytesIO(out.getvalue().encode(written))
    encoding = {"utf-8-sig": "utf-8", "latin-1": "latin-1"}.get(written, written)

    read = [tuple(row.cells.values()) for row in _rows(file, Format("csv", encoding, mark))]

    assert read == [row for row in rows if any(row)]


def _rows(file, form):
    try:
        return list(open_table(file, form).rows())
    except FileUnreadable:
        # A table without anything in it: there must be nothing to be compared with either.
        return []


def _said_of(content):
    """Why this is no table; nothing where it is one."""
    try:
        rows_of(content)
    except FileUnreadable as error:
        return str(error)
    return ""


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_sentence(content):
    assert _said_of(content)[-1:] in {"", "."}


@QUICK
@given(st.binary(max_size=200))
def test_any_archive_is_a_table_or_a_sentence(content):
    with pytest.raises(FileUnreadable, match=r"\.$"):
        rows_of(b"PK\x03\x04" + content)
