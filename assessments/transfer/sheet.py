"""The parts of a workbook as they stream by: rows of cells, shared texts, styles. Pure; workbook.py opens them."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

from assessments.transfer.table import LONGEST_CELL, MOST_COLUMNS, FileUnreadable

MOST_LETTERS = 100_000_000
# Number formats that every workbook has without naming them.
DATE_FORMATS = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
TIME_FORMATS = {18, 19, 20, 21, 45, 46, 47}


def local(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


class SharedStrings:
    """Texts that many cells share; how they are read aloud (rPh) is no part of them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] | None = None
        self._aloud = self._inside = False
        self._letters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "si":
                self._parts = []
            case "rPh":
                self._aloud = True
            case "t":
                self._inside = not self._aloud

    def text(self, data: str) -> None:
        if self._inside and self._parts is not None:
            self._parts.append(data)
            self._letters += len(data)
            if self._letters > MOST_LETTERS:
                raise FileUnreadable(f"The workbook holds more than {MOST_LETTERS:,} letters. Split it.")

    def end(self, name: str) -> None:
        match local(name):
            case "t":
                self._inside = False
            case "rPh":
                self._aloud = False
            case "si":
                self.texts.append("".join(self._parts or []))
                self._parts = None


class Styles:
    """Which of the cell styles show a number as a date or a time."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._in_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "numFmt":
                self._codes[int(attributes["numFmtId"])] = attributes["formatCode"]
            case "cellXfs":
                self._in_cells = True
            case "cellStyles" | "dxfs":
                self._in_cells = False
            case "xf" if self._in_cells:
                self._formats.append(int(attributes.get("numFmtId", 0)))

    def kinds(self) -> list[str]:
        """For each cell style "date", "time" or nothing."""
        return [self._kind(number) for number in self._formats]

    def _kind(self, number: int) -> str:
        if number in DATE_FORMATS:
            return "date"
        if number in TIME_FORMATS:
            return "time"
        # Words in quotes, colours in brackets and single letters behind a backslash are no part of the pattern.
        code = re.sub(r'"[^"]*"|\\.|_.|\[[^\]]*\]', "", self._codes.get(number, "")).lower().split(";")[0]
        if re.search(r"general|[0#?]", code):
            return ""
        if re.search(r"[yd]", code) or ("m" in code and not re.search(r"[hs]", code)):
            return "date"
        return "time" if re.search(r"[hs]", code) else ""


class Sheet:
    """Rows of a sheet, each with its number and the text of its cells."""

    def __init__(self, strings: list[str], styles: list[str], *, counts_from_1904: bool) -> None:
        self._strings, self._styles, self._from_1904 = strings, styles, counts_from_1904
        self._rows: list[tuple[int, list[str]]] = []
        self._line = 0
        self._cells: list[str] = []
        self._kind = self._style = ""
        self._column = 0
        self._parts: list[str] = []
        self._inside = self._aloud = False

    def take_rows(self) -> list[tuple[int, list[str]]]:
        """The rows that were finished since this was last asked."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "row":
                self._line = int(attributes.get("r", self._line + 1))
                self._cells, self._column = [], 0
            case "c":
                where = attributes.get("r")
                self._column = _column_number(where) if where else self._column + 1
                self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
                self._parts = []
            case "v" | "t":
                self._inside = not self._aloud
            case "rPh":
                self._aloud = True

    def text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)

    def end(self, name: str) -> None:
        match local(name):
            case "v" | "t":
                self._inside = False
            case "rPh":
                self._aloud = False
            case "c":
                self._place(self._value("".join(self._parts)).strip())
            case "row":
                self._rows.append((self._line, self._cells))

    def _place(self, value: str) -> None:
        if not value:
            return
        if len(value) > LONGEST_CELL:
            raise FileUnreadable(f"Row {self._line} has a cell of {len(value):,} letters; {LONGEST_CELL:,} can be read.")
        if self._column > 2 * MOST_COLUMNS:
            raise FileUnreadable(f"The sheet has {self._column:,} columns or more; {MOST_COLUMNS} can be read.")
        self._cells += [""] * (self._column - len(self._cells))
        self._cells[self._column - 1] = value

    def _value(self, written: str) -> str:
        match self._kind:
            case "s":
                return self._strings[int(written)] if written else ""
            case "b":
                return "TRUE" if written == "1" else "FALSE"
            case "n" if written:
                style = self._styles[int(self._style)] if self._style else ""
                return _number(written, style, from_1904=self._from_1904)
        return written


def _column_number(where: str) -> int:
    """The number of a column from the place of a cell: 28 for AB3."""
    letters = re.fullmatch(r"([A-Z]{1,3})[0-9]+", where)
    if not letters:
        raise ValueError(f"no cell is called {where[:20]}")
    number = 0
    for letter in letters[1]:
        number = number * 26 + ord(letter) - 64
    return number


def _number(written: str, style: str, *, from_1904: bool) -> str:
    """A number as a person sees it: with the 15 digits that a spreadsheet holds, or the date that it stands for."""
    number = float(written)
    if style and (found := _moment(number, style, from_1904=from_1904)):
        return found
    return format(Decimal(f"{number:.15g}"), "f")


def _moment(number: float, style: str, *, from_1904: bool) -> str:
    """ISO text of a serial number; nothing for one that is no day. The 1900 system has a February 29 that never was."""
    if not 0 <= number < 2_958_466 or (style == "time" and number >= 1):
        return ""
    if style == "time":
        return (datetime(2000, 1, 1) + timedelta(seconds=round(number * 86_400))).time().isoformat()  # noqa: DTZ001
    days = int(number)
    if not from_1904 and days in {0, 60}:
        return ""
    # A spreadsheet has no time zone: the day and hour are those of the clinic.
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31 if days < 60 else 30)  # noqa: DTZ001
    moment = first + timedelta(days=days, seconds=round((number - days) * 86_400))
    return moment.isoformat() if number != days else moment.date().isoformat()
