"""What can be seen of a column: the words of its name, and whether its cells are dates, numbers or words. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from assessments.transfer.dates import DateRefused, split_time, understand
from assessments.transfer.known import Known
from assessments.transfer.numbers import NumberRefused, is_doubtful, read_number
from assessments.transfer.rows.cells import missing_of
from assessments.transfer.table import Table
from assessments.transfer.words import plain

SAMPLE_ROWS = 200
# So much of a column must be of a kind: a typing error or two do not make it another.
MOSTLY = 0.8
# Numbers of five and eight digits are days only in a column that says so: elsewhere they number people.
BARE_NUMBERS = {"#####", "########"}
SAYS_DATE = r"date|day|dob|birth|born|start|when|taken|datum|fecha"
# "W7" is a person as easily as a week.
BARE_COUNT = re.compile(r"[dwm]\d+", re.IGNORECASE)
# Ways of writing "no answer" that are no answer of any scale; numbers such as 99 are asked about.
MISSING = missing_of(("", "NA", "N/A", "n/a", "na", ".", "-", "--", "?", "NULL", "null", "NaN", "nan", "#N/A", "missing", "None"))


@dataclass(frozen=True)
class Column:
    """One column of the file, and the first of its cells that are not empty."""

    name: str
    cells: tuple[str, ...]
    is_dates: bool
    numbers: tuple[Decimal, ...]

    @property
    def words(self) -> str:
        """The words of the name, small, one space between: "dose mg kg" for "Dose_mg/kg"."""
        apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", self.name)
        return " ".join(re.findall(r"[^\W_]+", apart.casefold()))

    @property
    def is_numbers(self) -> bool:
        return bool(self.cells) and len(self.numbers) >= MOSTLY * len(self.cells)

    @property
    def is_whole_numbers(self) -> bool:
        return self.is_numbers and all(number == int(number) for number in self.numbers)

    def lies_within(self, lowest: Decimal, highest: Decimal) -> bool:
        """Whether it holds numbers, hardly one of them outside. No score is below zero: -99 is a way to write "none"."""
        said = [number for number in self.numbers if number >= 0]
        inside = sum(lowest <= number <= highest for number in said)
        return self.is_numbers and bool(said) and inside >= MOSTLY * len(said)


def look_at(table: Table, known: Known) -> list[Column]:
    """Each column of the table with the first of its cells."""
    rows = [row.cells for row in islice(table.rows(), SAMPLE_ROWS)]
    return [_column(name, [row[name] for row in rows], known) for name in table.columns]


def _column(name: str, cells: list[str], known: Known) -> Column:
    filled = tuple(cell for cell in cells if plain(cell) not in MISSING)
    dates = sum(_is_date(cell, name, known) for cell in filled)
    numbers = tuple(number for cell in filled if (number := _number(cell)) is not None)
    return Column(name, filled, bool(filled) and dates >= MOSTLY * len(filled), numbers)


def _is_date(cell: str, name: str, known: Known) -> bool:
    pattern = _pattern(cell, known)
    if not pattern or re.search(SAYS_DATE, name, re.IGNORECASE):
        return bool(pattern)
    return pattern not in BARE_NUMBERS and not BARE_COUNT.fullmatch(cell)


def _pattern(cell: str, known: Known) -> str:
    """The pattern of a date; nothing for what is none."""
    try:
        written = understand(split_time(cell)[0], start=known.today, today=known.today)
    except DateRefused:
        return ""
    return written.pattern if written.readings else ""


def _number(cell: str) -> Decimal | None:
    try:
        # Whichever the mark is, it is a number; which one, a person says.
        return read_number(cell, "," if is_doubtful(cell) and "," in cell else ".")
    except NumberRefused:
        return None


def named(columns: Sequence[Column], *patterns: str, avoid: str = r"(?!)") -> str:
    """The first column that is named so, the first pattern before the others; nothing where there is none."""
    for pattern in patterns:
        for column in columns:
            if re.search(pattern, column.words) and not re.search(avoid, column.words):
                return column.name
    return ""


def patient_column(columns: Sequence[Column]) -> str:
    """The column with the number of the patient."""
    who = [column for column in columns if column.cells and not column.is_dates]
    numbers = (
        r"\bmrn\b|record (no|num|id)",
        r"\bpatients?\b",
        r"\b(subject|participant|client|person)",
        r"\b(seqn|record|chart|expediente|paciente|p(t|at)? ?id|u?subjid)\b",
        r"^(number|nummer|numero|nr|no)$",
    )
    others = r"name|birth|dob|\bage\b|sex|gender|phone|mail|address|health|global|provider|organi[sz]ation|payer|encounter"
    return named(who, *numbers, r"\bobservation\b", r"^id$", r"\bid\b", avoid=others)


def start_column(columns: Sequence[Column]) -> str:
    """The column with the day of the first dose."""
    days = [column for column in columns if column.is_dates]
    return named(
        days,
        r"first (dose|infusion|session|treatment)|\b(dose|infusion) 1\b",
        r"start(ed|s)?\b|^(beginn|inicio|comienzo)$",
        r"\b(enrol|index)",
        avoid=r"birth|dob",
    )


def without_empty(found: dict[str, object]) -> dict[str, object]:
    """The fields for which something was found."""
    return {field: value for field, value in found.items() if value}
