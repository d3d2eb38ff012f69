"""Doses at times: what of an order is given, what is left, and what one more dose may be. Pure, whole micrograms.

An injection, a spray or a lozenge has no rate: somebody gives so much now, and perhaps so much again in a while. What
was given is the sum, and the sum never goes beyond the order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from programs.dosing import MG_STEP, DoseRefused, show


@dataclass(frozen=True)
class Portion:
    """What was ordered in all, and what of it has been given."""

    ordered_ug: int
    given_ug: int
    device_ug: int | None = None

    @property
    def left_ug(self) -> int:
        """What may still be given; 0 once all of it was."""
        return max(self.ordered_ug - self.given_ug, 0)

    @property
    def devices_left(self) -> int:
        return self.left_ug // self.device_ug if self.device_ug else 0

    @property
    def is_whole(self) -> bool:
        return self.given_ug >= self.ordered_ug


def portion_of(ordered_ug: int, given_ug: Iterable[int], device_ug: int | None = None) -> Portion:
    """The state of an order after these doses."""
    return Portion(ordered_ug, sum(given_ug), device_ug)


def next_ug(portion: Portion, mg: Decimal) -> int:
    """One more dose in micrograms. Raises DoseRefused for nothing, for a part of 0.1 mg, and beyond what is left."""
    if mg <= 0:
        raise DoseRefused("A dose is more than 0 mg.")
    if mg % MG_STEP:
        raise DoseRefused(f"{show(mg)} mg is finer than 0.1 mg. Round it.")
    return _within(portion, int(mg * 1000), f"{show(mg)} mg")


def next_devices_ug(portion: Portion, count: Decimal) -> int:
    """So many more devices in micrograms. Raises DoseRefused for a part of one, and beyond what is left."""
    if portion.device_ug is None:
        raise DoseRefused("This dose does not come in devices.")
    if count <= 0 or count % 1:
        raise DoseRefused(f"{show(count)} is not a number of whole devices.")
    said = f"{show(count)} device{'' if count == 1 else 's'} ({show(count * portion.device_ug / 1000)} mg)"
    return _within(portion, int(count) * portion.device_ug, said)


def _within(portion: Portion, dose_ug: int, said: str) -> int:
    if dose_ug > portion.left_ug:
        ordered, given, left = (show(Decimal(ug) / 1000) for ug in (portion.ordered_ug, portion.given_ug, portion.left_ug))
        raise DoseRefused(f"{said} is more than is left: {ordered} mg ordered, {given} mg given, {left} mg left.")
    return dose_ug
