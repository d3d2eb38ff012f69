"""XLSX: a zip of XML, read by the two parsers of the standard library, as a stream. Pure.

No spreadsheet library: the one that everybody uses was last released in 2024, the faster one holds a whole sheet
in memory, and neither looks at the sizes in the zip's directory before it unpacks. Formulas are not worked out:
what counts is the value that the program which saved the workbook wrote beside them.
"""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO
from xml.parsers import expat

from assessments.transfer.sheet import SharedStrings, Sheet, Styles, local
from assessments.transfer.table import FileUnreadable

MOST_ENTRIES = 2_000
MOST_UNPACKED_BYTES = 600 * 1024 * 1024
# XML of a sheet shrinks to a tenth, of the dullest to a hundredth; a bomb to a thousandth.
MOST_RATIO, SMALL_BYTES = 300, 5 * 1024 * 1024
BLOCK = 1 << 16

# RuntimeError: an entry with a password, NotImplementedError with it: a way of packing that nobody knows.
WHAT_DAMAGE_RAISES = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, OSError, LookupError, ValueError, ArithmeticError,
    RuntimeError,
)  # fmt: skip
DAMAGED = "The workbook is damaged. Open it in the program that made it, and save it again as XLSX."
OTHER_KINDS = {
    "word/": "This is a Word document. Save its table as CSV or XLSX and bring that.",
    "ppt/": "This is a presentation. Save its table as CSV or XLSX and bring that.",
    "xl/workbook.bin": "This is a binary workbook (XLSB). Save it as XLSX and bring that.",
    "content.xml": "This is an OpenDocument file. Save the table as CSV or XLSX and bring that.",
}


def sheets(file: BinaryIO) -> tuple[str, ...]:
    """The names of the sheets of a workbook, in its order. Raises FileUnreadable."""
    with _opened(file) as archive:
        return tuple(_Book(archive).sheets)


def read_lines(file: BinaryIO, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Each row of a sheet with its number, its cells as text. Raises FileUnreadable."""
    with _opened(file) as archive:
        book = _Book(archive)
        if sheet not in book.sheets:
            raise FileUnreadable(f"The workbook has no sheet {sheet}. It has: {', '.join(book.sheets)}.")
        reader = Sheet(book.strings(), book.styles(), counts_from_1904=book.counts_from_1904)
        for _ in _parsing(archive.open(book.sheets[sheet]), reader.start, reader.end, reader.text):
            yield from reader.take_rows()


@contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive, once its directory promises nothing that would fill the memory."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_bombs(archive.infolist())
            yield archive
    except FileUnreadable:
        raise
    except WHAT_DAMAGE_RAISES as error:
        raise FileUnreadable(DAMAGED) from error


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    steep = any(entry.file_size > max(SMALL_BYTES, MOST_RATIO * entry.compress_size) for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED_BYTES or steep:
        raise FileUnreadable(f"The workbook would unpack to {unpacked // 1024 // 1024:,} MB; that is no table. Save it as CSV.")


class _Book:
    """What the workbook says of itself: its sheets, and where its strings and styles lie."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.counts_from_1904 = False
        self.sheets: dict[str, str] = {}
        names = set(archive.namelist())
        self.path = next(iter(self._related("", "/officeDocument").values()), "")
        if self.path not in names or not self.path.startswith("xl/") or self.path.endswith(".bin"):
            said = (words for start, words in OTHER_KINDS.items() if any(name.startswith(start) for name in names))
            raise FileUnreadable(next(said, "This archive holds no workbook. Save the table as CSV or XLSX and bring that."))
        self._targets = self._related(self.path, "/worksheet")
        self._read(self.path, self._element)
        self.sheets = {name: path for name, path in self.sheets.items() if path in names}
        if not self.sheets:
            raise FileUnreadable("The workbook has no sheet with a table.")

    def _read(self, path: str, start: Callable[[str, dict[str, str]], None]) -> None:
        for _ in _parsing(self.archive.open(path), start):
            pass

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in {"1", "true"}
        elif local(name) == "sheet":
            target = next((value for key, value in attributes.items() if local(key) == "id"), "")
            self.sheets[attributes["name"]] = self._targets.get(target, "")

    def _related(self, path: str, kind: str) -> dict[str, str]:
        """The parts of one kind that the part at `path` points to, by their ids."""
        folder, file = posixpath.split(path)
        found: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if local(name) == "Relationship" and attributes["Type"].endswith(kind):
                found[attributes["Id"]] = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")

        where = posixpath.join(folder, "_rels", f"{file}.rels")
        if where in self.archive.namelist():
            self._read(where, start)
        return found

    def strings(self) -> list[str]:
        """The texts that cells point to by number."""
        found = SharedStrings()
        for path in self._related(self.path, "/sharedStrings").values():
            for _ in _parsing(self.archive.open(path), found.start, found.end, found.text):
                pass
        return found.texts

    def styles(self) -> list[str]:
        """What each cell style makes of a number: "date", "time" or nothing."""
        found = Styles()
        for path in self._related(self.path, "/styles").values():
            self._read(path, found.start)
        return found.kinds()


def _parsing(
    stream: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Feed an XML part to its handlers, a block at each step. A document type, the door of entity bombs, is refused."""

    def refuse(*_: object) -> None:
        raise FileUnreadable(DAMAGED)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = refuse
    with stream:
        while block := stream.read(BLOCK):
            parser.Parse(block, False)
            yield
    parser.Parse(b"", True)
    yield
