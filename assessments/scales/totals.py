"""The rules of a clinic's own scale as somebody types them: checked in words, then a definition.

A scale of which only the total is kept is typed whole. Of one with questions, taken from a file, all but its questions
and what they add up to.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

from pydantic import ValidationError

from assessments.scales import Scale

LICENCE = "Only the name, the range and the rules stand here; no item text."


class NotAScale(ValueError):
    """What was typed makes no scale; `str(error)` says why, `field` where."""

    def __init__(self, why: str, field: str = "") -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True)
class TotalScale:
    """What a person types. `bands` are (upper end, name); the first begins at `lowest`, each next where one ended.

    Without `percent` and `points` a change is shown and no verdict given.
    """

    title: str
    measures: str
    source: str
    better: str
    lowest: Decimal
    highest: Decimal
    measures_es: str = ""
    rater: str = "clinician"
    recall_days: int = 0
    decimals: int = 0
    bands: tuple[tuple[Decimal, str], ...] = ()
    percent: Decimal | None = None
    points: Decimal | None = None
    low_start: Decimal | None = None
    response_source: str = ""
    remission: Decimal | None = None
    remission_source: str = ""


def scale_of_total(typed: TotalScale, *, code: str, version: int) -> Scale:
    """The definition that was typed. Raises NotAScale."""
    fixed = {"lowest": typed.lowest, "highest": typed.highest, "scoring": "total", "decimals": typed.decimals}
    return _definition({"code": code, "version": version, "licence": LICENCE, **fixed, **_typed(typed)})


def with_rules(scale: Scale, typed: TotalScale, *, version: int) -> Scale:
    """A scale with questions, under what was typed: its questions, answers, alerts and licence stay. Raises NotAScale."""
    kept = scale.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True)
    rules = {"bands", "response", "judged", "remission"}
    return _definition({key: value for key, value in kept.items() if key not in rules} | _typed(typed) | {"version": version})


def _typed(typed: TotalScale) -> dict[str, Any]:
    _check(typed)
    values: dict[str, Any] = {
        "title": typed.title,
        "source": typed.source,
        "better": typed.better,
        "recall_days": typed.recall_days,
        "rater": typed.rater,
        "measures": {"en": typed.measures} | ({"es": typed.measures_es} if typed.measures_es else {}),
        "bands": _bands(typed),
        "judged": _is_judged(typed),
    }
    if _is_judged(typed):
        values["response"] = _response(typed)
    if typed.remission is not None:
        end = "at_most" if typed.better == "lower" else "at_least"
        values["remission"] = {end: typed.remission, "source": typed.remission_source}
    return values


def _definition(values: dict[str, Any]) -> Scale:
    try:
        return Scale.model_validate(values)
    except ValidationError as error:
        raise NotAScale(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def total_of_scale(scale: Scale) -> TotalScale:
    """What somebody would have typed for this definition: what the form shows when it is changed."""
    rule, remission = scale.response, scale.remission
    return TotalScale(
        title=scale.title,
        measures=scale.measures["en"],
        measures_es=scale.measures.get("es", ""),
        source=scale.source,
        better=scale.better,
        lowest=scale.lowest,
        highest=scale.highest,
        rater=scale.rater,
        recall_days=scale.recall_days,
        decimals=scale.decimals,
        bands=tuple((band.to, band.name["en"]) for band in scale.bands),
        percent=rule.percent if scale.judged else None,
        points=rule.points if scale.judged else None,
        low_start=rule.low_start if scale.judged else None,
        response_source=rule.source if scale.judged else "",
        remission=None if remission is None else remission.at_most if remission.at_most is not None else remission.at_least,
        remission_source=remission.source if remission else "",
    )


def _is_judged(typed: TotalScale) -> bool:
    return typed.percent is not None or typed.points is not None


def _response(typed: TotalScale) -> dict[str, Any]:
    said = {"percent": typed.percent, "points": typed.points, "low_start": typed.low_start, "source": typed.response_source}
    return {key: value for key, value in said.items() if value is not None}


def _bands(typed: TotalScale) -> list[dict[str, Any]]:
    """With the lower ends that follow: a band begins one step above the end of the one before."""
    step = Decimal(1).scaleb(-typed.decimals)
    begins = [typed.lowest, *(end + step for end, _name in typed.bands)]
    return [{"from": begin, "to": end, "name": {"en": name}} for begin, (end, name) in zip(begins, typed.bands, strict=False)]


def _check(typed: TotalScale) -> None:
    if typed.lowest >= typed.highest:
        raise NotAScale("The highest total must be above the lowest.", "highest")
    for field in ("lowest", "highest", "points", "low_start", "remission"):
        _check_decimals(typed, field, cast("Decimal | None", getattr(typed, field)))
    _check_bands(typed)
    _check_rules(typed)


def _check_decimals(typed: TotalScale, field: str, number: Decimal | None) -> None:
    if number is not None and number != number.quantize(Decimal(1).scaleb(-typed.decimals)):
        raise NotAScale(f"{number:f} has more decimals than this scale ({typed.decimals}).", field)


def _check_bands(typed: TotalScale) -> None:
    for end, name in typed.bands:
        _check_decimals(typed, "bands", end)
        if not typed.lowest <= end <= typed.highest:
            raise NotAScale(f"The band “{name}” ends at {end:f}, outside {typed.lowest:f} to {typed.highest:f}.", "bands")
    for (end, _name), (next_end, name) in pairwise(typed.bands):
        if next_end <= end:
            raise NotAScale(f"The band “{name}” must end above {end:f}, where the one before it ends.", "bands")
    if typed.bands and typed.bands[-1][0] != typed.highest:
        raise NotAScale(f"The last band must end at the highest total, {typed.highest:f}.", "bands")


def _check_rules(typed: TotalScale) -> None:
    width = typed.highest - typed.lowest
    if typed.points is not None and typed.points > width:
        raise NotAScale(f"The whole scale is only {width:f} points wide.", "points")
    if typed.low_start is not None and not _is_judged(typed):
        raise NotAScale("A lowest start belongs to a rule of response: give its per cent or its points.", "low_start")
    for field, number in (("low_start", typed.low_start), ("remission", typed.remission)):
        if number is not None and not typed.lowest <= number <= typed.highest:
            raise NotAScale(f"{number:f} is outside {typed.lowest:f} to {typed.highest:f}.", field)
    if typed.remission is not None and not typed.remission_source:
        raise NotAScale("Say who published this cut, or that it is your clinic's own.", "remission_source")
