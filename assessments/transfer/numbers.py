"""Numbers as files write them, strictly: a comma is asked about, never guessed. Pure, Decimal.

7,5 is seven and a half in one country; 1,200 is twelve hundred in another. A tenfold or thousandfold error in a
dose kills, so a number that could be two waits until a person has said which mark stands before the decimals.
"""

import re
from decimal import Decimal

# Not Decimal() alone: it takes 1_0 for ten, 1e1 too, and the digits of other alphabets.
_PLAIN = re.compile(r"[+-]?[0-9]{1,7}(\.[0-9]*)?")
_GROUPED = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?"),
}
_WITH_COMMA = re.compile(r"[+-]?[0-9]{1,7},[0-9]*")
_THREE_BEHIND_A_POINT = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+")


class NumberRefused(ValueError):
    """This is no plain number, or could be two; `str(error)` says why."""


def is_doubtful(text: str) -> bool:
    """Whether `text` is a number that could be two: 7,5 and 1,200 and 1.200."""
    if text.isdecimal():  # most of them, and four patterns less to look for
        return False
    shapes = (_WITH_COMMA, _GROUPED["."], _GROUPED[","], _THREE_BEHIND_A_POINT)
    return any(shape.fullmatch(text) for shape in shapes)


def read_number(text: str, decimal: str) -> Decimal:
    """The number in `text`; `decimal` is the mark before the decimals, empty where nobody had to say. Raises NumberRefused."""
    if not decimal and is_doubtful(text):
        raise NumberRefused("could be two numbers; say whether a comma or a point stands before the decimals")
    if decimal == ",":
        if _GROUPED[","].fullmatch(text):
            return Decimal(text.replace(".", "").replace(",", "."))
        if _WITH_COMMA.fullmatch(text) or (_PLAIN.fullmatch(text) and "." not in text):
            return Decimal(text.replace(",", "."))
        raise NumberRefused("not a number with a comma before its decimals")
    if decimal == "." and _GROUPED["."].fullmatch(text):
        return Decimal(text.replace(",", ""))
    if not _PLAIN.fullmatch(text):
        raise NumberRefused("not a number")
    return Decimal(text)
