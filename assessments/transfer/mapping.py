"""Which column is what: a TOML file that a person can keep. Pure; docs/importing.md explains the keys."""

import json
import re
import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from datetime import date as Day
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from tracker.definitions import Part

Kind = Literal["people", "sessions", "scores"]
Unit = Literal["days", "weeks", "months"]
UNIT_WORDS: dict[Unit, str] = {
    "days": "days after the start",
    "weeks": "weeks after the start",
    "months": "months after the start",
}
DOSE_UNITS = {"mg": "mg", "mg/kg": "mg for each kg", "mcg": "micrograms", "mcg/kg": "micrograms for each kg"}
WEIGHT_UNITS = {"kg": "kg", "lb": "pounds"}


class MappingRefused(ValueError):
    """The mapping does not say all that is needed; `str(error)` says what is missing."""


class When(Part):
    """The day of something, said in one of three ways.

    `on`: one date for all. `column`: a column, which holds dates, a number of days, weeks or months after the
    start, or names of visits. `after`: so many of `holds` after the start, the same for each row.
    """

    on: Day | None = None
    column: str = ""
    after: int | None = None
    holds: Literal["dates", "days", "weeks", "months", "visits"] = "dates"

    @model_validator(mode="after")
    def say_one(self) -> Self:
        if sum((self.on is not None, bool(self.column), self.after is not None)) != 1:
            raise ValueError("Say when: one date for all, a column, or so many days, weeks or months after the start.")
        if self.after is not None and self.holds not in UNIT_WORDS:
            raise ValueError("Say whether it is so many days, weeks or months after the start.")
        return self

    @property
    def counts_from_start(self) -> bool:
        return self.on is None and self.holds != "dates"


class ScoreColumns(Part):
    """The columns that make one score: a total, a column for each item, or both (which are then compared).

    Without `scale` the mapping's `scale_column` names it. Without `when` the mapping's counts. A `baseline`
    stands on the day of the start.
    """

    scale: str = ""
    total: str = ""
    items: dict[str, str] = {}
    # Beside a total, where the scale has subscores: code of the subscore -> column.
    subscores: dict[str, str] = {}
    when: When | None = None
    baseline: bool = False
    visit: str = ""

    @model_validator(mode="after")
    def say_what(self) -> Self:
        if not self.total and not self.items:
            raise ValueError("Choose the column with the total, or a column for each question.")
        if self.subscores and not self.total:
            raise ValueError("Subscores stand beside a total: choose its column too.")
        return self


class _Mapping(Part):
    # Without it the number of the row serves.
    patient: str = ""
    # One program for all, or a column of names with the code of each.
    program: str = ""
    program_column: str = ""
    programs: dict[str, str] = {}
    # The first dose: typed once for all, or a column.
    start_on: Day | None = None
    start_column: str = ""
    # How this file writes "no answer".
    missing: tuple[str, ...] = ("", "NA", "N/A", ".")
    # What was answered about doubtful dates: column -> pattern -> reading (dates.py).
    dates: dict[str, dict[str, str]] = {}
    # The mark before the decimals; nothing where no number leaves a doubt.
    decimal: Literal["", ".", ","] = ""

    @property
    def has_start(self) -> bool:
        return bool(self.start_on or self.start_column)


class PeopleMapping(_Mapping):
    """A row a person, with the course they are enrolled in where there is a program."""

    kind: Literal["people"] = "people"
    legal_name: str = ""
    first_name: str = ""
    last_name: str = ""
    preferred_name: str = ""
    birth_date: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    # The words of the language column -> "en" or "es".
    languages: dict[str, str] = {}

    @model_validator(mode="after")
    def say_who(self) -> Self:
        if not (self.legal_name or self.last_name):
            raise ValueError("Choose the column with the name, or those with first and last name.")
        if self.first_name and not self.last_name:
            raise ValueError("Choose the column with the last name too.")
        if (self.program or self.program_column) and not self.has_start:
            raise ValueError("Say when the program starts: type the date of the first dose, or choose its column.")
        return self


class SessionsMapping(_Mapping):
    """A row a session that was given."""

    kind: Literal["sessions"] = "sessions"
    when: When
    clock: str = ""
    dose: str = ""
    # One unit for all, or a column of units.
    dose_unit: Literal["", "mg", "mg/kg", "mcg", "mcg/kg"] = ""
    dose_unit_column: str = ""
    dose_units: dict[str, Literal["mg", "mg/kg", "mcg", "mcg/kg"]] = {}
    # A second dose column, in mg/kg, where the file has both.
    dose_per_kg: str = ""
    # One route for all, or a column of words with the route of each.
    route: str = ""
    route_column: str = ""
    routes: dict[str, str] = {}
    weight: str = ""
    weight_unit: Literal["", "kg", "lb"] = ""
    lot: str = ""

    @model_validator(mode="after")
    def say_units(self) -> Self:
        if not self.patient:
            raise ValueError("Choose the column with the patient: a session belongs to somebody.")
        if self.dose and bool(self.dose_unit) == bool(self.dose_unit_column):
            raise ValueError(f"Say in which unit {self.dose} is: mg, mg/kg, micrograms, or a column that says it.")
        if self.weight and not self.weight_unit:
            raise ValueError(f"Say whether {self.weight} is in kg or in pounds.")
        if self.when.counts_from_start and not self.has_start:
            raise ValueError("The days count from the start: type the date of the first dose, or choose its column.")
        return self


class ScoresMapping(_Mapping):
    """Scores: long (a row a score, one entry in `scores`) or wide (a row a patient, an entry for each visit)."""

    kind: Literal["scores"] = "scores"
    scores: tuple[ScoreColumns, ...]
    # The scale of each row, where a column names it: its words -> the code of the scale.
    scale_column: str = ""
    scales: dict[str, str] = {}
    when: When | None = None
    # Names of visits -> days after the start.
    visits: dict[str, int] = {}
    # What stands in an item's cell -> its points: scale -> words -> value. Numbers that are points need none.
    values: dict[str, dict[str, int]] = {}
    # Which counts when a stored total and its items disagree; nothing: each such row is shown and waits.
    believe: Literal["", "total", "items"] = ""

    @model_validator(mode="after")
    def say_when_and_what(self) -> Self:
        if not self.scores:
            raise ValueError("Choose the column with the total, or a column for each question.")
        for one in self.scores:
            self._check(one)
        return self

    def _check(self, one: ScoreColumns) -> None:
        named = one.total or next(iter(one.items.values()))
        if bool(one.scale) == bool(self.scale_column):
            raise ValueError(f"Say which scale {named} is, or which column names the scale.")
        when = self.when_of(one)
        if when is None and not one.baseline:
            raise ValueError(f"Say when {named} was taken: a column, one date for all, or so long after the start.")
        if (one.baseline or (when and when.counts_from_start)) and not self.has_start:
            raise ValueError(f"{named} counts from the start: type the date of the first dose, or choose its column.")

    def when_of(self, one: ScoreColumns) -> When | None:
        """When the score of these columns was taken; None for a baseline, which stands on the day of the start."""
        return None if one.baseline else one.when or self.when


Mapping = PeopleMapping | SessionsMapping | ScoresMapping
_MAPPING: TypeAdapter[Mapping] = TypeAdapter(Annotated[Mapping, Field(discriminator="kind")])


def mapping_of(chosen: Dict[str, Any]) -> Mapping:
    """A mapping from what was chosen. Raises MappingRefused with the first thing that is missing, in words."""
    try:
        return _MAPPING.validate_python(chosen)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"][1:])
        if first["type"].startswith("union_tag"):
            raise MappingRefused('Say what the file holds: kind = "people", "sessions" or "scores".') from error
        said = first["msg"].removeprefix("Value error, ")
        raise MappingRefused(said if first["type"] == "value_error" else f"{where}: {said}") from error


def read_mapping(text: str) -> Mapping:
    """A mapping from its TOML. Raises MappingRefused."""
    try:
        return mapping_of(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise MappingRefused(f"The mapping cannot be read: {error}.") from error


def write_mapping(mapping: Mapping) -> str:
    """The TOML of a mapping, to be kept."""
    chosen = {"kind": mapping.kind} | mapping.model_dump(exclude_defaults=True, exclude_none=True)
    plain = {key: value for key, value in chosen.items() if not _is_table(value)}
    lines = [f"{key} = {_toml(value)}" for key, value in plain.items()]
    for key, value in chosen.items():
        if key not in plain:
            lines += _tables(key, value)
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, tuple) and any(isinstance(one, dict) for one in value))


def _tables(key: str, value: Any) -> Iterator[str]:
    header, parts = (f"[{key}]", [value]) if isinstance(value, dict) else (f"[[{key}]]", value)
    for part in parts:
        yield from ("", header)
        yield from (f"{_key(name)} = {_toml(inner)}" for name, inner in part.items())


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Day):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    # JSON and TOML escape alike, but for the one control character that JSON leaves as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
