"""Where the data lies that may not be copied into the repository, and how it is read."""

import csv
import os
import struct
from pathlib import Path

import pytest

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


LINE = 80
NAMESTR = 140


def read_xpt(name: str) -> list[dict[str, float | None]]:
    """The rows of a SAS transport file, version 5, with one member of numbers only. None is a missing value."""
    content = reference_file(name).read_bytes()
    header = content.index(b"HEADER RECORD*******NAMESTR")
    count = int(content[header + 54 : header + 58])
    names_at = header + LINE
    variables = [_variable(content[names_at + n * NAMESTR :]) for n in range(count)]
    rows_at = content.index(b"HEADER RECORD*******OBS") + LINE
    length = sum(size for _, _, size in variables)
    # The last line is filled up with spaces, which are no row.
    rows = (content[at : at + length] for at in range(rows_at, len(content) - length + 1, length))
    return [{name: _number(row[at : at + size]) for name, at, size in variables} for row in rows if row.strip(b" ")]


def _variable(namestr: bytes) -> tuple[str, int, int]:
    """Name, place in the row and length."""
    length = struct.unpack(">H", namestr[4:6])[0]
    place = struct.unpack(">l", namestr[84:88])[0]
    return namestr[8:16].decode("ascii").strip(), place, length


def _number(cell: bytes) -> float | None:
    """An IBM floating point number: sign, power of 16 in excess of 64, 56 bits of fraction. "." marks a missing one."""
    first, fraction = cell[0], int.from_bytes(cell[1:].ljust(7, b"\0"), "big")
    if fraction == 0:
        return None if first else 0.0
    size = fraction / 2**56 * 16.0 ** ((first & 0x7F) - 64)
    return -size if first & 0x80 else size
