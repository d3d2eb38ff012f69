"""A worker that dies in the middle of a file loses nothing and doubles nothing, wherever it was."""

import sys
from pathlib import Path

import pytest
from django.db.models import Count

from assessments.models import Import, Score, StagedRow
from assessments.transfer.publishing import ask_to_publish
from assessments.transfer.staging import begin_reading, mapping_in
from tests.bringing import TOTALS, upload, work
from tests.cast import Cast
from tests.processes import running, wait_for

# So many that the worker is still at it when it is killed.
ROWS_TO_READ, ROWS_TO_BRING = 8_000, 4_000
# One process that does what the worker's task does, without the broker's tick in between.
WORKER = [
    sys.executable,
    "-c",
    (
        "import os, django; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'tracker.settings'); django.setup()\n"
        "from assessments.transfer.working import work_due\n"
        "while work_due(): pass"
    ),
]


def file_of(cast: Cast, rows: int) -> Import:
    """A long file that a worker is to read."""
    row = upload(cast, "id,total\n" + "".join(f"{n},{n % 28}\n" for n in range(rows)))
    begin_reading(row, mapping_in(TOTALS), actor=cast.actor("alma"))
    return row


def lines_read(row: Import) -> int:
    return Import.objects.values_list("lines_read", flat=True).get(pk=row.pk)


def test_a_worker_that_is_killed_while_it_reads_leaves_each_row_once(cast: Cast, environment: dict, tmp_path: Path) -> None:
    reading = file_of(cast, ROWS_TO_READ)
    for seen in (0, 2_000):
        with running(WORKER, environment, log=tmp_path / "log") as worker:
            wait_for(lambda: lines_read(reading) > seen, f"some rows: {tmp_path / 'log'}", seconds=60)  # noqa: B023
            worker.kill()
            worker.wait()
        assert lines_read(reading) < ROWS_TO_READ
        # Who was killed holds the file for a minute; the next one need not wait for it here.
        Import.objects.update(held_until=None)
    assert work(reading).state == Import.State.READ
    assert StagedRow.objects.count() == StagedRow.objects.values("line").distinct().count() == ROWS_TO_READ


def test_a_worker_that_is_killed_while_it_brings_in_leaves_nothing_half(cast: Cast, environment: dict, tmp_path: Path) -> None:
    reading = file_of(cast, ROWS_TO_BRING)
    ask_to_publish(work(reading), actor=cast.actor("alma"))
    with running(WORKER, environment, log=tmp_path / "log") as worker:
        wait_for(lambda: Import.objects.exclude(held_until=None).exists(), "the worker to take it", seconds=60)
        with pytest.raises(AssertionError):
            wait_for(Score.objects.exists, "half of it", seconds=1)
        worker.kill()
        worker.wait()
    assert not Score.objects.exists()
    Import.objects.update(held_until=None)
    assert work(reading).scores_added == ROWS_TO_BRING
    assert not Score.objects.values("patient").annotate(count=Count("pk")).filter(count__gt=1).exists()
