"""What differs between two versions of a program, value by value. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.protocols import Protocol

# These follow from saving a version; nobody changes them.
FOLLOWS = {"code", "version", "consent_version", "on_by_default"}
Path = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One value: where it stands, what it was and what it is; "" for what is not there."""

    path: Path
    was: str
    now: str


def changes_between(before: Protocol, after: Protocol) -> tuple[Change, ...]:
    """Every value that differs, in the order of the definition."""
    was, now = (dict(_leaves(protocol.model_dump(exclude=FOLLOWS))) for protocol in (before, after))
    return tuple(
        Change(path, was.get(path, ""), now.get(path, ""))
        for path in dict.fromkeys([*now, *was])
        if was.get(path, "") != now.get(path, "")
    )


def _leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list | tuple) and any(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, str(number)))
    else:
        yield path, as_typed(value)


def as_typed(value: object) -> str:
    """A value as a person types it: "4, 3", "0.5", nothing for what is not there."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Sequence):
        return ", ".join(map(as_typed, value))
    return str(value)
