"""XLSX as XlsxWriter writes it, and workbooks that were made to do harm."""

import io
import tracemalloc
import zipfile
from datetime import date, datetime, time

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from assessments.transfer import workbook
from assessments.transfer.reading import Format, open_table, recognise
from assessments.transfer.table import FileUnreadable
from tests.counts import QUICK
from tests.imports import table_in


def book(rows, *, date_format="yyyy-mm-dd", sheet="Scores", **options):
    """The bytes of a workbook with these rows on one sheet, written by XlsxWriter."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, **options}) as made:
        page, style = made.add_worksheet(sheet), made.add_format({"num_format": date_format})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, date | time):
                    page.write_datetime(y, x, cell, style)
                else:
                    page.write(y, x, cell)
    return out.getvalue()


def rows_of(content):
    return [tuple(row.cells.values()) for row in table_in(content).rows()]


def changed(content, name, change):
    """The workbook with one part of it changed, or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change(old.read(entry)) if entry == name else old.read(entry))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = book([("name", "score"), ("pia", 18)])


def test_a_sheet_is_a_table_with_the_lines_of_the_sheet():
    table = table_in(book([(), ("name", "score"), (), ("pia", 18), ("José", 3.5)]))

    assert (table.columns, [(row.line, *row.cells.values()) for row in table.rows()]) == (
        ("name", "score"),
        [(4, "pia", "18"), (5, "José", "3.5")],
    )


@pytest.mark.parametrize(
    ("number", "shown"),
    [(18, "18"), (18.0, "18"), (0.1 + 0.2, "0.3"), (-7.25, "-7.25"), (1e-5, "0.00001"), (1e15, "1000000000000000")],
)
def test_a_number_is_read_as_a_spreadsheet_shows_it(number, shown):
    assert rows_of(book([("a", "b"), ("x", number)])) == [("x", shown)]


@pytest.mark.parametrize("from_1904", [False, True])
@pytest.mark.parametrize(
    "date_format", ["yyyy-mm-dd", "d/m/yy", "dd mmm yyyy", "mm/dd/yyyy hh:mm", "[$-409]d-mmm-yyyy;@", 'd "de" mmmm']
)
def test_a_date_is_iso_text_whatever_its_format_and_the_first_year_of_the_workbook(from_1904, date_format):
    content = book([("day", "b"), (date(2026, 9, 13), 1)], date_format=date_format, date_1904=from_1904)

    assert rows_of(content) == [("2026-09-13", "1")]


def test_a_date_with_a_time_keeps_it_and_a_time_alone_is_one():
    assert rows_of(book([("at", "b"), (datetime(2026, 9, 13, 10, 15), 1)], date_format="d/m/yy hh:mm")) == [
        ("2026-09-13T10:15:00", "1")
    ]
    assert rows_of(book([("at", "b"), (time(10, 15), 1)], date_format="hh:mm")) == [("10:15:00", "1")]


def test_days_before_march_1900_are_those_of_the_calendar_and_not_of_the_wrong_leap_year():
    assert rows_of(book([("day", "b"), (date(1900, 2, 28), 1), (date(1900, 3, 1), 2)])) == [
        ("1900-02-28", "1"),
        ("1900-03-01", "2"),
    ]


def test_a_number_without_a_date_format_stays_a_number():
    assert rows_of(book([("day", "b"), (46278, 1)])) == [("46278", "1")]


@pytest.mark.parametrize("date_format", ["0.00", "#,##0", '0 "days"', "General", "[Red]0.0", "0%"])
def test_a_number_format_with_a_d_or_an_m_in_its_words_is_no_date(date_format):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ("a", "b"))
        page.write_row(1, 0, (12, 1), made.add_format({"num_format": date_format}))

    assert rows_of(out.getvalue()) == [("12", "1")]


def test_of_a_formula_the_value_counts_that_was_saved_with_it():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ("a", "b"))
        page.write_formula(1, 0, "=9+9", value=18)
        page.write_formula(1, 1, '=HYPERLINK("http://x.example","y")', value="y")

    assert rows_of(out.getvalue()) == [("18", "y")]


def test_a_text_that_looks_like_a_formula_stays_text():
    assert rows_of(book([("a", "b"), ("=1+1", "@SUM(A1)")])) == [("=1+1", "@SUM(A1)")]


def test_booleans_and_errors_are_words():
    content = changed(PLAIN, SHEET, lambda xml: xml.replace(b"<v>18</v>", b"<v>1</v>").replace(b'r="B2"', b'r="B2" t="b"'))
    failed = changed(PLAIN, SHEET, lambda xml: xml.replace(b"<v>18</v>", b"<v>#N/A</v>").replace(b'r="B2"', b'r="B2" t="e"'))

    assert (rows_of(content), rows_of(failed)) == ([("pia", "TRUE")], [("pia", "#N/A")])


def test_each_sheet_can_be_chosen_by_its_name():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        for name in ("2025", "2026"):
            made.add_worksheet(name).write_column(0, 0, ("name", f"pia {name}"))
    out.seek(0)

    assert (workbook.sheets(out), recognise(out).sheet) == (("2025", "2026"), "2025")
    assert [row.cells["name"] for row in open_table(out, Format("xlsx", sheet="2026")).rows()] == ["pia 2026"]
    with pytest.raises(FileUnreadable, match=r"The workbook has no sheet 2024. It has: 2025, 2026\."):
        open_table(out, Format("xlsx", sheet="2024"))


def test_texts_in_the_cells_themselves_are_read_too():
    assert rows_of(book([("name", "score"), ("José", 1)], constant_memory=True)) == [("José", "1")]


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufffe\uffff"), max_size=8
).map(str.strip)


@QUICK
@given(st.lists(st.tuples(CELLS, st.integers(-9999, 9999), st.dates(date(1900, 3, 1), date(2099, 1, 1))), min_size=1, max_size=5))
def test_a_sheet_is_read_back_as_it_was_written(rows):
    read = rows_of(book([("a", "b", "c"), *rows]))

    assert read == [(text, str(number), day.isoformat()) for text, number, day in rows]


# Made to do harm.


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


ROOT = '<Relationships><Relationship Id="1" Type="x/officeDocument" Target="{}"/></Relationships>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and no more", "The workbook is damaged"),
        (PLAIN[:-40], "The workbook is damaged"),
        (archive(notes_txt="x"), "This archive holds no workbook"),
        (archive(word__document_xml="<w/>"), "This is a Word document"),
        (archive(ppt__presentation_xml="<p/>"), "This is a presentation"),
        (archive(content_xml="<o/>"), "This is an OpenDocument file"),
        (archive(xl__workbook_bin="x"), "This is a binary workbook"),
        (changed(PLAIN, SHEET, lambda xml: xml[:-30]), "The workbook is damaged"),
        (changed(PLAIN, SHEET, lambda xml: xml.replace(b'r="2"', b'r="x"')), "The workbook is damaged"),
        (changed(PLAIN, SHEET, lambda xml: xml.replace(b"<v>2</v>", b"<v>999</v>")), "The workbook is damaged"),
        (changed(PLAIN, SHEET, lambda xml: xml.replace(b'r="B2"', b'r="XFD2"')), "The sheet has 16,384 columns or more; 500 can"),
        (changed(PLAIN, "xl/workbook.xml", lambda xml: xml.replace(b"<sheet ", b"<other ")), "no sheet with a table"),
        (changed(PLAIN, "xl/sharedStrings.xml", lambda xml: xml.replace(b"pia", b"x" * 40_000)), "has a cell of 40,000 letters"),
    ],
    ids=range(13),
)  # fmt: skip
def test_a_workbook_that_is_none_or_damaged_is_refused_with_the_reason(content, said):
    with pytest.raises(FileUnreadable, match=said):
        rows_of(content)


def resized(content, name, size):
    """The workbook whose directory says that this part has `size` bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        honest = made.getinfo(name).file_size
    return content.replace(honest.to_bytes(4, "little"), size.to_bytes(4, "little"))


def test_a_workbook_that_would_unpack_to_gigabytes_is_refused_unread():
    with pytest.raises(FileUnreadable, match="The workbook would unpack to 2,000 MB; that is no table"):
        rows_of(resized(PLAIN, SHEET, 2_000 * 1024 * 1024))


def test_a_sheet_that_shrinks_to_a_thousandth_is_refused_unread():
    bomb = changed(PLAIN, SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * 20_000_000))

    with pytest.raises(FileUnreadable, match="The workbook would unpack to 19 MB; that is no table"):
        rows_of(bomb)


def test_entities_that_grow_when_they_are_read_are_refused():
    grows = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    bomb = changed(PLAIN, SHEET, lambda xml: xml.replace(b"<worksheet", grows + b"<worksheet"))

    with pytest.raises(FileUnreadable, match="The workbook is damaged"):
        rows_of(bomb)


def test_a_size_that_the_directory_lies_about_is_found_out():
    with pytest.raises(FileUnreadable, match="The workbook is damaged"):
        rows_of(resized(PLAIN, SHEET, 300))


@QUICK
@given(st.integers(0, len(PLAIN) - 1), st.integers(0, 255))
def test_a_workbook_with_one_wrong_byte_is_a_table_or_a_sentence(place, byte):
    try:
        said = str(rows_of(PLAIN[:place] + bytes([byte]) + PLAIN[place + 1 :]))
    except FileUnreadable as error:
        said = str(error)

    assert said[-1] in "].)"


def test_ten_thousand_rows_are_read_without_holding_them():
    content = io.BytesIO(book([("n", "score"), *((n, n % 28) for n in range(10_000))], constant_memory=True))
    table = open_table(content, recognise(content))
    tracemalloc.start()
    try:
        assert sum(int(row.cells["score"]) for row in table.rows()) == sum(n % 28 for n in range(10_000))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
