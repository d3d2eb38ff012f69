"""Scores of one scale from CSV text that is held whole: what the callers use until they read through `reading.py`."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from datetime import date as Day
from decimal import Decimal
from typing import Literal, Self

from pydantic import ValidationError, model_validator

from assessments import scoring
from assessments.scales import Scale
from tracker.definitions import Part

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


Order = Literal["ymd", "mdy", "dmy"]
UNIT_WORDS = {"days": "days after the start", "weeks": "weeks after the start", "months": "months after the start"}


class MappingRefused(ValueError):
    """The mapping does not say all that is needed; `str(error)` says what is missing."""


class Mapping(Part):
    """How the rows of a file are read.

    When a score was taken comes from a column of dates (`date`), from a column of days, weeks or months after
    the start (`after` with `unit`), or is one date for all (`on`). `start` is the first dose: typed once for all
    (`start`) or a column (`start_column`). Without `patient` the line's number serves.
    """

    patient: str = ""
    date: str = ""
    date_order: Order | None = None
    after: str = ""
    unit: Literal["days", "weeks", "months"] | None = None
    on: Day | None = None
    start: Day | None = None
    start_column: str = ""
    total: str = ""
    items: dict[str, str] = {}
    baseline: str = ""
    # How this file writes "no answer".
    missing: tuple[str, ...] = ("", "NA", ".")

    @model_validator(mode="after")
    def say_when_and_what(self) -> Self:
        if sum(map(bool, (self.date, self.after, self.on))) != 1:
            raise ValueError(
                "Say when the scores were taken: a column of dates, a column of days after the start, or one date for all."
            )
        if self.after and not self.unit:
            raise ValueError(f"Say whether {self.after} counts days, weeks or months.")
        if bool(self.total) == bool(self.items):
            raise ValueError("Choose either the column with the total, or a column for each question.")
        has_start = self.start or self.start_column
        if self.after and not has_start:
            raise ValueError(f"{self.after} counts from the start: type the date of the first dose.")
        if self.baseline and not has_start:
            raise ValueError("A baseline column is taken as the day of the start: type the date of the first dose.")
        if self.date and not has_start:
            raise ValueError("Type the date of the first dose, or choose its column: the baseline is the last score before it.")
        return self


def read_mapping(text: str) -> Mapping:
    """A mapping from its TOML. Raises MappingRefused."""
    try:
        return Mapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingRefused(f"The mapping cannot be read: {error}.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise MappingRefused(f"{where}: {said}" if where else said) from error


def write_mapping(mapping: Mapping) -> str:
    """The TOML of a mapping, to be kept."""
    lines = []
    for name, value in mapping.model_dump(exclude_defaults=True, exclude_none=True).items():
        if name == "items":
            continue
        lines.append(f"{name} = {_toml(value)}")
    if mapping.items:
        lines += ["", "[items]", *(f'"{item}" = {_toml(column)}' for item, column in mapping.items.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, Day):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # JSON and TOML escape alike, but for the one control character that JSON leaves as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def check_columns(mapping: Mapping, table: Table, scale: Scale) -> None:
    """Raise MappingRefused for a column that the file does not have, or questions that the scale does not."""
    named = [
        mapping.patient,
        mapping.date,
        mapping.after,
        mapping.start_column,
        mapping.total,
        mapping.baseline,
        *mapping.items.values(),
    ]
    for column in filter(None, named):
        if column not in table.columns:
            raise MappingRefused(f"The file has no column {column!r}. It has: {', '.join(table.columns)}.")
    if mapping.items and set(mapping.items) != {item.id for item in scale.items}:
        raise MappingRefused(
            f"{scale.title} has questions {', '.join(item.id for item in scale.items) or 'none'}; choose a column for each."
        )


def guess(table: Table, scale: Scale) -> dict[str, str]:
    """Columns whose names say what they are: field of the mapping -> column. A proposal, to be looked at."""
    found = {
        "patient": _first(table.columns, r"(patient|subject|observation|mrn|record|person|seqn|id)"),
        "date": _first(table.columns, r"(date|datum|fecha)"),
        "after": _first(table.columns, r"(day|week|month|reldays|visit)"),
        "total": _first(table.columns, rf"({re.escape(scale.code)}|{re.escape(scale.title)}|total|sum|score)"),
        "baseline": _first(table.columns, r"(basval|baseline)"),
    }
    for item in scale.items:
        found[f"item-{item.id}"] = _first(
            table.columns, rf"(item|q|question|{re.escape(scale.code)})[ _-]?0*{item.id}([ _-]?num)?$"
        )
    return {field: column for field, column in found.items() if column}


def _first(columns: Sequence[str], pattern: str) -> str:
    return next((name for name in columns if re.match(pattern, name, re.IGNORECASE)), "")


EARLIEST = date(1980, 1, 1)
LONGEST_NAME = 64


@dataclass(frozen=True)
class Problem:
    """One row that cannot come in, and why."""

    line: int
    column: str
    value: str
    why: str


class RowRefused(ValueError):
    """This row cannot be read."""

    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.column, self.value = column, value


@dataclass(frozen=True)
class Incoming:
    """One score that could come in. `start` is the patient's first dose, where the file or the person named it."""

    line: int
    column: str
    patient: str
    day: date
    start: date | None
    scored: scoring.Score
    answers: dict[str, int] = field(default_factory=dict)
    is_baseline: bool = False

    @property
    def points(self) -> Decimal | None:
        return None if self.scored.total is None else scoring.rounded(self.scored.total, 2)


def read_rows(table: Table, mapping: Mapping, scale: Scale, *, today: date) -> tuple[list[Incoming], list[Problem], int]:
    """The scores, the problems, and how many rows hold no score at all.

    Raises MappingRefused when the dates of a column could be read in two ways and nobody said which.
    """
    for column in filter(None, (mapping.date, mapping.start_column)):
        _ask_about_order(table, column, mapping.date_order)
    found: dict[tuple[str, date, bool], Incoming] = {}
    problems: list[Problem] = []
    blank = 0
    for row in table.rows:
        try:
            rows = _read(row, mapping, scale, today)
        except RowRefused as refusal:
            problems.append(Problem(row.line, refusal.column, refusal.value, str(refusal)))
            continue
        blank += not any(not one.is_baseline for one in rows)
        for one in rows:
            first = found.setdefault((one.patient, one.day, one.is_baseline), one)
            if first is not one and not (one.is_baseline and first.points == one.points):
                why = f"line {first.line} has a score of {one.patient} for {one.day} already"
                problems.append(Problem(one.line, one.column, str(one.points), why))
    return list(found.values()), problems, blank


def _read(row: Row, mapping: Mapping, scale: Scale, today: date) -> list[Incoming]:
    patient = _patient(row, mapping)
    start = mapping.start or _day_in(row, mapping.start_column, mapping.date_order)
    rows = []
    if mapping.baseline and row.cells.get(mapping.baseline, "") not in mapping.missing:
        if start is None:
            raise RowRefused(mapping.start_column, "", "the start is missing, and the baseline stands on that day")
        scored = _total(row, mapping.baseline, scale)
        _check_day(start, mapping.start_column, row, today)
        rows.append(Incoming(row.line, mapping.baseline, patient, start, start, scored, is_baseline=True))
    answers = _answers(row, mapping, scale)
    column = mapping.total or next(iter(mapping.items.values()))
    if mapping.total and row.cells.get(mapping.total, "") not in mapping.missing:
        rows.append(
            Incoming(row.line, column, patient, _day(row, mapping, start, today), start, _total(row, mapping.total, scale))
        )
    elif answers:
        day = _day(row, mapping, start, today)
        rows.append(Incoming(row.line, column, patient, day, start, scoring.score(scale, answers), answers))
    return rows


def _patient(row: Row, mapping: Mapping) -> str:
    if not mapping.patient:
        return f"row {row.line}"
    name = row.cells.get(mapping.patient, "")
    if not name:
        raise RowRefused(mapping.patient, "", "no patient")
    # A spreadsheet that wrote 12 as 12.0 means the same person.
    name = re.sub(r"^(\d+)\.0+$", r"\1", name)
    if len(name) > LONGEST_NAME:
        raise RowRefused(mapping.patient, name[:40], f"longer than {LONGEST_NAME} letters")
    if not name.isprintable():
        raise RowRefused(mapping.patient, name, "holds a character that cannot be seen")
    return name


_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,5}(\.[0-9]*)?")


def _number(row: Row, column: str) -> Decimal:
    value = row.cells.get(column, "")
    # Not Decimal() alone: it takes 1_0 for ten, 1e1 too, and the digits of other alphabets.
    if not _PLAIN_NUMBER.fullmatch(value):
        raise RowRefused(column, value[:40], "not a number")
    return Decimal(value)


def _total(row: Row, column: str, scale: Scale) -> scoring.Score:
    number = _number(row, column)
    if number != round(number, 2):
        raise RowRefused(column, row.cells[column], "more than two decimals")
    try:
        return scoring.score_total(scale, number)
    except scoring.BadAnswers as error:
        raise RowRefused(column, row.cells[column], str(error)) from error


def _answers(row: Row, mapping: Mapping, scale: Scale) -> dict[str, int]:
    answers = {}
    for item in scale.items if mapping.items else ():
        column = mapping.items[item.id]
        if row.cells.get(column, "") in mapping.missing:
            continue
        number = _number(row, column)
        values = [option.value for option in scale.options_of(item)]
        if number not in values:
            raise RowRefused(column, row.cells[column], f"not an answer of {scale.title}, which has {values[0]} to {values[-1]}")
        answers[item.id] = int(number)
    return answers


def _day(row: Row, mapping: Mapping, start: date | None, today: date) -> date:
    if mapping.on:
        day, column = mapping.on, ""
    elif mapping.date:
        column = mapping.date
        found = _day_in(row, column, mapping.date_order)
        if found is None:
            raise RowRefused(column, "", "no date")
        day = found
    else:
        column = mapping.after
        if start is None:
            raise RowRefused(mapping.start_column, "", "the start is missing")
        day = _later(start, row, mapping)
    _check_day(day, column, row, today)
    return day


def _check_day(day: date, column: str, row: Row, today: date) -> None:
    if not EARLIEST <= day <= today:
        raise RowRefused(column, row.cells.get(column, str(day)), f"{day} lies before {EARLIEST.year} or in the future")


def _later(start: date, row: Row, mapping: Mapping) -> date:
    count = _number(row, mapping.after)
    if count != int(count) or abs(count) > 10_000:
        raise RowRefused(mapping.after, row.cells[mapping.after], f"not a whole number of {mapping.unit}")
    try:
        if mapping.unit == "months":
            return _months_later(start, int(count))
        return start + timedelta(days=int(count) * (7 if mapping.unit == "weeks" else 1))
    except (OverflowError, ValueError):
        raise RowRefused(mapping.after, row.cells[mapping.after], f"no calendar has that day, counted from {start}") from None


def _months_later(start: date, months: int) -> date:
    """The same day of another month, or its last day: Jan 31 and one month is Feb 28 or 29."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in range(start.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, min(start.day, 28))


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_LOCAL = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?")


def _ask_about_order(table: Table, column: str, order: Order | None) -> None:
    """Raise MappingRefused at the first date of `column` that two people would read as two days."""
    if order:
        return
    for row in table.rows:
        found = _LOCAL.fullmatch(row.cells.get(column, ""))
        if found and int(found[1]) <= 12 and int(found[2]) <= 12 and found[1] != found[2]:
            raise MappingRefused(
                f"{column}, line {row.line}: {found[0]} could be two days. Say whether the month or the day comes first."
            )


def _day_in(row: Row, column: str, order: Order | None) -> date | None:
    value = row.cells.get(column, "") if column else ""
    if not value:
        return None
    iso, local = _ISO.fullmatch(value), _LOCAL.fullmatch(value)
    if iso:
        parts = [(int(iso[1]), int(iso[2]), int(iso[3]))]
    elif local:
        first, second, year = int(local[1]), int(local[2]), int(local[3])
        readings = {"mdy": (year, first, second), "dmy": (year, second, first)}
        parts = [readings[order]] if order in readings else list(readings.values())
    else:
        raise RowRefused(column, value[:40], "not a date; write 2026-11-24")
    for year, month, day in parts:
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise RowRefused(column, value[:40], "there is no such day")
