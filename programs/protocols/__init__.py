"""What a program file says. Each *.toml beside this file is one program; README.md explains the keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tracker.definitions import Definition, Misfit, Part, Written, read_folders, read_text

Days = Annotated[int, Field(ge=0, le=120)]
Minutes = Annotated[int, Field(ge=1, le=600)]


class Kind(StrEnum):
    """What a session is for. An infusion is any session in which ketamine is given, whatever the route."""

    PREPARATION = "preparation"
    INFUSION = "infusion"
    INTEGRATION = "integration"
    FOLLOW_UP = "follow-up"


class Route(StrEnum):
    IV = "IV"
    IM = "IM"
    SC = "SC"


class Need(StrEnum):
    """What a session occupies while it lasts."""

    CHAIR = "chair"
    NURSE = "nurse"
    THERAPIST = "therapist"


class SessionSpec(Part):
    """One session of the sequence.

    `spacing_days` counts from the infusion before for an infusion, from the session before for any other,
    and from the start for the first. `minutes` is the length of a session without a dose; an infusion's
    length follows from the dose.
    """

    kind: Kind
    spacing_days: Days
    window_days: Days
    needs: tuple[Need, ...]
    least_gap_hours: Annotated[int, Field(ge=1, le=24 * 60)] | None = None
    minutes: Minutes | None = None

    @model_validator(mode="after")
    def say_how_long(self) -> Self:
        is_infusion = self.kind == Kind.INFUSION
        if is_infusion and self.least_gap_hours is None:
            raise ValueError("an infusion needs least_gap_hours, the shortest time since the infusion before it")
        if is_infusion == (self.minutes is not None):
            raise ValueError("minutes stands with every session but an infusion, whose length follows from [dose]")
        return self


class Block(Part):
    """Sessions that come together, as often as `repeat` says."""

    repeat: Annotated[int, Field(ge=1, le=60)]
    sessions: Annotated[tuple[SessionSpec, ...], Field(min_length=1)]

    @property
    def has_infusion(self) -> bool:
        return any(spec.kind == Kind.INFUSION for spec in self.sessions)

    @model_validator(mode="after")
    def hold_one_infusion(self) -> Self:
        if sum(spec.kind == Kind.INFUSION for spec in self.sessions) > 1:
            raise ValueError("a block holds at most one infusion, so that the number of infusions can be changed")
        return self


class Dose(Part):
    """What the program proposes to give. A proposal, never an order: the order is a clinician's."""

    route: Route
    mg_per_kg: Annotated[Decimal, Field(gt=0)]
    # Over how long it is given; 0 for an injection.
    minutes: Annotated[int, Field(ge=0, le=240)]
    # Before the dose: identity, weight, vitals, the line. After it: watching.
    ready_minutes: Minutes
    recovery_minutes: Minutes
    # Nobody orders beyond these.
    most_mg_per_kg: Annotated[Decimal, Field(gt=0, le=2)]
    most_mg: Annotated[Decimal, Field(gt=0, le=300)]

    @model_validator(mode="after")
    def stay_within_the_most(self) -> Self:
        if self.mg_per_kg > self.most_mg_per_kg:
            raise Misfit("the proposed mg_per_kg is above most_mg_per_kg", "mg_per_kg")
        return self

    @property
    def session_minutes(self) -> int:
        return self.ready_minutes + self.minutes + self.recovery_minutes


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


class Protocol(Definition):
    """One treatment program, whole."""

    words: dict[Literal["en", "es"], Words]
    indications: Annotated[dict[Annotated[str, Field(max_length=40)], str], Field(min_length=1)]
    dose: Dose
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
        if not self.infusions:
            raise Misfit("no block holds an infusion", "blocks", 0)
        if self.infusions > self.most_infusions:
            raise Misfit("the sequence has more infusions than most_infusions", "most_infusions")
        if not any(rule.purpose == "baseline" and self.primary_scale in rule.scales for rule in self.checkins):
            raise Misfit("no baseline check-in asks the primary scale: nobody could say whether it helped", "primary_scale")
        return self

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
    def closing_sessions(self) -> int:
        """How many sessions come after the last block that holds an infusion."""
        last = max(index for index, block in enumerate(self.blocks) if block.has_infusion)
        return sum(block.repeat * len(block.sessions) for block in self.blocks[last + 1 :])

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
    rounds = [block for block in protocol.blocks for _ in range(block.repeat)]
    last = max(index for index, block in enumerate(rounds) if block.has_infusion)
    rounds[last + 1 : last + 1] = [rounds[last]] * (wanted - protocol.infusions)
    steps: list[Step] = []
    given = 0
    for block in rounds:
        if block.has_infusion and given == wanted:
            continue
        given += block.has_infusion
        for spec in block.sessions:
            steps.append(Step(len(steps) + 1, given if spec.kind == Kind.INFUSION else 0, spec))
    return tuple(steps)


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
