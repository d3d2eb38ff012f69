"""A weight that looks like a slip gets a page of its own: kg and lb side by side, and a second person where it is far off."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from frontend.doors import Request
from frontend.nurse.forms import WeightForm
from frontend.witness import WitnessedForm, prove_witness
from programs.dosing import LB_PER_KG
from programs.models import Session
from programs.services import infusion
from programs.services.infusion import Sure, read_weight, save_draft
from programs.services.orders import weight_before
from programs.weights import Doubt, both_units
from tracker.accounts.models import User
from tracker.accounts.proving import who_may
from tracker.audit.services import record_seen
from tracker.errors import Refused


class SecondReaderForm(WitnessedForm):
    """Who else read the scale, and their password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["key"]
        self.fields["witness"].label = "Who else read the scale?"
        self.fields["password"].label = "Their own password"


def ask_about_weight(request: Request, session: Session) -> HttpResponse | Sure | None:
    """The page that asks, or what was answered on it; None where nothing is to be asked."""
    form = WeightForm(request.POST)
    if not form.is_valid():
        return None
    typed, unit = form.cleaned_data["weight"], form.cleaned_data["unit"]
    try:
        kg = read_weight(typed, unit)
    except Refused:
        return None
    doubt = infusion.ask_about_weight(session, kg)
    if doubt is None:
        return None
    lookers = who_may("second_look", clinic_id=session.clinic_id, but_not=request.actor.signer_id) if doubt.needs_second else []
    was_read = request.POST.get("doubt") == doubt.words
    second = SecondReaderForm(lookers, request.POST if was_read else None) if doubt.needs_second else forms.Form()
    if not was_read:
        return _ask(request, session, doubt, second)
    return _answer(request, session, doubt, second, lookers)


def _answer(request: Request, session: Session, doubt: Doubt, form: forms.Form, lookers: list[User]) -> HttpResponse | Sure:
    if not doubt.needs_second:
        return Sure(doubt.words)
    if form.is_valid():
        try:
            return Sure(doubt.words, prove_witness(request, form, lookers, capability="second_look"))
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return _ask(request, session, doubt, form)


def _ask(request: Request, session: Session, doubt: Doubt, form: forms.Form) -> HttpResponse:
    typed, unit = request.POST["weight"], request.POST["unit"]
    for field in ("weight", "unit"):
        save_draft(session, field=field, text=request.POST[field], actor=request.actor)
    record_seen(request.actor, "weight", [session.patient_id])
    kg = read_weight(typed, unit)
    last = weight_before(session, session.starts_at)
    other = kg * LB_PER_KG if unit == "lb" else kg / LB_PER_KG
    context = {
        "session": session,
        "typed": typed,
        "unit": unit,
        "doubt": doubt,
        "both": both_units(kg),
        "other_unit": "kg" if unit == "lb" else "lb",
        "other_both": both_units(other.quantize(kg)),
        "last_both": both_units(last.weight_kg) if last else "",
        "last": last,
        "form": form,
        "sent": {name: request.POST[name] for name in ("key", "weight", "unit", "why") if name in request.POST},
    }
    return render(request, "nurse/weight_doubt.html", context, status=422)
