"""What is typed into the drug ledger. Shapes only; every rule is in the services."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms

from frontend.desk.forms import DATE
from frontend.nurse.forms import PLAIN, KeyedForm
from frontend.witness import WitnessedForm
from programs.ledger import MOST_DAYS_OPEN, show_ml
from programs.models import Vial
from programs.services.ledger.reading import Place

# Days that a clinic can ask for; the calendar's own ends have no day before or after them.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
CLOCK = forms.TimeInput({"type": "time"}, format="%H:%M")
MOMENT = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ReceiveForm(WitnessedForm):
    drug = forms.CharField(label="Drug", max_length=40, initial="ketamine")
    mg_per_ml = forms.CharField(label="mg per mL", max_length=8, widget=forms.TextInput(PLAIN))
    ml = forms.CharField(label="mL in one vial", max_length=8, widget=forms.TextInput(PLAIN))
    lot = forms.CharField(label="Lot", max_length=40, widget=forms.TextInput({"autocomplete": "off"}))
    expires_on = forms.DateField(
        label="Expiry", widget=DATE, help_text="Month and year only on the label: the last day of that month."
    )
    count = forms.IntegerField(label="How many vials, counted", min_value=1, max_value=1000)


class OutForm(WitnessedForm):
    what = forms.ChoiceField(
        label="What happens to them?",
        choices=[("returned", "Returned to the supplier, unopened"), ("destroyed", "Destroyed, unopened")],
        widget=forms.RadioSelect,
    )
    count = forms.IntegerField(label="How many vials", min_value=1, max_value=1000)
    reason = forms.CharField(label="Why", max_length=200)


class OverfillForm(WitnessedForm):
    ml = forms.CharField(label="mL above the label", max_length=8, widget=forms.TextInput(PLAIN))


class RestForm(WitnessedForm):
    ml = forms.CharField(label="mL thrown away", max_length=8, widget=forms.TextInput(PLAIN))
    reason = forms.CharField(label="Why", max_length=200)


class DrawForm(KeyedForm):
    vial = forms.TypedChoiceField(label="Drawn from", coerce=int, widget=forms.RadioSelect)
    ml = forms.CharField(label="mL drawn", max_length=8, widget=forms.TextInput(PLAIN))
    clock = forms.TimeField(label="Time", widget=CLOCK)

    def __init__(self, vials: Sequence[tuple[Vial, int]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vial"].choices = [  # type: ignore[attr-defined]
            (vial.pk, f"{vial}: {show_ml(left)} mL of {show_ml(vial.lot.ug_per_ml)} mg/mL left, until {vial.use_until:%b %-d}")
            for vial, left in vials
        ]


class UseForm(WitnessedForm):
    given = forms.CharField(label="mL given", max_length=8, widget=forms.TextInput(PLAIN))
    wasted = forms.CharField(label="mL wasted", max_length=8, widget=forms.TextInput(PLAIN))
    clock = forms.TimeField(label="Time", widget=CLOCK)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("witness", "password"):
            self.fields[name].required = False
        self.fields["witness"].help_text = "Needed when something is wasted."


class CorrectForm(WitnessedForm):
    reason = forms.CharField(label="Why is it corrected?", max_length=200)


class CorrectVialsForm(CorrectForm):
    amount = forms.CharField(label="How many vials it was", max_length=4, widget=forms.TextInput({"inputmode": "numeric"}))
    field_order = ["amount", "reason"]


class CorrectVolumeForm(CorrectForm):
    amount = forms.CharField(label="How many mL it was", max_length=8, widget=forms.TextInput(PLAIN))
    field_order = ["amount", "reason"]


class CorrectDrawForm(CorrectForm):
    ml = forms.CharField(label="mL drawn", max_length=8, widget=forms.TextInput(PLAIN))
    field_order = ["ml", "reason"]


class CorrectUseForm(CorrectDrawForm):
    given = forms.CharField(label="mL given", max_length=8, widget=forms.TextInput(PLAIN))
    wasted = forms.CharField(label="mL wasted", max_length=8, widget=forms.TextInput(PLAIN))
    field_order = ["ml", "given", "wasted", "reason"]


class CountForm(WitnessedForm):
    """One field for each place where something can be counted. Nothing is preset: a count that is copied is none."""

    def __init__(self, places: Sequence[Place], *args: Any, **kwargs: Any) -> None:
        self.places = places
        super().__init__(*args, **kwargs)
        for place in places:
            what = f"mL in {place.vial}" if place.vial else f"Sealed vials of {place.lot}"
            self.fields[place.key] = forms.CharField(label=what, max_length=8, widget=forms.TextInput(PLAIN))
        self.order_fields([place.key for place in places])

    @property
    def found(self) -> dict[str, str]:
        """What was typed for each place."""
        return {place.key: self.cleaned_data[place.key] for place in self.places}


class SignForm(KeyedForm):
    outcome = forms.ChoiceField(
        label="What follows?",
        choices=[
            ("adjust", "The ledger takes what was counted"),
            ("explained", "It is explained: the ledger was corrected, or the count was wrong"),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="Why they differed", max_length=200)


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label="Days of use after opening", min_value=0, max_value=MOST_DAYS_OPEN, help_text="28 at most; 0 is the same day only."
    )


class PeriodForm(forms.Form):
    """From one day to another, both included."""

    first = forms.DateField(label="From", widget=DATE)
    last = forms.DateField(label="to", widget=DATE)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        first, last = typed.get("first"), typed.get("last")
        if first and last and not FIRST_DAY < first <= last < LAST_DAY:
            raise forms.ValidationError("The first day must come before the last, and both must be days of a calendar in use.")
        return typed


class MomentForm(forms.Form):
    at = forms.DateTimeField(label="As it stood on", widget=MOMENT, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if not FIRST_DAY < at.date() < LAST_DAY:
            raise forms.ValidationError("That is no day of a calendar in use.")
        return at
