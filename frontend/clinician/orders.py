"""The dose of one session, ordered and signed."""

import uuid
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.clinician.forms import DeviceOrderForm, OrderForm
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.program_words import most_words, proposal_words
from programs.dosing import show
from programs.models import DoseOrder, Session, Weight
from programs.protocols import Dose
from programs.services import infusion
from tracker.audit.services import record_seen


@require_http_methods(["GET", "POST"])
@door("sign_order")
def order(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The dose of one session, ordered and signed; the program's figure is a proposal."""
    rows = Session.objects.select_related(
        "patient__clinic", "clinic", "enrolment__program", "enrolment__clinic", "enrolment__patient"
    )
    row: Session = get_visible(rows, request.actor, public_id=public_id)
    if not row.is_infusion:
        raise Http404
    last = infusion.last_order(row)
    weighed = infusion.last_weight(row)
    dose = row.enrolment.protocol.dose
    form = _form_of(request, dose, last, weighed)
    signed: list[DoseOrder] = []
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: signed.append(infusion.sign_order(row, actor=request.actor, **form.cleaned_data)))
    if signed:
        messages.success(request, f"Ordered and signed: {infusion.order_sentence(signed[0])}.")
        return redirect("session", public_id)
    record_seen(request.actor, "order", [row.patient_id])
    context = {
        "session": row,
        "form": form,
        "last": last,
        "last_sentence": infusion.order_sentence(last) if last else "",
        "weighed": weighed,
        "proposal": proposal_words(dose),
        "most": most_words(dose),
        "goes_by_weight": dose.goes_by_weight,
        "standing": row.orders.first(),
    }
    return render(request, "clinician/order.html", context, status=422 if form.errors else 200)


def _form_of(request: Request, dose: Dose, last: DoseOrder | None, weighed: Weight | None) -> forms.Form:
    """What is asked of the clinician: devices, or a dose by weight that begins with the last one, else the proposal."""
    mg = _typed(last.dose_mg if last and last.mg_per_kg is None else None if last else dose.mg)
    if not dose.goes_by_weight:
        return DeviceOrderForm(dose, request.POST or None, initial={"mg": mg})
    initial = {
        "mg_per_kg": _typed(last.mg_per_kg if last else dose.mg_per_kg),
        "mg": mg,
        "weight": _typed(weighed.weight_kg if weighed else None),
        "weight_unit": "kg" if weighed else None,
    }
    return OrderForm(request.POST or None, initial=initial)


def _typed(amount: Decimal | None) -> str:
    return "" if amount is None else show(amount)
