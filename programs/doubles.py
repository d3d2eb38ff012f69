"""Which rows look like one thing that two people wrote down: pointed out, never merged. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar

NEAR = timedelta(minutes=1)


class Timed(Protocol):
    """A row with its id and the time at which it happened."""

    pk: int
    happened_at: datetime


Row = TypeVar("Row", bound=Timed)


def doubles(rows: Sequence[Row]) -> dict[int, Row]:
    """For each row within a minute of the one before it, that earlier row, by the id of the later one."""
    in_time = sorted(rows, key=lambda row: (row.happened_at, row.pk))
    return {later.pk: earlier for earlier, later in pairwise(in_time) if later.happened_at - earlier.happened_at < NEAR}
