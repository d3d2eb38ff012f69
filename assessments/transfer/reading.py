"""A file that somebody brought, recognised and opened as a table. Pure: it takes a file that can be read twice."""

from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Literal

from assessments.transfer import delimited, workbook
from assessments.transfer.table import FileUnreadable, Table, table_of

MOST_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class Format:
    """How a file is written; what was recognised is shown, and a person may change it."""

    kind: Literal["csv", "xlsx"]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    def __str__(self) -> str:
        if self.kind == "xlsx":
            return f"XLSX workbook, sheet {self.sheet}"
        return f"CSV, {delimited.ENCODINGS[self.encoding]}, cells apart by {delimited.DELIMITERS[self.delimiter]}"


def recognise(file: BinaryIO) -> Format:
    """How this file is written, by its content and not its name. Raises FileUnreadable with the reason."""
    size = file.seek(0, 2)
    if size > MOST_BYTES:
        raise FileUnreadable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it.")
    if size == 0:
        raise FileUnreadable("The file is empty.")
    file.seek(0)
    if file.read(4).startswith(b"PK"):
        return Format("xlsx", sheet=workbook.sheets(file)[0])
    encoding = delimited.recognise_encoding(file)
    return Format("csv", encoding, delimited.recognise_delimiter(file, encoding))


def open_table(file: BinaryIO, form: Format) -> Table:
    """The table in this file; its rows are read as they are asked for. Raises FileUnreadable."""
    if form.kind == "xlsx":
        return table_of(partial(workbook.read_lines, file, form.sheet))
    return table_of(partial(delimited.read_lines, file, form.encoding, form.delimiter))
