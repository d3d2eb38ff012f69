"""A CSV file as rows, whatever wrote it. Pure."""

import csv
import io
from dataclasses import dataclass

MOST_BYTES = 5 * 1024 * 1024
MOST_COLUMNS = 200
LONGEST_COLUMN = 100
# How workbooks, PDFs, pictures and archives begin, those that happen to hold no NUL too.
NOT_TEXT = (b"PK\x03\x04", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"{\\rtf")


class FileUnreadable(ValueError):
    """The file is no table we can read; `str(error)` says why."""


@dataclass(frozen=True)
class Row:
    """One line of data: its line number in the file, and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """The columns of a file in order, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def decode(content: bytes) -> str:
    """The text of an uploaded file. Raises FileUnreadable for what is too large or no text."""
    if len(content) > MOST_BYTES:
        raise FileUnreadable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it.")
    if b"\x00" in content or content.startswith(NOT_TEXT):
        raise FileUnreadable("This is not a text file. Save the table as CSV and bring that.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def read_table(text: str) -> Table:
    """The table in `text`: comma, semicolon or tab, whichever its first line has most of. Raises FileUnreadable."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = tuple(name.strip() for name in next(reader, []))
        _check_columns(columns)
        rows = tuple(
            Row(reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=False)))
            for cells in reader
            if any(cell.strip() for cell in cells)
        )
    except csv.Error as error:
        raise FileUnreadable(f"Line {reader.line_num} cannot be read: {error}.") from error
    if not rows:
        raise FileUnreadable("The file has a first line and no rows below it.")
    return Table(columns, rows)


def _check_columns(columns: tuple[str, ...]) -> None:
    if not any(columns):
        raise FileUnreadable("The file is empty: its first line must name the columns.")
    if len(columns) > MOST_COLUMNS:
        raise FileUnreadable(f"The file has {len(columns)} columns; {MOST_COLUMNS} can be read.")
    longest = max(columns, key=len)
    if len(longest) > LONGEST_COLUMN:
        raise FileUnreadable(f"The column {longest[:20]}… has a name of {len(longest)} letters; {LONGEST_COLUMN} can be read.")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FileUnreadable(f"Two columns are called {twice[0] or '(nothing)'}. Give each its own name.")
