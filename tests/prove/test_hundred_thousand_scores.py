"""100,000 scores are read and brought in within three minutes on two cores, in flat memory; both are printed."""

import resource
import time

import pytest

from assessments.models import Import, Outcome, Score
from assessments.transfer.publishing import ask_to_publish
from assessments.transfer.staging import begin_reading, mapping_in
from tests.bringing import upload, work
from tests.cast import Cast
from tests.servers.conftest import cast  # noqa: F401 - the fixture

PATIENTS, VISITS = 10_000, 10
MAPPING = (
    'kind = "scores"\nprogram = "six-infusion-series"\npatient = "id"\nstart_on = 2026-01-05\n'
    'when = { column = "day", holds = "days" }\n[[scores]]\nscale = "phq-9"\ntotal = "total"\n'
)


def most_memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bring_rows(cast: Cast, patients: int) -> tuple[float, float]:  # noqa: F811
    """How long it took, and the most memory that this process ever had, after so many patients came in."""
    lines = (f"P{patients}-{n},{7 * visit},{(n + visit) % 28}\n" for n in range(patients) for visit in range(VISITS))
    row = upload(cast, "id,day,total\n" + "".join(lines))
    began = time.monotonic()
    begin_reading(row, mapping_in(MAPPING), actor=cast.actor("alma"))
    ask_to_publish(work(row), actor=cast.actor("alma"))
    assert work(row).state == Import.State.PUBLISHED
    return time.monotonic() - began, most_memory_mb()


def test_a_hundred_thousand_scores(cast: Cast, capsys: pytest.CaptureFixture) -> None:  # noqa: F811
    _, tenth = bring_rows(cast, PATIENTS // 10)
    seconds, whole = bring_rows(cast, PATIENTS)
    with capsys.disabled():
        print(f"  100,000 scores: {seconds:.0f} s; memory {whole:.0f} MB, after 10,000 {tenth:.0f} MB")  # noqa: T201
    assert Score.objects.count() == Outcome.objects.count() * VISITS == (PATIENTS + PATIENTS // 10) * VISITS
    assert seconds < 180
    assert whole < tenth + 100
