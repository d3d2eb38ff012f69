"""Medicines beside the dose: a key for each standing order, a form for any other order, and a page where one is in doubt."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.by_mouth import ByMouthForm, prescribers_for
from frontend.nurse.doses import stamped
from frontend.nurse.forms import CLOCK, KeyedForm, PlainInput
from programs.medicines import ROUTES, UNITS
from programs.models import SafetyItem, Session, StandingOrder
from programs.services.medicines import (
    Sure,
    Typed,
    doubt_about,
    give_ordered,
    give_standing,
    read_medicine,
    standing_orders_of,
)
from programs.services.room_orders import ByMouth
from tracker.accounts.models import User
from tracker.audit.services import record_seen
from tracker.errors import Refused


class MedicineForm(ByMouthForm):
    """One medicine as a prescriber orders it: nothing is preset, the unit least of all."""

    drug = forms.CharField(label="Medicine", max_length=80, widget=forms.TextInput({"autocomplete": "off"}))
    amount = forms.CharField(label="How much, the number only", max_length=9, widget=PlainInput())
    unit = forms.ChoiceField(label="Unit", choices=[("", "Choose"), *((unit, unit) for unit in UNITS)])
    route = forms.ChoiceField(label="Route", choices=[("", "Choose"), *((route, route) for route in ROUTES)])
    clock = forms.TimeField(label="Given at (empty is now)", required=False, widget=CLOCK)

    def typed(self) -> Typed:
        """As the service takes it."""
        return Typed(**{name: self.cleaned_data[name] for name in ("drug", "amount", "unit", "route")})

    def by(self) -> ByMouth:
        """From whom it came by word of mouth; of nobody where the writer orders."""
        return ByMouth(self.cleaned_data.get("prescriber"), self.cleaned_data.get("read_back", False))


def medicines_of(session: Session, prescribers: Sequence[User]) -> dict[str, object]:
    """What the session's page shows of medicines: two statements."""
    rows = session.medicine_rows.select_related("corrects", "corrected_by", "standing", "order__prescriber", "order__cosignature")
    return {
        "medicine_rows": rows,
        "medicine_form": MedicineForm(prescribers=prescribers, initial={"key": uuid.uuid4()}, auto_id="medicine_%s"),
        "standing_orders": [(line, uuid.uuid4()) for line in standing_orders_of(session.clinic_id)],
    }


def _session(request: Request, public_id: uuid.UUID) -> Session:
    found: Session = get_visible(Session.objects.select_related("clinic", "patient__clinic"), request.actor, public_id=public_id)
    return found


@require_POST
@door("record_infusion")
def standing(request: Request, public_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """One tap: what this line of the standing orders says was given now."""
    session = _session(request, public_id)
    line: StandingOrder = get_visible(StandingOrder.objects, request.actor, public_id=row_id)
    form = KeyedForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("The page was not sent whole. Reload it and try again.")
        give_standing(session, line, stamp=stamped(request, session, form))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Written down: {line}.")
    return redirect("session", public_id)


@require_http_methods(["GET", "POST"])
@door("record_infusion")
def medicine(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A medicine on a prescriber's order; one that is in doubt is asked about before it is written."""
    session = _session(request, public_id)
    form = MedicineForm(request.POST or None, initial={"key": uuid.uuid4()}, prescribers=prescribers_for(request, session))
    if request.method == "POST" and form.is_valid():
        doubt = doubt_of(session, form)
        if doubt and request.POST.get("doubt", "").replace("\r\n", "\n") != doubt:
            return ask(request, session, form, doubt)
        sure = Sure(doubt, request.POST.get("reason", "").replace("\x00", ""))
        stamp = stamped(request, session, form)
        if attempt(form, lambda: give_ordered(session, form.typed(), by=form.by(), stamp=stamp, sure=sure)):
            messages.success(request, "The medicine is written down.")
            return redirect("session", public_id)
        if doubt and not sure.reason.strip():
            return ask(request, session, form, doubt)
    record_seen(request.actor, "medicine", [session.patient_id])
    context = {"session": session, "form": form, "allergies": allergies_of(session)}
    return render(request, "nurse/medicine.html", context, status=422 if form.errors else 200)


def doubt_of(session: Session, form: Any) -> str:
    """What is odd about what was typed; nothing where it cannot even be read."""
    try:
        return doubt_about(session, read_medicine(form.typed()))
    except Refused:
        return ""


def ask(request: Request, session: Session, form: forms.Form, doubt: str) -> HttpResponse:
    """The page on which the doubt is read, and answered in words, or the medicine is not given."""
    record_seen(request.actor, "medicine", [session.patient_id])
    sent = [(name, request.POST[name]) for name in form.fields if name in request.POST]
    context = {"session": session, "doubts": doubt.splitlines(), "doubt": doubt, "sent": sent, "typed": form.cleaned_data}
    return render(request, "nurse/medicine_doubt.html", context, status=422)


def allergies_of(session: Session) -> list[SafetyItem]:
    """What stands on the allergy list."""
    return list(SafetyItem.objects.standing().filter(patient_id=session.patient_id, kind=SafetyItem.Kind.ALLERGY))
