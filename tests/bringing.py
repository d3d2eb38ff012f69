"""Bringing a file as a person does it: keep it, read it, look, bring it in; the worker's part is done at once."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from assessments.models import Import
from assessments.transfer.mapping import read_mapping
from assessments.transfer.preview import Preview, preview
from assessments.transfer.publishing import ask_to_publish
from assessments.transfer.staging import begin_reading
from assessments.transfer.uploads import keep_file
from assessments.transfer.working import work_due
from tests.cast import Cast

# One total a row, all of one day, of a patient by number.
TOTALS = (
    'kind = "scores"\nprogram = "six-infusion-series"\npatient = "id"\nstart_on = 2026-01-06\nwhen = { on = 2026-01-05 }\n'
    '[[scores]]\nscale = "phq-9"\ntotal = "total"\n'
)
AT = datetime(2026, 11, 20, 15, tzinfo=UTC)


def upload(cast: Cast, content: str | bytes | Path, kind: str = "scores", name: str = "alma") -> Import:
    """The file, kept and not read."""
    found = content.read_bytes() if isinstance(content, Path) else content.encode() if isinstance(content, str) else content
    return keep_file(cast.north, kind=kind, file=BytesIO(found), file_name="a.csv", actor=cast.actor(name), at=AT)


def read(cast: Cast, content: str | bytes | Path, mapping: str, kind: str = "scores") -> Import:
    """The file, read by the worker as far as it can be read."""
    row = upload(cast, content, kind)
    text = mapping if mapping.startswith("kind") else f'kind = "{kind}"\n{mapping}'
    begin_reading(row, read_mapping(text), actor=cast.actor("alma"), at=AT)
    return work(row)


def work(row: Import) -> Import:
    """What the worker does until nothing is left to do; the file as it then is."""
    while work_due(at=AT):
        pass
    return Import.objects.select_related("clinic").get(pk=row.pk)


def look(cast: Cast, row: Import) -> Preview:
    """What it would do."""
    return preview(row, actor=cast.actor("alma"))


def bring(
    cast: Cast,
    content: str | bytes | Path,
    mapping: str,
    kind: str = "scores",
    *,
    takes_good_rows: bool = False,
    reason: str = "",
) -> Import:
    """The file, brought in."""
    row = read(cast, content, mapping, kind)
    ask_to_publish(row, actor=cast.actor("alma"), takes_good_rows=takes_good_rows, reason=reason, at=AT)
    return work(row)
