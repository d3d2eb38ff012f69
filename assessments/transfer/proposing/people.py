"""Columns of a list of people. Pure."""

from collections.abc import Sequence
from typing import Any

from assessments.transfer.proposing.columns import Column, named, patient_column, start_column, without_empty

BIRTH_DATE = r"\bdob\b|birth ?da(te|y)|date of birth|\bborn\b|geburtsdatum|geboren|nacimiento"
NOT_A_NAME = r"user|file|clinic|provider|doctor|drug|contact|maiden"


def propose_people(columns: Sequence[Column]) -> dict[str, Any]:
    """Who they are, how to reach them, and what they are enrolled in."""
    days = [column for column in columns if column.is_dates]
    words = [column for column in columns if column.cells and not column.is_dates and not column.is_numbers]
    first = named(words, r"\b(first|given|forename|vorname)", r"\bnombre")
    last = named(words, r"\b(last|family|surname|nachname|apellido)")
    whole = named(
        words, r"\b(full|legal|patient) ?name", r"^name$", r"\bname\b", avoid=rf"{NOT_A_NAME}|first|last|given|family|pref"
    )
    at_signs = [
        column.name for column in columns if column.cells and sum("@" in cell for cell in column.cells) * 2 > len(column.cells)
    ]
    program = named(words, r"\b(program|protocol|course|treatment plan)")
    return without_empty(
        {
            "kind": "people",
            "patient": patient_column(columns),
            "legal_name": "" if first and last else whole,
            "first_name": first if last else "",
            "last_name": last if first else "",
            "preferred_name": named(words, r"\b(preferred|nick|called|goes by)"),
            # Where half of a short list is mistyped it is no column of dates, and the name says so all the same.
            "birth_date": named(days, r"\b(birth|dob|born|geb)", r"nacimiento") or named(words, BIRTH_DATE),
            "email": next(iter(at_signs), ""),
            "phone": named(columns, r"\b(phone|mobile|cell|tel)", avoid="emergency|ride"),
            "language": named(words, r"\b(lang|idioma|sprache)"),
            "program_column": program,
            "start_column": start_column(columns) if program else "",
        }
    )
