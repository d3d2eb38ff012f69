"""How a dose is drawn up and pumped: from the rounded mg to mL, mL/h and mg/h. Pure, Decimal, halves up.

Every figure rests on the rounded one before it, as shown: who works it out again on paper, from what the page
says, finds the same.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from programs.dosing import DoseRefused, show

ML_STEP = Decimal("0.01")
RATE_STEP = Decimal("0.1")
# What ketamine vials hold. The label: 10 mg/mL (20 mL), 50 mg/mL (10 mL), 100 mg/mL (5 mL).
VIALS_MG_PER_ML = (Decimal(10), Decimal(50), Decimal(100))
# The label: never 100 mg/mL into a vein undiluted; dilute with an equal volume at least (Ketalar, rev. 10/2024).
MOST_MG_PER_ML_IN_VEIN = Decimal(50)
SMALLEST_BAG_ML, LARGEST_BAG_ML = Decimal(1), Decimal(1000)
LONGEST_MINUTES = 240


@dataclass(frozen=True)
class Bag:
    """What the drug is diluted in: added to so much (`volume_ml` and the drug), or made up to it, the drug included."""

    volume_ml: Decimal
    includes_drug: bool

    def total_ml(self, draw_ml: Decimal) -> Decimal:
        """What the pump has to give."""
        return self.volume_ml if self.includes_drug else self.volume_ml + draw_ml


@dataclass(frozen=True)
class Preparation:
    """A dose as it is drawn up. The rates are those of a pump; a dose given at once has none."""

    mg_per_ml: Decimal
    draw_ml: Decimal
    bag: Bag | None
    total_ml: Decimal
    ml_per_h: Decimal | None
    mg_per_h: Decimal | None


def prepare(route: str, mg: Decimal, minutes: int, mg_per_ml: Decimal, bag: Bag | None) -> Preparation:
    """How `mg` is drawn from such a vial and given over `minutes`. Raises DoseRefused for what must not go in.

    38 mg of 10 mg/mL added to 100 mL, over 40 min: 3.8 mL to draw, 103.8 mL at 155.7 mL/h, 57 mg/h.
    """
    if mg_per_ml not in VIALS_MG_PER_ML:
        raise DoseRefused(f"There is no vial of {show(mg_per_ml)} mg/mL: choose 10, 50 or 100.")
    draw_ml = (mg / mg_per_ml).quantize(ML_STEP, ROUND_HALF_UP)
    if not draw_ml:
        raise DoseRefused(f"{show(mg)} mg of {show(mg_per_ml)} mg/mL is less than 0.01 mL. Choose a weaker vial.")
    if bag:
        _check_bag(bag, draw_ml)
    total_ml = bag.total_ml(draw_ml) if bag else draw_ml
    if route == "IV":
        _check_vein(mg_per_ml, draw_ml, bag, total_ml)
    return Preparation(
        mg_per_ml=mg_per_ml,
        draw_ml=draw_ml,
        bag=bag,
        total_ml=total_ml,
        ml_per_h=per_hour(total_ml, minutes) if minutes else None,
        mg_per_h=per_hour(mg, minutes) if minutes else None,
    )


def per_hour(amount: Decimal, minutes: int) -> Decimal:
    """An amount given over so many minutes, as a rate for an hour, to 0.1."""
    return (amount * 60 / minutes).quantize(RATE_STEP, ROUND_HALF_UP)


def _check_bag(bag: Bag, draw_ml: Decimal) -> None:
    if not SMALLEST_BAG_ML <= bag.volume_ml <= LARGEST_BAG_ML:
        raise DoseRefused(f"{show(bag.volume_ml)} mL is not a bag or a syringe: it holds 1 to 1,000 mL.")
    if bag.includes_drug and bag.volume_ml < draw_ml:
        raise DoseRefused(f"{show(draw_ml)} mL of the drug do not fit into {show(bag.volume_ml)} mL.")


def _check_vein(mg_per_ml: Decimal, draw_ml: Decimal, bag: Bag | None, total_ml: Decimal) -> None:
    if mg_per_ml <= MOST_MG_PER_ML_IN_VEIN:
        return
    if bag is None:
        raise DoseRefused("100 mg/mL never goes into a vein undiluted. Say what it is diluted in, or choose a weaker vial.")
    if mg_per_ml * draw_ml > MOST_MG_PER_ML_IN_VEIN * total_ml:
        raise DoseRefused(
            f"{show(draw_ml)} mL of 100 mg/mL need at least as much diluent ({show(draw_ml)} mL) before they go into a vein."
        )


def preparation_words(preparation: Preparation) -> str:
    """How it is drawn up, in a few words: "3.8 mL of 10 mg/mL in 100 mL → 155.7 mL/h"."""
    words = f"{show(preparation.draw_ml)} mL of {show(preparation.mg_per_ml)} mg/mL"
    if preparation.bag or preparation.ml_per_h:
        words += f" {bag_words(preparation.bag)}"
    return f"{words} → {show(preparation.ml_per_h)} mL/h" if preparation.ml_per_h else words


def bag_words(bag: Bag | None) -> str:
    """What it is diluted in: "in 100 mL" is added to so much, "made up to 100 mL" is so much with the drug."""
    if bag is None:
        return "undiluted"
    return f"{'made up to' if bag.includes_drug else 'in'} {show(bag.volume_ml)} mL"
