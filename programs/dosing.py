"""From a weight and mg per kg to the mg that is ordered. Pure, Decimal, units in the names.

The rounded figure is the dose: it is what is ordered, shown, given and recorded. Nothing is carried
forward that nobody saw.

A tenfold error here kills. Published: 0.5 mg/kg ordered and 50 mg/kg given after a sum error; 950 mg given
for 95 mg. So a number is read strictly or not at all, and a dose beyond the program's most is never worked out.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MG_STEP = Decimal("0.1")
LB_PER_KG = Decimal("2.20462262185")
LIGHTEST_KG, HEAVIEST_KG = Decimal(30), Decimal(300)
# A dose is worked out from today's weight; further off than this, the order needs another look.
MOST_WEIGHT_CHANGE = Decimal("0.10")

_PLAIN_NUMBER = re.compile(r"(0|[1-9][0-9]{0,4})(\.[0-9]{1,3})?")


class NotANumber(ValueError):
    """What was typed is not one plain number; `str(error)` says what is wrong with it."""


class DoseRefused(ValueError):
    """The dose or the weight is outside what can be ordered; `str(error)` says which, and the limit."""


def read_amount(text: str, unit: str) -> Decimal:
    """The number that was typed, for a field whose unit is printed beside it.

    Raises NotANumber for a comma, an exponent, a unit, digits of another alphabet, a sign, a naked point:
    each of them has been read as another number by somebody.
    """
    typed = text.strip(" ")
    if _PLAIN_NUMBER.fullmatch(typed):
        return Decimal(typed)
    if not typed:
        raise NotANumber(f"Type the number of {unit}.")
    if "," in typed:
        raise NotANumber(f"“{typed}” has a comma. Write a point: 0.5, 1200.")
    if re.search(r"[eE][+-]?[0-9]", typed):
        raise NotANumber(f"“{typed}” has an exponent. Write the number out.")
    if typed.startswith("."):
        raise NotANumber(f"“{typed}” begins with a point. Write 0{typed}.")
    if re.search(r"[a-zA-Zµ]", typed):
        raise NotANumber(f"“{typed}” has letters. The unit is {unit}; write the number only.")
    raise NotANumber(f"“{typed}” is not a plain number. Use the digits 0 to 9 and one point.")


def kg_of(amount: Decimal, unit: str) -> Decimal:
    """A weight in kg, to the gram; `unit` is "kg" or "lb". Raises DoseRefused for a weight nobody has."""
    weight_kg = (amount / LB_PER_KG if unit == "lb" else amount).quantize(Decimal("0.001"), ROUND_HALF_UP)
    if not LIGHTEST_KG <= weight_kg <= HEAVIEST_KG:
        raise DoseRefused(
            f"{show(amount)} {unit} is not the weight of an adult here ({LIGHTEST_KG} to {HEAVIEST_KG} kg)."
            " Check the number and the unit."
        )
    return weight_kg


@dataclass(frozen=True)
class Limits:
    """What nobody orders beyond, from the program."""

    most_mg_per_kg: Decimal
    most_mg: Decimal


def dose_mg(weight_kg: Decimal, mg_per_kg: Decimal, limits: Limits) -> Decimal:
    """The dose in mg, to 0.1, halves up. Raises DoseRefused beyond the limits.

    60 kg at 0.5 mg/kg is 30 mg; 80 kg at 1 mg/kg is 80 mg.
    """
    if not 0 < mg_per_kg <= limits.most_mg_per_kg:
        raise DoseRefused(f"{show(mg_per_kg)} mg/kg is beyond what this program allows ({show(limits.most_mg_per_kg)} mg/kg).")
    mg = (weight_kg * mg_per_kg).quantize(MG_STEP, ROUND_HALF_UP)
    if not 0 < mg <= limits.most_mg:
        raise DoseRefused(f"{show(mg)} mg is beyond what this program allows ({show(limits.most_mg)} mg).")
    return mg


def weight_is_off(ordered_kg: Decimal, measured_kg: Decimal) -> bool:
    """Whether today's weight is further from the ordered dosing weight than a dose may rest on."""
    return abs(measured_kg - ordered_kg) > ordered_kg * MOST_WEIGHT_CHANGE


def show(number: Decimal) -> str:
    """A number as ISMP asks: a zero before the point, none after the last digit, a comma at 1,000."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sentence(route: str, mg: Decimal, mg_per_kg: Decimal, weight_kg: Decimal, minutes: int) -> str:
    """The dose as one sentence: "ketamine IV · 38 mg = 0.5 mg/kg × 76 kg, over 40 min"."""
    said = f"ketamine {route} · {show(mg)} mg = {show(mg_per_kg)} mg/kg × {show(weight_kg)} kg"
    return f"{said}, over {minutes} min" if minutes else said
