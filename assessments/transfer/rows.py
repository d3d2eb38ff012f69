"""From the rows of a file and a mapping to scores that could come in, and the rows that cannot. Pure."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from assessments import scoring
from assessments.scales import Scale
from assessments.transfer.mapping import Mapping, MappingRefused, Order
from assessments.transfer.reading import Row, Table

EARLIEST = date(1980, 1, 1)
LONGEST_NAME = 32


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
