"""Keeping a file that somebody brought, and opening it again as a table."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from tempfile import TemporaryFile
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from assessments.models import FilePiece, Import
from assessments.transfer.reading import Format, open_table, recognise
from assessments.transfer.table import FileUnreadable, Table
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused

PIECE_BYTES = 512 * 1024


@transaction.atomic
def keep_file(
    clinic: Clinic,
    *,
    kind: str,
    file: BinaryIO,
    file_name: str,
    actor: Actor,
    at: datetime | None = None,
) -> Import:
    """Keep a file that somebody brought, whole or not at all. Raises Refused for what is no table."""
    actor.require("import_scores", clinic_id=clinic.pk)
    if kind not in Import.Kind.values:
        raise Refused("Say what the file holds.", "kind")
    form = _recognised(file)
    now = at or timezone.now()
    row = Import(
        clinic=clinic,
        kind=kind,
        file_name=file_name[:200],
        format_kind=form.kind,
        encoding=form.encoding,
        delimiter=form.delimiter,
        sheet=form.sheet,
        brought_by=actor.name or str(actor.role.label),
        brought_at=now,
    )
    row.save(force_insert=True)
    _keep_bytes(row, file)
    record_act(actor, "uploaded", row, at=now, now=row.file_name)
    return row


def _recognised(file: BinaryIO) -> Format:
    try:
        form = recognise(file)
        open_table(file, form)
    except FileUnreadable as error:
        raise Refused(str(error), "file") from error
    return form


def _keep_bytes(row: Import, file: BinaryIO) -> None:
    """One piece at a time, so that a large file is never whole in memory."""
    digest, number = hashlib.sha256(), 0
    file.seek(0)
    while content := file.read(PIECE_BYTES):
        FilePiece(clinic_id=row.clinic_id, brought_in=row, number=number, content=content).save(force_insert=True)
        digest.update(content)
        number, row.size = number + 1, row.size + len(content)
    row.sha256 = digest.hexdigest()
    row.save(update_fields=["sha256", "size"])


def format_of(row: Import) -> Format:
    """How the file is written, as recognised or as a person changed it."""
    return Format(row.format_kind, row.encoding, row.delimiter, row.sheet)  # type: ignore[arg-type]


@transaction.atomic
def change_format(row: Import, form: Format, *, actor: Actor, at: datetime | None = None) -> None:
    """The person says how the file is written. Raises Refused where it cannot be read so."""
    actor.require("import_scores", clinic_id=row.clinic_id)
    with opened_file(row) as file:
        try:
            open_table(file, form)
        except FileUnreadable as error:
            raise Refused(str(error), "format") from error
    row.encoding, row.delimiter, row.sheet = form.encoding, form.delimiter, form.sheet
    row.save(update_fields=["encoding", "delimiter", "sheet"])
    record_act(actor, "read otherwise", row, at=at or timezone.now(), now=str(form))


@contextmanager
def opened_file(row: Import) -> Iterator[BinaryIO]:
    """The bytes of the file, for as long as the block lasts."""
    with TemporaryFile() as file:
        for content in FilePiece.objects.filter(brought_in=row).values_list("content", flat=True).iterator(chunk_size=8):
            file.write(content)
        file.seek(0)
        yield file


@contextmanager
def opened_table(row: Import) -> Iterator[Table]:
    """The file as a table, its rows read as they are asked for. Raises Refused where it cannot be read."""
    with opened_file(row) as file:
        try:
            yield open_table(file, format_of(row))
        except FileUnreadable as error:
            raise Refused(str(error), "file") from error
