"""CSV: which encoding and which mark between the cells, and its lines one after the other. Pure."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from assessments.transfer.table import LONGEST_CELL, FileUnreadable

# How each is called to a person.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16, low byte first",
    "utf-16-be": "UTF-16, high byte first",
    "windows-1252": "Windows Latin (1252)",
    "latin-1": "Latin-1",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}

# How PDFs, pictures, web pages and archives begin, those that happen to hold no NUL too.
NOT_TEXT = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf", b"<!DOCTYPE", b"<html")
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
BLOCK = 1 << 20
SAMPLE_BYTES = 1 << 16
SAMPLE_LINES = 20
NO_TEXT = "This is neither a text file nor an XLSX workbook. Save the table as CSV or XLSX and bring that."


def recognise_encoding(file: BinaryIO) -> str:
    """The encoding of a text file. Raises FileUnreadable for what is no text, or text in two encodings."""
    file.seek(0)
    start = file.read(SAMPLE_BYTES)
    if start.startswith(OLD_WORKBOOK):
        raise FileUnreadable("This is an old Excel workbook (.xls) or one with a password. Save it as XLSX without one.")
    if start.startswith(NOT_TEXT):
        raise FileUnreadable(NO_TEXT)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(file, "utf-16")
    if b"\x00" in start:
        return _checked(file, _byte_order(start))
    if _decodes(file, "utf-8"):
        return _checked(file, "utf-8")
    _refuse_two_encodings(file)
    return _checked(file, "windows-1252" if _decodes(file, "windows-1252") else "latin-1")


def _byte_order(start: bytes) -> str:
    """UTF-16 without a mark: plain letters have a zero on one side of each, and nothing else has."""
    low_first, high_first = start[1::2].count(0), start[0::2].count(0)
    half = len(start) // 2
    if max(low_first, high_first) < 0.7 * half or min(low_first, high_first) > 0.05 * half:
        raise FileUnreadable(NO_TEXT)
    return "utf-16-le" if low_first > high_first else "utf-16-be"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    try:
        for _ in _decoded(file, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _decoded(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := file.read(BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _checked(file: BinaryIO, encoding: str) -> str:
    try:
        if any("\x00" in text for text in _decoded(file, encoding)):
            raise FileUnreadable(NO_TEXT)
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            f"The file begins as {ENCODINGS[encoding]} and does not go on so. Save it again as UTF-8."
        ) from error
    return encoding


def _refuse_two_encodings(file: BinaryIO) -> None:
    """No UTF-8 as a whole, but with letters in it that only UTF-8 writes so: one half would come in as é for é."""
    file.seek(0)
    first: dict[str, int] = {}
    for number, line in enumerate(file, 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            first.setdefault("UTF-8", number)
        except UnicodeDecodeError:
            kind = "UTF-8" if re.search(rb"\xc3[\x80-\xbf]", line) else "another encoding"
            first.setdefault(kind, number)
        if len(first) == 2:
            raise FileUnreadable(
                f"Line {first['UTF-8']} is written in UTF-8 and line {first['another encoding']} is not,"
                " so its letters with accents cannot be told. Save the table again as UTF-8."
            )


def recognise_delimiter(file: BinaryIO, encoding: str) -> str:
    """The mark that cuts the first lines into most cells, the same number in each."""
    file.seek(0)
    sample = codecs.getincrementaldecoder(_codec(encoding))(errors="replace").decode(file.read(SAMPLE_BYTES))
    if told := re.match(r"sep=([,;\t])\r?\n", sample):
        return told[1]
    return max(DELIMITERS, key=lambda mark: _evenness(sample, mark))


def _evenness(sample: str, delimiter: str) -> tuple[int, int]:
    widths = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) == SAMPLE_LINES:
                break
    except csv.Error:
        return 0, 0
    if not widths or widths[0] == 1:
        return 0, 0
    return widths.count(widths[0]), widths[0]


def _codec(encoding: str) -> str:
    """UTF-8 may begin with a mark that is no letter of the first column."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def read_lines(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each line with the number it begins on, its cells without spaces around. Raises FileUnreadable."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=_codec(encoding), newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if not (begins == 1 and len(cells) <= 2 and cells and cells[0].startswith("sep=")):
                yield begins, [_cell(cell, begins) for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileUnreadable(_why(error, begins)) from error
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            f"The file is not written in {ENCODINGS[encoding]} from line {begins} on. Choose another."
        ) from error
    finally:
        # The file belongs to the caller, who may read it again.
        text.detach()


def _cell(cell: str, line: int) -> str:
    if len(cell) > LONGEST_CELL:
        raise FileUnreadable(f"Line {line} has a cell of {len(cell):,} letters; {LONGEST_CELL:,} can be read.")
    return cell.strip()


def _why(error: csv.Error, line: int) -> str:
    said = str(error)
    if "field limit" in said:
        return f"Line {line} has a cell of more than {LONGEST_CELL:,} letters, or opens a quotation mark that is never closed."
    if "unexpected end" in said:
        return f"Line {line} opens a quotation mark that is never closed."
    if "expected after" in said:
        return f"Line {line}: a quotation mark closes a cell, and the cell goes on. Write it twice inside a cell."
    return f"Line {line} cannot be read: {said}."
