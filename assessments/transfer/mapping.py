"""Which column is what: a small TOML file that can be kept, and a first guess at it."""

import json
import re
import tomllib
from collections.abc import Sequence
from datetime import date as Day
from typing import Literal, Self

from pydantic import ValidationError, model_validator

from assessments.scales import Scale
from assessments.transfer.reading import Table
from tracker.definitions import Part

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
