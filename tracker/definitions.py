"""Reading definitions that people write by hand: a program or a scale, one TOML file each.

A file is read into a frozen, typed model, or refused with file, line and reason before anything starts."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Part(BaseModel):
    """A part of a definition: frozen, and a key that nobody knows is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Definition(Part):
    """One file. `code` is its name for good, `version` goes up with each change."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    version: Annotated[int, Field(ge=1)]
    source: str


D = TypeVar("D", bound=Definition)


@dataclass(frozen=True)
class Written(Generic[D]):
    """A definition together with the text that it was read from."""

    definition: D
    body: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()


class Misfit(ValueError):
    """Two parts of a definition do not go together; `where` is the path of the one to look at."""

    def __init__(self, reason: str, *where: str | int) -> None:
        super().__init__(reason)
        self.where = tuple(str(step) for step in where)


class FileRefused(Exception):
    """A definition cannot be used; `str(error)` is "file, line N: reason"."""


def read_text(body: str, kind: type[D], name: str) -> Written[D]:
    """Read one definition from its text. Raises FileRefused; `name` is the file's, for the sentence."""
    try:
        return Written(kind.model_validate(tomllib.loads(body, parse_float=Decimal)), body)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*) \(at line (\d+), column \d+\)$", str(error))
        reason, line = found.groups() if found else (str(error), "the last")
        raise FileRefused(f"{name}, line {line}: {reason}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = tuple(str(step) for step in first["loc"])
        where += getattr(first.get("ctx", {}).get("error"), "where", ())
        reason = first["msg"].removeprefix("Value error, ")
        at = f" (at {'.'.join(where)})" if where else ""
        raise FileRefused(f"{name}, line {line_of(body, where)}: {reason}{at}") from error


def write_text(definition: Definition) -> str:
    """The TOML of a definition that was put together here; `read_text` reads the same definition back."""
    values = definition.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True)
    return "".join(f"{_toml_key(key)} = {_toml(value)}\n" for key, value in values.items())


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml_key(key)} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + "".join(f"\n  {_toml(inner)}," for inner in value) + ("\n]" if value else "]")
    # JSON and TOML escape alike, but for the one control character that JSON leaves as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def read_folders(folders: Iterable[Path], kind: type[D]) -> dict[str, Written[D]]:
    """Every definition of these folders by its code. Raises FileRefused for a bad file or a code used twice."""
    found: dict[str, Written[D]] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.toml")):
            written = read_text(_text_of(file), kind, file.name)
            code = written.definition.code
            if code != file.stem:
                raise FileRefused(
                    f"{file.name}, line {line_of(written.body, ('code',))}: its code is {code!r}, its file name is not"
                )
            if code in found:
                raise FileRefused(f"{file.name}, line 1: {code!r} is defined in two folders")
            found[code] = written
    return found


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FileRefused(f"{file.name}, line {line}: it is not written in UTF-8") from error
    except OSError as error:
        raise FileRefused(f"{file.name}, line 1: it cannot be read ({error.strerror})") from error


def line_of(body: str, where: tuple[str, ...]) -> int:
    """The line on which the value at path `where` is written, or the nearest table above it."""
    best, depth = 1, 0
    for number, path in _paths(body):
        shared = len(path) if where[: len(path)] == path else 0
        if shared > depth:
            best, depth = number, shared
    return best


def _paths(body: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each table header and each key of a TOML text, as (line, path); items of an array of tables count from 0."""
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(body.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)\s*([\w.\-\" ]+?)\s*\]", line):
            table = ()
            for name in _names(header[2]):
                table += (name,)
                if table in counts:
                    table += (str(counts[table]),)
            if header[1] == "[[":
                table = table[:-1] if table[:-1] in counts else table
                counts[table] = counts.get(table, -1) + 1
                table += (str(counts[table]),)
            yield number, table
        elif key := re.match(r"\s*([\w.\-\"]+)\s*=", line):
            yield number, table + _names(key[1])


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip('"') for name in dotted.split("."))
