"""Single cells of a row under a mapping: texts, numbers, days, who and where. Pure."""

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache

from assessments.transfer.dates import DateRefused, later, read_clock, read_date, split_time
from assessments.transfer.incoming import RowRefused
from assessments.transfer.known import Known
from assessments.transfer.mapping import UNIT_WORDS, Mapping, When
from assessments.transfer.numbers import NumberRefused, read_number
from assessments.transfer.table import Row
from assessments.transfer.words import known_as, plain

EARLIEST = date(1980, 1, 1)
LONGEST_NUMBER = 64


@lru_cache(16)
def missing_of(codes: tuple[str, ...]) -> frozenset[str]:
    """The texts that stand for no answer; -9.0 is -9."""
    return frozenset(plain(code) for code in codes)


class Cells:
    """One row, as the mapping reads it. Each method raises RowRefused with the column and what stands there."""

    def __init__(self, row: Row, mapping: Mapping, known: Known) -> None:
        if row.surplus:
            said = "the row has more cells than the file has columns; is there a mark too many in it?"
            raise RowRefused("", " | ".join(row.surplus), said)
        self.row, self.mapping, self.known = row, mapping, known
        self._missing = missing_of(mapping.missing)

    def text(self, column: str) -> str:
        """What stands in the column; nothing for what this file calls missing, or without a column."""
        value = self.row.cells.get(column, "") if column else ""
        return "" if plain(value) in self._missing else value

    def name(self, column: str, longest: int) -> str:
        """A text that can be stored and shown."""
        value = self.text(column)
        if len(value) > longest:
            raise RowRefused(column, value, f"longer than {longest} letters")
        if not value.isprintable():
            raise RowRefused(column, value, "holds a character that cannot be seen")
        return value

    def number(self, column: str) -> Decimal | None:
        value = self.text(column)
        try:
            return read_number(value, self.mapping.decimal) if value else None
        except NumberRefused as error:
            raise RowRefused(column, value, str(error)) from error

    def patient(self) -> str:
        """The record number; without a column for it, that of the row."""
        if not self.mapping.patient:
            return f"row {self.row.line}"
        # A spreadsheet that wrote 12 as 12.0 means the same person.
        name = plain(self.name(self.mapping.patient, LONGEST_NUMBER))
        if not name:
            raise RowRefused(self.mapping.patient, "", "no patient")
        return name

    def start(self) -> date | None:
        """The first dose of this patient."""
        return self.mapping.start_on or self.day(self.mapping.start_column, None)

    def coded(self, column: str, chosen: Dict[str, str], names: Dict[str, Iterable[str]], what: str) -> str:
        """The code that stands behind the word in `column`: as a person chose it, or because the word is its name."""
        word = self.text(column)
        if not word:
            return ""
        code = chosen.get(word) or known_as(word, names)
        if code is None:
            raise RowRefused(column, word, f"no {what} is called that; say which is meant")
        return code

    def program(self) -> str:
        column = self.mapping.program_column
        return self.mapping.program or self.coded(column, self.mapping.programs, self.known.program_names, "program")

    def moment(self, column: str, start: date | None) -> tuple[date | None, time | None]:
        """The day in the column, and the time of day where one is written, as the clocks of the clinic showed it."""
        value = self.text(column)
        if not value:
            return None, None
        try:
            written, clock, offset = split_time(value)
            day = read_date(written, self.mapping.dates.get(column, {}), start=start, today=self.known.today)
        except DateRefused as error:
            raise RowRefused(column, value, str(error)) from error
        if clock is None or offset is None:
            return day, clock
        here = (datetime.combine(day, clock, UTC) - offset).astimezone(self.known.zone)
        return here.date(), here.time()

    def day(self, column: str, start: date | None) -> date | None:
        return self.moment(column, start)[0]

    def clock(self, column: str) -> time | None:
        value = self.text(column)
        try:
            return read_clock(value) if value else None
        except DateRefused as error:
            raise RowRefused(column, value, str(error)) from error

    def when(self, when: When, start: date | None, visits: Dict[str, int] | None = None) -> tuple[date, time | None]:
        """The day that `when` speaks of in this row, with its time of day where that is written."""
        clock = None
        if when.on:
            day: date | None = when.on
        elif when.column and when.holds == "dates":
            day, clock = self.moment(when.column, start)
        else:
            day = self._counted(when, start, visits or {})
        if day is None:
            raise RowRefused(when.column, self.row.cells.get(when.column, ""), "no date")
        return self.checked(day, when.column), clock

    def _counted(self, when: When, start: date | None, visits: Dict[str, int]) -> date:
        if start is None:
            raise RowRefused(self.mapping.start_column, "", "the start is missing, and the day counts from it")
        value = self.text(when.column)
        if when.holds == "visits" and plain(value) not in visits:
            raise RowRefused(when.column, value, "say how many days after the start this visit was")
        count = visits[plain(value)] if when.holds == "visits" else when.after
        unit = when.holds if when.holds in UNIT_WORDS else "days"
        if count is None:
            count = self.whole(when.column, f"of {when.holds}")
        try:
            return later(start, count, unit)
        except DateRefused as error:
            raise RowRefused(when.column, value, str(error)) from error

    def whole(self, column: str, what: str) -> int:
        number = self.number(column)
        if number is None or number != int(number) or abs(number) > 10_000:
            raise RowRefused(column, self.text(column), f"not a whole number {what}")
        return int(number)

    def checked(self, day: date, column: str, *, earliest: date = EARLIEST) -> date:
        """A day that is neither long ago nor still to come."""
        if not earliest <= day <= self.known.today:
            value = self.row.cells.get(column, "") or str(day)
            raise RowRefused(column, value, f"{day} lies before {earliest.year} or in the future")
        return day
