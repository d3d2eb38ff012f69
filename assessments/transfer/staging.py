"""From the lines of a file to staged rows, in pieces: each piece is on disk with the line that it ends at, or not at all.

So reading can be stopped, and a worker that is killed loses no more than the piece it held; whoever takes it up again
begins behind the last line that is there, and no row comes twice.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic

from django.db import connection, models, transaction
from django.utils import timezone

from assessments.models import Import, StagedRow
from assessments.services.scales import scales_of
from assessments.transfer.checking import check
from assessments.transfer.incoming import Incoming, RowRefused
from assessments.transfer.known import Known
from assessments.transfer.mapping import Mapping, MappingRefused, read_mapping, write_mapping
from assessments.transfer.questions import Question, questions
from assessments.transfer.rows import RowReader, reader_for
from assessments.transfer.sorting import keyed, sort_out
from assessments.transfer.states import move
from assessments.transfer.table import Row, Table
from assessments.transfer.uploads import opened_table
from programs.services.offering import programs_of
from tracker.accounts.roles import Actor
from tracker.errors import Refused
from tracker.writing import insert_all

PIECE_LINES = 500
# A worker that says nothing for so long is taken for dead.
HELD_FOR = timedelta(seconds=60)


@transaction.atomic
def begin_reading(row: Import, mapping: Mapping, *, actor: Actor, is_asked: bool = False, at: datetime | None = None) -> None:
    """Ask for the file to be read from its first line under this mapping. Raises Refused with what the mapping lacks.

    `is_asked`: the person has seen what the file does not say; rows that stay in question are refused, each with why.
    """
    actor.require("import_scores", clinic_id=row.clinic_id)
    now = at or timezone.now()
    if mapping.kind != row.kind:
        raise Refused(f"This mapping is for {mapping.kind}, the file holds {row.kind}.", "mapping")
    with opened_table(row) as table:
        _check(mapping, table, known_to(row, now))
    move(
        row, Import.State.READING, verb="reads", actor=actor, at=now, mapping=write_mapping(mapping), lines_read=0,
        asked_by_member=actor.membership_id, held_until=None, tries=0, trouble="", questions="", is_asked=is_asked,
    )  # fmt: skip
    StagedRow.objects.filter(brought_in=row).delete()


def stop_reading(row: Import, *, actor: Actor, at: datetime | None = None) -> None:
    """Stop after the piece under way. What is staged stays staged."""
    with transaction.atomic():
        move(row, Import.State.STOPPED, verb="stopped reading", actor=actor, at=at or timezone.now())


def read_further(row: Import, *, actor: Actor, at: datetime | None = None) -> None:
    """Go on behind the last line that is staged."""
    with transaction.atomic():
        move(
            row, Import.State.READING, verb="reads further", actor=actor, at=at or timezone.now(),
            asked_by_member=actor.membership_id, held_until=None, tries=0, trouble="",
        )  # fmt: skip


def mapping_in(text: str) -> Mapping:
    """The mapping in `text`. Raises Refused."""
    try:
        return read_mapping(text)
    except MappingRefused as error:
        raise Refused(str(error), "mapping") from error


def _check(mapping: Mapping, table: Table, known: Known) -> None:
    try:
        check(mapping, table, known)
    except MappingRefused as error:
        raise Refused(str(error), "mapping") from error


def stage(row: Import, *, actor: Actor, at: datetime, seconds: float) -> None:
    """Read on for about `seconds`, a piece at a time, until the file is at its end or somebody stopped it.

    Before the first line it looks through the whole file for what has to be asked, and goes no further if there is any.
    """
    until = monotonic() + seconds
    mapping, known = mapping_in(row.mapping), known_to(row, at)
    reader = reader_for(mapping, known)
    with opened_table(row) as table:
        if not row.is_asked and _ask(row, mapping, table, known, actor, at):
            return
        # Closed before the file is: who stops in the middle leaves nothing open.
        with closing(line for line in table.rows() if line.line > row.lines_read) as ahead:
            for lines in _pieces(ahead):
                if not _stage_piece(row, lines, reader, actor, at) or monotonic() > until:
                    return
    renew_statistics(StagedRow)
    with transaction.atomic():
        move(row, Import.State.READ, verb="was read", actor=actor, at=at, held_until=None)


@transaction.atomic
def _ask(row: Import, mapping: Mapping, table: Table, known: Known, actor: Actor, at: datetime) -> bool:
    """Look for what the file does not say; whether there is any, which then waits for a person."""
    found = questions(mapping, table, known)
    if not found:
        row.is_asked = True
        Import.objects.filter(pk=row.pk).update(is_asked=True, held_until=timezone.now() + HELD_FOR)
        return False
    move(
        row, Import.State.ASKING, verb="asks", actor=actor, at=at, said=f"{len(found)} questions", held_until=None,
        questions=json.dumps([asdict(one) for one in found]),
    )  # fmt: skip
    return True


def questions_of(row: Import) -> list[Question]:
    """What the file did not say when it was looked through."""
    return [Question(**one) for one in json.loads(row.questions or "[]")]


def _pieces(lines: Iterable[Row]) -> Iterator[list[Row]]:
    ahead = iter(lines)
    while piece := list(islice(ahead, PIECE_LINES)):
        yield piece


@transaction.atomic
def _stage_piece(row: Import, lines: list[Row], reader: RowReader, actor: Actor, at: datetime) -> bool:
    """One piece with the line it ends at, in one transaction. False when another worker, or a person, was here meanwhile."""
    there = Import.objects.select_for_update().values_list("state", "lines_read").get(pk=row.pk)
    if there != (Import.State.READING, row.lines_read):
        return False
    staged = [found for line in lines for found in _staged(row, line, reader)]
    insert_all(sort_out(row, staged))
    row.lines_read, row.held_until = lines[-1].line, timezone.now() + HELD_FOR
    Import.objects.filter(pk=row.pk).update(lines_read=row.lines_read, held_until=row.held_until, tries=0)
    return True


def _staged(row: Import, line: Row, reader: RowReader) -> list[StagedRow]:
    try:
        found = reader.read(line)
    except RowRefused as refusal:
        return [
            StagedRow(
                clinic_id=row.clinic_id, brought_in=row, line=line.line, verdict=StagedRow.Verdict.REFUSED,
                column=refusal.column, value=refusal.value[:200], why=str(refusal)[:300],
            )
        ]  # fmt: skip
    if not found:
        return [StagedRow(clinic_id=row.clinic_id, brought_in=row, line=line.line, verdict=StagedRow.Verdict.BLANK)]
    return [_of(row, one, part) for part, one in enumerate(found)]


def _of(row: Import, one: Incoming, part: int) -> StagedRow:
    return keyed(StagedRow(clinic_id=row.clinic_id, brought_in=row, line=one.line, part=part), one)


def renew_statistics(*tables: type[models.Model]) -> None:
    """Tell PostgreSQL what was just written: without figures it plans as if the tables were empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table._meta.db_table)}")


def known_to(row: Import, at: datetime) -> Known:
    """What the reading of this file has to know of its clinic."""
    programs = {code: found.words_in("en").title for code, found in programs_of(row.clinic_id).items()}
    return Known(scales_of(row.clinic_id), programs, at.astimezone(row.clinic.tz).date(), row.clinic.tz)
