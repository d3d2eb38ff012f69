"""What a person has to say about what stands in a file, asked once for each pattern or word. Pure.

A date that could be two days, the mark before decimals, words that nobody knows: found by reading every row
once, answered into the mapping, and never guessed.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from assessments.scales import Item, Scale
from assessments.transfer.dates import READINGS, DateRefused, split_time, understand
from assessments.transfer.known import LANGUAGES, UNITS, Known
from assessments.transfer.mapping import Mapping, PeopleMapping, ScoresMapping, SessionsMapping
from assessments.transfer.numbers import is_doubtful
from assessments.transfer.rows.cells import missing_of
from assessments.transfer.rows.scores import key_of_answer, points_of
from assessments.transfer.table import Row, Table
from assessments.transfer.visits import days_of_visit
from assessments.transfer.words import known_as, most_like, plain

EXAMPLES = 3
MOST_WORDS = 60  # more different words in one column are no list to choose from
NO_ANSWER = "missing"


@dataclass
class Question:
    """One thing that the file does not say. `answered` puts the answer into the mapping.

    `must`: nothing comes in without an answer. Otherwise the rows in question are refused, each with its reason.
    `choices` are codes with their words; none where a number of days is to be typed. `proposed` is one of them,
    to be looked at.
    """

    about: str
    where: str
    pattern: str
    choices: dict[str, str]
    proposed: str = ""
    must: bool = False
    cells: int = 0
    examples: list[str] = field(default_factory=list)
    # What `where` is called, if not so.
    title: str = ""

    def seen(self, value: str, line: int) -> None:
        """Count a cell in which it stands."""
        self.cells += 1
        said = f"{value} (line {line})"
        if len(self.examples) < EXAMPLES and said not in self.examples:
            self.examples.append(said)

    def __str__(self) -> str:
        return f"{_ASKED[self.about].format(where=self.title or self.where, pattern=self.pattern)} {', '.join(self.examples)}"


_ASKED = {
    "date": "{where}: how are dates like these read?",
    "decimal": "Which mark stands before the decimals?",
    "answer": "{where}: which answer is “{pattern}”?",
    "visit": "{where}: how many days after the start was “{pattern}”?",
    "scale": "{where}: which scale is “{pattern}”?",
    "program": "{where}: which program is “{pattern}”?",
    "route": "{where}: which route is “{pattern}”?",
    "unit": "{where}: which unit is “{pattern}”?",
    "language": "{where}: which language is “{pattern}”?",
}
# Where the answer to a question about a word stands in the mapping.
_KEPT_IN = {"scale": "scales", "program": "programs", "route": "routes", "unit": "dose_units", "language": "languages"}


def answered(mapping: Mapping, question: Question, code: str) -> Mapping:
    """The mapping with the answer to one question in it. `code` is one of its choices, or the typed number of days."""
    about, where, pattern = question.about, question.where, question.pattern
    changes: dict[str, Any]
    if about == "decimal":
        changes = {"decimal": code}
    elif about == "date":
        changes = {"dates": _put(mapping.dates, where, pattern, code)}
    elif code == NO_ANSWER:
        changes = {"missing": (*mapping.missing, pattern)}
    elif about == "answer" and isinstance(mapping, ScoresMapping):
        changes = {"values": _put(mapping.values, where, pattern, int(code))}
    elif about == "visit" and isinstance(mapping, ScoresMapping):
        changes = {"visits": {**mapping.visits, pattern: int(code)}}
    else:
        kept = _KEPT_IN[about]
        changes = {kept: {**getattr(mapping, kept), pattern: code}}
    return mapping.model_copy(update=changes)


def _put(kept: dict[str, dict[str, Any]], where: str, pattern: str, value: object) -> dict[str, dict[str, Any]]:
    return {**kept, where: {**kept.get(where, {}), pattern: value}}


def questions(mapping: Mapping, table: Table, known: Known) -> list[Question]:
    """What a person has to say before the rows can be read, what must be said first. Reads every row."""
    asking = _Asking(mapping, known)
    for row in table.rows():
        asking.look(row)
    return asking.result()


Ask = Callable[[str, str, str], Question]


def _ask_date(choices: dict[str, str], about: str, where: str, pattern: str) -> Question:
    return Question(about, where, pattern, dict(choices), must=True)


def _ask_decimal(about: str, where: str, pattern: str) -> Question:
    return Question(about, where, pattern, {".": "a point: 7.5 and 1,200", ",": "a comma: 7,5 and 1.200"}, must=True)


def _ask_word(names: Dict[str, Iterable[str]], about: str, where: str, pattern: str) -> Question:
    choices = {code: " · ".join(tuple(said)[:2]) for code, said in names.items()}
    return Question(about, where, pattern, choices, most_like(pattern, names))


def _ask_answer(scale: Scale, item: Item, about: str, where: str, pattern: str) -> Question:
    names = {str(option.value): tuple(option.text.values()) for option in scale.options_of(item)}
    choices = {code: f"{code}: {next(iter(said), '')}".rstrip(": ") for code, said in names.items()}
    proposed = "" if key_of_answer(pattern).isdecimal() else most_like(pattern, names)
    return Question(about, where, pattern, choices | {NO_ANSWER: "no answer was given"}, proposed, title=scale.title)


def _ask_visit(about: str, where: str, pattern: str) -> Question:
    return Question(about, where, pattern, {}, days_of_visit(pattern))


class _Asking:
    """Goes through the rows and remembers only what is in question."""

    def __init__(self, mapping: Mapping, known: Known) -> None:
        self.mapping, self.known = mapping, known
        self.found: dict[tuple[str, str, str], Question] = {}
        self._missing = missing_of(mapping.missing)
        # What dates of a pattern that leave no doubt say about those that do.
        self._clear: dict[tuple[str, str], set[str]] = {}
        self._dates = list(_date_columns(mapping))
        self._numbers = list(_number_columns(mapping))
        self._coded = list(_coded_columns(mapping, known))
        self._items = list(_item_columns(mapping, known))
        self._visits = list(_visit_columns(mapping))

    def look(self, row: Row) -> None:
        for column in self._dates:
            self._look_at_date(row, column)
        for column in () if self.mapping.decimal else self._numbers:
            value = row.cells.get(column, "")
            if is_doubtful(value):
                self._ask("decimal", "", "", value, row, _ask_decimal)
        for about, column, chosen, names in self._coded:
            word = self._word(row, column)
            if word and word not in chosen and known_as(word, names) is None:
                self._ask(about, column, word, word, row, partial(_ask_word, names))
        for scale, item, column, points in self._items:
            word = self._word(row, column)
            if word and key_of_answer(word) not in points:
                self._ask("answer", scale.code, word, word, row, partial(_ask_answer, scale, item))
        for column, visits in self._visits:
            word = plain(self._word(row, column))
            if word and word not in visits:
                self._ask("visit", column, word, word, row, _ask_visit)

    def _word(self, row: Row, column: str) -> str:
        value = row.cells.get(column, "")
        return "" if plain(value) in self._missing else value

    def _look_at_date(self, row: Row, column: str) -> None:
        value = self._word(row, column)
        if not value:
            return
        try:
            written = understand(split_time(value)[0], start=self.known.today, today=self.known.today)
        except DateRefused:
            return
        if not written.is_doubtful:
            if len(written.readings) == 1:
                self._clear.setdefault((column, written.pattern), set()).update(written.readings)
        elif written.pattern not in self.mapping.dates.get(column, {}):
            choices = {code: READINGS[code] for code in written.readings}
            question = self._ask("date", column, written.pattern, value, row, partial(_ask_date, choices))
            # What fits one date of the pattern may not fit another: all are offered.
            question.choices |= choices

    def _ask(self, about: str, where: str, pattern: str, value: str, row: Row, ask: Ask) -> Question:
        """The question about this pattern, made where it is the first time that it comes up."""
        question = self.found.get((about, where, pattern))
        if question is None:
            question = ask(about, where, pattern)
            if sum(one[:2] == (about, where) for one in self.found) < MOST_WORDS:
                self.found[about, where, pattern] = question
        question.seen(value, row.line)
        return question

    def result(self) -> list[Question]:
        for question in self.found.values():
            clear = self._clear.get((question.where, question.pattern), set())
            if question.about == "date" and len(clear) == 1:
                question.proposed = next(iter(clear))
        return sorted(self.found.values(), key=lambda question: not question.must)


def _date_columns(mapping: Mapping) -> Iterator[str]:
    whens = []
    if isinstance(mapping, SessionsMapping):
        whens = [mapping.when]
    elif isinstance(mapping, ScoresMapping):
        whens = [when for when in (mapping.when, *(one.when for one in mapping.scores)) if when]
    columns = [when.column for when in whens if when.holds == "dates"]
    columns += [mapping.start_column, mapping.birth_date if isinstance(mapping, PeopleMapping) else ""]
    return filter(None, dict.fromkeys(columns))


def _number_columns(mapping: Mapping) -> Iterator[str]:
    columns = []
    if isinstance(mapping, SessionsMapping):
        columns = [mapping.dose, mapping.dose_per_kg, mapping.weight]
    elif isinstance(mapping, ScoresMapping):
        columns = [one.total for one in mapping.scores]
    return filter(None, dict.fromkeys(columns))


def _coded_columns(mapping: Mapping, known: Known) -> Iterator[tuple[str, str, Dict[str, str], Dict[str, Iterable[str]]]]:
    """Each column of words that stand for codes: what about, its name, what was answered, and the names we know."""
    found: list[tuple[str, str, Dict[str, str], Dict[str, Iterable[str]]]] = [
        ("program", "" if mapping.program else mapping.program_column, mapping.programs, known.program_names)
    ]
    if isinstance(mapping, PeopleMapping):
        found.append(("language", mapping.language, mapping.languages, LANGUAGES))
    elif isinstance(mapping, SessionsMapping):
        found.append(("route", "" if mapping.route else mapping.route_column, mapping.routes, known.route_names))
        found.append(("unit", mapping.dose_unit_column, mapping.dose_units, UNITS))
    else:
        found.append(("scale", mapping.scale_column, mapping.scales, known.scale_names))
    return (one for one in found if one[1])


def _item_columns(mapping: Mapping, known: Known) -> Iterator[tuple[Scale, Item, str, dict[str, int]]]:
    if not isinstance(mapping, ScoresMapping):
        return
    for one in mapping.scores:
        scale = known.scales.get(one.scale)
        for item in scale.items if scale else ():
            if scale and item.id in one.items:
                yield scale, item, one.items[item.id], points_of(scale, item, mapping.values.get(scale.code, {}))


def _visit_columns(mapping: Mapping) -> Iterator[tuple[str, dict[str, int]]]:
    if isinstance(mapping, ScoresMapping):
        whens = (when for when in (mapping.when, *(one.when for one in mapping.scores)) if when)
        columns = dict.fromkeys(when.column for when in whens if when.holds == "visits" and when.column)
        yield from ((column, mapping.visits) for column in columns)
