"""The dose of one session: worked out, shown as a sentence, and signed as it was shown."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.clinician.order_forms import DeviceOrderForm, OrderForm, folds_of, preset
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.program_words import most_words, proposal_words
from programs.dosing import show
from programs.models import DoseOrder, Session, Weight
from programs.protocols import Dose
from programs.services import infusion, orders
from programs.services.dose_limits import dose_limits_of
from programs.services.second_looks import shown_of
from programs.weights import both_units
from tracker.audit.services import record_seen


@require_http_methods(["GET", "POST"])
@door("sign_order")
def order(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """In two steps: work it out, then sign what is shown. "Change it" leads back with everything that was typed."""
    rows = Session.objects.select_related(
        "patient__clinic", "clinic", "enrolment__program", "enrolment__clinic", "enrolment__patient"
    )
    row: Session = get_visible(rows, request.actor, public_id=public_id)
    if not row.is_infusion:
        raise Http404
    last, weighed = orders.last_order(row), infusion.last_weight(row)
    dose = row.enrolment.protocol.dose
    form = _form_of(request, dose, last, weighed)
    worked: list[orders.Worked] = []
    if request.POST.get("act") != "change" and request.method == "POST" and form.is_valid():
        wanted = orders.Wanted(**form.cleaned_data)
        attempt(form, lambda: worked.append(orders.work_out(row, wanted, actor=request.actor)))
        if worked and request.POST.get("act") == "sign" and _shown(request) == shown_of(worked[0].order):
            return _sign(request, row, wanted)
    record_seen(request.actor, "order", [row.patient_id])
    if worked:
        return _review(request, row, form, worked[0])
    limits = dose_limits_of(row.clinic_id, row.enrolment.program.code, dose.route)
    fields, folds = folds_of(form)
    context = {
        "session": row,
        "form": form,
        "fields": fields,
        "folds": folds,
        "last": last,
        "last_sentence": orders.order_sentence(last) if last else "",
        "weighed": weighed,
        "weighed_both": both_units(weighed.weight_kg) if weighed else "",
        "proposal": proposal_words(dose),
        "most": most_words(dose),
        "dose": dose,
        "limits": limits,
        "standing": last if last and last.session_id == row.pk else None,
    }
    return render(request, "clinician/order.html", context, status=422 if form.errors else 200)


def _shown(request: Request) -> str:
    """What stood on the page when it was signed; a browser sends its line ends in its own way."""
    return request.POST.get("shown", "").replace("\r\n", "\n")


def _sign(request: Request, row: Session, wanted: orders.Wanted) -> HttpResponse:
    signed = orders.sign_order(row, wanted, actor=request.actor)
    messages.success(request, f"Ordered and signed: {orders.order_sentence(signed)}.")
    if signed.look_for:
        messages.warning(request, "It waits for a second look by somebody else before the dose can start.")
    return redirect("session", row.public_id)


def _review(request: Request, row: Session, form: forms.Form, worked: orders.Worked) -> HttpResponse:
    """The order as one sentence, what is other than last time, and both units of a weight that is asked about."""
    found = worked.order
    measured_kg = found.measured_kg
    context = {
        "session": row,
        "fields": [field.as_hidden() for field in form],
        "order": found,
        "sentence": worked.sentence,
        "shown": shown_of(found),
        "preparation": found.preparation,
        "changed": worked.changed,
        "doubt": worked.doubt,
        "both": both_units(measured_kg) if measured_kg else "",
        "typed": f"{form.data.get('weight', '')} {form.data.get('weight_unit', '')}",
        "stale": request.POST.get("act") == "sign",
    }
    return render(request, "clinician/order_review.html", context)


def _form_of(request: Request, dose: Dose, last: DoseOrder | None, weighed: Weight | None) -> forms.Form:
    """What is asked of the clinician, beginning with the last order, else with the program's proposal."""
    if not dose.goes_by_weight:
        return DeviceOrderForm(dose, request.POST or None, initial={"mg": _typed(last.dose_mg if last else dose.mg)})
    return OrderForm(dose, request.POST or None, initial=_initial(dose, last, weighed))


def _initial(dose: Dose, last: DoseOrder | None, weighed: Weight | None) -> dict[str, Any]:
    """A weight is typed anew or comes from the scale; its unit is preset only with it."""
    in_mg = last.dose_mg if last and last.mg_per_kg is None else None if last else dose.mg
    initial = {
        "mg_per_kg": _typed(last.mg_per_kg if last else dose.mg_per_kg),
        "mg": _typed(in_mg),
        "weight": _typed(weighed.weight_kg if weighed else None),
        "weight_unit": "kg" if weighed else None,
        "basis": last.weight_basis if last else DoseOrder.Basis.ACTUAL,
        "why": last.weight_why if last else "",
        "sex": last.sex if last else "",
    }
    if last and last.height_mm:
        initial |= {"height": show(Decimal(last.height_mm) / 10), "height_unit": "cm"}
    preparation = last.preparation if last else None
    if preparation:
        initial["mg_per_ml"] = show(preparation.mg_per_ml)
    return initial | (_pumped(dose, last) if dose.minutes else {})


def _pumped(dose: Dose, last: DoseOrder | None) -> dict[str, str]:
    """Minutes and bag; how it is mixed is preset only by an earlier order."""
    blank = OrderForm(dose).fields
    preparation = last.preparation if last else None
    bag = preparation.bag if preparation else None
    mixing = "" if preparation is None else "none" if bag is None else "included" if bag.includes_drug else "added"
    minutes = preset(str(last.minutes if last else dose.minutes), blank["minutes"].choices)  # type: ignore[attr-defined]
    bag_ml = preset(show(bag.volume_ml) if bag else "", blank["bag_ml"].choices)  # type: ignore[attr-defined]
    return {
        "minutes": minutes[0], "minutes_other": minutes[1], "bag_ml": bag_ml[0], "bag_ml_other": bag_ml[1], "mixing": mixing
    }  # fmt: skip


def _typed(amount: Decimal | None) -> str:
    return "" if amount is None else show(amount)
