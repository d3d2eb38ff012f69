"""What a scale file says. Each *.toml beside this file is one scale; README.md explains the keys."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tracker.definitions import Definition, Misfit, Part, Written, read_folders, read_text

Lang = Literal["en", "es"]
Text = dict[Lang, str]


class Option(Part):
    """One answer and what it counts."""

    value: int
    text: Text
    loinc: str = ""


class Item(Part):
    """One question, with its own `options` where it has them."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,12}$")]
    text: Text
    loinc: str = ""
    options: tuple[Option, ...] = ()
    # The words at the two ends of a row of numbers.
    low: Text = {}
    high: Text = {}


class Band(Part):
    """A range of totals with a name."""

    from_: Annotated[Decimal, Field(alias="from")]
    to: Decimal
    name: Text


class SafetyRule(Part):
    """An answer that somebody must act on. The highest rule that an answer reaches counts."""

    item: str
    at_least: int
    level: Literal["urgent", "high"]
    words: Annotated[str, Field(max_length=160)]


class Response(Part):
    """When it counts as response: a fall (a rise, where higher is better) of that many per cent of baseline.

    Below `low_start` at baseline a change is shown and no verdict given. `floor` is taken off first where the
    lowest total is not zero.
    """

    percent: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(50)
    low_start: Decimal | None = None
    floor: Decimal = Decimal(0)
    source: str = ""


class Limit(Part):
    """A cut or a distance on the scale, with who published it."""

    points: Decimal
    source: str


class Remission(Part):
    """In remission at or beyond this total: at most `at_most` where lower is better, at least `at_least` where higher is."""

    at_most: Decimal | None = None
    at_least: Decimal | None = None
    source: str

    @model_validator(mode="after")
    def say_one(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("remission has either at_most or at_least")
        return self


class Subscore(Part):
    """A named sum of some items."""

    name: Text
    items: tuple[str, ...]


class Codes(Part):
    """LOINC codes of the panel and the total, where there are any."""

    panel: str = ""
    total: str = ""


class Scale(Definition):
    """One symptom scale, whole."""

    title: str
    measures: Text
    better: Literal["lower", "higher"]
    lowest: Decimal
    highest: Decimal
    recall_days: int
    rater: Literal["patient", "clinician"]
    licence: str
    # "sum" or "mean" of the items; "total" for a scale of which only the total is kept.
    scoring: Literal["sum", "mean", "total"]
    decimals: Annotated[int, Field(ge=0, le=2)] = 0
    # How many items may be missing when the mean of the others stands for them; none by default.
    prorate_up_to: Annotated[int, Field(ge=0)] = 0
    # Never stood for by others.
    required_items: tuple[str, ...] = ()
    stem: Text = {}
    options: tuple[Option, ...] = ()
    items: tuple[Item, ...] = ()
    subscores: dict[str, Subscore] = {}
    bands: tuple[Band, ...] = ()
    safety: tuple[SafetyRule, ...] = ()
    # Without a rule of its own, half of the baseline. `judged = false`: a change is shown, never a verdict.
    response: Response = Response()
    judged: bool = True
    remission: Remission | None = None
    reliable_change: Limit | None = None
    # A smaller distance at which staff look, before it is reliable.
    worsening_flag: Limit | None = None
    codes: Codes = Codes()

    @model_validator(mode="after")
    def hang_together(self) -> Self:
        if self.lowest >= self.highest:
            raise Misfit("lowest is not below highest", "lowest")
        if (self.scoring == "total") == bool(self.items):
            raise Misfit('a scale has items, or scoring = "total" and none', "scoring")
        ids = [item.id for item in self.items]
        for index, item_id in enumerate(ids):
            if item_id in ids[:index]:
                raise Misfit("two items have the same id", "items", index, "id")
        named = {*self.required_items, *(rule.item for rule in self.safety)}
        named |= {item for subscore in self.subscores.values() for item in subscore.items}
        if unknown := named - set(ids):
            raise ValueError(f"no item is called {', '.join(sorted(unknown))}")
        for index, item in enumerate(self.items):
            if not self.options_of(item):
                raise Misfit("an item has no options", "items", index)
        self._check_bands()
        self._check_range()
        return self

    def _check_bands(self) -> None:
        step = Decimal(1).scaleb(-self.decimals)
        for index, (below, above) in enumerate(pairwise(self.bands), 1):
            if below.to + step != above.from_:
                raise Misfit(f"the bands leave a gap or overlap between {below.to} and {above.from_}", "bands", index, "from")
        if self.bands and (self.bands[0].from_ != self.lowest or self.bands[-1].to != self.highest):
            raise Misfit("the bands do not reach from lowest to highest", "bands", 0)

    def _check_range(self) -> None:
        if self.scoring == "total":
            return
        ends = [sum(pick(o.value for o in self.options_of(item)) for item in self.items) for pick in (min, max)]
        parts = len(self.items) if self.scoring == "mean" else 1
        if [Fraction(end, parts) for end in ends] != [Fraction(self.lowest), Fraction(self.highest)]:
            raise Misfit("lowest and highest are not what the options add up to", "highest")

    def options_of(self, item: Item) -> tuple[Option, ...]:
        """The answers of an item: its own, else the scale's."""
        return item.options or self.options

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which every word of it stands. A total needs none."""
        if not self.items:
            return ("en", "es")
        texts = [text for item in self.items for text in (item.text, *(o.text for o in self.options_of(item)))]
        texts += [end for item in self.items for end in (item.low, item.high) if end]
        texts += [self.stem] if self.stem else []
        return tuple(lang for lang in ("en", "es") if all(lang in text for text in texts))

    @property
    def is_answered_by_patient(self) -> bool:
        return bool(self.items) and self.rater == "patient"


def read_scales(folders: Iterable[Path]) -> dict[str, Written[Scale]]:
    """Every scale of these folders by code. Raises FileRefused."""
    return _read(tuple(folders))


@cache
def _read(folders: tuple[Path, ...]) -> dict[str, Written[Scale]]:
    return read_folders(folders, Scale)


@cache
def scale_of(body: str) -> Scale:
    """The scale that a stored text holds."""
    return read_text(body, Scale, "stored scale").definition
