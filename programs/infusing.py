"""How much of a dose was given, worked out from the rates that the nurse recorded. Pure.

The app drives no pump: these are the times and rates that somebody typed, and the pump's own figure stands beside them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction


@dataclass(frozen=True)
class RateFrom:
    """From this moment the drug runs at so many micrograms an hour; 0 is a pause or the end."""

    at: datetime
    ug_per_hour: int


def given_ug(rates: Iterable[RateFrom], *, until: datetime, most_ug: int | None = None) -> Fraction:
    """Micrograms given up to `until`: each rate holds until the next one. Never more than there was to give.

    Of two rates at the same moment the later in the list holds.
    """
    steps = sorted(rates, key=lambda step: step.at)
    given = Fraction(0)
    for step, ends_at in zip(steps, [*(step.at for step in steps[1:]), until], strict=True):
        seconds = max(min(ends_at, until) - step.at, timedelta(0)) // timedelta(microseconds=1)
        given += Fraction(step.ug_per_hour * seconds, 3_600_000_000)
    return given if most_ug is None else min(given, Fraction(most_ug))


def rate_for(dose_ug: int, minutes: int) -> int:
    """Micrograms an hour at which this dose runs in in so many minutes, to the nearest one, halves up."""
    return (2 * dose_ug * 60 + minutes) // (2 * minutes)


def gap_percent(worked_out_ug: Fraction, measured_ug: int) -> Fraction:
    """By how many per cent of what was worked out the pump's figure differs from it."""
    if worked_out_ug == 0:
        return Fraction(0) if measured_ug == 0 else Fraction(100)
    return abs(measured_ug - worked_out_ug) * 100 / worked_out_ug
