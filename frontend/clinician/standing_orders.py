"""What a nurse may give without asking: the clinic's standing orders, each version signed by a clinician."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.nurse.forms import PLAIN, WHOLE, WholeField
from programs.medicines import ROUTES, UNITS
from programs.models import StandingOrder
from programs.services.medicines import MOST_LINES, TypedLine, sign_standing_orders, standing_orders_of

EMPTY_ROWS = 3
_NAMES = ("drug", "amount", "unit", "route", "when", "most_times")


class LineForm(forms.Form):
    """One line; without a medicine it is left out."""

    drug = forms.CharField(label="Medicine", max_length=80, required=False)
    amount = forms.CharField(label="How much", max_length=9, required=False, widget=forms.TextInput(PLAIN))
    unit = forms.ChoiceField(label="Unit", choices=[("", "–"), *((unit, unit) for unit in UNITS)], required=False)
    route = forms.ChoiceField(label="Route", choices=[("", "–"), *((route, route) for route in ROUTES)], required=False)
    when = forms.CharField(label="For what, and when", max_length=120, required=False)
    most_times = WholeField(label="At most … times a session", required=False, widget=forms.TextInput(WHOLE))

    def clean(self) -> dict[str, Any]:
        """A line with a number and no medicine was meant as something."""
        typed = super().clean() or {}
        if not typed.get("drug") and any(typed.get(name) for name in _NAMES[1:]):
            self.add_error("drug", "Write which medicine, or empty the whole line.")
        return typed

    def line(self) -> TypedLine:
        """As the service takes it; how often is once unless it is said."""
        typed = self.cleaned_data
        return TypedLine(
            typed["drug"], typed["amount"], typed["unit"], typed["route"], typed["when"],
            1 if typed["most_times"] is None else typed["most_times"],
        )  # fmt: skip


Lines = forms.formset_factory(LineForm, extra=0, max_num=MOST_LINES + EMPTY_ROWS, absolute_max=100)


@require_http_methods(["GET", "POST"])
@door("sign_limits")
def standing_orders(request: Request) -> HttpResponse:
    """Sign a new version of the list."""
    standing = standing_orders_of(request.actor.clinic_id)
    rows = [_as_typed(line) for line in standing] + [{}] * EMPTY_ROWS
    formset: Any = Lines(request.POST or None, initial=rows)
    problems = forms.Form({})
    if request.method == "POST" and formset.is_valid():
        lines = [form.line() for form in formset if form.cleaned_data.get("drug")]
        if attempt(problems, lambda: sign_standing_orders(request.hat.clinic, lines=lines, actor=request.actor)):
            messages.success(request, "Signed. The new list holds from now on.")
            return redirect("room")
    context = {"formset": formset, "problems": problems.non_field_errors(), "standing": standing}
    return render(request, "clinician/standing_orders.html", context, status=422 if request.method == "POST" else 200)


def _as_typed(line: StandingOrder) -> dict[str, object]:
    return {
        "drug": line.drug, "amount": line.plain_amount, "unit": line.unit, "route": line.route, "when": line.when,
        "most_times": line.most_times,
    }  # fmt: skip
