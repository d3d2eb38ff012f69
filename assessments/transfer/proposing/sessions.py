"""Columns of a list of sessions. A unit is proposed only where the name of the column says it. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from assessments.transfer.known import ROUTES, UNITS
from assessments.transfer.proposing.columns import MOSTLY, Column, named, patient_column, without_empty
from assessments.transfer.words import known_as

_DOSE_UNITS = {
    "mcg/kg": r"\b(mcg|ug|µg|μg) (per )?kg",
    "mg/kg": r"\bmg (per )?kg",
    "mcg": r"\b(mcg|ug|µg|μg|microg)",
    "mg": r"\bmg\b",
}
_WEIGHT_UNITS = {"kg": r"\b(kg|kilo)", "lb": r"\b(lbs?|pounds?)\b"}


def propose_sessions(columns: Sequence[Column]) -> dict[str, Any]:
    """When, how much, by which route, at what weight, from which lot."""
    numbers = [column for column in columns if column.is_numbers]
    days = [column for column in columns if column.is_dates]
    when = named(
        days,
        r"\b(session|infusion|treatment|dose|visit) ?(date|day)",
        r"\b(date|datum|fecha)\b",
        r"\bstart",
        r"",
        avoid="birth|dob|expir",
    )
    per_kg = named(numbers, r"\bmg (per )?kg", r"\b(mcg|ug|µg|μg) (per )?kg")
    amount = named(
        numbers, r"\b(dose|amount|given)\b", r"\b(mg|mcg|ug|µg)\b", r"\bketamine\b", avoid=r"kg$|cost|number|no$|lot|ndc"
    )
    dose = amount or per_kg
    weight = named(numbers, r"\b(weight|wt)\b", r"^(kg|lbs?)$", avoid=r"mg|mcg")
    units = _column_of(columns, UNITS)
    return without_empty(
        {
            "kind": "sessions",
            "patient": patient_column(columns),
            "when": {"column": when} if when else None,
            "clock": named(columns, r"\b(time|clock|hour)\b", avoid=r"date|minutes|duration|total"),
            "dose": dose,
            "dose_unit": "" if units else _unit_in(columns, dose, _DOSE_UNITS),
            "dose_unit_column": units if dose else "",
            "dose_per_kg": per_kg if amount and _unit_in(columns, per_kg, _DOSE_UNITS) == "mg/kg" else "",
            "route_column": _column_of(columns, ROUTES) or named(columns, r"\broute\b"),
            "weight": weight,
            "weight_unit": _unit_in(columns, weight, _WEIGHT_UNITS),
            "lot": named(columns, r"\b(lot|batch)\b", avoid="date|expir"),
        }
    )  # fmt: skip


def _unit_in(columns: Sequence[Column], name: str, units: dict[str, str]) -> str:
    words = next((column.words for column in columns if column.name == name), "")
    return next((unit for unit, pattern in units.items() if re.search(pattern, words)), "")


def _column_of(columns: Sequence[Column], names: dict[str, tuple[str, ...]]) -> str:
    """The column whose cells are mostly these words."""
    for column in columns:
        fitting = sum(known_as(cell, names) is not None for cell in column.cells)
        if column.cells and not column.is_numbers and fitting >= MOSTLY * len(column.cells):
            return column.name
    return ""
