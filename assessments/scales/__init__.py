"""What a scale file says. Each *.toml beside this file is one scale; README.md explains the keys."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from tracker.definitions import Definition, Misfit, Part, Written, read_folders, read_text

# The codes of the scales that clinics make in the app. No file may bear such a code (checked at start), so that a
# clinic's scale never hides one that comes later in a file.
OWN = "own-"

Lang = Literal["en", "es"]
Text = dict[Lang, str]


class Option(Part):
    """One answer and what it counts."""

    value: int
    text: Text = {}
    loinc: str = ""

    @property
    def words(self) -> str:
        """The answer as staff read it: its number where its text is not here."""
        return self.text.get("en", str(self.value))


class AskedIf(Part):
    """An item is asked only when `item`, which stands before it, has one of these `answers`."""

    item: str
    answers: Annotated[tuple[int, ...], Field(min_length=1)]


class Item(Part):
    """One question, with its own `options` where it has them."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,12}$")]
    text: Text = {}
    # What it is about, in a word or two of our own: what staff read where its text is not here.
    about: Annotated[str, Field(max_length=60)] = ""
    loinc: str = ""
    options: tuple[Option, ...] = ()
    # The words at the two ends of a row of numbers.
    low: Text = {}
    high: Text = {}
    asked_if: AskedIf | None = None
    # It does not apply to everybody: left empty it counts nothing and is not missing.
    optional: bool = False

    @property
    def words(self) -> str:
        """The question as staff read it: what it is about where its text is not here."""
        return self.text.get("en") or self.about or "(its wording is not here)"


class Band(Part):
    """A range of totals with a name."""

    from_: Annotated[Decimal, Field(alias="from")]
    to: Decimal
    name: Text


class SafetyRule(Part):
    """An answer that somebody must act on. The highest rule that an answer reaches counts.

    Without an `item` it looks at the total. `triage` is the level that it stands for on a scale whose total is the
    triage level.
    """

    item: str = ""
    at_least: int
    level: Literal["urgent", "high"]
    words: Annotated[str, Field(max_length=160)]
    triage: Annotated[int, Field(ge=0)] = 0


class Response(Part):
    """When it counts as response: better by `percent` of the baseline, by `points`, or, where both stand, by both.

    Below `low_start` at baseline a change is shown and no verdict given. `floor` is taken off the baseline before
    the per cent is worked out where the lowest total is not zero.
    """

    percent: Annotated[Decimal, Field(gt=0, le=100)] | None = None
    points: Annotated[Decimal, Field(gt=0)] | None = None
    low_start: Decimal | None = None
    floor: Decimal = Decimal(0)
    source: str = ""

    @model_validator(mode="before")
    @classmethod
    def be_half_unless_said(cls, said: Any) -> Any:
        """Half of the baseline, where the file names neither a per cent nor points."""
        return {"percent": 50, **said} if isinstance(said, dict) and not {"percent", "points"} & set(said) else said


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
    """A named part of the total: the sum of some items; of a typed total, a number of its own from `lowest` to `highest`."""

    name: Text
    items: tuple[str, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @model_validator(mode="after")
    def say_one(self) -> Self:
        if (self.lowest is None) != (self.highest is None) or bool(self.items) == (self.lowest is not None):
            raise ValueError("a subscore has either items, or lowest and highest")
        if self.lowest is not None and self.highest is not None and self.lowest >= self.highest:
            raise ValueError("the lowest of a subscore is not below its highest")
        return self


class Permission(Part):
    """By what right a clinic holds the text of a scale that is not free: its licence, or its registration with the owner."""

    kind: Literal["licence", "registration"]
    number: Annotated[str, Field(min_length=1, max_length=80)]
    holder: Annotated[str, Field(min_length=1, max_length=120)]
    dated: date


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
    # "here": the wording stands in this file. "licensed": it may not; a clinic loads it, and until then the scale
    # is not asked. "loaded": this is a clinic's own copy, with the wording that it loaded.
    text: Literal["here", "licensed", "loaded"] = "here"
    permission: Permission | None = None
    # "sum" or "mean" of the items; "triage": the highest triage level of the safety rules that the answers reach;
    # "total" for a scale of which only the total is kept.
    scoring: Literal["sum", "mean", "triage", "total"]
    # What the sum is multiplied by.
    factor: Annotated[int, Field(ge=1)] = 1
    # Of each of these sets of items only the largest answer counts.
    largest_of: tuple[tuple[str, ...], ...] = ()
    # Of each of these sets one answer is enough: the form asks for one or the other.
    either: tuple[tuple[str, ...], ...] = ()
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
    response: Response = Response(percent=Decimal(50))
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
        self._check_items()
        self._check_names()
        self._check_text()
        self._check_bands()
        self._check_range()
        return self

    def _check_items(self) -> None:
        before: dict[str, set[int]] = {}
        for index, item in enumerate(self.items):
            if item.id in before:
                raise Misfit("two items have the same id", "items", index, "id")
            if not self.options_of(item):
                raise Misfit("an item has no options", "items", index)
            if (rule := item.asked_if) and not set(rule.answers) <= before.get(rule.item, set()):
                raise Misfit("asked_if names an item that does not stand before it, or an answer it has not", "items", index)
            before[item.id] = {option.value for option in self.options_of(item)}

    def _check_names(self) -> None:
        named = {*self.required_items, *(rule.item for rule in self.safety if rule.item)}
        named |= {item for subscore in self.subscores.values() for item in subscore.items}
        named |= {item for group in (*self.largest_of, *self.either) for item in group}
        if unknown := named - {item.id for item in self.items}:
            raise ValueError(f"no item is called {', '.join(sorted(unknown))}")
        if self.prorate_up_to and (self.largest_of or self.either or self.scoring == "triage"):
            raise Misfit("a gap cannot be stood for where the answers do not simply add up", "prorate_up_to")
        if self.scoring == "total" and any(subscore.items for subscore in self.subscores.values()):
            raise Misfit("without items a subscore has lowest and highest", "subscores")
        if self.items and any(not subscore.items for subscore in self.subscores.values()):
            raise Misfit("with items a subscore names some of them", "subscores")

    def _check_text(self) -> None:
        """The wording of a scale that is not free never stands in a file; a scale that is asked has its wording whole."""
        if (self.text == "loaded") != (self.permission is not None):
            raise Misfit('a permission stands with text = "loaded", and only there', "text")
        if self.text == "licensed":
            for index, item in enumerate(self.items):
                if item.text:
                    raise Misfit('text = "licensed", so no question is written out', "items", index, "text")
            if self.stem:
                raise Misfit('text = "licensed", so no stem is written out', "stem")
            return
        for index, item in enumerate(self.items):
            if not item.text or not all(option.text for option in self.options_of(item)):
                raise Misfit("the text of the question or of one of its answers is missing", "items", index)

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
        if self.scoring == "triage":
            if [self.lowest, self.highest] != [0, max((rule.triage for rule in self.safety), default=0)]:
                raise Misfit("lowest is not 0, or highest not the highest triage level", "highest")
            if not all(rule.item and rule.triage for rule in self.safety):
                raise Misfit("each safety rule of a triage has an item and a triage level", "safety")
            return
        parts = len(self.items) if self.scoring == "mean" else 1
        ends = [Fraction(self._end(pick) * self.factor, parts) for pick in (min, max)]
        if ends != [Fraction(self.lowest), Fraction(self.highest)]:
            raise Misfit("lowest and highest are not what the options add up to", "highest")

    def _end(self, pick: Callable[[Iterable[int]], int]) -> int:
        """The least or the most that the items can add up to; what is not asked counts nothing."""
        ends = {item.id: pick(option.value for option in self.options_of(item)) for item in self.items}
        skippable = {item.id for item in self.items if item.optional or item.asked_if}
        reach = {item_id: pick((end, 0)) if item_id in skippable else end for item_id, end in ends.items()}
        return sum(max(reach[item_id] for item_id in group) for group in self.counted)

    @property
    def counted(self) -> tuple[tuple[str, ...], ...]:
        """The items as they count: each alone, or the sets of which the largest counts."""
        grouped = {item_id for group in self.largest_of for item_id in group}
        return (*self.largest_of, *((item.id,) for item in self.items if item.id not in grouped))

    def options_of(self, item: Item) -> tuple[Option, ...]:
        """The answers of an item: its own, else the scale's."""
        return item.options or self.options

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which every word of it stands: none while its text is not here. A total needs none."""
        if not self.items:
            return ("en", "es")
        if self.text == "licensed":
            return ()
        texts = [text for item in self.items for text in (item.text, *(o.text for o in self.options_of(item)))]
        texts += [end for item in self.items for end in (item.low, item.high) if end]
        texts += [self.stem] if self.stem else []
        return tuple(lang for lang in ("en", "es") if all(lang in text for text in texts))

    def is_asked_in(self, language: str) -> bool:
        """Whether its questions can be asked in this language; a total has none."""
        return bool(self.items) and language in self.languages

    @property
    def is_answered_by_patient(self) -> bool:
        return bool(self.items) and self.rater == "patient"

    @property
    def is_rated_by_staff(self) -> bool:
        """Whether staff answer its questions, which stand here in the language of the staff."""
        return self.rater == "clinician" and self.is_asked_in("en")

    @property
    def percent_is_of_symptoms(self) -> bool:
        """Whether per cent of the start are per cent of the symptoms, as patients read them.

        Not where it counts what is good (from 4 to 24 is no "500% better"), nor where no symptom is more than zero.
        """
        return self.better == "lower" and self.response.floor == self.lowest

    @property
    def takes_total(self) -> bool:
        """Whether staff may type its total: where the form is on paper. A triage level always comes from its answers."""
        return self.scoring == "total" or (self.text != "here" and self.scoring != "triage")

    @property
    def subscores_make_total(self) -> bool:
        """Whether the total is the sum of the subscores: their ends add up to its own."""
        ends = [(part.lowest, part.highest) for part in self.subscores.values() if part.lowest is not None]
        lows, highs = (sum((end[side] or Decimal(0) for end in ends), Decimal(0)) for side in (0, 1))
        return bool(ends) and (lows, highs) == (self.lowest, self.highest)


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
