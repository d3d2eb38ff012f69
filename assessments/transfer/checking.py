"""Whether a mapping fits a file: every column, scale, program and question that it names is there. Pure."""

from collections.abc import Iterator

from assessments.scales import Scale
from assessments.transfer.known import Known
from assessments.transfer.mapping import Mapping, MappingRefused, PeopleMapping, ScoreColumns, ScoresMapping, SessionsMapping
from assessments.transfer.table import Table


def check(mapping: Mapping, table: Table, known: Known) -> None:
    """Raise MappingRefused for a column, scale, program or question that is not there."""
    for column in _columns(mapping):
        if column not in table.columns:
            raise MappingRefused(f"The file has no column {column!r}. It has: {', '.join(table.columns)}.")
    for code in filter(None, (mapping.program, *mapping.programs.values())):
        if code not in known.programs:
            raise MappingRefused(f"There is no program {code!r}. There are: {', '.join(sorted(known.programs))}.")
    if isinstance(mapping, SessionsMapping):
        for route in filter(None, (mapping.route, *mapping.routes.values())):
            if route not in known.route_names:
                raise MappingRefused(f"There is no route {route!r}. There are: {', '.join(known.route_names)}.")
    if isinstance(mapping, ScoresMapping):
        _check_scales(mapping, known)


def _columns(mapping: Mapping) -> Iterator[str]:
    named = [mapping.patient, mapping.program_column, mapping.start_column]
    if isinstance(mapping, PeopleMapping):
        named += [mapping.legal_name, mapping.first_name, mapping.last_name, mapping.preferred_name]
        named += [mapping.birth_date, mapping.email, mapping.phone, mapping.language]
    elif isinstance(mapping, SessionsMapping):
        named += [mapping.when.column, mapping.clock, mapping.dose, mapping.dose_unit_column, mapping.dose_per_kg]
        named += [mapping.route_column, mapping.weight, mapping.lot]
    else:
        named += [mapping.scale_column, mapping.when.column if mapping.when else ""]
        for one in mapping.scores:
            named += [one.total, *one.items.values(), *one.subscores.values(), one.when.column if one.when else ""]
    return filter(None, dict.fromkeys(named))


def _check_scales(mapping: ScoresMapping, known: Known) -> None:
    for code in filter(None, (*mapping.scales.values(), *(one.scale for one in mapping.scores))):
        if code not in known.scales:
            raise MappingRefused(f"There is no scale {code!r}. There are: {', '.join(sorted(known.scales))}.")
    for one in mapping.scores:
        if one.scale:
            _check_columns(known.scales[one.scale], one)


def _check_columns(scale: Scale, one: ScoreColumns) -> None:
    if one.items:
        _check_items(scale, one)
    elif scale.scoring == "triage":
        raise MappingRefused(f"The level of {scale.title} comes from its answers: choose a column for each question.")
    for code in one.subscores:
        if code not in scale.subscores or scale.subscores[code].lowest is None:
            raise MappingRefused(f"{scale.title} has no subscore {code!r} that stands beside a total.")


def _check_items(scale: Scale, one: ScoreColumns) -> None:
    asked = [item.id for item in scale.items]
    if not asked:
        raise MappingRefused(f"{scale.title} is kept as a total here: choose the column with the total.")
    enough = {item for group in scale.either if any(other in one.items for other in group) for item in group}
    needed = {item.id for item in scale.items if not item.optional} - enough
    if not needed <= set(one.items) <= set(asked):
        raise MappingRefused(f"{scale.title} has questions {', '.join(asked)}; choose a column for each.")
