"""A scripted infusion to practise on: what the patient does at which minute, what is expected, and what was missed. Pure.

A script is data, one TOML file each in this folder. Nothing here is a patient.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tracker.definitions import Definition, Part, read_folders

Minute = Annotated[int, Field(ge=0, le=240)]
What = Literal["reading", "event", "pause", "resume", "stop"]


class Expected(Part):
    """One thing that the nurse records within so many minutes of its step."""

    what: What
    words: str
    within: Annotated[int, Field(ge=1, le=30)]
    # Systolic, diastolic, pulse and oxygen as the step says them; the kind of event.
    reading: tuple[int, int, int, int] | None = None
    event: str = ""


class Step(Part):
    """What happens at one minute of the dose."""

    minute: Minute
    says: str
    wifi: Literal["", "gone", "back"] = ""
    expects: tuple[Expected, ...] = ()


class Script(Definition):
    """One practice: what is so before the dose, then the steps in the order of their minutes."""

    title: str
    before: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Done:
    """One thing that was recorded, so long after the dose began."""

    what: str
    after: timedelta
    reading: tuple[int | None, ...] = ()
    event: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of one expectation: "done", "otherwise" (measured in time, other numbers typed), "missed" or "waits"."""

    expected: Expected
    state: Literal["done", "otherwise", "missed", "waits"]


@dataclass(frozen=True)
class Seen:
    """A step that has come, with what became of what it expects."""

    step: Step
    verdicts: tuple[Verdict, ...]


@cache
def script_named(code: str) -> Script:
    """The script of this code. Raises KeyError for one that there is not."""
    return scripts()[code]


@cache
def scripts() -> dict[str, Script]:
    """Every script of this folder by its code."""
    from_files = read_folders([Path(__file__).parent], Script)
    return {code: written.definition for code, written in from_files.items()}


def seen_so_far(script: Script, done: Iterable[Done], *, elapsed: timedelta, is_over: bool) -> list[Seen]:
    """The steps that have come, each with its verdicts. `elapsed` since the dose began; once it is over nothing waits."""
    rows = list(done)
    come = [step for step in script.steps if timedelta(minutes=step.minute) <= elapsed]
    return [Seen(step, tuple(_verdict(step, one, rows, elapsed, is_over) for one in step.expects)) for step in come]


def _verdict(step: Step, expected: Expected, rows: list[Done], elapsed: timedelta, is_over: bool) -> Verdict:
    begins = timedelta(minutes=step.minute)
    ends = begins + timedelta(minutes=expected.within)
    in_time = [row for row in rows if row.what == expected.what and begins <= row.after <= ends]
    if any(_is_it(row, expected) for row in in_time):
        return Verdict(expected, "done")
    if not is_over and elapsed <= ends:
        return Verdict(expected, "waits")
    return Verdict(expected, "otherwise" if expected.reading and in_time else "missed")


def _is_it(row: Done, expected: Expected) -> bool:
    if expected.reading is not None:
        return row.reading == expected.reading
    return row.event == expected.event


def wifi_is_gone(script: Script, elapsed: timedelta) -> bool:
    """Whether the script has taken the wifi away at this moment, and not yet given it back."""
    said = [step.wifi for step in script.steps if step.wifi and timedelta(minutes=step.minute) <= elapsed]
    return bool(said) and said[-1] == "gone"
