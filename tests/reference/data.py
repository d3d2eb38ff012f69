"""Where the data lies that may not be copied into the repository, and how it is read."""

import csv
import os
from pathlib import Path

import pytest

from tests.reference.xpt import rows_of_xpt

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("SEXTANT_REFERENCE_DATA") or ROOT.parent / "shared" / "data")


def reference_file(name: str) -> Path:
    """The file of that name in the reference data; without it the test fails with one line that says so."""
    path = FOLDER / name
    if not path.is_file():
        pytest.fail(f"No {name} in {FOLDER}: set SEXTANT_REFERENCE_DATA to the folder of reference data.", pytrace=False)
    return path


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the reference data."""
    with reference_file(name).open(newline="") as file:
        return list(csv.DictReader(file))


def read_xpt(name: str) -> list[dict[str, float | None]]:
    """The rows of a SAS transport file of the reference data."""
    return list(rows_of_xpt(reference_file(name).read_bytes()))
