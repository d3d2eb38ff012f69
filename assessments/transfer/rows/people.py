"""A row that brings a person, and the course they are enrolled in. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assessments.transfer.incoming import Incoming, IncomingPerson, RowRefused
from assessments.transfer.known import LANGUAGES, Known
from assessments.transfer.mapping import PeopleMapping
from assessments.transfer.rows.cells import EARLIEST, Cells
from assessments.transfer.table import Row

EARLIEST_BIRTH = date(1900, 1, 1)
FURTHEST_START = timedelta(days=366)
LONGEST = {"legal_name": 120, "preferred_name": 60, "email": 254, "phone": 40}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True)
class PeopleReader:
    mapping: PeopleMapping
    known: Known

    def read(self, row: Row) -> list[Incoming]:
        """The person of a row. Raises RowRefused."""
        cells, mapping = Cells(row, self.mapping, self.known), self.mapping
        program = cells.program()
        person = IncomingPerson(
            line=row.line,
            patient=cells.patient(),
            legal_name=self._legal_name(cells),
            preferred_name=cells.name(mapping.preferred_name, LONGEST["preferred_name"]),
            birth_date=self._birth_date(cells),
            email=self._email(cells),
            phone=cells.name(mapping.phone, LONGEST["phone"]),
            language=cells.coded(mapping.language, mapping.languages, LANGUAGES, "language"),
            program=program,
            starts_on=self._starts_on(cells) if program else None,
        )
        return [person]

    def _legal_name(self, cells: Cells) -> str:
        columns = [self.mapping.legal_name] if self.mapping.legal_name else [self.mapping.first_name, self.mapping.last_name]
        name = " ".join(filter(None, (cells.name(column, LONGEST["legal_name"]) for column in columns)))
        if not name:
            raise RowRefused(columns[-1], "", "no name")
        if len(name) > LONGEST["legal_name"]:
            raise RowRefused(columns[-1], name, f"longer than {LONGEST['legal_name']} letters")
        return name

    def _birth_date(self, cells: Cells) -> date | None:
        day = cells.day(self.mapping.birth_date, None)
        return cells.checked(day, self.mapping.birth_date, earliest=EARLIEST_BIRTH) if day else None

    def _email(self, cells: Cells) -> str:
        address = cells.name(self.mapping.email, LONGEST["email"])
        if address and not _EMAIL.fullmatch(address):
            raise RowRefused(self.mapping.email, address, "not an e-mail address")
        return address

    def _starts_on(self, cells: Cells) -> date:
        day, column = cells.start(), self.mapping.start_column
        if day is None:
            raise RowRefused(column, "", "the start is missing")
        if not EARLIEST <= day <= self.known.today + FURTHEST_START:
            raise RowRefused(column, cells.text(column) or str(day), f"no program starts on {day}")
        return day
