"""The official text of a scale from a file: TOML, or a table (CSV, XLSX) with a row for each place. Pure.

place,en,es
item-1,The first question,La primera pregunta
"""

import csv
import tomllib
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

from assessments.scales import Lang, Scale
from assessments.scales.texts import LANGUAGES, Words, places_of
from assessments.transfer.reading import open_table, recognise
from assessments.transfer.table import FileUnreadable, Table
from assessments.transfer.words import key_of, known_as

LARGEST_FILE = 500_000
LONGEST_TEXT = 1000


class TextNotRead(ValueError):
    """The file holds no text of this scale; `str(error)` says why."""


def read_text_file(content: bytes, structure: Scale) -> Words:
    """The words of each place that the file names. Raises TextNotRead for what has no place in this scale."""
    if len(content) > LARGEST_FILE:
        raise TextNotRead(f"The file is larger than {LARGEST_FILE // 1000} kB. The text of a scale is shorter.")
    toml = _toml(content)
    cells = _of_toml(toml) if toml else _of_table(content)
    names = {place.key: (place.key, place.label, place.key.removeprefix("item-")) for place in places_of(structure)}
    words: dict[str, dict[Lang, str]] = {}
    for where, name, lang, text in cells:
        key = known_as(name, names)
        if key is None:
            raise TextNotRead(f"{where}: {structure.title} has no place {name[:60]!r}. It has: {', '.join(names)}.")
        if len(text) > LONGEST_TEXT:
            raise TextNotRead(f"{where}: the text is longer than {LONGEST_TEXT} letters.")
        words.setdefault(key, {})[lang] = text
    if not words:
        raise TextNotRead("The file holds no text.")
    return words


def empty_text_file(structure: Scale) -> str:
    """A table of every place of the scale, to be filled in."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["place", "about", *LANGUAGES])
    writer.writerows([place.key, place.label, *("" for _ in LANGUAGES)] for place in places_of(structure))
    return out.getvalue()


def _toml(content: bytes) -> dict[str, Any]:
    """What the file says if it is TOML with a table for each language."""
    try:
        said = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    return said if set(said) & set(LANGUAGES) else {}


def _of_toml(said: dict[str, Any]) -> Iterator[tuple[str, str, Lang, str]]:
    if strange := set(said) - set(LANGUAGES):
        raise TextNotRead(f"[{min(strange)}] is no language that patients are asked in here: {', '.join(LANGUAGES)}.")
    for lang in LANGUAGES:
        table = said.get(lang, {})
        if not isinstance(table, dict):
            raise TextNotRead(f"Write [{lang}] with a line for each place below it.")
        for name, text in table.items():
            if not isinstance(text, str):
                raise TextNotRead(f"[{lang}] {name}: write the text between quotation marks.")
            yield f"[{lang}]", name, lang, text.strip()


def _of_table(content: bytes) -> Iterator[tuple[str, str, Lang, str]]:
    try:
        file = BytesIO(content)
        table = open_table(file, recognise(file))
        place, columns = _columns(table)
        for row in table.rows():
            for lang, column in columns.items():
                if row.cells[place] and row.cells[column]:
                    yield f"Line {row.line}", row.cells[place], lang, row.cells[column]
    except FileUnreadable as error:
        raise TextNotRead(str(error)) from error


def _columns(table: Table) -> tuple[str, dict[Lang, str]]:
    """The column of the places, and that of each language that the file has."""
    named = {key_of(column): column for column in table.columns}
    found: dict[Lang, str] = {}
    for lang, language in LANGUAGES.items():
        if column := named.get(lang) or named.get(key_of(language)):
            found[lang] = column
    if "place" not in named or not found:
        raise TextNotRead("The file needs a column called place, and one called en or es with the text.")
    return named["place"], found
