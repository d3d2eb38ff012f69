"""Without the reference data: one line, not one for each test."""

import pytest

from tests.reference.data import FOLDER


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """End the run when it is of these tests only and their data is not there."""
    if not FOLDER.is_dir() and all("tests.reference" in item.nodeid.replace("/", ".") for item in items):
        pytest.exit(f"No reference data in {FOLDER}: set SEXTANT_REFERENCE_DATA to its folder.", returncode=1)


@pytest.fixture
def say(capsys: pytest.CaptureFixture):
    """Print past pytest, so that the figures stand in the output of make reference."""

    def said(*words: object) -> None:
        with capsys.disabled():
            print(" ", *words)  # noqa: T201

    return said
