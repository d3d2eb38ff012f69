"""When a number stops the start of a dose, and when it stops the dose itself. Pure.

The limits are the clinic's own, signed by a clinician; nothing here is a rule of ours. What is proposed to a
clinic that has none stands below with where it was published: there is no single standard.
"""

from dataclasses import dataclass

PROPOSED_FROM = (
    "No single standard exists. Often held at 160/100 or more, pulse above 110, oxygen below 94 % on room air; often"
    " stopped at 180/110 or more or oxygen below 90 %. For transient rises in an infusion see Yip 2022 (PMC9556663);"
    " one infusion was stopped at 180/115 (Murrough 2013)."
)


@dataclass(frozen=True)
class Reading:
    """One row of vitals: mmHg, beats a minute, per cent. None is a gap: it was not measured."""

    systolic: int | None
    diastolic: int | None
    pulse: int | None
    spo2: int | None

    @property
    def gaps(self) -> tuple[str, ...]:
        """What was left out, in words."""
        words = {"blood pressure": self.systolic, "pulse": self.pulse, "oxygen": self.spo2}
        return tuple(word for word, value in words.items() if value is None)


@dataclass(frozen=True)
class Limit:
    """A blood pressure or pulse at or above these, or oxygen below that, is out of it."""

    systolic: int
    diastolic: int
    pulse: int
    spo2: int

    def passed_by(self, reading: Reading) -> tuple[str, ...]:
        """What of this reading is out of the limit, in words; empty when nothing is."""
        lines = []
        if (reading.systolic or 0) >= self.systolic or (reading.diastolic or 0) >= self.diastolic:
            pressure = f"{reading.systolic}/{reading.diastolic}"
            lines.append(f"blood pressure {pressure}, the limit is {self.systolic}/{self.diastolic}")
        if (reading.pulse or 0) >= self.pulse:
            lines.append(f"pulse {reading.pulse}, the limit is {self.pulse}")
        if reading.spo2 is not None and reading.spo2 < self.spo2:
            lines.append(f"oxygen {reading.spo2} %, at least {self.spo2} % is needed")
        return tuple(lines)


# Field of the form -> number. For the pulse at which a dose is stopped nobody published one: the clinic types it.
PROPOSED = {
    "hold_systolic": 160, "hold_diastolic": 100, "hold_pulse": 111, "hold_spo2": 94,
    "stop_systolic": 180, "stop_diastolic": 110, "stop_spo2": 90,
}  # fmt: skip


def disagreement(hold: Limit, stop: Limit) -> tuple[str, str] | None:
    """The field and the reason, where a dose could not start at a number at which it need not be stopped."""
    for name, words in {"systolic": "systolic pressure", "diastolic": "diastolic pressure", "pulse": "pulse"}.items():
        if getattr(stop, name) < getattr(hold, name):
            return f"stop_{name}", f"The {words} at which a dose is stopped is below the one at which it is not begun."
    if stop.spo2 > hold.spo2:
        return "stop_spo2", "The oxygen at which a dose is stopped is above the one at which it is not begun."
    return None
