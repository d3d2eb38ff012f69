"""When the next vitals are due. Pure."""

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
