"""Which weight a dose rests on, and when a weight looks like a slip of the hand. Pure, Decimal.

A pound written as a kilogram more than doubles a dose, and nobody sees it on the page; so a weight that is far from
the last one, or that no body has, is asked about before it counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from programs.dosing import LB_PER_KG, DoseRefused, show

CM_PER_IN = Decimal("2.54")
SHORTEST_CM, TALLEST_CM = Decimal(120), Decimal(230)

# Ideal weight: 50 kg (men) or 45.5 kg (women) at 60 inches, and 2.3 kg for each inch above.
# Devine BJ. Gentamicin therapy. Drug Intell Clin Pharm 1974;8:650-655.
IDEAL_AT_60_IN_KG = {"male": Decimal(50), "female": Decimal("45.5")}
KG_PER_INCH = Decimal("2.3")
FORMULA_FROM_CM = 60 * CM_PER_IN
# Adjusted weight: so much of what lies above the ideal.
# Bauer LA et al. Influence of weight on aminoglycoside pharmacokinetics. Eur J Clin Pharmacol 1983;24:643-647.
ADJUSTED_PART = Decimal("0.4")

# Further from the last weight than this: asked about. Further than that: a second person reads the scale.
ASK_BEYOND, SECOND_BEYOND = Decimal("0.10"), Decimal("0.25")
# With no earlier weight: an adult whom a scale shows less or more than this is rare, a slip is not.
USUAL_FROM_KG, USUAL_TO_KG = Decimal(40), Decimal(180)
# A body mass index beyond which pounds for kilograms are likelier than the body (93 of 100 such slips lie above 45).
USUAL_BMI = (Decimal(15), Decimal(45))


def cm_of(amount: Decimal, unit: str) -> Decimal:
    """A height in cm, to the millimetre; `unit` is "cm" or "in". Raises DoseRefused for a height nobody has."""
    cm = _tenths(amount * CM_PER_IN if unit == "in" else amount)
    if not SHORTEST_CM <= cm <= TALLEST_CM:
        raise DoseRefused(
            f"{show(amount)} {unit} is not the height of an adult here ({SHORTEST_CM} to {TALLEST_CM} cm)."
            " Check the number and the unit."
        )
    return cm


def ideal_kg(height_cm: Decimal, sex: str) -> Decimal:
    """The ideal weight by Devine, to 0.1 kg. Raises DoseRefused below the height at which the formula begins."""
    if height_cm < FORMULA_FROM_CM:
        raise DoseRefused(f"The formula for the ideal weight begins at {FORMULA_FROM_CM:.1f} cm (60 in). Use the actual weight.")
    inches_above = (height_cm - FORMULA_FROM_CM) / CM_PER_IN
    return _tenths(IDEAL_AT_60_IN_KG[sex] + KG_PER_INCH * inches_above)


def dosing_kg(basis: str, actual_kg: Decimal, height_cm: Decimal, sex: str) -> Decimal:
    """The ideal or adjusted weight, to 0.1 kg. Raises DoseRefused where it would be above the actual one."""
    ideal = ideal_kg(height_cm, sex)
    if ideal > actual_kg:
        raise DoseRefused(f"The ideal weight ({show(ideal)} kg) is above the actual one. Use the actual weight.")
    if basis == "ideal":
        return ideal
    return _tenths(ideal + ADJUSTED_PART * (actual_kg - ideal))


@dataclass(frozen=True)
class Doubt:
    """Why a weight is asked about, and whether a second person has to read the scale."""

    words: str
    needs_second: bool


def doubt_about(kg: Decimal, last_kg: Decimal | None, height_cm: Decimal | None = None) -> Doubt | None:
    """What makes this weight look like a slip; None for one that looks right. `last_kg` is of the last 180 days."""
    words = [*_beside_last(kg, last_kg), *_by_itself(kg, last_kg, height_cm)]
    if not words:
        return None
    off = abs(kg - last_kg) / last_kg if last_kg else None
    return Doubt(" ".join(words), off > SECOND_BEYOND if off is not None else True)


def first_weight(kg: Decimal) -> Doubt:
    """What is asked about a weight beside which no earlier one stands: pounds for kilograms would be seen by nobody else."""
    return Doubt(f"It is the first weight of this patient: {both_units(kg)}. Is that what the scale says, unit and all?", False)


def _beside_last(kg: Decimal, last_kg: Decimal | None) -> Iterator[str]:
    if last_kg is None or abs(kg - last_kg) <= last_kg * ASK_BEYOND:
        return
    per_cent = (abs(kg - last_kg) / last_kg * 100).quantize(Decimal(1), ROUND_HALF_UP)
    yield f"{show(kg)} kg is {per_cent} % {'above' if kg > last_kg else 'below'} the last weight, {show(last_kg)} kg."
    for factor, slip in ((LB_PER_KG, "pounds typed as kg"), (1 / LB_PER_KG, "kilograms typed as lb")):
        if abs(kg - last_kg * factor) <= last_kg * factor * ASK_BEYOND:
            yield f"It looks like {slip}."


def _by_itself(kg: Decimal, last_kg: Decimal | None, height_cm: Decimal | None) -> Iterator[str]:
    if last_kg is None and not USUAL_FROM_KG <= kg <= USUAL_TO_KG:
        yield f"{show(kg)} kg is rare, and no earlier weight stands beside it. Is the unit right?"
    if height_cm:
        bmi = _tenths(kg / (height_cm / 100) ** 2)
        if not USUAL_BMI[0] <= bmi <= USUAL_BMI[1] and not (last_kg and abs(kg - last_kg) <= last_kg * ASK_BEYOND):
            yield f"{show(kg)} kg at {show(height_cm)} cm is a body mass index of {show(bmi)}. Are both units right?"


def both_units(kg: Decimal) -> str:
    """A weight in both units, side by side, to a tenth: "76 kg = 167.6 lb"."""
    return f"{show(_tenths(kg))} kg = {show(_tenths(kg * LB_PER_KG))} lb"


def _tenths(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.1"), ROUND_HALF_UP)
