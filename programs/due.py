"""When the next vitals are due. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Pace:
    """Minutes between two readings while the drug is given, and after it."""

    during: int
    after: int


def next_due(*, began_at: datetime, given_until: datetime, last_at: datetime | None, pace: Pace) -> datetime:
    """When the next reading is due: counted from the last one since the dose began, else from its beginning.

    A step that began while the drug was given is a short one, also where it reaches beyond the end.
    """
    base = max(began_at, last_at or began_at)
    return base + timedelta(minutes=pace.during if base < given_until else pace.after)


# The label and the REMS of esketamine: a reading 40 minutes after the dose, whatever the clinic's own pace.
FORTY = timedelta(minutes=40)
AROUND = timedelta(minutes=10)


def has_forty(readings: Iterable[datetime], *, given_at: datetime) -> bool:
    """Whether one of these readings was taken about 40 minutes after the dose: 30 to 50."""
    return any(abs(taken_at - given_at - FORTY) <= AROUND for taken_at in readings)


def due_with_forty(due_at: datetime, *, given_at: datetime, last_at: datetime | None) -> datetime:
    """The next reading by the clinic's pace, or the one at 40 minutes where that comes first and is still to come."""
    forty = given_at + FORTY
    if last_at and last_at >= forty - AROUND:
        return due_at
    return min(due_at, forty)
