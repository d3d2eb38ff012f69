"""A SAS transport file, version 5, as CSV: `python -m tests.reference.xpt DPQ_D.xpt > DPQ_D.csv`."""

import csv
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

LINE = 80
NAMESTR = 140


def rows_of_xpt(content: bytes) -> Iterator[dict[str, float | None]]:
    """The rows of a file with one member of numbers only. None is a missing value."""
    header = content.index(b"HEADER RECORD*******NAMESTR")
    count = int(content[header + 54 : header + 58])
    names_at = header + LINE
    variables = [_variable(content[names_at + n * NAMESTR :]) for n in range(count)]
    rows_at = content.index(b"HEADER RECORD*******OBS") + LINE
    length = sum(size for _, _, size in variables)
    for at in range(rows_at, len(content) - length + 1, length):
        row = content[at : at + length]
        # The last line is filled up with spaces, which are no row.
        if row.strip(b" "):
            yield {name: _number(row[start : start + size]) for name, start, size in variables}


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


def write_csv(content: bytes, out: TextIO) -> None:
    """The rows as CSV: a missing value is an empty cell, and 5.4e-79, which stands for zero in these files, is 0."""
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows_of_xpt(content)):
        if number == 0:
            writer.writerow(row)
        writer.writerow("" if value is None else f"{value:.9f}".rstrip("0").rstrip(".") for value in row.values())


if __name__ == "__main__":
    write_csv(Path(sys.argv[1]).read_bytes(), sys.stdout)
