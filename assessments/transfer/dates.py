"""Dates as people write them. What could be two days is never guessed: it is asked once for each pattern. Pure.

A written date has a pattern ("#/#/####") and one or more readings, each with a code ("mdy", "dmy"). Only one
reading: no question. More than one day, a year of two digits, a bare serial number, "week 3": somebody answers
for the pattern, and from then on each date of the pattern is read so or refused.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache

# Each reading by its code, in the words of a choice.
READINGS = {
    "ymd": "year, month, day",
    "dmy": "day, month, year",
    "mdy": "month, day, year",
    "dmy-20": "day, month, year 20..",
    "mdy-20": "month, day, year 20..",
    "ymd-20": "year 20.., month, day",
    "dmy-past": "day, month, the last such year that has passed",
    "mdy-past": "month, day, the last such year that has passed",
    "ymd-past": "the last such year that has passed, month, day",
    "excel-1900": "days counted by a spreadsheet (Windows, the usual way)",
    "excel-1904": "days counted by a spreadsheet from 1904 (old Macs)",
    "after": "so long after the start",
    "nth": "the start is day 1, week 1 or month 1",
}
MONTHS = {
    1: ("january", "jan", "enero", "ene", "januar", "jaenner", "janvier", "janv"),
    2: ("february", "feb", "febrero", "februar", "fevrier", "fevr"),
    3: ("march", "mar", "marzo", "maerz", "marz", "mrz", "mars"),
    4: ("april", "apr", "abril", "abr", "avril", "avr"),
    5: ("may", "mayo", "mai"),
    6: ("june", "jun", "junio", "juni", "juin"),
    7: ("july", "jul", "julio", "juli", "juillet", "juil"),
    8: ("august", "aug", "agosto", "ago", "aout"),
    9: ("september", "sept", "sep", "septiembre", "septembre"),
    10: ("october", "oct", "octubre", "oktober", "okt", "octobre"),
    11: ("november", "nov", "noviembre", "novembre"),
    12: ("december", "dec", "diciembre", "dic", "dezember", "dez", "decembre"),
}
_MONTH_OF = {name: number for number, names in MONTHS.items() for name in names}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# A serial of five digits is a day from 1927 on; of four it would as well be a year.
_SERIALS = range(10_000, 73_051)

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_LOCAL = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})")
_COMPACT = re.compile(r"\d{8}")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?", r"(?P<month>[a-z]+)\.?", r"'?(?P<year>\d{4}|\d{2})"
_DAY_NAMED = re.compile(rf"(?:[a-z]+,? )?{_DAY}[- /]*(?:de |of )?{_MONTH}[-, /]*(?:de )?{_YEAR}")
_NAMED_DAY = re.compile(rf"(?:[a-z]+, )?{_MONTH}[- /]*{_DAY},?[- /]+{_YEAR}")
_UNITS = r"(days?|d|weeks?|wks?|w|months?|mos?|m)"
_AFTER = re.compile(
    rf"\+? ?(\d{{1,4}}) ?{_UNITS}(?: (after|before|since|post)(?: the)?"
    r" (?:start|baseline|first (?:dose|infusion|session|treatment)))?"
)
_NTH = re.compile(rf"{_UNITS} ?(\d{{1,4}})")
_TIME = re.compile(r"[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$")


class DateRefused(ValueError):
    """This is no date, or nobody said which of its days is meant; `str(error)` says why."""


@dataclass(frozen=True)
class WrittenDate:
    """The pattern of a date and its readings by code. `asks`: whatever the readings, a person says which."""

    pattern: str
    readings: dict[str, date] = field(default_factory=dict)
    asks: bool = False

    @property
    def is_doubtful(self) -> bool:
        return bool(self.readings) and (self.asks or len(set(self.readings.values())) > 1)


def read_date(text: str, answers: Mapping[str, str], *, start: date | None, today: date) -> date:
    """The day that `text` means under the answers that were given. Raises DateRefused.

    03/04/2026 is March 4 once "mdy" was answered for "#/#/####", and is refused before.
    """
    written = understand(text, start=start, today=today)
    code = answers.get(written.pattern)
    if code is not None and (day := written.readings.get(code)):
        return day
    if code is not None and (written.is_doubtful or written.readings):
        raise DateRefused(f"no day when read as {READINGS.get(code, code)}")
    if written.is_doubtful:
        days = " or ".join(dict.fromkeys(str(day) for day in written.readings.values()))
        raise DateRefused(f"could be {days}; say which is meant")
    if not written.readings:
        raise DateRefused("there is no such day between 1900 and 2100")
    return next(iter(written.readings.values()))


@lru_cache(8192)
def understand(text: str, *, start: date | None, today: date) -> WrittenDate:
    """The pattern and the readings of a written date without its time. Raises DateRefused for what is no date."""
    typed = _folded(text)
    for shape in (_iso, _local, _compact, _serial, _named):
        if found := shape(typed, today):
            return found
    if re.fullmatch(r"(19|20)\d{2}", typed):
        raise DateRefused("a year alone is no day")
    if found := _relative(typed, start):
        return found
    raise DateRefused("not a date; write 2026-11-24")


def _folded(text: str) -> str:
    """Lower case, without accents, one space where there were several."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ä", "ae"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def _iso(typed: str, today: date) -> WrittenDate | None:
    found = _ISO.fullmatch(typed)
    return WrittenDate(f"####{found[2]}#{found[2]}#", _days({"ymd": (found[1], found[3], found[4])})) if found else None


def _local(typed: str, today: date) -> WrittenDate | None:
    found = _LOCAL.fullmatch(typed)
    if not found:
        return None
    one, mark, two, three = found.groups()
    pattern = f"#{mark}#{mark}{'#' * len(three)}"
    if len(three) == 4:
        return WrittenDate(pattern, _days({"dmy": (three, two, one), "mdy": (three, one, two)}))
    orders = {"dmy": (three, two, one), "mdy": (three, one, two), "ymd": (one, two, three)}
    return WrittenDate(pattern, _short_years(orders, today), asks=True)


def _compact(typed: str, today: date) -> WrittenDate | None:
    if not _COMPACT.fullmatch(typed):
        return None
    orders = {
        "ymd": (typed[:4], typed[4:6], typed[6:]),
        "dmy": (typed[4:], typed[2:4], typed[:2]),
        "mdy": (typed[4:], typed[:2], typed[2:4]),
    }
    return WrittenDate("########", _days(orders))


def _serial(typed: str, today: date) -> WrittenDate | None:
    if not _SERIAL.fullmatch(typed) or int(float(typed)) not in _SERIALS:
        return None
    days = timedelta(days=int(float(typed)))
    return WrittenDate("#####", {"excel-1900": date(1899, 12, 30) + days, "excel-1904": date(1904, 1, 1) + days}, asks=True)


def _named(typed: str, today: date) -> WrittenDate | None:
    for shape, order in ((_DAY_NAMED, "dmy"), (_NAMED_DAY, "mdy")):
        found = shape.fullmatch(typed)
        month = found and _MONTH_OF.get(found["month"])
        if not found or not month:
            continue
        day, year = found["day"], found["year"]
        pattern = f"# month {'#' * len(year)}" if order == "dmy" else f"month # {'#' * len(year)}"
        parts = {order: (year, str(month), day)}
        if len(year) == 4:
            return WrittenDate(pattern, _days(parts))
        return WrittenDate(pattern, _short_years(parts, today), asks=True)
    return None


def _relative(typed: str, start: date | None) -> WrittenDate | None:
    """So long after the start. "3 weeks after start" says it; "week 3" may be the third week."""
    if typed in {"start", "baseline"}:
        return WrittenDate(typed, {"after": _counted(start, 0, "d")}, asks=True)
    if found := _AFTER.fullmatch(typed):
        count = -int(found[1]) if found[3] == "before" else int(found[1])
        said = bool(found[3]) or typed.startswith("+")
        pattern = f"# {found[2][0]}" + (f" {found[3] or 'after'}" if said else "")
        readings = {"after": _counted(start, count, found[2])}
    elif found := _NTH.fullmatch(typed):
        said, pattern, count = False, f"{found[1][0]} #", int(found[2])
        readings = {"after": _counted(start, count, found[1])}
    else:
        return None
    if not said and count > 0:
        readings["nth"] = _counted(start, count - 1, found[1] if found.re is _NTH else found[2])
    return WrittenDate(pattern, readings, asks=not said)


def _counted(start: date | None, count: int, unit: str) -> date:
    if start is None:
        raise DateRefused("counts from the start, which is not known")
    return later(start, count, {"d": "days", "w": "weeks", "m": "months"}[unit[0]])


def later(start: date, count: int, unit: str) -> date:
    """So many days, weeks or months after the start. Raises DateRefused for a day that no calendar has.

    The same day of another month, or its last day: January 31 and one month is February 28 or 29.
    """
    try:
        if unit != "months":
            return start + timedelta(days=count * (7 if unit == "weeks" else 1))
        year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        raise DateRefused(f"no calendar has that day, counted from {start}") from None


def _days(orders: dict[str, tuple[str, str, str]]) -> dict[str, date]:
    """The readings that are days of a calendar in which somebody could be treated."""
    found = {}
    for code, (year, month, day) in orders.items():
        try:
            found[code] = date(int(year), int(month), int(day))
        except ValueError:
            continue
    return {code: day for code, day in found.items() if _FIRST_YEAR <= day.year <= _LAST_YEAR}


def _short_years(orders: dict[str, tuple[str, str, str]], today: date) -> dict[str, date]:
    found = _days({f"{code}-20": (f"20{year}", month, day) for code, (year, month, day) in orders.items()})
    for code, (year, month, day) in orders.items():
        passed = _days({"20": (f"20{year}", month, day), "19": (f"19{year}", month, day)})
        if past := next((day for day in passed.values() if day <= today), None):
            found[f"{code}-past"] = past
    return found


def split_time(text: str) -> tuple[str, time | None, timedelta | None]:
    """The date in `text`, the time of day behind it, and how far that is from UTC, where they are written.

    Raises DateRefused for a time that no clock shows.
    """
    found = _TIME.search(text)
    if not found:
        return text, None, None
    clock = read_clock(found[0].strip("T ,").removesuffix(found[5] or "").strip())
    return text[: found.start()], clock, _offset(found[5])


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone in {"Z", "UTC"}:
        return timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


def read_clock(text: str) -> time:
    """A time of day: 14:05, 2:05 pm, 14:05:30. Raises DateRefused."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?[Mm]?\.?", text)
    hour = int(found[1]) if found else 99
    if found and found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0) if 1 <= hour <= 12 else 99
    try:
        return time(hour, int(found[2]), int(found[3] or 0)) if found else time(hour)
    except ValueError:
        raise DateRefused("not a time of day; write 14:05") from None
