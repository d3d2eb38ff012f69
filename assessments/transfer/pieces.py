"""Reading many rows a piece at a time."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

PIECE = 500
M = TypeVar("M", bound=Model)


def in_pieces(rows: "QuerySet[M]") -> Iterator[list[M]]:
    """The rows by their id, each piece from where the last one ended: a cursor would not outlive what a piece writes."""
    last = 0
    while piece := list(rows.filter(pk__gt=last).order_by("pk")[:PIECE]):
        yield piece
        last = piece[-1].pk
