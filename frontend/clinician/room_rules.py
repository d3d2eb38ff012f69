"""The room's rules of this clinic: how often vitals are due, what is asked beside the four, when a tablet covers itself."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.nurse.forms import WHOLE, WholeField
from programs.models import RoomRules
from programs.services.room_rules import PROPOSED, PROPOSED_FROM, set_cover_minutes, sign_rules


class RulesForm(forms.Form):
    """Steps in minutes, and a tick for each number more."""

    during_every = WholeField(label="Vitals during the dose: every … minutes", widget=forms.TextInput(WHOLE))
    after_every = WholeField(label="Vitals after the dose: every … minutes", widget=forms.TextInput(WHOLE))
    asks_respiration = forms.BooleanField(label="Ask respiration", required=False)
    asks_etco2 = forms.BooleanField(label="Ask EtCO₂", required=False)
    asks_dissociation = forms.BooleanField(label="Ask dissociation, 0 to 4", required=False)
    asks_pain = forms.BooleanField(label="Ask pain, 0 to 10", required=False)
    temperature = forms.ChoiceField(label="Temperature", choices=RoomRules.Temperature.choices, required=False)
    sedation = forms.ChoiceField(label="Sedation", choices=RoomRules.Sedation.choices, required=False)
    gap_percent = WholeField(label="Pump and recorded rates may differ by … % without a reason", widget=forms.TextInput(WHOLE))
    cosign_hours = WholeField(label="Orders by word of mouth are signed within … hours", widget=forms.TextInput(WHOLE))
    serious_words = forms.CharField(
        label="When something is serious: what your clinic does, line by line",
        widget=forms.Textarea({"rows": 8}),
        max_length=4000,
        required=False,
    )


@require_http_methods(["GET", "POST"])
@door("sign_limits")
def rules(request: Request) -> HttpResponse:
    """Sign a new version; published steps stand in the form where the clinic has none."""
    standing = RoomRules.objects.visible_to(request.actor).first()
    initial = {name: getattr(standing, name) for name in RulesForm.base_fields} if standing else PROPOSED
    form = RulesForm(request.POST or None, initial=initial)
    signed: list[RoomRules] = []
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: signed.append(sign_rules(request.hat.clinic, actor=request.actor, **form.cleaned_data)))
    if signed:
        messages.success(request, "Signed. They hold from now on.")
        return redirect("room")
    context = {"form": form, "standing": standing, "proposed_from": PROPOSED_FROM}
    return render(request, "clinician/room_rules.html", context, status=422 if form.errors else 200)


class CoverForm(forms.Form):
    minutes = WholeField(label="Left alone for … minutes, a tablet covers its page", widget=forms.TextInput(WHOLE))


@require_http_methods(["GET", "POST"])
@door("sign_limits")
def cover(request: Request) -> HttpResponse:
    """After how long the words go from a screen that nobody touches."""
    clinic = request.hat.clinic
    form = CoverForm(request.POST or None, initial={"minutes": clinic.cover_minutes})
    if request.method == "POST" and form.is_valid():
        minutes = form.cleaned_data["minutes"]
        if attempt(form, lambda: set_cover_minutes(clinic, minutes, actor=request.actor)):
            messages.success(request, f"Tablets cover their page after {minutes} minutes.")
            return redirect("room")
    return render(request, "clinician/cover.html", {"form": form}, status=422 if form.errors else 200)
