"""What the reading of a file has to know of the clinic: its scales and programs, its day and its hour. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from assessments.scales import Scale
from programs.protocols import Route

ROUTES: dict[str, tuple[str, ...]] = {
    "IV": ("IV", "intravenous", "infusion"),
    "IM": ("IM", "intramuscular"),
    "SC": ("SC", "SQ", "subcutaneous"),
    "IN": ("IN", "intranasal", "nasal"),
    "PO": ("PO", "oral", "by mouth"),
    "SL": ("SL", "sublingual"),
}
LANGUAGES = {"en": ("en", "English", "eng"), "es": ("es", "Spanish", "Español", "spa")}
UNITS = {
    "mg": ("mg", "milligram", "milligrams"),
    "mg/kg": ("mg/kg", "mg per kg"),
    "mcg": ("mcg", "µg", "μg", "ug", "microgram", "micrograms"),
    "mcg/kg": ("mcg/kg", "µg/kg", "μg/kg", "ug/kg"),
}


@dataclass(frozen=True)
class Known:
    """One clinic as the reading of its files sees it. `programs` are the titles by code."""

    scales: Mapping[str, Scale]
    programs: Mapping[str, str]
    today: date
    zone: ZoneInfo

    @cached_property
    def scale_names(self) -> dict[str, tuple[str, ...]]:
        return {code: (code, scale.title) for code, scale in self.scales.items()}

    @cached_property
    def program_names(self) -> dict[str, tuple[str, ...]]:
        return {code: (code, title) for code, title in self.programs.items()}

    @cached_property
    def route_names(self) -> dict[str, tuple[str, ...]]:
        """The routes that a program can have."""
        return {route.value: ROUTES.get(route.value, (route.value,)) for route in Route}
