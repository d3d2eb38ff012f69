"""What a row of a file brings: a person, a session or a score, as it waits in the staging table. Pure."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any, Self

from pydantic import TypeAdapter

from assessments import scoring


class RowRefused(ValueError):
    """This row cannot be read; `str(error)` says why, of what stands in which column."""

    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.column, self.value = column, value[:80]


@dataclass(frozen=True)
class Disagreement:
    """A number that the file holds, and the one that comes of the parts beside it, None where they give none."""

    stored: Decimal
    worked_out: Decimal | None


@dataclass(frozen=True)
class _Incoming:
    line: int

    def as_json(self) -> str:
        """This as JSON; `from_json` gives it back as it was."""
        return _ADAPTERS[type(self).__name__].dump_json(self).decode()

    @classmethod
    def from_json(cls, stored: str) -> Self:
        found: Self = _ADAPTERS[cls.__name__].validate_json(stored)
        return found


@dataclass(frozen=True)
class IncomingPerson(_Incoming):
    """A person, and the course they are to be enrolled in where `program` names one."""

    patient: str
    legal_name: str = ""
    preferred_name: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""
    language: str = ""
    program: str = ""
    starts_on: date | None = None


@dataclass(frozen=True)
class IncomingSession(_Incoming):
    """A session in which a drug was given, as much of it as the file says. Amounts are never worked out here."""

    patient: str
    day: date
    clock: time | None = None
    program: str = ""
    dose_mg: Decimal | None = None
    dose_mg_per_kg: Decimal | None = None
    route: str = ""
    weight_kg: Decimal | None = None
    lot: str = ""
    # mg against mg/kg times kg, where the row has all three and they are more than a twentieth apart.
    disagrees: Disagreement | None = None


@dataclass(frozen=True)
class IncomingScore(_Incoming):
    """One score. `start` is the patient's first dose, where the file or the person named it."""

    column: str
    patient: str
    scale: str
    day: date
    start: date | None
    scored: scoring.Score
    answers: dict[str, int] = field(default_factory=dict)
    is_baseline: bool = False
    visit: str = ""
    program: str = ""
    # The total of the file against that of its items.
    disagrees: Disagreement | None = None

    @property
    def points(self) -> Decimal | None:
        return None if self.scored.total is None else scoring.rounded(self.scored.total, 2)


Incoming = IncomingPerson | IncomingSession | IncomingScore

# Made once: making one takes longer than writing a hundred rows.
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in (IncomingPerson, IncomingSession, IncomingScore)
}
