"""When a patient may go home after a dose: the modified Aldrete score, readings near those before the dose, and
the readings that a whole record has. Pure.

Aldrete: five items of 0 to 2 points (openEHR modified_aldrete_score.v0); ready at 9 or more of 10. Circulation by the
table that counts per cent of the pressure before the dose, not mmHg: within 20, 20 to 49, 50 and more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

READY_AT = 9
NEAR_PERCENT = 20
FAR_PERCENT = 50

# Where a clinic has signed no interval of its own: most read every 10 to 15 minutes (Riva-Posse 2018: 10).
READING_EVERY = timedelta(minutes=15)
# A cuff takes its time: so much later is not a missing reading yet.
READING_GRACE = timedelta(minutes=5)


@dataclass(frozen=True)
class AldreteItem:
    """One item, and in words what gives 2, 1 and 0 points."""

    name: str
    title: str
    words: tuple[str, str, str]


ALDRETE = (
    AldreteItem("activity", "Activity", ("Moves four limbs", "Moves two limbs", "Moves no limb")),
    AldreteItem("respiration", "Breathing", ("Breathes deeply and coughs", "Short of breath or shallow", "Does not breathe")),
    AldreteItem("consciousness", "Consciousness", ("Awake", "Wakes when called", "Does not wake")),
    AldreteItem("oxygen", "Oxygen", ("Above 92 % on room air", "Needs oxygen to stay above 90 %", "Below 90 % with oxygen")),
)
CIRCULATION = "Circulation"


@dataclass(frozen=True)
class Compared:
    """One number before the dose and now."""

    name: str
    before: int
    now: int

    @property
    def percent(self) -> Fraction:
        return Fraction(100 * (self.now - self.before), self.before)

    @property
    def is_near(self) -> bool:
        return abs(self.percent) <= NEAR_PERCENT

    @property
    def words(self) -> str:
        """Such as "Systolic 122 before, 131 now: +7 %"."""
        return f"{self.name} {self.before} before, {self.now} now: {round(self.percent):+d} %"

    @property
    def far_words(self) -> str:
        """What is said of it when it is not near."""
        return f"more than {NEAR_PERCENT} % off"


def circulation_points(systolic: Compared | None) -> int | None:
    """The points for the pressure, worked out from the readings; None without both."""
    if systolic is None:
        return None
    off = abs(systolic.percent)
    return 2 if off <= NEAR_PERCENT else 1 if off < FAR_PERCENT else 0


def aldrete_total(points: Sequence[int | None]) -> int | None:
    """The score of all five items; None when one of them is missing: half a score would look like a low one."""
    return None if None in points else sum(point for point in points if point is not None)


def missing_readings(
    readings: Sequence[datetime], *, began: datetime, ended: datetime, every: timedelta = READING_EVERY
) -> list[str]:
    """What a whole record has and this one has not, in words: a reading before, at the interval, and after."""
    times = sorted(readings)
    missing = []
    if not any(time <= began for time in times):
        missing.append("no reading before the dose")
    during = [began, *(time for time in times if began < time < ended), ended]
    for earlier, later in pairwise(during):
        if later - earlier > every + READING_GRACE:
            missing.append(f"{(later - earlier) // timedelta(minutes=1)} minutes without a reading during the dose")
    if not any(time >= ended for time in times):
        missing.append("no reading after the dose")
    return missing
