"""Names of visits: "baseline", "week 4", "bdi.2m", "V3". What a name says of the day, to be proposed. Pure."""

import re

from assessments.transfer.words import key_of

_AT_START = {"baseline", "pre", "start", "screening", "t0", "before", "bl", "base", "intake", "pretreatment", "day0", "week0"}
_LONG = re.compile(r"(?<![a-z])(\d{1,3}) ?(d|days?|w|wks?|weeks?|m|mo|mos|mths?|months?)(?![a-z])")
_LONG_NTH = re.compile(r"(?<![a-z])(d|days?|w|wks?|weeks?|m|mo|mos|mths?|months?)[ _.-]?(\d{1,3})(?!\d)")
_NAMES = {"d": "days", "w": "weeks", "m": "months"}
_DAYS = {"days": 1, "weeks": 7, "months": 30}


def is_at_start(name: str) -> bool:
    """Whether a visit of this name is the one before the first dose."""
    return key_of(name) in _AT_START


def length_of(name: str) -> tuple[int, str] | None:
    """So many days, weeks or months, where the name says so: (2, "months") for "bdi.2m"."""
    small = name.casefold().replace("_", " ")
    if found := _LONG.search(small):
        return int(found[1]), _NAMES[found[2][0]]
    if found := _LONG_NTH.search(small):
        return int(found[2]), _NAMES[found[1][0]]
    return None


def days_of_visit(name: str) -> str:
    """How many days after the start this visit was by its name, as text; nothing where the name does not say."""
    if is_at_start(name):
        return "0"
    length = length_of(name)
    return str(length[0] * _DAYS[length[1]]) if length else ""
