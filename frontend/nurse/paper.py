"""Entering what was kept on paper on the day the power was out."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments.services.paper import enter_paper
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.paper_form import Sheet
from programs.models import Session
from programs.services.orders import order_sentence
from programs.services.record import Stamp
from programs.services.releases import prescribers_of
from tracker.audit.services import record_seen


@require_http_methods(["GET", "POST"])
@door("record_infusion")
def paper(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One sheet of paper, entered as it was written; the question and the discharge follow on their own page."""
    rows = Session.objects.select_related("patient__clinic", "clinic", "enrolment__program", "enrolment__patient", "chair")
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    if session.signed_at or session.is_imported or not session.is_infusion:
        messages.info(request, "This record takes nothing from paper any more.")
        return redirect("session", public_id)
    sheet = Sheet(session, prescribers_of(session.clinic_id), request.POST or None)
    if request.method == "POST" and sheet.is_valid() and attempt(sheet.head, lambda: _enter(request, session, sheet)):
        messages.success(request, "Entered from paper. What the paper says of going home is entered next.")
        session.refresh_from_db()
        return redirect("session_discharge" if session.is_recovering else "session_record", public_id)
    record_seen(request.actor, "paper", [session.patient_id], at=timezone.now())
    context = {"session": session, "sheet": sheet, "order_sentence": order_sentence(sheet.order) if sheet.order else ""}
    return render(request, "nurse/paper.html", context, status=422 if request.method == "POST" else 200)


def _enter(request: Request, session: Session, sheet: Sheet) -> None:
    enter_paper(session, sheet.typed(), stamp=Stamp(request.actor, sheet.head.cleaned_data["key"]))
