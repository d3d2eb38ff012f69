"""From what was typed to the mg that is ordered: by weight, a fixed number of mg, or whole devices. Pure, Decimal, units
in the names.

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

# A tablet that is away from the server refuses by the same patterns, in the same words (js/tablet/forms.js): they are
# written so that Python and JavaScript read them alike.
PLAIN_NUMBER = r"(0|[1-9][0-9]{0,4})(\.[0-9]{1,3})?"
# What is wrong with anything else; the first that is found in it.
NOT_PLAIN = (
    (r"^$", "Type the number of {unit}."),
    (r",", "“{typed}” has a comma. Write a point: 0.5, 1200."),
    (r"[eE][+-]?[0-9]", "“{typed}” has an exponent. Write the number out."),
    (r"^\.", "“{typed}” begins with a point. Write 0{typed}."),
    (r"[a-zA-Zµ]", "“{typed}” has letters. The unit is {unit}; write the number only."),
    (r"", "“{typed}” is not a plain number. Use the digits 0 to 9 and one point."),
)


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
    if re.fullmatch(PLAIN_NUMBER, typed):
        return Decimal(typed)
    words = next(words for pattern, words in NOT_PLAIN if re.search(pattern, typed))
    raise NotANumber(words.format(typed=typed, unit=unit))


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
    """What nobody orders beyond, from the program. A dose by device has no limit per kg: it does not go by weight."""

    most_mg_per_kg: Decimal | None
    most_mg: Decimal


def dose_mg(weight_kg: Decimal, mg_per_kg: Decimal, limits: Limits) -> Decimal:
    """The dose in mg, to 0.1, halves up. Raises DoseRefused beyond the limits.

    60 kg at 0.5 mg/kg is 30 mg; 80 kg at 1 mg/kg is 80 mg.
    """
    if limits.most_mg_per_kg is None:
        raise DoseRefused("The dose of this program does not go by weight. Order it in mg.")
    if not 0 < mg_per_kg <= limits.most_mg_per_kg:
        raise DoseRefused(f"{show(mg_per_kg)} mg/kg is beyond what this program allows ({show(limits.most_mg_per_kg)} mg/kg).")
    mg = (weight_kg * mg_per_kg).quantize(MG_STEP, ROUND_HALF_UP)
    _stay_within(mg, limits)
    return mg


def _stay_within(mg: Decimal, limits: Limits) -> None:
    if not 0 < mg <= limits.most_mg:
        raise DoseRefused(f"{show(mg)} mg is beyond what this program allows ({show(limits.most_mg)} mg).")


def fixed_mg(mg: Decimal, weight_kg: Decimal, limits: Limits) -> Decimal:
    """A dose that was ordered in mg, for somebody of that weight. Raises DoseRefused for a part of 0.1 mg, and beyond
    the limits: the one per kg holds for a fixed dose too, so 50 mg may be too much for 30 kg.
    """
    if mg % MG_STEP:
        raise DoseRefused(f"{show(mg)} mg is finer than 0.1 mg. Round it.")
    _stay_within(mg, limits)
    most_mg_per_kg = limits.most_mg_per_kg
    if most_mg_per_kg is not None and mg > weight_kg * most_mg_per_kg:
        raise DoseRefused(
            f"{show(mg)} mg for {show(weight_kg)} kg is beyond what this program allows ({show(most_mg_per_kg)} mg/kg)."
        )
    return mg


def device_mg(mg: Decimal, one_device_mg: Decimal, limits: Limits) -> Decimal:
    """A dose that was ordered in whole devices. Raises DoseRefused for a part of one, and beyond the most."""
    _stay_within(mg, limits)
    if mg % one_device_mg:
        raise DoseRefused(f"{show(mg)} mg is not a whole number of devices: each holds {show(one_device_mg)} mg.")
    return mg


def weight_is_off(ordered_kg: Decimal, measured_kg: Decimal) -> bool:
    """Whether today's weight is further from the ordered dosing weight than a dose may rest on."""
    return abs(measured_kg - ordered_kg) > ordered_kg * MOST_WEIGHT_CHANGE


def show(number: Decimal) -> str:
    """A number as ISMP asks: a zero before the point, none after the last digit, a comma at 1,000."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_mg(amount_ug: int) -> str:
    """An amount in mg, to 0.1, halves up."""
    return show((Decimal(amount_ug) / 1000).quantize(MG_STEP, ROUND_HALF_UP))


# "IN" reads as a word; the others are read as letters in every clinic.
ROUTE_WORDS = {"IN": "nasal", "PO": "by mouth", "SL": "under the tongue"}


def head(drug: str, route: str, mg: Decimal) -> str:
    """How every dose begins: "esketamine nasal · 56 mg"."""
    return f"{drug} {ROUTE_WORDS.get(route, route)} · {show(mg)} mg"


def sentence(route: str, mg: Decimal, mg_per_kg: Decimal, weight_kg: Decimal, minutes: int, basis: str = "") -> str:
    """A dose by weight as one sentence: "ketamine IV · 38 mg = 0.5 mg/kg × 76 kg, over 40 min".

    `basis` says which weight it is where it is not the actual one: " (ideal weight)".
    """
    return f"{head('ketamine', route, mg)} = {show(mg_per_kg)} mg/kg × {show(weight_kg)} kg{basis}{over(minutes)}"


def fixed_sentence(route: str, mg: Decimal, weight_kg: Decimal, minutes: int, basis: str = "") -> str:
    """A dose in mg as one sentence, with what it means for this patient: "ketamine nasal · 50 mg, fixed, at 76 kg"."""
    return f"{head('ketamine', route, mg)}, fixed, at {show(weight_kg)} kg{basis}{over(minutes)}"


def device_sentence(drug: str, route: str, mg: Decimal, one_device_mg: Decimal) -> str:
    """A dose by device as one sentence: "esketamine nasal · 56 mg = 2 devices × 28 mg"."""
    count = mg / one_device_mg
    devices = "device" if count == 1 else "devices"
    return f"{head(drug, route, mg)} = {show(count)} {devices} × {show(one_device_mg)} mg"


def over(minutes: int) -> str:
    """ ", over 40 min", or nothing for a dose that is given at once."""
    return f", over {minutes} min" if minutes else ""
