"""Rate, pause and resume on the session's page, and the pump's own figures at the end."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.by_mouth import ByMouthForm, prescribers_for
from frontend.nurse.forms import KeyedForm, PlainInput
from programs.models import Session
from programs.services.pump import read_pump
from programs.services.rates import change_rate, pause, resume
from programs.services.record import Stamp
from programs.services.running import running_of
from tracker.accounts.models import User
from tracker.audit.services import record_seen


class RateForm(ByMouthForm):
    mg_per_hour = forms.CharField(label="New rate, mg/h", max_length=8, widget=PlainInput("mg/h"))
    reason = forms.CharField(label="Why", max_length=200)


class PauseForm(KeyedForm):
    reason = forms.CharField(label="Why (may stay empty)", max_length=200, required=False)


class PumpForm(KeyedForm):
    infused = forms.CharField(label="Volume infused, mL", max_length=8, widget=PlainInput("mL"))
    left = forms.CharField(label="Left, mL", max_length=8, widget=PlainInput("mL"))
    reason = forms.CharField(label="Why it differs from the rates, where it does", max_length=200, required=False)


def rates_of(session: Session, now: datetime, prescribers: Sequence[User]) -> dict[str, object]:
    """What the session's page shows of the pump: four statements once the dose has begun."""
    course = running_of(session)
    if course is None:
        return {"running": None}
    return {
        "running": course,
        "given_ug": round(round(course.given_until(session.ended_at or now)), -2),
        "rate_rows": session.ratechange_rows.select_related(
            "corrects", "corrected_by", "order__prescriber", "order__cosignature"
        ),
        "pump_rows": session.pumpreading_rows.select_related("corrects", "corrected_by"),
        "rate_form": RateForm(prescribers=prescribers, initial={"key": uuid.uuid4()}, auto_id="rate_%s"),
        "pause_form": PauseForm(initial={"key": uuid.uuid4()}, auto_id="pause_%s"),
        "resume_form": KeyedForm(initial={"key": uuid.uuid4()}, auto_id="resume_%s"),
        "pump_form": PumpForm(initial={"key": uuid.uuid4()}, auto_id="pump_%s"),
    }


@dataclass(frozen=True)
class Act:
    """One thing that a pump did: its form, the service that records it, the words before and after."""

    form: Callable[..., forms.Form]
    save: Callable[..., object]
    title: str
    done: str


ACTS = {
    "rate": Act(RateForm, change_rate, "Rate changed", "The new rate is recorded. The app drives no pump."),
    "pause": Act(PauseForm, pause, "Paused", "The pause is recorded. The app drives no pump."),
    "resume": Act(KeyedForm, resume, "Resumed", "Resumed: recorded. The app drives no pump."),
    "pump": Act(PumpForm, read_pump, "The pump's figures at the end", "The pump's figures are kept beside the recorded rates."),
}


@require_POST
@door("record_infusion")
def pump(request: Request, public_id: uuid.UUID, act: str) -> HttpResponse:
    """Record one thing that the pump did; what is wrong is said on a page of its own, with everything that was typed."""
    if act not in ACTS:
        raise Http404
    how = ACTS[act]
    rows = Session.objects.select_related("clinic", "enrolment__program", "patient__clinic")
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    extra = {"prescribers": prescribers_for(request, session)} if how.form is RateForm else {}
    form = how.form(request.POST, **extra)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        stamp = Stamp(request.actor, typed.pop("key"))
        if attempt(form, lambda: how.save(session, stamp=stamp, **typed)):
            messages.success(request, how.done)
            return redirect("session", public_id)
    record_seen(request.actor, "pump", [session.patient_id])
    return render(request, "nurse/pump.html", {"session": session, "title": how.title, "form": form}, status=422)
