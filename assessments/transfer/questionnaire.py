"""A published FHIR R4 Questionnaire read as questions with points. Nothing is guessed: where the points of an answer
cannot be told, the file is refused with the reason.

Points are taken from an ordinalValue or itemWeight (an extension of the answer, of its coding, or of the concept in a
value set or code system that came along; a property of such a concept), or from an answer that is itself a whole
number. The prefix before an answer is how it is shown, not what it counts.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

Json = dict[str, Any]

LARGEST_FILE = 500_000
# YAML is read some fifty times as slowly as JSON.
LARGEST_YAML = 100_000
MOST_QUESTIONS = 100
DEEPEST = 12
POINTS = ("ordinalValue", "itemWeight")
LOINC = "http://loinc.org"
# What is worked out or filled in by the program that shows the form: no question to anybody.
NO_QUESTION = {"display", "dateTime", "date", "time", "string", "text", "decimal", "quantity", "url", "attachment", "reference"}


class NotTaken(ValueError):
    """The file cannot be taken as a scale; `str(error)` says why."""


@dataclass(frozen=True)
class Answer:
    """One answer and what it counts."""

    text: str
    points: int
    loinc: str = ""


@dataclass(frozen=True)
class Question:
    """One question whose answers count; `link` is its name in the file."""

    link: str
    text: str
    answers: tuple[Answer, ...]
    loinc: str = ""


@dataclass(frozen=True)
class Questionnaire:
    """What a file asks. `left_out` are the lines that count nothing, each with why."""

    title: str
    language: str
    stem: str
    questions: tuple[Question, ...]
    left_out: tuple[str, ...]
    source: str
    licence: str


def read_questionnaire(contents: Sequence[bytes]) -> Questionnaire:
    """The questionnaire among these files; the others are the value sets and code systems that it names. Raises NotTaken."""
    files = [_parse(content) for content in contents]
    forms = [file for file in files if file.get("resourceType") == "Questionnaire"]
    if len(forms) != 1:
        kinds = ", ".join(str(file.get("resourceType") or "none")[:40] for file in files)
        raise NotTaken(f"One file must be a FHIR Questionnaire; these are: {kinds}.")
    return _Reading(forms[0], [file for file in files if file is not forms[0]]).read()


def _parse(content: bytes) -> Json:
    if len(content) > LARGEST_FILE:
        raise NotTaken("This file is too large for a questionnaire (more than 500 kB).")
    try:
        text = content.decode("utf-8-sig")
        found = _loads(text if text.lstrip().startswith(("{", "[")) else _from_yaml(text))
    except NotTaken:
        raise
    except UnicodeDecodeError:
        raise NotTaken("This file is not text in UTF-8.") from None
    except RecursionError:
        raise NotTaken("This file is nested too deeply to be a questionnaire.") from None
    except (ValueError, TypeError, yaml.YAMLError):
        raise NotTaken("This is neither JSON nor YAML. A questionnaire is taken as FHIR R4 in one of them.") from None
    if not isinstance(found, dict):
        raise NotTaken("This is no FHIR resource.")
    return found


def _loads(text: str) -> object:
    return json.loads(text, parse_float=Decimal)


def _from_yaml(text: str) -> str:
    """The same in JSON, so that there is one way to read it. An alias is refused: a few lines of them make gigabytes."""
    if len(text) > LARGEST_YAML:
        raise NotTaken("This YAML is too large for a questionnaire (more than 100 kB).")
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
        raise NotTaken("This YAML repeats parts of itself by alias. Write them out.")
    return json.dumps(yaml.safe_load(text), default=str)


def _check_count(count: int) -> None:
    if count > MOST_QUESTIONS:
        raise NotTaken(f"No scale has {count} questions; {MOST_QUESTIONS} are taken at most.")


def _rows(holder: object, key: str) -> list[Json]:
    """The objects in a list of this file. Raises NotTaken for anything else in its place."""
    rows = holder.get(key, []) if isinstance(holder, dict) else []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotTaken(f"“{key}” is not a list of objects, as FHIR has it.")
    return rows


def _words(holder: Json, key: str, most: int = 1000) -> str:
    text = holder.get(key, "")
    if not isinstance(text, str) or len(text) > most:
        raise NotTaken(f"“{key}” is not a text of at most {most} letters.")
    if any(0xD800 <= ord(letter) < 0xE000 or letter == "\x00" for letter in text):
        raise NotTaken(f"“{key}” holds a character that cannot be stored.")
    return " ".join(text.split())


def _whole(number: object, where: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise NotTaken(f"The points of {where} are no number.")
    try:
        whole = int(number)
    except (InvalidOperation, OverflowError, ValueError):
        raise NotTaken(f"The points of {where} are no number.") from None
    if whole != number or abs(whole) > 999:
        raise NotTaken(f"The points of {where} are no whole number below 1000.")
    return whole


def _points_said(part: object, where: str) -> set[int]:
    """The points that the extensions and properties of a part name."""
    said = set()
    for extension in _rows(part, "extension"):
        if _words(extension, "url").rsplit("/", 1)[-1] in POINTS:
            said.add(_whole(extension.get("valueDecimal", extension.get("valueInteger")), where))
    for prop in _rows(part, "property"):
        if _words(prop, "code") in POINTS:
            said.add(_whole(prop.get("valueDecimal", prop.get("valueInteger")), where))
    return said


class _Reading:
    """One questionnaire with the value sets and code systems that came in it and beside it."""

    def __init__(self, form: Json, others: list[Json]) -> None:
        self.form = form
        sets = [*_rows(form, "contained"), *others]
        self.value_sets = {name: row for row in sets if row.get("resourceType") == "ValueSet" for name in self._names(row)}
        self.concepts = {
            (str(row.get("url")), str(concept.get("code"))): concept
            for row in sets
            if row.get("resourceType") == "CodeSystem"
            for concept in _rows(row, "concept")
        }
        self.stem, self.left_out = "", list[str]()

    def _names(self, row: Json) -> list[str]:
        """How an item calls a value set: by its address, or by its id within the same file."""
        inside = row in _rows(self.form, "contained")
        return [name for name in (row.get("url"), f"#{row.get('id')}" if inside else None) if isinstance(name, str)]

    def read(self) -> Questionnaire:
        questions = tuple(self._questions(self.form, 0))
        if not questions:
            raise NotTaken("No answer in this file says how many points it counts.")
        _check_count(len(questions))
        links = [question.link for question in questions]
        if twice := next((link for link in links if links.count(link) > 1), None):
            raise NotTaken(f"Two questions are called {twice}.")
        return Questionnaire(
            title=_words(self.form, "title") or _words(self.form, "name") or "Questionnaire",
            language=_words(self.form, "language", 20),
            stem=self.stem,
            questions=questions,
            left_out=tuple(self.left_out),
            source=_words(self.form, "url") or _words(self.form, "publisher"),
            licence=_words(self.form, "copyright", 5000)[:1000],
        )

    def _questions(self, holder: Json, depth: int) -> Iterator[Question]:
        if depth > DEEPEST:
            raise NotTaken("This file is nested too deeply to be a questionnaire.")
        rows = _rows(holder, "item")
        _check_count(len(rows))
        for row in rows:
            question = self._question(row)
            if question is not None:
                self._check_unconditional(row)
                yield question
            inner = list(self._questions(row, depth + 1))
            if inner:
                self._check_unconditional(row)
            yield from inner

    def _check_unconditional(self, row: Json) -> None:
        if row.get("enableWhen") or any("enableWhenExpression" in _words(e, "url") for e in _rows(row, "extension")):
            raise NotTaken(f"“{_name(row)}” is asked only under a condition; a scale that skips questions is not taken yet.")
        if row.get("repeats") is True:
            raise NotTaken(f"“{_name(row)}” takes several answers; a scale counts one for each question.")

    def _question(self, row: Json) -> Question | None:
        kind = _words(row, "type", 40)
        if kind in {"group", "display"} and not self.stem and not row.get("readOnly"):
            self.stem = _words(row, "text", 2000)
            return None
        if kind == "group" or (kind in NO_QUESTION and kind == "display"):
            return None
        if kind in NO_QUESTION or row.get("readOnly") is True or row.get("hidden") is True or kind in {"integer", "boolean"}:
            if kind == "integer" and _rows(row, "answerOption"):
                return self._counted(row)
            self.left_out.append(f"{_name(row)}: no question with points ({kind or 'no type'})")
            return None
        return self._counted(row)

    def _counted(self, row: Json) -> Question | None:
        found = [self._answer(option, _name(row)) for option in self._options(row)]
        points = [answer for answer in found if isinstance(answer, Answer)]
        if not points:
            self.left_out.append(f"{_name(row)}: its answers have no points")
            return None
        if missing := next((answer for answer in found if not isinstance(answer, Answer)), None):
            raise NotTaken(f"“{_name(row)}”: the points of “{missing}” cannot be told, those of its other answers can.")
        if len({answer.points for answer in points}) < 2:
            raise NotTaken(f"“{_name(row)}” has no two answers that count differently.")
        if len({answer.points for answer in points}) < len(points):
            raise NotTaken(f"“{_name(row)}” has two answers that count the same; they could not be told apart later.")
        text = _words(row, "text", 2000)
        if not text:
            raise NotTaken(f"“{_name(row)}” has no text.")
        return Question(_words(row, "linkId", 200), text, tuple(points), _loinc(_rows(row, "code")))

    def _options(self, row: Json) -> list[Json]:
        """The answers of an item: its own, or those of the value set that it names."""
        own = _rows(row, "answerOption")
        name = row.get("answerValueSet")
        if own or name is None:
            return own
        values = self.value_sets.get(name) if isinstance(name, str) else None
        if values is None:
            raise NotTaken(f"The answers of “{_name(row)}” stand in a value set that is not here: {str(name)[:200]}.")
        included = [
            {"valueCoding": {"system": part.get("system"), **concept}}
            for part in _rows(values.get("compose") or {}, "include")
            for concept in _rows(part, "concept")
        ]
        expanded = [{"valueCoding": concept} for concept in _rows(values.get("expansion") or {}, "contains")]
        return expanded or included

    def _answer(self, option: Json, name: str) -> Answer | str:
        """The answer with its points, or its words alone where the points cannot be told."""
        number = option.get("valueInteger")
        coding = option.get("valueCoding") or {}
        if not isinstance(coding, dict):
            raise NotTaken(f"“{name}”: an answer is no coding, as FHIR has it.")
        text = _words(coding, "display") or _words(option, "valueString") or (str(number) if number is not None else "")
        where = f"“{text}” of “{name}”"
        concept = self.concepts.get((str(coding.get("system")), str(coding.get("code"))), {})
        said = _points_said(option, where) | _points_said(coding, where) | _points_said(concept, where)
        if number is not None and not said:
            said.add(_whole(number, where))
        if len(said) > 1:
            raise NotTaken(f"The file names different points for {where}: {', '.join(map(str, sorted(said)))}.")
        if not text:
            raise NotTaken(f"“{name}”: an answer has no words.")
        return Answer(text, said.pop(), _loinc([coding])) if said else text


def _name(row: Json) -> str:
    return (_words(row, "text", 2000) or _words(row, "linkId", 200) or "a line without a name")[:80]


def _loinc(codes: list[Json]) -> str:
    return next((_words(code, "code", 40) for code in codes if code.get("system") == LOINC), "")
