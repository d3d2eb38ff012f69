"""The dose of one session, ordered and signed."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.clinician.forms import OrderForm
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from programs.dosing import show
from programs.models import DoseOrder, Session
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
    initial = {
        "mg_per_kg": show(last.mg_per_kg if last else dose.mg_per_kg),
        "weight": show(weighed.weight_kg) if weighed else "",
        "weight_unit": "kg" if weighed else None,
    }
    form = OrderForm(request.POST or None, initial=initial)
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
        "proposal": f"{show(dose.mg_per_kg)} mg/kg",
        "most": f"{show(dose.most_mg_per_kg)} mg/kg and {show(dose.most_mg)} mg",
        "standing": row.orders.first(),
    }
    return render(request, "clinician/order.html", context, status=422 if form.errors else 200)
