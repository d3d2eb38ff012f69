"""What a program file says. Each *.toml beside this file is one program; README.md explains the keys."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from programs.protocols.dose import Dose, Frequency, Minutes, Route
from tracker.definitions import Definition, Misfit, Part, Written, read_folders, read_text

__all__ = ["Block", "CheckInRule", "Dose", "Frequency", "Kind", "Need", "Protocol", "Review", "Route", "SessionSpec", "Step"]

# What the code of every program begins with that a clinic wrote in the app; no file's does.
OWN = "own-"

Days = Annotated[int, Field(ge=0, le=120)]


class Kind(StrEnum):
    """What a session is for. An infusion is any session in which ketamine is given, whatever the route."""

    PREPARATION = "preparation"
    INFUSION = "infusion"
    INTEGRATION = "integration"
    FOLLOW_UP = "follow-up"


def _in_turn(value: Any) -> Any:
    return [value] if isinstance(value, int) else value


class Need(StrEnum):
    """What a session occupies while it lasts."""

    CHAIR = "chair"
    NURSE = "nurse"
    THERAPIST = "therapist"


class SessionSpec(Part):
    """One session of the sequence.

    `spacing_days` counts from the infusion before for an infusion, from the session before for any other,
    and from the start for the first. Several take turns as the block repeats: 4, 3 is twice a week on the same two
    weekdays. `minutes` is the length of a session without a dose; an infusion's length follows from the dose.
    """

    kind: Kind
    spacing_days: Annotated[tuple[Days, ...], Field(min_length=1, max_length=14), BeforeValidator(_in_turn)]
    window_days: Days
    needs: tuple[Need, ...]
    least_gap_hours: Annotated[int, Field(ge=1, le=24 * 60)] | None = None
    minutes: Minutes | None = None

    @model_validator(mode="after")
    def say_how_long(self) -> Self:
        is_infusion = self.kind == Kind.INFUSION
        if is_infusion and self.least_gap_hours is None:
            raise Misfit("an infusion needs least_gap_hours, the shortest time since the infusion before it", "least_gap_hours")
        if is_infusion == (self.minutes is not None):
            raise Misfit("minutes stands with every session but an infusion, whose length follows from the dose", "minutes")
        return self

    @property
    def spacing(self) -> int:
        """The days of a step of the sequence, whose turn is known."""
        return self.spacing_days[0]

    def in_round(self, number: int) -> Self:
        """This session in the block's round `number`, counted from 0: with the spacing whose turn it is."""
        return self.model_copy(update={"spacing_days": (self.spacing_days[number % len(self.spacing_days)],)})


class Block(Part):
    """Sessions that come together, as often as `repeat` says; 0 is by need: none is planned, a clinician adds them."""

    repeat: Annotated[int, Field(ge=0, le=60)]
    sessions: Annotated[tuple[SessionSpec, ...], Field(min_length=1)]

    @property
    def has_infusion(self) -> bool:
        return any(spec.kind == Kind.INFUSION for spec in self.sessions)

    @model_validator(mode="after")
    def hold_one_infusion(self) -> Self:
        if sum(spec.kind == Kind.INFUSION for spec in self.sessions) > 1:
            raise ValueError("a block holds at most one infusion, so that the number of infusions can be changed")
        return self


class CheckInRule(Part):
    """When which scales are asked: so many days from which infusions, open for how long.

    A baseline opens `days` before the first infusion and closes when that starts.
    """

    purpose: Literal["baseline", "after", "follow-up"]
    infusions: Literal["first", "each", "last"] | tuple[Annotated[int, Field(ge=1)], ...]
    days: Annotated[int, Field(ge=-14, le=400)]
    open_days: Annotated[int, Field(ge=1, le=31)]
    scales: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def look_the_right_way(self) -> Self:
        if (self.purpose == "baseline") != (self.days < 0):
            raise ValueError("a baseline has negative days (before the first infusion), every other check-in has not")
        return self

    def asks_at(self, infusion: int, first: int, last: int) -> bool:
        """Whether this rule asks at infusion number `infusion` of a course that runs from `first` to `last`."""
        match self.infusions:
            case "each":
                return True
            case "first":
                return infusion == first
            case "last":
                return infusion == last
            case numbers:
                return infusion in numbers


class Review(Part):
    """A point at which the team looks: a question, or the decision."""

    after_infusion: Annotated[int, Field(ge=1)]
    asks: Literal["question", "decision"]


class Words(Part):
    """The program in a person's language."""

    title: str
    summary: str
    judged: str
    end: str
    consent: str
    # For whom it is not, a line each.
    not_for: tuple[str, ...] = ()


class Protocol(Definition):
    """One treatment program, whole."""

    words: dict[Literal["en", "es"], Words]
    indications: Annotated[dict[Annotated[str, Field(max_length=40)], str], Field(min_length=1)]
    # Of these, what the drug is licensed for by this route. For the rest its use is off-label, and consented to as such.
    licensed_for: tuple[str, ...] = ()
    # A course in hospital takes its patients from the ward; a clinic closed at weekends cannot keep daily ones.
    setting: Literal["outpatient", "inpatient"] = "outpatient"
    # Whether a clinic that never decided about it offers it.
    on_by_default: bool = True
    dose: Dose
    frequency: Frequency | None = None
    consent_version: Annotated[str, Field(max_length=20)]
    # The promise: from the first infusion to the last, both days counted.
    infusions_within_days: Annotated[int, Field(ge=1)]
    most_infusions: Annotated[int, Field(ge=1, le=60)]
    blocks: Annotated[tuple[Block, ...], Field(min_length=1)]
    primary_scale: str
    checkins: Annotated[tuple[CheckInRule, ...], Field(min_length=1)]
    # Scales that must not come more often than every so many days: code -> days.
    least_days_between: dict[str, Days] = {}
    reviews: tuple[Review, ...]

    @model_validator(mode="after")
    def hang_together(self) -> Self:
        if "en" not in self.words:
            raise Misfit("[words.en] is missing", "words")
        if unknown := set(self.licensed_for) - set(self.indications):
            raise Misfit(f"licensed for what is no indication: {', '.join(sorted(unknown))}", "licensed_for")
        if not self.infusions:
            raise Misfit("no block holds an infusion", "blocks", 0)
        if self.infusions > self.most_infusions:
            raise Misfit("the sequence has more infusions than most_infusions", "most_infusions")
        for index, block in enumerate(self.blocks):
            if not block.repeat and index != self.last_dosing_block:
                raise Misfit("only the last block with an infusion can be by need (repeat = 0)", "blocks", index, "repeat")
        if self.on_by_default and not self.dose.is_proposed:
            raise Misfit("a program that proposes no dose is off until a clinic switches it on", "on_by_default")
        self._check_numbers()
        if not any(rule.purpose == "baseline" and self.primary_scale in rule.scales for rule in self.checkins):
            raise Misfit("no baseline check-in asks the primary scale: nobody could say whether it helped", "primary_scale")
        return self

    def _check_numbers(self) -> None:
        """What follows a dose that can never come would never be asked, and nobody would notice."""
        for index, rule in enumerate(self.checkins):
            if isinstance(rule.infusions, tuple) and max(rule.infusions) > self.most_infusions:
                raise Misfit(self._no_dose(max(rule.infusions)), "checkins", index, "infusions")
        for index, review in enumerate(self.reviews):
            if review.after_infusion > self.most_infusions:
                raise Misfit(self._no_dose(review.after_infusion), "reviews", index, "after_infusion")

    def _no_dose(self, number: int) -> str:
        return f"there is no dose {number}: at most {self.most_infusions} are given"

    @property
    def infusions(self) -> int:
        """How many infusions the program has as written."""
        return sum(block.repeat for block in self.blocks if block.has_infusion)

    @property
    def scales(self) -> tuple[str, ...]:
        """The code of every scale that is asked, the primary one first."""
        asked = dict.fromkeys((self.primary_scale,))
        for rule in self.checkins:
            asked |= dict.fromkeys(rule.scales)
        return tuple(asked)

    @property
    def last_dosing_block(self) -> int:
        """The index of the last block that holds an infusion: the one that is repeated when more are wanted."""
        return max(index for index, block in enumerate(self.blocks) if block.has_infusion)

    @property
    def closing_sessions(self) -> int:
        """How many sessions come after the last block that holds an infusion."""
        return sum(block.repeat * len(block.sessions) for block in self.blocks[self.last_dosing_block + 1 :])

    def review_after(self, infusions: int) -> str:
        """What the team has to ask once that many infusions were given: "", "question" or "decision"."""
        due = [review for review in self.reviews if review.after_infusion <= infusions]
        return max(due, key=lambda review: review.after_infusion).asks if due else ""

    def words_in(self, language: str) -> Words:
        """The words in `language`, or in English where the file has no others."""
        return self.words.get("es" if language == "es" else "en", self.words["en"])

    def minutes_of(self, spec: SessionSpec) -> int:
        """How long a session lasts, recovery included."""
        return spec.minutes or self.dose.session_minutes


@dataclass(frozen=True)
class Step:
    """One session of the sequence as it will be: its number among all, and among the infusions (0 if none)."""

    number: int
    infusion: int
    spec: SessionSpec


def sequence(protocol: Protocol, infusions: int | None = None) -> tuple[Step, ...]:
    """The sessions of the program in order, for `infusions` of them (as written when None).

    More infusions repeat the last block that holds one; fewer leave out the last such blocks.
    """
    wanted = infusions or protocol.infusions
    steps: list[Step] = []
    given = 0
    for block, number in _rounds(protocol, wanted):
        if block.has_infusion and given == wanted:
            continue
        given += block.has_infusion
        for spec in block.sessions:
            steps.append(Step(len(steps) + 1, given if spec.kind == Kind.INFUSION else 0, spec.in_round(number)))
    return tuple(steps)


def _rounds(protocol: Protocol, wanted: int) -> Iterator[tuple[Block, int]]:
    """Each time that a block comes, with its number among the rounds of its block."""
    more = max(wanted - protocol.infusions, 0)
    for index, block in enumerate(protocol.blocks):
        for number in range(block.repeat + (more if index == protocol.last_dosing_block else 0)):
            yield block, number


def read_protocols(folders: Iterable[Path]) -> dict[str, Written[Protocol]]:
    """Every program of these folders by code. Raises FileRefused."""
    return _read(tuple(folders))


@cache
def _read(folders: tuple[Path, ...]) -> dict[str, Written[Protocol]]:
    return read_folders(folders, Protocol)


@cache
def protocol_of(body: str) -> Protocol:
    """The protocol that a stored text holds."""
    return read_text(body, Protocol, "stored program").definition
