"""A file as a person brings it, for tests: text to table, and every row read under a mapping."""

import io
from datetime import date
from zoneinfo import ZoneInfo

from assessments.transfer.checking import check
from assessments.transfer.incoming import Incoming, RowRefused
from assessments.transfer.known import Known
from assessments.transfer.mapping import Mapping, mapping_of
from assessments.transfer.reading import open_table, recognise
from assessments.transfer.rows import reader_for
from assessments.transfer.table import Table
from tests.programs_and_scales import SCALES, TEST_SCALES

TODAY, START = date(2026, 11, 24), date(2026, 9, 1)
NORTH = Known(
    scales=SCALES | TEST_SCALES,
    programs={"six-infusion-series": "Six-infusion series", "weekly-three-months": "Weekly for three months"},
    today=TODAY,
    zone=ZoneInfo("America/New_York"),
)


def table_in(content: str | bytes) -> Table:
    """The table of a file with this content."""
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return open_table(file, recognise(file))


def read_all(table: Table, mapping: Mapping) -> tuple[list[Incoming], list[tuple[int, str, str, str]]]:
    """What comes in, and each refused row as (line, column, what stood there, why)."""
    check(mapping, table, NORTH)
    reader = reader_for(mapping, NORTH)
    found: list[Incoming] = []
    refused = []
    for row in table.rows():
        try:
            found += reader.read(row)
        except RowRefused as refusal:
            refused.append((row.line, refusal.column, refusal.value, str(refusal)))
    return found, refused


def scores_mapping(**chosen: object) -> Mapping:
    """A mapping of scores: PHQ-9 totals by name and day, unless said otherwise."""
    long = {"patient": "name", "when": {"column": "day"}, "start_on": START, "scores": [{"scale": "phq-9", "total": "score"}]}
    return mapping_of({"kind": "scores", **long, **chosen})
