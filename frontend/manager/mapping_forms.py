"""Which column is what, as a form: its fields become the same mapping that a file can hold."""

from dataclasses import dataclass
from typing import Any

from django import forms

from assessments.transfer.known import Known
from assessments.transfer.mapping import DOSE_UNITS, UNIT_WORDS, WEIGHT_UNITS, Mapping, mapping_of
from frontend.desk.forms import DATE

Chosen = dict[str, Any]
MISSING = "NA, N/A, ."


@dataclass(frozen=True)
class Group:
    """Fields that belong together, under one heading."""

    title: str
    fields: list[forms.BoundField]


def column_field(label: str, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(required=False, label=label, help_text=help_text)


class MappingForm(forms.Form):
    """What every kind of file is asked."""

    kind = ""
    columns: tuple[str, ...] = ("patient", "program_column", "start_column")

    patient = column_field("Patient (record number)", "Without a column each row is a patient of its own: row 2, row 3.")
    program = forms.ChoiceField(required=False, label="Program that these patients were in")
    program_column = column_field("or column of the program")
    start_on = forms.DateField(required=False, label="First dose, one day for all", widget=DATE)
    start_column = column_field("or column of the first dose")
    missing = forms.CharField(
        required=False, label="How the file writes “no answer”", help_text="Apart by commas. An empty cell always is none."
    )

    def __init__(self, table_columns: tuple[str, ...], known: Known, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.named = table_columns
        choices = [("", "–"), *((name, name) for name in table_columns)]
        for name in self.columns:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["program"].choices = [("", "–"), *known.programs.items()]  # type: ignore[attr-defined]

    def group(self, title: str, *names: str) -> Group:
        """These fields, under one heading of the page."""
        return Group(title, [self[name] for name in names])

    @property
    def course_groups(self) -> list[Group]:
        """What every kind of file is asked at the end."""
        course = ("program", "program_column", "start_on", "start_column")
        return [self.group("Their course", *course), self.group("Empty cells", "missing")]

    def mapping(self) -> Mapping:
        """What was chosen. Raises MappingRefused with what is missing."""
        return mapping_of({"kind": self.kind, **_without_empty(self.chosen())})

    def chosen(self) -> Chosen:
        typed = self.cleaned_data
        missing = ["", *(code.strip() for code in typed["missing"].split(",") if code.strip())]
        return {**self._same(typed, self.plain()), "missing": tuple(missing)}

    def plain(self) -> tuple[str, ...]:
        """The fields that the mapping calls by the same name."""
        return ("patient", "program", "program_column", "start_on", "start_column")

    @staticmethod
    def _same(typed: Chosen, names: tuple[str, ...]) -> Chosen:
        return {name: typed[name] for name in names}

    @classmethod
    def initial_of(cls, proposed: Chosen) -> Chosen:
        """What the form shows at first, from the fields of a mapping."""
        missing = ", ".join(code for code in proposed.get("missing", ()) if code)
        return {**proposed, "missing": missing or MISSING}


def _without_empty(chosen: Chosen) -> Chosen:
    return {name: value for name, value in chosen.items() if value not in ("", None)}


class PeopleForm(MappingForm):
    kind = "people"
    own = ("legal_name", "first_name", "last_name", "preferred_name", "birth_date", "email", "phone", "language")
    columns = (*MappingForm.columns, *own)

    legal_name = column_field("Legal name")
    first_name = column_field("or first name")
    last_name = column_field("and last name")
    preferred_name = column_field("Preferred name")
    birth_date = column_field("Birth date")
    email = column_field("E-mail")
    phone = column_field("Phone")
    language = column_field("Language")

    @property
    def groups(self) -> list[Group]:
        """The fields as the page shows them, in groups."""
        return [self.group("Who", "patient", *self.own), *self.course_groups]

    def plain(self) -> tuple[str, ...]:
        return (*super().plain(), *self.own)


class WhenForm(MappingForm):
    """A form that also asks when."""

    when_holds = forms.ChoiceField(
        label="When?",
        choices=[
            ("dates", "A column of dates"),
            *((unit, f"A column of {words}") for unit, words in UNIT_WORDS.items()),
            ("visits", "A column of names of visits"),
            ("on", "All on one day"),
        ],
        widget=forms.RadioSelect,
        initial="dates",
    )
    when_column = column_field("That column")
    when_on = forms.DateField(required=False, label="The one day", widget=DATE)
    columns = (*MappingForm.columns, "when_column")

    def when(self) -> Chosen | None:
        typed = self.cleaned_data
        if typed["when_holds"] == "on":
            return {"on": typed["when_on"]} if typed["when_on"] else None
        return {"column": typed["when_column"], "holds": typed["when_holds"]} if typed["when_column"] else None

    @classmethod
    def initial_of(cls, proposed: Chosen) -> Chosen:
        when = proposed.get("when") or {}
        initial = super().initial_of(proposed)
        holds = "on" if when.get("on") else when.get("holds", "dates")
        return {**initial, "when_holds": holds, "when_column": when.get("column", ""), "when_on": when.get("on")}


class SessionsForm(WhenForm):
    kind = "sessions"
    own = (
        "clock",
        "dose",
        "dose_unit",
        "dose_unit_column",
        "dose_per_kg",
        "route",
        "route_column",
        "weight",
        "weight_unit",
        "lot",
    )
    columns = (*WhenForm.columns, "clock", "dose", "dose_unit_column", "dose_per_kg", "route_column", "weight", "lot")

    clock = column_field("Column of the time of day")
    dose = column_field("Dose")
    dose_unit = forms.ChoiceField(required=False, label="The dose is in", choices=[("", "–"), *DOSE_UNITS.items()])
    dose_unit_column = column_field("or column of the unit")
    dose_per_kg = column_field("A second column, in mg/kg")
    route = forms.ChoiceField(required=False, label="Route, one for all")
    route_column = column_field("or column of the route")
    weight = column_field("Weight")
    weight_unit = forms.ChoiceField(required=False, label="The weight is in", choices=[("", "–"), *WEIGHT_UNITS.items()])
    lot = column_field("Lot")

    @property
    def groups(self) -> list[Group]:
        """The fields as the page shows them, in groups."""
        dose, route = self.own[1:5], self.own[5:]
        return [
            self.group("Who", "patient"),
            self.group("The day", "when_holds", "when_column", "when_on", "clock"),
            self.group("How much", *dose),
            self.group("How, at what weight, from which lot", *route),
            *self.course_groups,
        ]

    def __init__(self, table_columns: tuple[str, ...], known: Known, *args: Any, **kwargs: Any) -> None:
        super().__init__(table_columns, known, *args, **kwargs)
        self.fields["route"].choices = [("", "–"), *((code, code) for code in known.route_names)]  # type: ignore[attr-defined]

    def plain(self) -> tuple[str, ...]:
        return (*super().plain(), *self.own)

    def chosen(self) -> Chosen:
        return {**super().chosen(), "when": self.when()}
