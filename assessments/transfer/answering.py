"""Answering what the rows of a file ask: who somebody is, which of two numbers counts."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from assessments.models import Import, StagedRow
from assessments.transfer.pieces import in_pieces
from assessments.transfer.sorting import sort_again
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused

Verdict, Answer, Total = StagedRow.Verdict, StagedRow.Answer, StagedRow.Total

# What may be answered to which question, in the words of its buttons.
CHOICES: dict[str, dict[str, str]] = {
    Verdict.TWIN: {"take": "Another person: add them", "leave": "The same person: leave this row out"},
    Verdict.DIFFERS: {"take": "Take what the file says", "leave": "Keep what stands"},
    Verdict.DISAGREES: {"items": "Take the answers", "total": "Take the total", "leave": "Leave this row out"},
}
SESSION_CHOICES = {"items": "Take mg/kg times the weight", "total": "Take the dose", "leave": "Leave this row out"}


def choices_of(row: Import, verdict: str) -> dict[str, str]:
    """What may be answered to this question of this file; nothing where the verdict is no question."""
    if row.kind == Import.Kind.SESSIONS and verdict == Verdict.DISAGREES:
        return SESSION_CHOICES
    return CHOICES.get(verdict, {})


@transaction.atomic
def answer_rows(row: Import, verdict: str, answers: Mapping[int, str], *, actor: Actor, at: datetime | None = None) -> int:
    """Answer the question `verdict` for single rows, by their id; gives how many were answered."""
    rows = _open(row, verdict, actor, set(answers.values()))
    count = 0
    for choice in set(answers.values()):
        ids = [pk for pk, chosen in answers.items() if chosen == choice]
        count += _answer(row, rows.filter(pk__in=ids), choice)
    record_act(actor, "answered", row, at=at or timezone.now(), now=f"{verdict}, {count} rows")
    return count


@transaction.atomic
def answer_all(row: Import, verdict: str, choice: str, *, actor: Actor, at: datetime | None = None) -> int:
    """Answer the question `verdict` for every row that asks it; gives how many."""
    count = _answer(row, _open(row, verdict, actor, {choice}), choice)
    record_act(actor, "answered", row, at=at or timezone.now(), now=f"{verdict}, all {count} rows: {choice}")
    return count


def _open(row: Import, verdict: str, actor: Actor, chosen: set[str]) -> QuerySet[StagedRow]:
    actor.require("import_scores", clinic_id=row.clinic_id)
    if row.state != Import.State.READ:
        raise Refused("These questions stand no longer. Look at the file again.")
    if not chosen or chosen - choices_of(row, verdict).keys():
        raise Refused("Choose one of the answers.")
    return StagedRow.objects.filter(brought_in=row, verdict=verdict)


def _answer(row: Import, rows: QuerySet[StagedRow], choice: str) -> int:
    if choice not in Total.values:
        return rows.update(answer=choice)
    count = 0
    for piece in in_pieces(rows):
        count += len(piece)
        StagedRow.objects.filter(pk__in=[one.pk for one in piece]).update(total=choice, answer="")
        for one in piece:
            one.total = choice
        # Which number counts decides whether the row is new, known, or something else than what stands.
        sort_again(row, piece)
    return count
