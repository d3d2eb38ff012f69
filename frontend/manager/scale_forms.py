"""What somebody types to define a scale of the clinic's own."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from assessments.scales import Lang, Permission, Scale
from assessments.scales.texts import LANGUAGES, places_of, words_in
from assessments.scales.totals import TotalScale
from frontend.desk.forms import DATE

BANDS = 8
# What the column of a total can hold.
LARGEST = Decimal(99999)


def _number(label: str, **options: Any) -> forms.DecimalField:
    limits = {"min_value": -LARGEST, "max_value": LARGEST, "decimal_places": 2, "required": False}
    field = forms.DecimalField(label=label, **{**limits, **options})
    field.widget.attrs["step"] = "any"
    return field


class TotalScaleForm(forms.Form):
    """A scale of which only the total is kept."""

    title = forms.CharField(max_length=60, label="Name", help_text="As your clinic calls it. For example: Sleep diary.")
    measures = forms.CharField(max_length=40, label="What it measures", help_text="In a word or two: sleep.")
    measures_es = forms.CharField(
        max_length=40, required=False, label="The same in Spanish", help_text="Patients who read Spanish see this."
    )
    rater = forms.ChoiceField(
        choices=[("clinician", "Staff"), ("patient", "The patient, on paper")], label="Who rates it", widget=forms.RadioSelect
    )
    recall_days = forms.IntegerField(
        min_value=0, max_value=400, label="How many days it looks back", help_text="0: how it is now.", initial=7
    )
    lowest = _number("Lowest total", required=True, initial=0)
    highest = _number("Highest total", required=True)
    decimals = forms.TypedChoiceField(
        coerce=int, choices=[(0, "Whole numbers"), (1, "One decimal"), (2, "Two decimals")], label="Written with", initial=0
    )
    better = forms.ChoiceField(
        choices=[("lower", "Lower is better"), ("higher", "Higher is better")],
        label="Which way is better",
        widget=forms.RadioSelect,
    )
    percent = _number(
        "Response: better by this many per cent of the start",
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        help_text="Exactly so many counts. Without per cent and points a change is shown, and no verdict is given.",
    )
    points = _number("Response: better by this many points", min_value=Decimal("0.01"), help_text="With both, both are needed.")
    low_start = _number("Lowest start that gets a verdict", help_text="A start below it gets the change only.")
    response_source = forms.CharField(max_length=200, required=False, label="Where this rule of response comes from")
    remission = _number("Remission: at this total or better")
    remission_source = forms.CharField(
        max_length=200, required=False, label="Where this cut comes from", help_text="A publication, or “our clinic's own”."
    )
    source = forms.CharField(
        max_length=300, label="Where the scale comes from", help_text="Who published it, or that it is your clinic's own."
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, BANDS + 1):
            self.fields[f"band_{number}_name"] = forms.CharField(max_length=40, required=False, label=f"Name of band {number}")
            self.fields[f"band_{number}_to"] = _number(f"Band {number} ends at")

    @property
    def band_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"band_{number}_name"], self[f"band_{number}_to"]) for number in range(1, BANDS + 1)]

    @property
    def bands(self) -> tuple[tuple[Decimal, str], ...]:
        pairs = [(self.cleaned_data.get(f"band_{n}_to"), self.cleaned_data.get(f"band_{n}_name")) for n in range(1, BANDS + 1)]
        return tuple((end, name) for end, name in pairs if end is not None and name)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        for number in range(1, BANDS + 1):
            name, end = (typed.get(f"band_{number}_{part}") for part in ("name", "to"))
            if name and end is None and f"band_{number}_to" not in self.errors:
                self.add_error(f"band_{number}_to", "Say where this band ends.")
            if end is not None and not name:
                self.add_error(f"band_{number}_name", "Give this band a name.")
        return typed

    @property
    def typed(self) -> TotalScale:
        """What was typed, once it is valid."""
        plain = {name: self.cleaned_data[name] for name in TotalScale.__dataclass_fields__ if name in self.cleaned_data}
        return TotalScale(**plain, bands=self.bands)


class ItemScaleForm(TotalScaleForm):
    """A scale with questions: what its total can be follows from them, and is not typed."""

    def __init__(self, scale: Scale, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scale = scale
        for name in ("lowest", "highest", "decimals"):
            del self.fields[name]
        self.fields["rater"].choices = [("patient", "The patient, in check-ins"), ("clinician", "Staff")]  # type: ignore[attr-defined]

    @property
    def typed(self) -> TotalScale:
        """What was typed, with the range of the questions."""
        plain = {name: self.cleaned_data[name] for name in TotalScale.__dataclass_fields__ if name in self.cleaned_data}
        scale = self.scale
        return TotalScale(**plain, lowest=scale.lowest, highest=scale.highest, decimals=scale.decimals, bands=self.bands)


def initial_of(typed: TotalScale) -> dict[str, Any]:
    """What the form shows of a scale that is changed."""
    shown = {name: getattr(typed, name) for name in TotalScale.__dataclass_fields__ if name != "bands"}
    for number, (end, name) in enumerate(typed.bands, 1):
        shown |= {f"band_{number}_name": name, f"band_{number}_to": end}
    return shown


class TextForm(forms.Form):
    """The official text of a scale, place by place and language by language, and by what right the clinic holds it."""

    kind = forms.ChoiceField(
        choices=[("licence", "Licence"), ("registration", "Registration with the owner")],
        label="By what right your clinic uses the text",
        widget=forms.RadioSelect,
    )
    number = forms.CharField(max_length=80, label="Its number or reference")
    holder = forms.CharField(max_length=120, label="In whose name")
    dated = forms.DateField(label="Dated", widget=DATE)
    rater = forms.ChoiceField(
        choices=[("patient", "The patient, in check-ins"), ("clinician", "Staff")],
        label="Who answers it",
        help_text="As the version that your licence covers says.",
        widget=forms.RadioSelect,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, structure: Scale, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places_of(structure)
        for place in self.places:
            for lang, language in LANGUAGES.items():
                self.fields[f"{place.key}-{lang}"] = forms.CharField(
                    max_length=1000, required=False, label=f"{place.label}, {language}", widget=forms.Textarea({"rows": 2})
                )

    @property
    def place_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{place.key}-{lang}"] for lang in LANGUAGES] for place in self.places]

    @property
    def words(self) -> dict[str, dict[Lang, str]]:
        return {place.key: {lang: self.cleaned_data[f"{place.key}-{lang}"] for lang in LANGUAGES} for place in self.places}

    @property
    def permission(self) -> Permission:
        return Permission(**{name: self.cleaned_data[name] for name in Permission.model_fields})


def initial_text(structure: Scale, loaded: Scale | None, today: date) -> dict[str, Any]:
    """What the form of the text shows first: what was loaded before, else nothing but the file's rater."""
    if loaded is None or loaded.permission is None:
        return {"rater": structure.rater, "dated": today}
    texts = {f"{key}-{lang}": words for key, text in words_in(loaded, structure).items() for lang, words in text.items()}
    return texts | loaded.permission.model_dump() | {"rater": loaded.rater}
