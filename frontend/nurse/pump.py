"""Rate, pause and resume on the session's page, and the pump's own figures at the end."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from frontend.doors import Request, door, get_visible
from frontend.nurse.forms import PLAIN, KeyedForm
from programs.models import Session
from programs.services.rates import change_rate, pause, read_pump, resume, running_of
from programs.services.record import Stamp
from tracker.errors import Refused


class RateForm(KeyedForm):
    mg_per_hour = forms.CharField(label="New rate, mg/h", max_length=8, widget=forms.TextInput(PLAIN))
    reason = forms.CharField(label="Why, and who ordered it", max_length=200)


class PauseForm(KeyedForm):
    reason = forms.CharField(label="Why (may stay empty)", max_length=200, required=False)


class PumpForm(KeyedForm):
    infused = forms.CharField(label="Volume infused, mL", max_length=8, widget=forms.TextInput(PLAIN))
    left = forms.CharField(label="Left, mL", max_length=8, widget=forms.TextInput(PLAIN))
    reason = forms.CharField(label="Why it differs from the rates, where it does", max_length=200, required=False)


def rates_of(session: Session, now: datetime) -> dict[str, object]:
    """What the session's page shows of the pump: four statements once the dose has begun."""
    course = running_of(session)
    if course is None:
        return {"running": None}
    return {
        "running": course,
        "given_ug": round(round(course.given_until(session.ended_at or now)), -2),
        "rate_rows": session.ratechange_rows.select_related("corrects", "corrected_by"),
        "pump_rows": session.pumpreading_rows.select_related("corrects", "corrected_by"),
        "rate_form": RateForm(initial={"key": uuid.uuid4()}, auto_id="rate_%s"),
        "pause_form": PauseForm(initial={"key": uuid.uuid4()}, auto_id="pause_%s"),
        "resume_form": KeyedForm(initial={"key": uuid.uuid4()}, auto_id="resume_%s"),
        "pump_form": PumpForm(initial={"key": uuid.uuid4()}, auto_id="pump_%s"),
    }


ACTS: dict[str, tuple[type[forms.Form], Callable[..., object], str]] = {
    "rate": (RateForm, change_rate, "The new rate is recorded. The app drives no pump."),
    "pause": (PauseForm, pause, "The pause is recorded. The app drives no pump."),
    "resume": (KeyedForm, resume, "Resumed: recorded. The app drives no pump."),
    "pump": (PumpForm, read_pump, "The pump's figures are kept beside the recorded rates."),
}


@require_POST
@door("record_infusion")
def pump(request: Request, public_id: uuid.UUID, act: str) -> HttpResponse:
    """Record one thing that the pump did; what is wrong is said with what was typed."""
    if act not in ACTS:
        raise Http404
    form_class, save, done = ACTS[act]
    rows = Session.objects.select_related("clinic", "enrolment__program", "patient")
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    form = form_class(request.POST)
    if not form.is_valid():
        wrong = "; ".join(f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items())
        messages.error(request, f"Not recorded. {wrong}")
        return redirect("session", public_id)
    typed = dict(form.cleaned_data)
    try:
        save(session, stamp=Stamp(request.actor, typed.pop("key")), **typed)
    except Refused as refusal:
        said = ", ".join(value for value in typed.values() if value)
        messages.error(request, f"{refusal} You typed: {said}." if said else str(refusal))
    else:
        messages.success(request, done)
    return redirect("session", public_id)
