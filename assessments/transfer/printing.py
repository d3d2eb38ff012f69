"""Outcomes of a clinic as CSV, each with what it rests on."""

import csv
import re
from typing import TextIO

from assessments import sentences
from assessments.models import Outcome, Score
from tracker.accounts.roles import Actor

COLUMNS = [
    "mrn", "program", "enrolled", "scale", "scores", "baseline", "baseline_day", "latest", "latest_day", "best", "change",
    "percent_better", "response", "remission", "reliable_change", "first_response_day", "first_response_after_infusions",
    "why_no_verdict",
]  # fmt: skip
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)


def write_outcomes(out: TextIO, actor: Actor, code: str) -> int:
    """Write one line for each course that has a score of scale `code`; gives how many."""
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    rows = Outcome.objects.visible_to(actor).filter(code=code).order_by("patient__name_key", "enrolment_id")
    rows = rows.select_related(
        "patient", "enrolment__program", "baseline__scale", "latest__scale", "best__scale", "first_response"
    )
    count = 0
    for row in rows:
        writer.writerow(_line(row))
        count += 1
    return count


def _line(row: Outcome) -> list[object]:
    return [
        safe_cell(row.patient.mrn), row.enrolment.program.code, row.enrolment.starts_on, row.code, row.scores,
        _total(row.baseline), row.baseline.day if row.baseline else "", _total(row.latest), row.latest.day if row.latest else "",
        _total(row.best), row.change, row.percent, _yes(row.response), _yes(row.remission), row.reliable,
        row.first_response.day if row.first_response else "", row.first_response_after, row.why,
    ]  # fmt: skip


def _total(score: Score | None) -> str:
    return sentences.total(score.definition, score.as_point().total) if score else ""


def _yes(verdict: bool | None) -> str:
    return "" if verdict is None else "yes" if verdict else "no"


_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a plain number is none, and stays one: −3.0 is brought again."""
    return f"'{text}" if text.startswith(_FORMULA) and not NUMBER.fullmatch(text) else text
