"""Which columns of a file make its scores: a total, a column for each question, or either of them for each visit."""

from typing import Any

from django import forms

from assessments.scales import Scale
from assessments.transfer.known import Known
from assessments.transfer.mapping import UNIT_WORDS
from frontend.manager.mapping_forms import Chosen, Group, WhenForm, column_field

VISITS_SHOWN = 12
LONGEST_LIST = 4000
# "phq1_w0 to phq9_w0": all columns from one to the other, as they stand in the file.
UP_TO = " to "


class ColumnList(forms.CharField):
    """Several columns, in the order of the questions, as text: apart by commas or lines, or "first to last"."""

    def __init__(self, named: tuple[str, ...], **options: Any) -> None:
        self.named = named
        super().__init__(required=False, max_length=LONGEST_LIST, widget=forms.Textarea({"rows": 1}), **options)

    def to_python(self, value: Any) -> tuple[str, ...]:  # type: ignore[override]
        typed = str(super().to_python(value) or "")
        parts = [part.strip() for part in (typed.splitlines() if "\n" in typed else typed.split(","))]
        return tuple(name for part in parts if part for name in self._columns_in(part))

    def validate(self, value: Any) -> None:
        """Nothing more: each column was looked for."""

    def run_validators(self, value: Any) -> None:
        """The length is that of what was typed."""

    def _columns_in(self, part: str) -> tuple[str, ...]:
        if part in self.named or UP_TO not in part:
            return (self._known(part),)
        first, last = (self.named.index(self._known(name.strip())) for name in part.split(UP_TO, 1))
        if last < first:
            raise forms.ValidationError(f"In the file {self.named[last]} stands before {self.named[first]}.")
        return self.named[first : last + 1]

    def _known(self, name: str) -> str:
        if name not in self.named:
            raise forms.ValidationError(f"The file has no column {name[:80]!r}.")
        return name

    def prepare_value(self, value: Any) -> Any:
        """Columns that follow each other in the file, as "first to last"."""
        if not isinstance(value, tuple):
            return value
        first = self.named.index(value[0]) if value and value[0] in self.named else 0
        if len(value) > 2 and value == self.named[first : first + len(value)]:
            return f"{value[0]}{UP_TO}{value[-1]}"
        return "\n".join(value) if any("," in name for name in value) else ", ".join(value)


class ScoresForm(WhenForm):
    """The columns of scores. What a scale has, its questions and subscores, is asked once the scale is named."""

    kind = "scores"
    columns = (*WhenForm.columns, "scale_column", "total", "baseline")

    scale = forms.ChoiceField(required=False, label="Scale")
    scale_column = column_field("or column of the scale")
    total = column_field(
        "Column of the total", "Of a file with a row a score. Leave it empty where each visit has its own column."
    )
    baseline = column_field("Column of the baseline, if there is one", "Taken as the day of the first dose.")

    def __init__(self, table_columns: tuple[str, ...], known: Known, *args: Any, **kwargs: Any) -> None:
        super().__init__(table_columns, known, *args, **kwargs)
        named = sorted(known.scales.items(), key=lambda one: one[1].title)
        self.fields["scale"].choices = [("", "–"), *((code, scale.title) for code, scale in named)]  # type: ignore[attr-defined]
        self.choices = [("", "–"), *((name, name) for name in table_columns)]
        scale = known.scales.get(str(self["scale"].value() or ""))
        self.items = [item.id for item in scale.items] if scale else []
        self.parts = [code for code, part in scale.subscores.items() if part.lowest is not None] if scale else []
        if scale:
            self._ask_scale(scale)
        self.visits = range(1, min(VISITS_SHOWN, len(table_columns)) + 1)
        for number in self.visits:
            self._ask_visit(number)

    def _ask_scale(self, scale: Scale) -> None:
        for item in scale.items:
            label = f"Question {item.id}: {item.text.get('en', item.about)}".rstrip(": ")
            self._ask_column(f"item-{item.id}", label)
        for code in self.parts:
            self._ask_column(f"part-{code}", f"Subscore: {scale.subscores[code].name['en']}")

    def _ask_column(self, name: str, label: str) -> None:
        self.fields[name] = forms.ChoiceField(required=False, label=label, choices=self.choices)

    def _ask_visit(self, number: int) -> None:
        label = f"Visit {number}"
        self._ask_column(f"visit-{number}", f"{label}: column of its total")
        if self.items:
            self.fields[f"asked-{number}"] = ColumnList(self.named, label=f"{label}: columns of its questions")
        self.fields[f"after-{number}"] = forms.IntegerField(
            required=False, label=f"{label}: how long after", min_value=-10_000, max_value=10_000
        )
        self.fields[f"unit-{number}"] = forms.ChoiceField(
            required=False, label=f"{label}: days, weeks or months", choices=list(UNIT_WORDS.items())
        )

    @property
    def groups(self) -> list[Group]:
        """The fields as the page shows them, in groups."""
        long = ["scale", "scale_column", "total", *(f"part-{code}" for code in self.parts), "baseline"]
        return [
            self.group("Who", "patient"),
            self.group("Which score", *long),
            *([self.group("A column for each question", *(f"item-{item}" for item in self.items))] if self.items else []),
            self.group("The day", "when_holds", "when_column", "when_on"),
            *self.course_groups,
        ]

    @property
    def visit_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each visit of a file with a row a patient."""
        asked = ["asked"] if self.items else []
        return [[self[f"{name}-{number}"] for name in ("visit", "after", "unit", *asked)] for number in self.visits]

    @property
    def has_visits(self) -> bool:
        """Whether any visit has columns of its own."""
        return any(row[0].value() or (self.items and row[-1].value()) for row in self.visit_rows)

    def clean(self) -> Chosen:
        typed: Chosen = super().clean() or {}
        for number in self.visits:
            asked = typed.get(f"asked-{number}")
            if asked and len(asked) != len(self.items):
                self.add_error(f"asked-{number}", f"The scale has {len(self.items)} questions; these are {len(asked)} columns.")
            if (asked or typed.get(f"visit-{number}")) and typed.get(f"after-{number}") is None:
                self.add_error(f"after-{number}", "Say how long after the first dose this visit was; 0 is its day.")
        return typed

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
        parts = {code: typed[f"part-{code}"] for code in self.parts if typed[f"part-{code}"]}
        one = {"scale": typed["scale"], "total": typed["total"], "items": items, "subscores": parts}
        found = [one] if typed["total"] or items or parts else []
        if typed["baseline"]:
            found.append({"scale": typed["scale"], "total": typed["baseline"], "baseline": True})
        return found

    def _wide(self, typed: Chosen) -> list[Chosen]:
        return [
            {
                "scale": typed["scale"],
                "total": typed[f"visit-{number}"],
                "items": dict(zip(self.items, typed.get(f"asked-{number}") or (), strict=False)),
                "visit": (typed[f"visit-{number}"] or typed[f"asked-{number}"][0])[:40],
                "when": {"after": typed[f"after-{number}"], "holds": typed[f"unit-{number}"] or "days"},
            }
            for number in self.visits
            if typed[f"visit-{number}"] or typed.get(f"asked-{number}")
        ]

    @classmethod
    def initial_of(cls, proposed: Chosen) -> Chosen:
        initial = super().initial_of(proposed)
        scores = [dict(one) for one in proposed.get("scores", ())]
        wide = [one for one in scores if not one.get("baseline") and (one.get("when") or one.get("visit"))]
        for one in scores:
            initial.setdefault("scale", one.get("scale", ""))
            if one.get("baseline"):
                initial["baseline"] = one.get("total", "")
            elif one not in wide:
                initial["total"] = one.get("total", "")
                initial |= {f"item-{item}": column for item, column in (one.get("items") or {}).items()}
                initial |= {f"part-{code}": column for code, column in (one.get("subscores") or {}).items()}
        for number, one in enumerate(wide, 1):
            when = one.get("when") or {}
            initial |= {
                f"visit-{number}": one.get("total", ""),
                f"asked-{number}": tuple((one.get("items") or {}).values()),
                f"after-{number}": when.get("after"),
                f"unit-{number}": when.get("holds"),
            }
        return initial
