"""From answers to a score. Pure and exact.

A total is a Fraction: the mean of three items is a third of something, and whether 50 % was reached must not
hang on a rounded third.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from django.utils.translation import gettext as _

from assessments.scales import Band, Item, SafetyRule, Scale


class BadAnswers(ValueError):
    """An answer that the scale does not have; `str(error)` says which."""


@dataclass(frozen=True)
class Score:
    """What came of one set of answers.

    `total` is None when there is no score, and `why` then says why. `is_prorated` marks a total in which the
    mean of the answered stands for the gaps: it is shown, and never a baseline.
    """

    total: Fraction | None
    answered: int
    asked: int
    why: str = ""
    is_prorated: bool = False
    subscores: dict[str, Fraction] = field(default_factory=dict)
    safety: int | None = None

    @property
    def is_complete(self) -> bool:
        return self.total is not None and not self.is_prorated


def score(scale: Scale, answers: Mapping[str, int]) -> Score:
    """The score of `answers` (item id -> value); an item that is not in it was not answered, which is never zero.

    Raises BadAnswers for an item or a value that the scale does not have.
    """
    _check(scale, answers)
    missing = missing_items(scale, answers)
    counted = _counted(scale, answers)
    asked, answered = len(answers) + len(missing), len(answers)
    why = _why_no_score(scale, missing, asked)
    total = None if why else _total(scale, answers, counted, len(missing))
    return Score(
        total, answered, asked, why, bool(missing) and not why, _subscores(scale, answers), _safety_value(scale, answers)
    )


def missing_items(scale: Scale, answers: Mapping[str, int]) -> list[str]:
    """The items that should have been answered and were not: asked, not optional, and no other answer is enough for them."""
    enough = {item for group in scale.either if any(other in answers for other in group) for item in group}
    return [
        item.id
        for item in scale.items
        if item.id not in answers and item.id not in enough and not item.optional and is_asked(item, answers)
    ]


def is_asked(item: Item, answers: Mapping[str, int]) -> bool:
    """Whether an item is asked, given the answers before it."""
    return item.asked_if is None or answers.get(item.asked_if.item) in item.asked_if.answers


def answered_unasked(scale: Scale, answers: Mapping[str, int]) -> list[Item]:
    """The items that have an answer although the answers before them say that they are not asked."""
    return [item for item in scale.items if item.id in answers and not is_asked(item, answers)]


def _counted(scale: Scale, answers: Mapping[str, int]) -> list[int]:
    """The answers that count: of a set of which the largest counts, only that."""
    groups = [[answers[item] for item in group if item in answers] for group in scale.counted]
    return [max(group) for group in groups if group]


def _total(scale: Scale, answers: Mapping[str, int], counted: list[int], gaps: int) -> Fraction:
    """The total; for the gaps that the scale allows the mean of the answered stands."""
    if scale.scoring == "triage":
        return Fraction(max((rule.triage for rule in rules_reached(scale, answers)), default=0))
    points = Fraction(sum(counted) * scale.factor)
    mean = points / len(counted)
    if scale.scoring == "mean":
        return mean
    return Fraction(_round_half_up(mean * (len(counted) + gaps))) if gaps else points


def _check(scale: Scale, answers: Mapping[str, int]) -> None:
    items = {item.id: item for item in scale.items}
    for item_id, value in answers.items():
        if item_id not in items:
            raise BadAnswers(_("%(scale)s has no question %(item)s.") % {"scale": scale.title, "item": item_id})
        if value not in {option.value for option in scale.options_of(items[item_id])}:
            told = {"scale": scale.title, "item": item_id, "value": value}
            raise BadAnswers(_("%(scale)s, question %(item)s: %(value)s is not one of its answers.") % told)


def _why_no_score(scale: Scale, missing: list[str], asked: int) -> str:
    for item_id in missing:
        if item_id in scale.required_items:
            return f"question {item_id} was not answered"
    if len(missing) > scale.prorate_up_to or len(missing) == asked:
        return f"{len(missing)} of {asked} questions were not answered"
    return ""


def _round_half_up(number: Fraction) -> int:
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def _subscores(scale: Scale, answers: Mapping[str, int]) -> dict[str, Fraction]:
    return {
        code: Fraction(sum(answers[item] for item in subscore.items))
        for code, subscore in scale.subscores.items()
        if all(item in answers for item in subscore.items)
    }


def _safety_value(scale: Scale, answers: Mapping[str, int]) -> int | None:
    values = [answers[item] for item in safety_items(scale) if item in answers]
    return max(values, default=None)


def safety_items(scale: Scale) -> tuple[str, ...]:
    """The ids of the items that a safety rule looks at."""
    return tuple(dict.fromkeys(rule.item for rule in scale.safety if rule.item))


def safety_rule(scale: Scale, answers: Mapping[str, int], total: Fraction | None) -> SafetyRule | None:
    """The gravest safety rule that these answers, or this total, reach."""
    reached = rules_reached(scale, answers)
    reached += [rule for rule in scale.safety if not rule.item and total is not None and total >= rule.at_least]
    return max(reached, key=lambda rule: (rule.level == "high", rule.triage, rule.at_least), default=None)


def rules_reached(scale: Scale, answers: Mapping[str, int]) -> list[SafetyRule]:
    """Every safety rule that these answers reach; one that need not have been asked counts like any other."""
    return [rule for rule in scale.safety if rule.item in answers and answers[rule.item] >= rule.at_least]


def score_total(scale: Scale, total: Decimal, subscores: Mapping[str, Decimal] | None = None) -> Score:
    """The score of a total that somebody else worked out, with the subscores that came with it.

    Raises BadAnswers for a number that the scale or the subscore cannot have, and where they do not go together.
    """
    parts = subscores or {}
    _check_number(scale.title, total, scale.lowest, scale.highest, scale)
    for code, number in parts.items():
        part = scale.subscores.get(code)
        if part is None or part.lowest is None or part.highest is None:
            raise BadAnswers(f"{scale.title} has no subscore {code} that is typed.")
        _check_number(part.name["en"], number, part.lowest, part.highest, scale)
    if scale.subscores_make_total and len(parts) == len(scale.subscores) and sum(parts.values()) != total:
        raise BadAnswers(f"The subscores add up to {sum(parts.values())}, the total says {total}. Look again at both.")
    return Score(Fraction(total), 0, 0, subscores={code: Fraction(number) for code, number in parts.items()})


def _check_number(name: str, number: Decimal, lowest: Decimal, highest: Decimal, scale: Scale) -> None:
    if not lowest <= number <= highest:
        raise BadAnswers(f"{name} goes from {lowest} to {highest}; {number} is outside.")
    if scale.scoring != "mean" and number != rounded(Fraction(number), scale.decimals):
        whole = "a whole number" if scale.decimals == 0 else f"a number with {scale.decimals} decimals at most"
        raise BadAnswers(f"{name} is {whole}; {number} is not.")
    if scale.factor > 1 and (number - lowest) % scale.factor:
        raise BadAnswers(f"{name} goes in steps of {scale.factor}; {number} lies between two of them.")


def band_of(scale: Scale, total: Fraction) -> Band | None:
    """The named range in which a total falls, where the scale has official ones."""
    shown = Fraction(rounded(total, scale.decimals))
    return next((band for band in scale.bands if Fraction(band.from_) <= shown <= Fraction(band.to)), None)


@lru_cache(4096)
def rounded(number: Fraction, decimals: int) -> Decimal:
    """A total as it is shown: to the scale's decimals, halves away from zero. A page rounds the same few again and again."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def item_named(scale: Scale, item_id: str) -> Item:
    """The item with this id."""
    return next(item for item in scale.items if item.id == item_id)
