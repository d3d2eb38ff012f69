"""How a dose is ordered: presets first, each unit printed beside its box. Shapes only; every rule is in the services.

The fields are named as in programs.services.orders.Wanted.
"""

from dataclasses import dataclass
from typing import Any

from django import forms

from frontend.nurse.forms import PLAIN
from programs.dosing import show
from programs.models import DoseOrder
from programs.preparation import VIALS_MG_PER_ML
from programs.protocols import Dose

OTHER = "other"
USUAL_MINUTES, USUAL_BAGS = (40, 60), (50, 100, 250)


def _choices(amounts: list[int], unit: str, other: str) -> list[tuple[str, str]]:
    return [*((str(amount), f"{amount} {unit}") for amount in amounts), (OTHER, other)]


class OrderForm(forms.Form):
    """A dose from a vial: so much for each kg, or a fixed number of mg for somebody of that weight."""

    mg_per_kg = forms.CharField(required=False, max_length=8, label="mg/kg", widget=forms.TextInput(PLAIN))
    mg = forms.CharField(required=False, max_length=8, label="or mg, fixed", widget=forms.TextInput(PLAIN))
    weight = forms.CharField(max_length=8, label="Actual weight", widget=forms.TextInput(PLAIN))
    weight_unit = forms.ChoiceField(choices=[("kg", "kg"), ("lb", "lb")], label="Unit of the weight", widget=forms.RadioSelect)
    basis = forms.ChoiceField(
        choices=[
            (DoseOrder.Basis.ACTUAL, "the actual weight"),
            (DoseOrder.Basis.IDEAL, "the ideal weight (Devine)"),
            (DoseOrder.Basis.ADJUSTED, "the adjusted weight: ideal + 0.4 × (actual − ideal)"),
        ],
        label="The dose rests on",
        widget=forms.RadioSelect,
    )
    why = forms.CharField(required=False, max_length=200, label="Why not the actual weight?")
    height = forms.CharField(
        required=False,
        max_length=8,
        label="Height",
        widget=forms.TextInput(PLAIN),
        help_text="For the ideal and the adjusted weight; beside the actual one it helps to find a mistaken unit.",
    )
    height_unit = forms.ChoiceField(
        required=False, choices=[("cm", "cm"), ("in", "in")], label="Unit of the height", widget=forms.RadioSelect
    )
    sex = forms.ChoiceField(
        required=False,
        choices=[("female", "Female"), ("male", "Male")],
        label="Sex, as the formula of the ideal weight asks",
        widget=forms.RadioSelect,
    )
    minutes = forms.ChoiceField(label="Over", widget=forms.RadioSelect)
    minutes_other = forms.CharField(required=False, max_length=3, label="Other minutes", widget=forms.TextInput(PLAIN))
    mg_per_ml = forms.ChoiceField(
        choices=[(show(amount), f"{show(amount)} mg/mL") for amount in VIALS_MG_PER_ML], label="Vial", widget=forms.RadioSelect
    )
    mixing = forms.ChoiceField(
        choices=[
            ("added", "The drug is added to the bag: more than its mL go in"),
            ("included", "The bag is made up to its mL, the drug included"),
            ("none", "Undiluted"),
        ],
        label="Diluted",
        widget=forms.RadioSelect,
    )
    bag_ml = forms.ChoiceField(required=False, label="Bag or syringe", widget=forms.RadioSelect)
    bag_ml_other = forms.CharField(required=False, max_length=6, label="Other mL", widget=forms.TextInput(PLAIN))
    rate_from = forms.CharField(required=False, max_length=6, label="Slowest, mg/h", widget=forms.TextInput(PLAIN))
    rate_to = forms.CharField(required=False, max_length=6, label="Fastest, mg/h", widget=forms.TextInput(PLAIN))

    def __init__(self, dose: Dose, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if dose.minutes:
            minutes = sorted({dose.minutes, *USUAL_MINUTES})
            self.fields["minutes"].choices = _choices(minutes, "min", "other")  # type: ignore[attr-defined]
            self.fields["bag_ml"].choices = _choices(list(USUAL_BAGS), "mL", "other")  # type: ignore[attr-defined]
        else:
            for name in ("minutes", "minutes_other", "mixing", "bag_ml", "bag_ml_other", "rate_from", "rate_to"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """The preset, or what was written in its place; both at once are asked about."""
        typed = super().clean() or {}
        for name in {"minutes", "bag_ml"} & self.fields.keys():
            other = typed.pop(f"{name}_other", "").strip()
            if typed.get(name) == OTHER:
                typed[name] = other
            elif other and other != typed.get(name):
                self.add_error(f"{name}_other", "Choose “other” above, or leave this empty.")
        return typed


def preset(amount: str, choices: list[tuple[str, str]]) -> tuple[str, str]:
    """What stands in the preset and what in the box beside it, for an amount that is known."""
    return (amount, "") if amount in dict(choices) or not amount else (OTHER, amount)


# What is seldom other than it stands: folded away, open where something in it was chosen or is wrong.
FOLDED = {
    "Another weight than the actual one, or a height": ("basis", "why", "height", "height_unit", "sex"),
    "Rates between which the nurse may set the pump": ("rate_from", "rate_to"),
}


@dataclass(frozen=True)
class Fold:
    """Fields behind one line; `is_open` where somebody has to see them."""

    title: str
    fields: list[forms.BoundField]
    is_open: bool


def folds_of(form: forms.Form) -> tuple[list[forms.BoundField], list[Fold]]:
    """The fields that stand open, and the folds; both in the order of the form."""
    folded = {name for names in FOLDED.values() for name in names}
    plain = [field for field in form if field.name not in folded]
    folds = []
    for title, names in FOLDED.items():
        fields = [form[name] for name in names if name in form.fields]
        said = any(field.errors or field.value() not in {None, "", DoseOrder.Basis.ACTUAL} for field in fields)
        if fields:
            folds.append(Fold(title, fields, said))
    return plain, folds


class DeviceOrderForm(forms.Form):
    """A dose in whole devices, whatever the patient weighs."""

    mg = forms.ChoiceField(label="Dose", widget=forms.RadioSelect)

    def __init__(self, dose: Dose, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one = dose.device_mg
        assert one
        counts = range(1, int(dose.most_mg / one) + 1)
        words = [f"{show(n * one)} mg, {n} device{'' if n == 1 else 's'}" for n in counts]
        self.fields["mg"].choices = [(show(n * one), said) for n, said in zip(counts, words, strict=True)]  # type: ignore[attr-defined]
