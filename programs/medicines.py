"""Medicines given beside the dose: what looks like a slip, or like harm to this patient, before it is written. Pure, Decimal.

Names are compared as words, not as substances: that amoxicillin is a penicillin is for the person who gives it to know.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from programs.dosing import DoseRefused, read_amount, show

UNITS = ("mg", "mcg", "g", "mL", "L/min", "units", "mmol")
ROUTES = ("IV", "IM", "SC", "PO", "SL", "IN", "inhaled", "on the skin")
# A dose so many times another of the same drug is a slip more often than a wish: a point missed, a unit mistaken.
FAR_OFF = 4
# Words on an allergy list that name no drug.
_NO_NAME = frozenset({"allergy", "allergic", "none", "known", "rash", "hives", "from", "with", "and", "the", "after"})
_SHORTEST_NAME = 4


@dataclass(frozen=True)
class Amount:
    """So much of a drug, in thousandths of the unit, by a route."""

    drug: str
    thousandths: int
    unit: str
    route: str

    @property
    def plain(self) -> str:
        """The number alone, as it is typed into a field."""
        return show(Decimal(self.thousandths) / 1000).replace(",", "")

    def __str__(self) -> str:
        return f"{self.drug} {show(Decimal(self.thousandths) / 1000)} {self.unit} {self.route}"


def read_thousandths(typed: str, unit: str) -> int:
    """An amount as typed beside its unit, in thousandths of it. Raises NotANumber, and DoseRefused for nothing."""
    amount = read_amount(typed, unit)
    if amount <= 0:
        raise DoseRefused("Type how much; 0 is nothing.")
    return int(amount * 1000)


def names_in(text: str) -> frozenset[str]:
    """The words of a text that may name a drug, without case and accents."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    words = re.findall(r"[^\W\d_]+", plain)
    return frozenset(word for word in words if len(word) >= _SHORTEST_NAME and word not in _NO_NAME)


def allergies_to(drug: str, allergies: Iterable[str]) -> tuple[str, ...]:
    """Those lines of the allergy list that share a name with this drug: "Penicillins: rash" for "penicillin V"."""
    names = names_in(drug)
    return tuple(line for line in allergies if any(_same(one, other) for one in names for other in names_in(line)))


def _same(one: str, other: str) -> bool:
    """Equal, or one of them the beginning of the other: a plural, a salt written in one word."""
    return one.startswith(other) or other.startswith(one)


def doubts_about(given: Amount, allergies: Iterable[str], usual: Iterable[Amount]) -> tuple[str, ...]:
    """What somebody must read and answer before this is written; empty where nothing is odd."""
    return (*_allergy_lines(given, allergies), *_far_off_lines(given, usual))


def _allergy_lines(given: Amount, allergies: Iterable[str]) -> Iterator[str]:
    for line in allergies_to(given.drug, allergies):
        yield f"{given.drug}: the allergy list says “{line}”."


def _far_off_lines(given: Amount, usual: Iterable[Amount]) -> Iterator[str]:
    for one in usual:
        if one.unit != given.unit or not names_in(one.drug) & names_in(given.drug):
            continue
        if not one.thousandths <= given.thousandths * FAR_OFF <= one.thousandths * FAR_OFF**2:
            yield f"{given} is far from this clinic's standing order, {one}."
