"""A safety answer and its outcome."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.clinician.forms import AlertForm
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from tracker.alerts.models import Alert
from tracker.alerts.services import close_alert
from tracker.audit.services import record_seen


@require_http_methods(["GET", "POST"])
@door("see_alerts")
def alert(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A safety answer, and what was done about it."""
    row: Alert = get_visible(Alert.objects.select_related("patient__clinic"), request.actor, public_id=public_id)
    if request.method == "POST":
        request.actor.require("close_alert", clinic_id=row.clinic_id)
    form = AlertForm(request.POST or None)
    posted = request.method == "POST" and form.is_valid()
    if posted and attempt(form, lambda: close_alert(row, actor=request.actor, **form.cleaned_data)):
        messages.success(request, "Your outcome is written.")
        return redirect("patient", row.patient.public_id)
    record_seen(request.actor, "safety answer", [row.patient_id])
    context = {"alert": row, "patient": row.patient, "contacts": row.patient.contacts.all(), "form": form}
    return render(request, "clinician/alert.html", context, status=422 if form.errors else 200)
