"""What holds in this clinic's room, and the limits of vitals, each version signed."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from frontend.clinician.dose_limits import lines_of
from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.nurse.forms import WHOLE, WholeField
from programs.limits import PROPOSED, PROPOSED_FROM, Limit
from programs.models import ChecklistLine, ClinicLimits, RoomRules
from programs.services.limits import sign_limits
from programs.services.medicines import standing_orders_of


class LimitsForm(forms.Form):
    """Two sets of four numbers."""

    hold_systolic = WholeField(label="No start: systolic at or above", widget=forms.TextInput(WHOLE))
    hold_diastolic = WholeField(label="No start: diastolic at or above", widget=forms.TextInput(WHOLE))
    hold_pulse = WholeField(label="No start: pulse at or above", widget=forms.TextInput(WHOLE))
    hold_spo2 = WholeField(label="No start: oxygen % below", widget=forms.TextInput(WHOLE))
    stop_systolic = WholeField(label="Call and stop: systolic at or above", widget=forms.TextInput(WHOLE))
    stop_diastolic = WholeField(label="Call and stop: diastolic at or above", widget=forms.TextInput(WHOLE))
    stop_pulse = WholeField(label="Call and stop: pulse at or above", widget=forms.TextInput(WHOLE))
    stop_spo2 = WholeField(label="Call and stop: oxygen % below", widget=forms.TextInput(WHOLE))

    def limit(self, which: str) -> Limit:
        """The four numbers of "hold" or "stop"."""
        return Limit(**{name: self.cleaned_data[f"{which}_{name}"] for name in ("systolic", "diastolic", "pulse", "spo2")})


@require_safe
@door("see_record")
def room(request: Request) -> HttpResponse:
    """What holds now, and every earlier version of the limits."""
    limits = list(ClinicLimits.objects.visible_to(request.actor)[:20])
    rules = RoomRules.objects.visible_to(request.actor).first()
    context = {"limits": limits, "rules": rules, "doses": lines_of(request), "lists": _lists(request)}
    context["standing_orders"] = standing_orders_of(request.actor.clinic_id)
    return render(request, "clinician/room.html", context)


def _lists(request: Request) -> dict[str, list[ChecklistLine]]:
    """The lines in force before a dose, and before going home."""
    rows = ChecklistLine.objects.visible_to(request.actor)
    return {asked.name.lower(): list(rows.in_force(request.actor.clinic_id, asked)) for asked in ChecklistLine.Asked}


@require_http_methods(["GET", "POST"])
@door("sign_limits")
def limits(request: Request) -> HttpResponse:
    """Sign new limits; published figures stand in the form where the clinic has none."""
    standing = ClinicLimits.objects.visible_to(request.actor).first()
    initial = {name: getattr(standing, name) for name in LimitsForm.base_fields} if standing else PROPOSED
    form = LimitsForm(request.POST or None, initial=initial)
    signed: list[ClinicLimits] = []
    if request.method == "POST" and form.is_valid():
        clinic, hold, stop = request.hat.clinic, form.limit("hold"), form.limit("stop")
        attempt(form, lambda: signed.append(sign_limits(clinic, hold=hold, stop=stop, actor=request.actor)))
    if signed:
        messages.success(request, "Signed. They hold from now on.")
        return redirect("room")
    context = {"form": form, "standing": standing, "proposed_from": PROPOSED_FROM}
    return render(request, "clinician/limits.html", context, status=422 if form.errors else 200)
