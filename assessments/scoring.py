"""From answers to a score. Pure and exact.

A total is a Fraction: the mean of three items is a third of something, and whether 50 % was reached must not
hang on a rounded third.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

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
    asked, answered = len(scale.items), len(answers)
    safety = _safety_value(scale, answers)
    missing = [item.id for item in scale.items if item.id not in answers]
    if not missing:
        points = Fraction(sum(answers.values()))
        total = points / asked if scale.scoring == "mean" else points
        return Score(total, answered, asked, subscores=_subscores(scale, answers), safety=safety)
    if why := _why_no_score(scale, missing):
        return Score(None, answered, asked, why, subscores=_subscores(scale, answers), safety=safety)
    mean = Fraction(sum(answers.values()), answered)
    total = mean if scale.scoring == "mean" else Fraction(_round_half_up(mean * asked))
    return Score(total, answered, asked, is_prorated=True, subscores=_subscores(scale, answers), safety=safety)


def _check(scale: Scale, answers: Mapping[str, int]) -> None:
    items = {item.id: item for item in scale.items}
    for item_id, value in answers.items():
        if item_id not in items:
            raise BadAnswers(_("%(scale)s has no question %(item)s.") % {"scale": scale.title, "item": item_id})
        if value not in {option.value for option in scale.options_of(items[item_id])}:
            told = {"scale": scale.title, "item": item_id, "value": value}
            raise BadAnswers(_("%(scale)s, question %(item)s: %(value)s is not one of its answers.") % told)


def _why_no_score(scale: Scale, missing: list[str]) -> str:
    for item_id in missing:
        if item_id in scale.required_items:
            return f"question {item_id} was not answered"
    if len(missing) > scale.prorate_up_to or len(missing) == len(scale.items):
        return f"{len(missing)} of {len(scale.items)} questions were not answered"
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
    return tuple(dict.fromkeys(rule.item for rule in scale.safety))


def safety_rule(scale: Scale, answers: Mapping[str, int]) -> SafetyRule | None:
    """The gravest safety rule that these answers reach, whatever the total."""
    reached = [rule for rule in scale.safety if answers.get(rule.item, -1) >= rule.at_least]
    return max(reached, key=lambda rule: (rule.level == "high", rule.at_least), default=None)


def score_total(scale: Scale, total: Decimal) -> Score:
    """The score of a total that somebody else worked out. Raises BadAnswers outside the scale's range."""
    if not scale.lowest <= total <= scale.highest:
        raise BadAnswers(f"{scale.title} goes from {scale.lowest} to {scale.highest}; {total} is outside.")
    return Score(Fraction(total), 0, 0)


def band_of(scale: Scale, total: Fraction) -> Band | None:
    """The named range in which a total falls, where the scale has official ones."""
    shown = Fraction(rounded(total, scale.decimals))
    return next((band for band in scale.bands if Fraction(band.from_) <= shown <= Fraction(band.to)), None)


def rounded(number: Fraction, decimals: int) -> Decimal:
    """A total as it is shown: to the scale's decimals, halves away from zero."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def item_named(scale: Scale, item_id: str) -> Item:
    """The item with this id."""
    return next(item for item in scale.items if item.id == item_id)
