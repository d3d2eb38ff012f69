"""How much this clinic lets anybody order in one program: signed by a clinician."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.nurse.forms import PLAIN, WHOLE, WholeField
from frontend.program_words import most_words, route_words
from programs.dose_limits import PROPOSED_FROM, Signed
from programs.dosing import NotANumber, read_amount, show
from programs.models import DoseLimits
from programs.protocols import Dose
from programs.services.dose_limits import proposed_limits, sign_dose_limits
from programs.services.offering import offered_programs, programs_of


class AmountField(forms.CharField):
    """One plain number, in the unit of its label."""

    def __init__(self, unit: str, label: str) -> None:
        super().__init__(max_length=8, label=f"{label}, {unit}", widget=forms.TextInput(PLAIN))
        self.unit = unit

    def clean(self, value: str) -> Decimal:
        try:
            return read_amount(super().clean(value), self.unit)
        except NotANumber as error:
            raise forms.ValidationError(str(error)) from error


class DoseLimitsForm(forms.Form):
    """The hard limits, the band, the change. The fields are named as in programs.dose_limits.Signed."""

    most_mg = AmountField("mg", "Never more than")
    most_mg_per_kg = AmountField("mg/kg", "Never more than")
    most_mg_per_kg_h = AmountField("mg/kg/h", "Never faster than")
    soft_from_mg_per_kg = AmountField("mg/kg", "A second look below")
    soft_to_mg_per_kg = AmountField("mg/kg", "A second look above")
    change_percent = WholeField(label="A second look at a change since last time beyond, %", widget=forms.TextInput(WHOLE))

    def __init__(self, dose: Dose, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not dose.goes_by_weight:
            for name in ("most_mg_per_kg", "most_mg_per_kg_h", "soft_from_mg_per_kg", "soft_to_mg_per_kg"):
                del self.fields[name]
        elif not dose.minutes:
            del self.fields["most_mg_per_kg_h"]


def lines_of(request: Request) -> list[dict[str, Any]]:
    """Each program that is offered here, with the limits in force for its dose."""
    newest: dict[tuple[str, str], DoseLimits] = {}
    for row in DoseLimits.objects.visible_to(request.actor):
        newest.setdefault((row.program, row.route), row)
    return [
        {
            "code": code,
            "title": found.words["en"].title,
            "dose": route_words(found.dose),
            "row": newest.get((code, found.dose.route)),
        }
        for code, found in sorted(offered_programs(request.actor.clinic_id).items())
    ]


@require_http_methods(["GET", "POST"])
@door("sign_limits")
def dose_limits(request: Request, code: str) -> HttpResponse:
    """Sign the limits of one program's dose; the program's own and the usual band are proposed."""
    protocol = programs_of(request.actor.clinic_id).get(code)
    if protocol is None:
        raise Http404
    dose = protocol.dose
    rows = list(DoseLimits.objects.visible_to(request.actor).filter(program=code, route=dose.route)[:20])
    form = DoseLimitsForm(dose, request.POST or None, initial=_initial(rows[0].signed if rows else proposed_limits(dose)))
    signed: list[DoseLimits] = []
    if request.method == "POST" and form.is_valid():
        wanted, clinic = Signed(**form.cleaned_data), request.hat.clinic
        attempt(form, lambda: signed.append(sign_dose_limits(clinic, code, wanted, actor=request.actor)))
    if signed:
        messages.success(request, f"Signed. {signed[0]}.")
        return redirect("room")
    context = {
        "form": form,
        "title": protocol.words["en"].title,
        "dose": route_words(dose),
        "most": most_words(dose),
        "rows": rows,
        "proposed_from": PROPOSED_FROM,
    }
    return render(request, "clinician/dose_limits.html", context, status=422 if form.errors else 200)


def _initial(signed: Signed) -> dict[str, str]:
    return {name: show(Decimal(amount)) for name, amount in vars(signed).items() if amount is not None}
