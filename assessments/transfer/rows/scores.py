"""A row that brings scores: one (long) or one for each visit (wide), from totals or items or both. Pure."""

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache

from assessments import scoring
from assessments.scales import Item, Scale
from assessments.transfer.incoming import Disagreement, Incoming, IncomingScore, RowRefused
from assessments.transfer.known import Known
from assessments.transfer.mapping import ScoreColumns, ScoresMapping
from assessments.transfer.rows.cells import Cells
from assessments.transfer.table import Row
from assessments.transfer.words import key_of, plain

MOST_DECIMALS = 2


@dataclass(frozen=True)
class ScoresReader:
    mapping: ScoresMapping
    known: Known
    # What stands in a cell -> its points, by scale and item: worked out once, not for each of 100,000 rows.
    _points: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict, repr=False)

    def read(self, row: Row) -> list[Incoming]:
        """The scores of a row; none where it holds none. Raises RowRefused."""
        cells = Cells(row, self.mapping, self.known)
        patient, start = cells.patient(), cells.start()
        found = (self._score(cells, one, patient, start) for one in self.mapping.scores)
        return [score for score in found if score]

    def _score(self, cells: Cells, one: ScoreColumns, patient: str, start: date | None) -> IncomingScore | None:
        scale = self._scale(cells, one)
        if scale is None:
            return None
        answers, typed = self._answers(cells, one, scale), self._typed(cells, one, scale)
        if not answers and typed is None:
            return None
        scored, disagrees = self._weighed(scale, answers, typed)
        return IncomingScore(
            line=cells.row.line,
            column=one.total or next(iter(one.items.values())),
            patient=patient,
            scale=scale.code,
            day=self._day(cells, one, start),
            start=start,
            scored=scored,
            answers=answers,
            is_baseline=one.baseline,
            visit=one.visit or self._visit(cells, one),
            program=cells.program(),
            disagrees=disagrees,
        )

    def _scale(self, cells: Cells, one: ScoreColumns) -> Scale | None:
        code = one.scale or cells.coded(self.mapping.scale_column, self.mapping.scales, self.known.scale_names, "scale")
        return self.known.scales[code] if code else None

    def _day(self, cells: Cells, one: ScoreColumns, start: date | None) -> date:
        when = self.mapping.when_of(one)
        if when is not None:
            return cells.when(when, start, self.mapping.visits)[0]
        if start is None:
            raise RowRefused(self.mapping.start_column, "", "the start is missing, and the baseline stands on that day")
        return cells.checked(start, self.mapping.start_column)

    def _visit(self, cells: Cells, one: ScoreColumns) -> str:
        when = self.mapping.when_of(one)
        return cells.text(when.column)[:40] if when and when.holds == "visits" else ""

    def _typed(self, cells: Cells, one: ScoreColumns, scale: Scale) -> scoring.Score | None:
        """The total that the file holds, with its subscores."""
        total = cells.number(one.total)
        if total is None:
            return None
        parts = {code: number for code, column in one.subscores.items() if (number := cells.number(column)) is not None}
        try:
            return scoring.score_total(scale, total, parts)
        except scoring.BadAnswers as error:
            raise RowRefused(one.total, cells.text(one.total), str(error)) from error

    def _answers(self, cells: Cells, one: ScoreColumns, scale: Scale) -> dict[str, int]:
        answers = {}
        for item_id, column in one.items.items():
            word = cells.text(column)
            if not word:
                continue
            value = self._points_of(scale, item_id, column).get(key_of_answer(word))
            if value is None:
                raise RowRefused(column, word, self._why_no_answer(scale, item_id))
            answers[item_id] = value
        return answers

    def _points_of(self, scale: Scale, item_id: str, column: str) -> dict[str, int]:
        where = (scale.code, item_id)
        if where not in self._points:
            item = next((item for item in scale.items if item.id == item_id), None)
            if item is None:
                raise RowRefused(column, "", f"{scale.title} has no question {item_id}")
            self._points[where] = points_of(scale, item, self.mapping.values.get(scale.code, {}))
        return self._points[where]

    def _why_no_answer(self, scale: Scale, item_id: str) -> str:
        values = [option.value for option in scale.options_of(scoring.item_named(scale, item_id))]
        return f"not an answer of {scale.title}, which has {values[0]} to {values[-1]}"

    def _weighed(
        self, scale: Scale, answers: dict[str, int], typed: scoring.Score | None
    ) -> tuple[scoring.Score, Disagreement | None]:
        """The score of a row with its items, its total, or both; and both numbers where they differ.

        The score is that of the items, unless a person said that the stored totals are to be believed.
        """
        if not answers and typed:
            return typed, None
        scored = scoring.score(scale, answers)
        if typed is None or typed.total is None or _is_same(scored.total, typed.total):
            return scored, None
        if self.mapping.believe == "total":
            return replace(scored, total=typed.total, why="", is_prorated=False), None
        if self.mapping.believe == "items":
            return scored, None
        worked_out = None if scored.total is None else scoring.rounded(scored.total, MOST_DECIMALS)
        return scored, Disagreement(scoring.rounded(typed.total, MOST_DECIMALS), worked_out)


def _is_same(total: Fraction | None, stored: Fraction) -> bool:
    """Equal to two decimals, which is what a file writes of a mean."""
    return total is not None and scoring.rounded(total, MOST_DECIMALS) == scoring.rounded(stored, MOST_DECIMALS)


@lru_cache(4096)
def key_of_answer(word: str) -> str:
    """What is compared of an answer: a number as it is, words without case and marks."""
    number = plain(word)
    return number if number.lstrip("+-").isdecimal() else key_of(word)


def points_of(scale: Scale, item: Item, chosen: dict[str, int]) -> dict[str, int]:
    """The points of everything that may stand in the cell of an item: numbers, the scale's own words, the chosen ones."""
    found: dict[str, int] = {}
    values = {option.value for option in scale.options_of(item)}
    for option in scale.options_of(item):
        found |= {key_of_answer(text): option.value for text in option.text.values()}
        found[str(option.value)] = option.value
    return found | {key_of_answer(word): value for word, value in chosen.items() if value in values}
