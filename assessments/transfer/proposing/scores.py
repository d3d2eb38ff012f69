"""Columns of scores: long or wide, totals or items, of which scale, taken when. Pure."""

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assessments.scales import Scale
from assessments.transfer.known import Known
from assessments.transfer.proposing.columns import MOSTLY, Column, named, patient_column, start_column, without_empty
from assessments.transfer.proposing.wide import wide_questions
from assessments.transfer.visits import days_of_visit, is_at_start, length_of
from assessments.transfer.words import key_of, known_as, plain

# Numbers that many files write for "refused" or "unknown", which are no points.
_CODES = {Decimal(code) for code in (-9, -8, -1, 7, 8, 9, 77, 88, 99, 777, 999)}


def propose_scores(columns: Sequence[Column], known: Known) -> dict[str, Any]:
    """Who, when, which scale, and the columns that make its scores."""
    patient = patient_column(columns)
    rest = [column for column in columns if column.name != patient and column.cells]
    scale_column = _scale_column(rest, known)
    start = start_column(columns)
    days = [column for column in rest if column.name != start]
    wide = wide_questions(rest, lambda group: _scale_of(group, _asked(known)))
    when = None if wide else _when(days)
    rest = [column for column in rest if not when or column.name != when["column"]]
    entries = wide or _items(rest, known) or _wide(rest, known) or _totals(rest, known)
    if scale_column:
        entries = [{"total": named([c for c in rest if c.is_numbers], r"\b(total|score|sum|value|points|result)\b")}]
    if entries and all("visit" in one or one.get("baseline") for one in entries):
        when = None
    return without_empty(
        {
            "kind": "scores",
            "patient": patient,
            "scale_column": scale_column,
            "when": when,
            "visits": _visits(columns, when),
            "start_column": start,
            "scores": tuple(without_empty(one) for one in entries if one.get("total") or one.get("items")),
        }
    )


def _scale_column(columns: Sequence[Column], known: Known) -> str:
    for column in columns:
        fitting = sum(known_as(cell, known.scale_names) is not None for cell in column.cells)
        if not column.is_numbers and fitting >= MOSTLY * len(column.cells):
            return column.name
    return ""


# When.


def _when(columns: Sequence[Column]) -> dict[str, Any] | None:
    """A column of dates first, then one that counts from the start, then names of visits."""
    dates = named(
        [c for c in columns if c.is_dates], r"\b(date|datum|fecha|taken|completed|assessed|when)\b", r"", avoid="birth|dob|death"
    )
    if dates:
        return {"column": dates}
    counted = [column for column in columns if column.is_whole_numbers]
    for unit in ("day", "week", "month"):
        if found := named(counted, rf"{unit}s?\b", avoid=r"length|score|duration"):
            return {"column": found, "holds": f"{unit}s"}
    few = [column for column in columns if len(set(column.cells)) <= 30]
    visits = named(few, r"\b(visit|time ?point|occasion|measurement|wave|phase|event|time)\b")
    return {"column": visits, "holds": "visits"} if visits else None  # fmt: skip


def _visits(columns: Sequence[Column], when: dict[str, Any] | None) -> dict[str, int]:
    """The visits whose names say a day."""
    if not when or when.get("holds") != "visits":
        return {}
    cells = next(column.cells for column in columns if column.name == when["column"])
    return {plain(cell): int(days) for cell in cells if (days := days_of_visit(plain(cell)))}


# Items: a column for each question.


def _asked(known: Known) -> list[Scale]:
    return [scale for scale in known.scales.values() if scale.items]


def _items(columns: Sequence[Column], known: Known) -> list[dict[str, Any]]:
    scales = _asked(known)
    for group in _numbered(columns) or _alike(columns, scales):
        if scale := _scale_of(group, scales):
            items = {item.id: column.name for item, column in zip(scale.items, group, strict=False)}
            total = named([c for c in columns if c not in group], r"\b(sum|total)", avoid=r"cost")
            return [{"scale": scale.code, "items": items, "total": total}]
    return []


def _scale_of(group: Sequence[Column], scales: Sequence[Scale]) -> Scale | None:
    """The one scale that has as many questions as there are columns, or one fewer, as the difficulty item after PHQ-9."""
    fitting = [scale for more in (0, 1) for scale in scales if len(group) == len(scale.items) + more and _is_of(group, scale)]
    hinted = [scale for scale in fitting if key_of(scale.code) in key_of(group[0].name)]
    exact = [scale for scale in fitting if len(group) == len(scale.items)]
    return next((some[0] for some in (hinted, exact, fitting) if len(some) == 1), None)


def _numbered(columns: Sequence[Column]) -> list[list[Column]]:
    """Columns that differ by a number only, as Item1_num to Item9_num; those of numbers before those of words."""
    groups: dict[tuple[str, str], list[tuple[int, Column]]] = defaultdict(list)
    for column in columns:
        if found := re.fullmatch(r"(.*?[^\d]?)0*(\d{1,3}?)(0?)([^\d]*)", column.name):
            groups[found[1].rstrip("0"), found[4]].append((int(found[2] + found[3]), column))
    rows = [[column for _, column in sorted(group, key=lambda one: one[0])] for group in groups.values() if len(group) > 2]
    return sorted(rows, key=lambda group: not group[0].is_numbers)


def _alike(columns: Sequence[Column], scales: Sequence[Scale]) -> list[list[Column]]:
    """All columns of whole numbers, where they are as many as the questions of a scale."""
    group = [column for column in columns if column.is_whole_numbers]
    return [group] if any(len(group) == len(scale.items) for scale in scales) else []


def _is_of(group: Sequence[Column], scale: Scale) -> bool:
    """Whether what stands in these columns are answers of the scale."""
    values = {Decimal(option.value) for item in scale.items for option in scale.options_of(item)}
    cells = [number for column in group[: len(scale.items)] for number in column.numbers]
    words = [cell for column in group for cell in column.cells]
    return all(number in values | _CODES for number in cells) and (bool(cells) or len(set(words)) <= len(values) + 3)


# Totals: in one column, or in one for each visit.


def _wide(columns: Sequence[Column], known: Known) -> list[dict[str, Any]]:
    """Columns of one name with the visit behind it: bdi.pre, bdi.2m, bdi.3m."""
    groups: dict[str, list[tuple[str, Column]]] = defaultdict(list)
    for column in columns:
        found = re.fullmatch(r"(.+?)[ _.\-]+(.+)", column.name)
        if found and column.is_numbers and (is_at_start(found[2]) or length_of(found[2]) or re.fullmatch(r"[tv]\d+", found[2])):
            groups[found[1]].append((found[2], column))
    entries = []
    for stem, group in groups.items():
        if len(group) > 1:
            scale = _scale_named(stem, [column for _, column in group], known) or _only(known, [column for _, column in group])
            entries += [_visit_entry(visit, column, scale) for visit, column in group]
    return entries


def _visit_entry(visit: str, column: Column, scale: str) -> dict[str, Any]:
    length = length_of(visit)
    if is_at_start(visit):
        return {"scale": scale, "total": column.name, "baseline": True, "visit": visit}
    when = {"after": length[0], "holds": length[1]} if length else None
    return without_empty({"scale": scale, "total": column.name, "when": when, "visit": visit})


def _totals(columns: Sequence[Column], known: Known) -> list[dict[str, Any]]:
    """A column for each scale that is named so, else the one that is called a total; and a baseline beside it."""
    numbers = [column for column in columns if column.is_numbers]
    baseline = named(numbers, r"\b(basval|baseline|base)\b", avoid="day|date|week")
    entries: list[dict[str, Any]] = []
    for column in numbers:
        code = _scale_named(column.name, [column], known)
        if code and column.name != baseline and all(one["scale"] != code for one in entries):
            entries.append({"scale": code, "total": column.name})
    if not entries and (total := named(numbers, r"\b(total|sum|score|points|result)\b", avoid=r"cost|claim")):
        entries = [{"scale": _only(known, numbers), "total": total}]
    if not entries and len(fitting := [column for column in numbers if _only(known, [column])]) == 1:
        entries = [{"scale": _only(known, fitting), "total": fitting[0].name}]
    if baseline and len(entries) == 1:
        entries.append({"scale": entries[0]["scale"], "total": baseline, "baseline": True})
    return entries


def _only(known: Known, columns: Sequence[Column]) -> str:
    """The one scale that there is, where these columns lie within it."""
    if len(known.scales) != 1:
        return ""
    [scale] = known.scales.values()
    return scale.code if all(column.lies_within(scale.lowest, scale.highest) for column in columns) else ""


def _scale_named(name: str, columns: Sequence[Column], known: Known) -> str:
    """The scale that a column is named after: its code whole, as a beginning, or with letters in between (HAMDTL17)."""
    key = key_of(name)
    fitting = [
        (_nearness(key, key_of(alias)), code)
        for code, aliases in known.scale_names.items()
        for alias in aliases
        if all(column.lies_within(known.scales[code].lowest, known.scales[code].highest) for column in columns)
    ]
    nearness, code = max(fitting, default=(0, ""))
    return code if nearness else ""


def _nearness(key: str, alias: str) -> int:
    if key == alias:
        return 3
    if len(alias) > 2 and (key.startswith(alias) or (alias.startswith(key) and len(key) > 2)):
        return 2
    letters = iter(key)
    return 1 if len(alias) > 3 and key[:3] == alias[:3] and all(letter in letters for letter in alias) else 0
