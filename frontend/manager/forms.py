"""What the manager chooses when bringing scores."""

from typing import Any

from django import forms
from pydantic import ValidationError

from assessments.scales import Scale
from assessments.transfer.scores_csv import UNIT_WORDS, Mapping, MappingRefused, Table
from frontend.desk.forms import DATE


class UploadForm(forms.Form):
    file = forms.FileField(label="CSV file", help_text="One row a score. The first line names the columns.")
    program = forms.ChoiceField(label="Program that these patients were in")
    scale = forms.ChoiceField(label="Scale")

    def __init__(self, programs: list[tuple[str, str]], scales: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].choices = programs  # type: ignore[attr-defined]
        self.fields["scale"].choices = scales  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    """Which column is what. Becomes a Mapping, the same that a file for the command holds."""

    patient = forms.ChoiceField(required=False, label="Patient (record number)")
    when = forms.ChoiceField(
        label="When were the scores taken?",
        choices=[("date", "A column of dates"), *UNIT_WORDS.items(), ("on", "All on one day")],
        widget=forms.RadioSelect,
    )
    when_column = forms.ChoiceField(required=False, label="Column of the date, or of the number of days, weeks, months")
    on = forms.DateField(required=False, label="The one day", widget=DATE)
    date_order = forms.ChoiceField(
        required=False,
        label="In a date like 03/04/2026, which comes first?",
        choices=[("", "The dates leave no doubt"), ("mdy", "The month"), ("dmy", "The day")],
    )
    start = forms.DateField(required=False, label="First dose, one day for all", widget=DATE)
    start_column = forms.ChoiceField(required=False, label="or column of the first dose")
    total = forms.ChoiceField(required=False, label="Column of the total")
    baseline = forms.ChoiceField(
        required=False, label="Column of the baseline, if there is one", help_text="Taken as the day of the first dose."
    )

    def __init__(self, table: Table, scale: Scale, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scale = scale
        columns = [("", "–"), *((name, name) for name in table.columns)]
        for item in scale.items:
            text = f"Column of question {item.id}: {item.text['en']}"
            self.fields[f"item-{item.id}"] = forms.ChoiceField(required=False, label=text)
        for name in ("patient", "when_column", "start_column", "total", "baseline", *(f"item-{i.id}" for i in scale.items)):
            self.fields[name].choices = columns  # type: ignore[attr-defined]

    @property
    def mapping(self) -> Mapping:
        """What was chosen. Raises MappingRefused with what is missing."""
        typed = self.cleaned_data
        when = typed["when"]
        items = {item.id: typed[f"item-{item.id}"] for item in self.scale.items if typed[f"item-{item.id}"]}
        chosen = {
            "patient": typed["patient"],
            "date": typed["when_column"] if when == "date" else "",
            "after": typed["when_column"] if when in UNIT_WORDS else "",
            "unit": when if when in UNIT_WORDS else None,
            "on": typed["on"] if when == "on" else None,
            "date_order": typed["date_order"] or None,
            "start": typed["start"],
            "start_column": typed["start_column"],
            "total": typed["total"],
            "baseline": typed["baseline"],
            "items": {} if typed["total"] else items,
        }
        try:
            return Mapping.model_validate(chosen)
        except ValidationError as error:
            raise MappingRefused(error.errors()[0]["msg"].removeprefix("Value error, ")) from error
