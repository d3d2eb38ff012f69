"""The arithmetic of the drug ledger. Pure, whole microlitres: nothing is rounded, so nothing is lost.

A drug lies in one of three places: in vials that are still sealed, in a vial that was opened, or drawn, in a syringe
or a pump. Each kind of line moves it between these, brings it in, or takes it out. What there is, is the sum of all
lines; what was drawn and lies nowhere any more was given or wasted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

# USP 797: a vial for several doses is used for at most 28 days after it was first opened.
MOST_DAYS_OPEN = 28


class Kind(StrEnum):
    """What a line of the ledger tells of."""

    RECEIVED = "received"
    OPENED = "opened"
    OVERFILL = "overfill"
    DRAWN = "drawn"
    USED = "used"
    WASTED = "wasted"
    DESTROYED = "destroyed"
    RETURNED = "returned"
    FOUND = "found"
    MISSING = "missing"
    VIALS_FOUND = "vials found"
    VIALS_MISSING = "vials missing"
    EXPLAINED = "explained"


class BelowZero(ValueError):
    """A line would take more than there is; `str(error)` says where."""


@dataclass(frozen=True)
class Amounts:
    """What there is in each place, or how a line changes it."""

    sealed: int = 0
    open_ul: int = 0
    drawn_ul: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.sealed + other.sealed, self.open_ul + other.open_ul, self.drawn_ul + other.drawn_ul)

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.sealed - other.sealed, self.open_ul - other.open_ul, self.drawn_ul - other.drawn_ul)


@dataclass(frozen=True)
class Movement:
    """One line: how many sealed vials, or how many microlitres, it is about. Of what is used up: how much was given, wasted."""

    kind: Kind
    vials: int = 0
    volume_ul: int = 0
    given_ul: int = 0
    wasted_ul: int = 0


# How a line of each kind changes the sealed vials, what is in the opened vial, and what is drawn.
CHANGES: dict[Kind, tuple[int, int, int]] = {
    Kind.RECEIVED: (+1, 0, 0),
    Kind.OPENED: (-1, +1, 0),
    Kind.OVERFILL: (0, +1, 0),
    Kind.DRAWN: (0, -1, +1),
    Kind.USED: (0, 0, -1),
    Kind.WASTED: (0, -1, 0),
    Kind.DESTROYED: (-1, 0, 0),
    Kind.RETURNED: (-1, 0, 0),
    Kind.FOUND: (0, +1, 0),
    Kind.MISSING: (0, -1, 0),
    Kind.VIALS_FOUND: (+1, 0, 0),
    Kind.VIALS_MISSING: (-1, 0, 0),
    Kind.EXPLAINED: (0, 0, 0),
}


def change(line: Movement, corrected: Movement | None = None) -> Amounts:
    """What a line changes. One that corrects another takes back what that one did."""
    sealed, in_vial, drawn = CHANGES[line.kind]
    own = Amounts(sealed * line.vials, in_vial * line.volume_ul, drawn * line.volume_ul)
    return own - change(corrected) if corrected else own


def after(before: Amounts, by: Amounts) -> Amounts:
    """What there is once a line has changed it. Raises BelowZero when it would take more than there is."""
    there = before + by
    if there.sealed < 0:
        raise BelowZero(f"There {_are(before.sealed, 'sealed vial')} of this lot.")
    if there.open_ul < 0:
        raise BelowZero(f"There are {show_ml(before.open_ul)} mL in this vial.")
    if there.drawn_ul < 0:
        raise BelowZero(f"There are {show_ml(before.drawn_ul)} mL drawn and not yet accounted for.")
    return there


def _are(count: int, noun: str) -> str:
    return f"is 1 {noun}" if count == 1 else f"are {count} {noun}s"


@dataclass(frozen=True)
class Sums:
    """What a run of lines brought in and took out, in microlitres."""

    received_ul: int = 0
    returned_ul: int = 0
    overfill_ul: int = 0
    found_ul: int = 0
    missing_ul: int = 0
    drawn_ul: int = 0
    given_ul: int = 0
    wasted_ul: int = 0
    destroyed_ul: int = 0

    @property
    def pending_ul(self) -> int:
        """Drawn, and neither given nor wasted yet: 0 when every draw is accounted for."""
        return self.drawn_ul - self.given_ul - self.wasted_ul

    @property
    def net_ul(self) -> int:
        """By how much all of it, wherever it lies, became more."""
        came = self.received_ul + self.overfill_ul + self.found_ul
        return came - self.returned_ul - self.missing_ul - self.given_ul - self.wasted_ul - self.destroyed_ul


# Into which sum the volume of a line goes. What remains in a vial is wasted straight from it: drawn, and wasted.
_INTO: dict[Kind, str] = {
    Kind.RECEIVED: "received_ul",
    Kind.RETURNED: "returned_ul",
    Kind.OVERFILL: "overfill_ul",
    Kind.FOUND: "found_ul",
    Kind.VIALS_FOUND: "found_ul",
    Kind.MISSING: "missing_ul",
    Kind.VIALS_MISSING: "missing_ul",
    Kind.DRAWN: "drawn_ul",
    Kind.WASTED: "drawn_ul",
    Kind.DESTROYED: "destroyed_ul",
}


def add_up(lines: Iterable[tuple[Movement, Movement | None]]) -> Sums:
    """The sums of lines, each with the one that it corrects or None."""
    sums = dict.fromkeys(Sums.__dataclass_fields__, 0)
    for line, corrected in lines:
        for one, sign in ((line, 1), (corrected, -1)):
            if one is None:
                continue
            if one.kind in _INTO:
                sums[_INTO[one.kind]] += sign * one.volume_ul
            sums["given_ul"] += sign * one.given_ul
            sums["wasted_ul"] += sign * one.wasted_ul
    return Sums(**sums)


def last_day_of_use(opened_on: date, days: int, expires_on: date) -> date:
    """The last day on which an opened vial may be drawn from: opened March 1 for 28 days is March 29, or its expiry."""
    return min(opened_on + timedelta(days=days), expires_on)


def mg_in(volume_ul: int, ug_per_ml: int) -> Decimal:
    """How much drug is in a volume, exactly: 3,500 µL of 10 mg/mL hold 35 mg."""
    return Decimal(volume_ul * ug_per_ml) / 1_000_000


def ul_of(dose_ug: int, ug_per_ml: int) -> int:
    """The volume that holds a dose, to 0.01 mL, halves up: 38 mg of 10 mg/mL are 3,800 µL."""
    return int((Decimal(dose_ug) * 100 / ug_per_ml).quantize(Decimal(1), ROUND_HALF_UP)) * 10


# A volume is read off a syringe to 0.01 mL: so far each draw may be off its share of what was measured.
READ_OFF_UL = 10


def fits_measured(measured_ug: int, given: Sequence[tuple[int, int]], *, is_last: bool) -> bool:
    """Whether these draws, microlitres given of so many micrograms a mL, are what was measured to have been given.

    While others wait for their account the sum may lie below it; never above, and with the last draw it is whole.
    """
    off_ng = sum(given_ul * ug_per_ml for given_ul, ug_per_ml in given) - measured_ug * 1000
    may_be_off_ng = sum(READ_OFF_UL * ug_per_ml for _given_ul, ug_per_ml in given)
    return off_ng <= may_be_off_ng and (not is_last or -off_ng <= may_be_off_ng)


def show_ml(volume_ul: int) -> str:
    """A volume in mL as ISMP asks: no zero behind the last digit, a comma at 1,000."""
    text = f"{Decimal(volume_ul) / 1000:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_ml(volume_ul: int) -> str:
    """The same for a file or a field that takes no comma."""
    return show_ml(volume_ul).replace(",", "")
