"""Which column is what, as a form: its fields become the same mapping that a file can hold."""

from collections.abc import Mapping as Dict
from typing import Any

from django import forms

from assessments.models import Import
from assessments.transfer.known import Known
from assessments.transfer.mapping import DOSE_UNITS, UNIT_WORDS, WEIGHT_UNITS, Mapping, mapping_of
from frontend.desk.forms import DATE

Chosen = dict[str, Any]
VISITS_SHOWN = 12
MISSING = "NA, N/A, ."


def _column(label: str, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(required=False, label=label, help_text=help_text)


class MappingForm(forms.Form):
    """What every kind of file is asked."""

    kind = ""
    columns: tuple[str, ...] = ("patient", "program_column", "start_column")

    patient = _column("Patient (record number)", "Without a column each row is a patient of its own: row 2, row 3.")
    program = forms.ChoiceField(required=False, label="Program that these patients were in")
    program_column = _column("or column of the program")
    start_on = forms.DateField(required=False, label="First dose, one day for all", widget=DATE)
    start_column = _column("or column of the first dose")
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

    legal_name = _column("Legal name")
    first_name = _column("or first name")
    last_name = _column("and last name")
    preferred_name = _column("Preferred name")
    birth_date = _column("Birth date")
    email = _column("E-mail")
    phone = _column("Phone")
    language = _column("Language")
    field_order = ("patient", *own)

    def plain(self) -> tuple[str, ...]:
        return (*super().plain(), *self.own)


class _WhenForm(MappingForm):
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
    when_column = _column("That column")
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


class SessionsForm(_WhenForm):
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
    columns = (*_WhenForm.columns, "clock", "dose", "dose_unit_column", "dose_per_kg", "route_column", "weight", "lot")

    clock = _column("Column of the time of day")
    dose = _column("Dose")
    dose_unit = forms.ChoiceField(required=False, label="The dose is in", choices=[("", "–"), *DOSE_UNITS.items()])
    dose_unit_column = _column("or column of the unit")
    dose_per_kg = _column("A second column, in mg/kg")
    route = forms.ChoiceField(required=False, label="Route, one for all")
    route_column = _column("or column of the route")
    weight = _column("Weight")
    weight_unit = forms.ChoiceField(required=False, label="The weight is in", choices=[("", "–"), *WEIGHT_UNITS.items()])
    lot = _column("Lot")
    field_order = ("patient", "when_holds", "when_column", "when_on", *own)

    def __init__(self, table_columns: tuple[str, ...], known: Known, *args: Any, **kwargs: Any) -> None:
        super().__init__(table_columns, known, *args, **kwargs)
        self.fields["route"].choices = [("", "–"), *((code, code) for code in known.route_names)]  # type: ignore[attr-defined]

    def plain(self) -> tuple[str, ...]:
        return (*super().plain(), *self.own)

    def chosen(self) -> Chosen:
        return {**super().chosen(), "when": self.when()}


class ScoresForm(_WhenForm):
    kind = "scores"
    columns = (*_WhenForm.columns, "scale_column", "total", "baseline")

    scale = forms.ChoiceField(required=False, label="Scale")
    scale_column = _column("or column of the scale")
    total = _column("Column of the total", "Of a file with a row a score. Leave it empty where each visit has its own column.")
    baseline = _column("Column of the baseline, if there is one", "Taken as the day of the first dose.")
    field_order = ("patient", "scale", "scale_column", "total", "baseline", "when_holds", "when_column", "when_on")

    def __init__(self, table_columns: tuple[str, ...], known: Known, *args: Any, **kwargs: Any) -> None:
        super().__init__(table_columns, known, *args, **kwargs)
        named = sorted(known.scales.items(), key=lambda one: one[1].title)
        self.fields["scale"].choices = [("", "–"), *((code, scale.title) for code, scale in named)]  # type: ignore[attr-defined]
        choices = [("", "–"), *((name, name) for name in table_columns)]
        scale = known.scales.get(str(self["scale"].value() or ""))
        self.items = [item.id for item in scale.items] if scale else []
        for item in scale.items if scale else ():
            text = item.text.get("en", "")
            field = forms.ChoiceField(required=False, label=f"Question {item.id}: {text}".rstrip(": "), choices=choices)
            self.fields[f"item-{item.id}"] = field
        self.visits = range(1, min(VISITS_SHOWN, len(table_columns)) + 1)
        for number in self.visits:
            self._ask_visit(number, choices)

    def _ask_visit(self, number: int, choices: list[tuple[str, str]]) -> None:
        label = f"Visit {number}"
        self.fields[f"visit-{number}"] = forms.ChoiceField(required=False, label=f"{label}: column", choices=choices)
        self.fields[f"after-{number}"] = forms.IntegerField(
            required=False, label=f"{label}: how long after", min_value=-10_000, max_value=10_000
        )
        self.fields[f"unit-{number}"] = forms.ChoiceField(
            required=False, label=f"{label}: days, weeks or months", choices=list(UNIT_WORDS.items())
        )

    @property
    def visit_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each visit of a wide file."""
        return [[self[f"{name}-{number}"] for name in ("visit", "after", "unit")] for number in self.visits]

    @property
    def item_fields(self) -> list[forms.BoundField]:
        """A field for each question of the chosen scale."""
        return [self[f"item-{item}"] for item in self.items]

    def chosen(self) -> Chosen:
        typed = self.cleaned_data
        return {
            **super().chosen(),
            "scale_column": typed["scale_column"],
            "when": self.when(),
            "scores": (*self._long(typed), *self._wide(typed)),
        }

    def _long(self, typed: Chosen) -> list[Chosen]:
        items = {item: typed[f"item-{item}"] for item in self.items if typed[f"item-{item}"]}
        found = [{"scale": typed["scale"], "total": typed["total"], "items": items}] if typed["total"] or items else []
        if typed["baseline"]:
            found.append({"scale": typed["scale"], "total": typed["baseline"], "baseline": True})
        return found

    def _wide(self, typed: Chosen) -> list[Chosen]:
        return [
            {
                "scale": typed["scale"],
                "total": typed[f"visit-{number}"],
                "visit": typed[f"visit-{number}"][:40],
                "when": {"after": typed[f"after-{number}"], "holds": typed[f"unit-{number}"] or "days"},
            }
            for number in self.visits
            if typed[f"visit-{number}"]
        ]

    @classmethod
    def initial_of(cls, proposed: Chosen) -> Chosen:
        initial = super().initial_of(proposed)
        scores = [dict(one) for one in proposed.get("scores", ())]
        wide = [one for one in scores if one.get("when")]
        for one in scores:
            initial.setdefault("scale", one.get("scale", ""))
            if one.get("baseline"):
                initial["baseline"] = one.get("total", "")
            elif one not in wide:
                initial["total"] = one.get("total", "")
                initial |= {f"item-{item}": column for item, column in (one.get("items") or {}).items()}
        for number, one in enumerate(wide, 1):
            when = one["when"]
            initial |= {
                f"visit-{number}": one.get("total", ""),
                f"after-{number}": when.get("after"),
                f"unit-{number}": when.get("holds"),
            }
        return initial


FORMS: Dict[str, type[MappingForm]] = {
    Import.Kind.PEOPLE: PeopleForm,
    Import.Kind.SESSIONS: SessionsForm,
    Import.Kind.SCORES: ScoresForm,
}
