"""A column for each visit and question: phq1_w0 to phq9_w0, phq1_w2 to phq9_w2, in whatever order. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.scales import Scale
from assessments.transfer.proposing.columns import Column, without_empty
from assessments.transfer.visits import is_at_start, length_of

_A_QUESTION = re.compile(r"(q|item|question|no|nr)\d*", re.IGNORECASE)
# Of one visit, the column of each question by its number.
Visit = dict[int, Column]
Chooser = Callable[[Sequence[Column]], Scale | None]


@dataclass(frozen=True)
class _Split:
    """One way of reading the name of a column: what is left of it without the number of the question and the visit."""

    stem: tuple[str, ...]
    question: int
    visit: str


def wide_questions(columns: Sequence[Column], scale_of: Chooser) -> list[dict[str, Any]]:
    """An entry for each visit of a file that has a column for each visit and question; nothing where that is not plain."""
    found: dict[tuple[str, ...], dict[str, Visit]] = defaultdict(lambda: defaultdict(dict))
    for column in columns:
        for split in _splits(column.name):
            found[split.stem][split.visit][split.question] = column
    for visits in sorted(found.values(), key=_speaking, reverse=True):
        if len(visits) > 1 and (scale := _scale_of_all(visits, scale_of)):
            return [_entry(name, visit, scale) for name, visit in visits.items()]
    return []


def _splits(name: str) -> Iterator[_Split]:
    tokens = re.findall(r"\d+|[^\W\d_]+|[\W_]+", name)
    for at, token in enumerate(tokens):
        if not token.isdecimal():
            continue
        for first, last in _visits_in(tokens, at):
            visit = "".join(tokens[first : last + 1])
            if _A_QUESTION.fullmatch(visit):
                continue
            rest = tuple(
                "?" if n == at else "!" if n == first else tokens[n] for n in range(len(tokens)) if not first < n <= last
            )
            yield _Split(rest, int(token), visit)


def _visits_in(tokens: list[str], question: int) -> Iterator[tuple[int, int]]:
    """Where a visit could stand: a number with the letters before it, or letters between two marks."""
    for at, token in enumerate(tokens):
        if at == question:
            continue
        if token.isdecimal():
            yield _start_of(tokens, at), at
        elif token.isalpha() and not any(near.isdecimal() for near in tokens[max(0, at - 1) : at + 2]):
            yield at, at


def _start_of(tokens: list[str], at: int) -> int:
    """Where the visit begins whose number stands at `at`: with the letters before it, "w" of w2, or the unit of "week 2"."""
    before = tokens[:at]
    if before[-1:] and before[-1].isalpha():
        return at - 1
    if len(before) > 1 and length_of(f"{before[-2]} {tokens[at]}"):
        return at - 2
    return at


def _speaking(visits: dict[str, Visit]) -> int:
    """How many of the visits say by their name when they were."""
    return sum(is_at_start(name) or length_of(name) is not None for name in visits)


def _scale_of_all(visits: dict[str, Visit], scale_of: Chooser) -> Scale | None:
    """The scale whose questions each of the visits has, all of them."""
    chosen = []
    for visit in visits.values():
        if sorted(visit) != list(range(1, len(visit) + 1)):
            return None
        chosen.append(scale_of([visit[number] for number in sorted(visit)]))
    first = chosen[0]
    return first if first and all(scale == first for scale in chosen) else None


def _entry(name: str, visit: Visit, scale: Scale) -> dict[str, Any]:
    items = {item.id: visit[number].name for number, item in enumerate(scale.items, 1)}
    length = (0, "days") if is_at_start(name) else length_of(name)
    when = {"after": length[0], "holds": length[1]} if length else None
    return without_empty({"scale": scale.code, "items": items, "when": when, "visit": name})
