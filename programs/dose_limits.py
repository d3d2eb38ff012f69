"""How much a clinic lets anybody order, and what it asks a second person to look at. Pure, Decimal.

The hard limits are signed by the clinic's clinician, within the program's own; nobody types past them. The soft band
and the change since last time stop nobody: they ask somebody else to look, and to sign for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from programs.dosing import DoseRefused, show

PROPOSED_FROM = (
    "The most is the program's own. 0.5 and 1 mg/kg were the doses that worked (Fava 2020), so outside 0.1 to 1 mg/kg"
    " somebody else looks. The change since last time is this project's proposal; nobody published one."
)
SOFT_FROM_MG_PER_KG, SOFT_TO_MG_PER_KG = Decimal("0.1"), Decimal(1)
CHANGE_PERCENT = 25


@dataclass(frozen=True)
class Signed:
    """What a clinic signed for one program and route. A dose by device has its mg and the change alone."""

    most_mg: Decimal
    change_percent: int
    most_mg_per_kg: Decimal | None = None
    most_mg_per_kg_h: Decimal | None = None
    soft_from_mg_per_kg: Decimal | None = None
    soft_to_mg_per_kg: Decimal | None = None


@dataclass(frozen=True)
class Figures:
    """An order in figures, to be held against limits and against the order before it."""

    mg: Decimal
    weight_kg: Decimal | None = None
    ordered_mg_per_kg: Decimal | None = None
    minutes: int = 0
    mg_per_ml: Decimal | None = None
    bag_words: str = ""

    @property
    def mg_per_kg(self) -> Decimal | None:
        """As ordered; for a dose in mg what it means for this weight. Rounding to 0.1 mg moves nothing beyond a limit."""
        return self.ordered_mg_per_kg or (self.mg / self.weight_kg if self.weight_kg else None)

    @property
    def mg_per_kg_h(self) -> Decimal | None:
        return self.mg_per_kg * 60 / self.minutes if self.mg_per_kg and self.minutes else None


def stay_within(signed: Signed, dose: Figures) -> None:
    """Raise DoseRefused for an order beyond a hard limit of the clinic."""
    for amount, most, unit in (
        (dose.mg, signed.most_mg, "mg"),
        (dose.mg_per_kg, signed.most_mg_per_kg, "mg/kg"),
        (dose.mg_per_kg_h, signed.most_mg_per_kg_h, "mg/kg/h"),
    ):
        if amount is not None and most is not None and amount > most:
            raise DoseRefused(
                f"{show(_three_places(amount))} {unit} is beyond what this clinic has signed for ({show(most)} {unit})."
            )


def _three_places(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.001"), ROUND_UP)


@dataclass(frozen=True)
class Before:
    """What an order is held against: the last one given, or what the program proposes to somebody of this weight."""

    figures: Figures
    day: date | None = None

    @property
    def words(self) -> str:
        return f"since {self.day:%b %-d}" if self.day else "from what the program proposes"


def reasons_to_look(signed: Signed, dose: Figures, before: Before | None) -> tuple[str, ...]:
    """Why another person has to look at this order; empty when nothing is unusual."""
    return (*_outside_band(signed, dose), *_far_from(signed, dose, before))


def _outside_band(signed: Signed, dose: Figures) -> Iterator[str]:
    if dose.mg_per_kg is None or signed.soft_from_mg_per_kg is None or signed.soft_to_mg_per_kg is None:
        return
    usual_from, usual_to = signed.soft_from_mg_per_kg, signed.soft_to_mg_per_kg
    if not usual_from <= dose.mg_per_kg <= usual_to:
        yield f"{show(_three_places(dose.mg_per_kg))} mg/kg is outside the usual {show(usual_from)} to {show(usual_to)} mg/kg."


def _far_from(signed: Signed, dose: Figures, before: Before | None) -> Iterator[str]:
    if before is None:
        yield "It is the first order of this patient, and the program proposes no dose."
        return
    earlier = before.figures
    limit = Decimal(signed.change_percent)
    if (percent := _percent(dose.mg, earlier.mg)) > limit:
        yield f"{_change(dose.mg, earlier.mg, 'mg')} {before.words} is {show(percent)} % (asked beyond {show(limit)} %)."
    if dose.minutes and earlier.minutes:
        now, then = dose.mg * 60 / dose.minutes, earlier.mg * 60 / earlier.minutes
        if (percent := _percent(now, then)) > limit:
            words = _change(_tenth(now), _tenth(then), "mg/h")
            yield f"{words} {before.words} is {show(percent)} % (asked beyond {show(limit)} %)."
    if dose.mg_per_ml and earlier.mg_per_ml and dose.mg_per_ml != earlier.mg_per_ml:
        yield f"Another vial than last time: {show(earlier.mg_per_ml)} mg/mL, now {show(dose.mg_per_ml)} mg/mL."


def _percent(now: Decimal, then: Decimal) -> Decimal:
    return (abs(now - then) / then * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _tenth(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _change(now: Decimal, then: Decimal, unit: str) -> str:
    return f"{'+' if now > then else '−'}{show(abs(now - then))} {unit}"


def what_changed(dose: Figures, before: Before) -> tuple[str, ...]:
    """What is other than last time, a few words each: "+7 mg since Oct 2", "weight 66 → 76 kg"."""
    earlier = before.figures
    words = [f"{_change(dose.mg, earlier.mg, 'mg')} {before.words}"] if dose.mg != earlier.mg else []
    for name, now, then, unit in (
        ("dosing weight", dose.weight_kg, earlier.weight_kg, "kg"),
        ("over", Decimal(dose.minutes), Decimal(earlier.minutes), "min"),
        ("vial", dose.mg_per_ml, earlier.mg_per_ml, "mg/mL"),
    ):
        if now is not None and then is not None and now != then:
            words.append(f"{name} {show(then)} → {show(now)} {unit}")
    if dose.bag_words != earlier.bag_words:
        words.append(f"{earlier.bag_words} → {dose.bag_words}")
    return tuple(words)
