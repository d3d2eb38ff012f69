"""Doses that are given at times: the rows on the session's page, the form of one more, and its correction."""

import uuid
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments.services.dosing import give_dose
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.forms import CLOCK, KeyedForm, PlainInput
from programs.dosing import ROUTE_WORDS, show
from programs.giving import Portion
from programs.models import SITES, DoseOrder, Session
from programs.services.doses import Typed, portion_given
from programs.services.orders import order_sentence
from programs.services.record import Stamp, moment_of
from tracker.audit.services import record_seen


class DoseForm(KeyedForm):
    """So many mg, or so many whole devices; where an injection went in; when, unless it is now."""

    mg = forms.CharField(max_length=8, label="Given now, mg", widget=PlainInput("mg"))
    devices = forms.ChoiceField(label="Given now", widget=forms.RadioSelect)
    site = forms.ChoiceField(label="Where it went in", widget=forms.RadioSelect)
    clock = forms.TimeField(label="At (empty is now)", required=False, widget=CLOCK)

    def __init__(self, order: DoseOrder, portion: Portion, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if order.device_mg:
            counts = range(1, portion.devices_left + 1)
            said = [f"{n} device{'' if n == 1 else 's'}, {show(n * order.device_mg)} mg" for n in counts]
            self.fields["devices"].choices = list(zip(map(str, counts), said, strict=True))  # type: ignore[attr-defined]
            del self.fields["mg"]
        else:
            del self.fields["devices"]
        sites = SITES.get(order.route)
        if sites:
            self.fields["site"].choices = [(site, site.label) for site in sites]  # type: ignore[attr-defined]
        else:
            del self.fields["site"]

    def typed(self) -> Typed:
        """As the service takes it."""
        return Typed(**{name: self.cleaned_data[name] for name in ("mg", "devices", "site") if name in self.fields})


def doses_of(session: Session, order: DoseOrder | None) -> dict[str, object]:
    """What the session's page shows of doses at times: nothing where the dose is pumped, else two statements."""
    dose = session.enrolment.protocol.dose
    if dose.minutes or order is None:
        return {"at_times": not dose.minutes, "route_words": ROUTE_WORDS.get(dose.route, dose.route)}
    portion = portion_given(session, order)
    return {
        "at_times": True,
        "route_words": ROUTE_WORDS.get(order.route, order.route),
        "portion": portion,
        "dose_rows": session.givendose_rows.select_related("corrects", "corrected_by"),
        "dose_form": DoseForm(order, portion, initial=_fresh(order, portion), auto_id="dose_%s"),
    }


def _fresh(order: DoseOrder, portion: Portion) -> dict[str, Any]:
    """All that is left, which is what is mostly given; the site is never preset."""
    left = {} if order.device_ug else {"mg": show(Decimal(portion.left_ug) / 1000)}
    return {"key": uuid.uuid4(), "devices": str(portion.devices_left), **left}


@require_http_methods(["GET", "POST"])
@door("record_infusion")
def dose(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Write down one dose; what is wrong with it is said with everything that was typed."""
    rows = Session.objects.select_related(
        "patient__clinic", "clinic", "enrolment__program", "enrolment__patient", "enrolment__clinic"
    )
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    order = session.orders.first()
    if order is None or not order.is_at_times:
        messages.error(request, "Nothing is given at times in this session: the dose is not ordered yet, or a pump gives it.")
        return redirect("session", public_id)
    portion = portion_given(session, order)
    form = DoseForm(order, portion, request.POST or None, initial=_fresh(order, portion))
    if request.method == "POST" and form.is_valid():
        stamp = stamped(request, session, form)
        if attempt(form, lambda: give_dose(session, form.typed(), stamp=stamp)):
            messages.success(request, "The dose is written down.")
            return redirect("session", public_id)
    record_seen(request.actor, "dose", [session.patient_id])
    context = {"session": session, "order_sentence": order_sentence(order), "portion": portion, "form": form}
    return render(request, "nurse/dose.html", context, status=422 if form.errors else 200)


def stamped(request: Request, session: Session, form: forms.Form) -> Stamp:
    """Who sends it under which key; at the time that was typed, else now."""
    stamp = Stamp(request.actor, form.cleaned_data["key"])
    clock: time | None = form.cleaned_data.get("clock")
    return replace(stamp, happened_at=moment_of(session, clock)) if clock else stamp
