"""From a row of a file to what it brings. A reader keeps nothing between rows, so any worker may read any piece."""

from typing import Protocol

from assessments.transfer.incoming import Incoming
from assessments.transfer.known import Known
from assessments.transfer.mapping import Mapping, PeopleMapping, SessionsMapping
from assessments.transfer.rows.people import PeopleReader
from assessments.transfer.rows.scores import ScoresReader
from assessments.transfer.rows.sessions import SessionsReader
from assessments.transfer.table import Row


class RowReader(Protocol):
    def read(self, row: Row) -> list[Incoming]:
        """What the row brings; nothing for one without a value. Raises RowRefused."""


def reader_for(mapping: Mapping, known: Known) -> RowReader:
    """The reader of the rows of a file that is mapped so."""
    if isinstance(mapping, PeopleMapping):
        return PeopleReader(mapping, known)
    if isinstance(mapping, SessionsMapping):
        return SessionsReader(mapping, known)
    return ScoresReader(mapping, known)
