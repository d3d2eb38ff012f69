"""A row that brings a session: when, how much, by which route. Amounts are read, never worked out. Pure, Decimal."""

from dataclasses import dataclass
from decimal import Decimal

from assessments.transfer.incoming import Disagreement, Incoming, IncomingSession, RowRefused
from assessments.transfer.known import UNITS, Known
from assessments.transfer.mapping import SessionsMapping
from assessments.transfer.rows.cells import Cells
from assessments.transfer.table import Row
from programs.dosing import DoseRefused, kg_of

# Beyond these nobody gave ketamine and recorded it in the same unit: it is another unit, or a typing error.
MOST_MG, MOST_MG_PER_KG = Decimal(1000), Decimal(10)
MICROGRAMS = Decimal("0.001")
# mg and mg/kg times kg are rounded by hand, and the weight is often an older one.
ROUGHLY = Decimal("0.05")
LONGEST_LOT = 40


@dataclass(frozen=True)
class SessionsReader:
    mapping: SessionsMapping
    known: Known

    def read(self, row: Row) -> list[Incoming]:
        """The session of a row. Raises RowRefused."""
        cells, mapping = Cells(row, self.mapping, self.known), self.mapping
        day, clock = cells.when(mapping.when, cells.start())
        mg, mg_per_kg = self._dose(cells)
        weight_kg = self._weight(cells)
        session = IncomingSession(
            line=row.line,
            patient=cells.patient(),
            day=day,
            clock=cells.clock(mapping.clock) or clock,
            program=cells.program(),
            dose_mg=mg,
            dose_mg_per_kg=mg_per_kg,
            route=mapping.route or cells.coded(mapping.route_column, mapping.routes, self.known.route_names, "route"),
            weight_kg=weight_kg,
            lot=cells.name(mapping.lot, LONGEST_LOT),
            disagrees=disagreement(mg, mg_per_kg, weight_kg),
        )
        return [session]

    def _dose(self, cells: Cells) -> tuple[Decimal | None, Decimal | None]:
        """The dose in mg, and in mg for each kg, as far as the row says them."""
        column = self.mapping.dose
        amount = cells.number(column)
        unit: str = self.mapping.dose_unit
        if amount is not None and not unit:
            unit = cells.coded(self.mapping.dose_unit_column, dict(self.mapping.dose_units), UNITS, "unit")
            if not unit:
                raise RowRefused(self.mapping.dose_unit_column, "", "the unit of the dose is missing")
        if amount is not None and unit.startswith("mcg"):
            amount *= MICROGRAMS
        per_kg = cells.number(self.mapping.dose_per_kg)
        self._check(cells, self.mapping.dose_per_kg, per_kg, MOST_MG_PER_KG, "mg/kg")
        if unit.endswith("/kg"):
            self._check(cells, column, amount, MOST_MG_PER_KG, "mg/kg")
            return None, amount
        self._check(cells, column, amount, MOST_MG, "mg")
        return amount, per_kg

    def _check(self, cells: Cells, column: str, amount: Decimal | None, most: Decimal, unit: str) -> None:
        if amount is not None and not 0 < amount <= most:
            raise RowRefused(column, cells.text(column), f"not a dose that somebody gives: above 0 and up to {most} {unit}")

    def _weight(self, cells: Cells) -> Decimal | None:
        column = self.mapping.weight
        amount = cells.number(column)
        try:
            return kg_of(amount, self.mapping.weight_unit) if amount is not None else None
        except DoseRefused as error:
            raise RowRefused(column, cells.text(column), str(error)) from error


def disagreement(mg: Decimal | None, mg_per_kg: Decimal | None, weight_kg: Decimal | None) -> Disagreement | None:
    """mg against mg/kg times kg, where all three are known and further apart than rounding explains."""
    if mg is None or mg_per_kg is None or weight_kg is None:
        return None
    worked_out = mg_per_kg * weight_kg
    return Disagreement(mg, worked_out) if abs(mg - worked_out) > ROUGHLY * worked_out else None
