"""What was typed into a field, read; what is wrong with it stands at that field."""

from collections.abc import Callable
from typing import TypeVar

from programs.dosing import DoseRefused, NotANumber
from tracker.errors import Refused

Read = TypeVar("Read")


def read_field(field: str, read: Callable[[], Read]) -> Read:
    """What `read` gives. Raises Refused, at the field, for no plain number and for one that cannot be."""
    try:
        return read()
    except (NotANumber, DoseRefused) as error:
        raise Refused(str(error), field) from error
