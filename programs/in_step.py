"""Whether the tablet at a chair and the server know the same. Pure.

A tablet with the session's page open says every few seconds that it is there, and how many rows it has not sent yet.
One whose page was closed with nothing left to send says goodbye; one that only falls silent may hold rows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# A tablet says so every 20 seconds (frontend/static/js/tablet/word.js): three words are missing.
SILENT_AFTER = timedelta(seconds=60)


class Step(Enum):
    """What the board says of it."""

    UNSENT = "unsent"
    SILENT = "silent"
    IN_STEP = "in step"
    NO_TABLET = "no tablet"


@dataclass(frozen=True)
class Heard:
    """The last word of one tablet that has a session's page open, or had it and did not say goodbye; `who` was at it."""

    who: str
    at: datetime
    unsent: int

    @property
    def unsent_words(self) -> str:
        """What it said that it holds: "had 2 unsent rows"."""
        return f"had {self.unsent} unsent row{'' if self.unsent == 1 else 's'}" if self.unsent else ""

    def may_hold_rows(self, ended: datetime) -> bool:
        """Whether rows typed before `ended` may lie on it still: it said so, or has not been heard of since."""
        return self.unsent > 0 or self.at < ended


@dataclass(frozen=True)
class Tablets:
    """What was last heard of the tablets that have one session open: the longest silent of them, all rows unsent."""

    heard_at: datetime | None
    unsent: int

    def step(self, now: datetime) -> Step:
        """How they stand to the server. Silence weighs more than what was said before it."""
        if self.heard_at is None:
            return Step.NO_TABLET
        if now - self.heard_at > SILENT_AFTER:
            return Step.SILENT
        return Step.UNSENT if self.unsent else Step.IN_STEP
