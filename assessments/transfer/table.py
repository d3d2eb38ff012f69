"""A table, whatever file it came from: named columns, and rows that are read one after the other. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

MOST_COLUMNS = 500
LONGEST_COLUMN = 100
LONGEST_CELL = 32_767  # as many letters as a cell of a spreadsheet can hold
MOST_ROWS = 500_000

# The cells of each line with its number, from the first line of the file on.
Lines = Callable[[], Iterator[tuple[int, list[str]]]]


class FileUnreadable(ValueError):
    """The file is no table we can read; `str(error)` says why."""


@dataclass(frozen=True)
class Row:
    """One row of data: the line of the file on which it begins, and its cells by column.

    `surplus` are cells beyond the last column: a sign that a comma stands inside a cell, so that all is shifted.
    """

    line: int
    cells: dict[str, str]
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The columns of a file in order; `rows` reads the file again from its beginning."""

    columns: tuple[str, ...]
    lines: Lines

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything, one after the other. Raises FileUnreadable where the file breaks off."""
        lines = (one for one in self.lines() if any(one[1]))
        next(lines, None)
        for count, (line, cells) in enumerate(lines, 1):
            if count > MOST_ROWS:
                raise FileUnreadable(f"The file has more than {MOST_ROWS:,} rows. Split it.")
            yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        width = len(self.columns)
        filled = cells + [""] * (width - len(cells))
        return Row(line, dict(zip(self.columns, filled, strict=False)), tuple(cell for cell in cells[width:] if cell))


def table_of(lines: Lines) -> Table:
    """The table in `lines`, whose first line with anything in it names the columns. Raises FileUnreadable."""
    filled = (cells for _, cells in lines() if any(cells))
    columns = _columns(next(filled, []))
    if next(filled, None) is None:
        raise FileUnreadable("The file names its columns and has no rows below.")
    return Table(columns, lines)


def _columns(cells: Sequence[str]) -> tuple[str, ...]:
    last = max((number for number, cell in enumerate(cells, 1) if cell), default=0)
    if not last:
        raise FileUnreadable("The file is empty: its first line must name the columns.")
    if last > MOST_COLUMNS:
        raise FileUnreadable(f"The file has {last:,} columns; {MOST_COLUMNS} can be read.")
    columns = tuple(cell or f"(column {number})" for number, cell in enumerate(cells[:last], 1))
    longest = max(columns, key=len)
    if len(longest) > LONGEST_COLUMN:
        raise FileUnreadable(f"The column {longest[:20]}… has a name of {len(longest)} letters; {LONGEST_COLUMN} can be read.")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FileUnreadable(f"Two columns are called {twice[0]}. Give each its own name.")
    return columns
