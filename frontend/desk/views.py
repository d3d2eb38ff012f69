"""Finding people, adding them, and giving a session another time."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontend.desk.forms import MoveForm, PatientForm
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from programs.models import Session
from programs.services.course import Proposal, move_sessions, propose_move
from tracker.audit.services import record_seen
from tracker.people.models import Patient
from tracker.people.names import fold
from tracker.people.services import Reach, add_patient

PAGE = 50


@require_safe
@door("work_here")
def people(request: Request) -> HttpResponse:
    """Everybody of the clinic by name, found by any part of name or record number."""
    wanted = request.GET.get("q", "").replace("\x00", "")[:80]
    rows = Patient.objects.visible_to(request.actor).by_name()
    if wanted.strip():
        rows = rows.filter(name_key__contains=fold(wanted)) | rows.filter(mrn__iexact=wanted.strip())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    record_seen(request.actor, "all patients", [row.pk for row in page])
    return render(request, "desk/people.html", {"page": page, "wanted": wanted})


@require_http_methods(["GET", "POST"])
@door("add_patient")
def new_patient(request: Request) -> HttpResponse:
    """A new patient of this clinic."""
    form = PatientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        reach = (Reach("self", typed.pop("phone"), typed.pop("email")),)
        made: list[Patient] = []
        if attempt(form, lambda: made.append(add_patient(request.hat.clinic, actor=request.actor, reach=reach, **typed))):
            messages.success(request, f"{made[0].legal_name} is added.")
            return redirect("patient", made[0].public_id)
    return render(request, "desk/new_patient.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door("move_session")
def move(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Another time for a session: first what would follow, then the move, alone or with the shift behind it."""
    rows = Session.objects.select_related(
        "patient__clinic", "clinic", "enrolment__program", "enrolment__clinic", "enrolment__patient", "chair"
    )
    row: Session = get_visible(rows, request.actor, public_id=public_id)
    form = MoveForm(request.POST or None, initial={"day": row.day, "clock": row.clock})
    proposal: Proposal | None = None
    if request.method == "POST" and form.is_valid():
        found: list[Proposal] = []
        day, clock = form.cleaned_data["day"], form.cleaned_data["clock"]
        if attempt(form, lambda: found.append(propose_move(row, day, clock, actor=request.actor))):
            proposal = found[0]
            chosen = request.POST.get("do") if request.POST.get("seen") == proposal.fingerprint else None
            if chosen or not proposal.breaks:
                moves = [proposal.move, *(proposal.shift if chosen == "all" else ())]
                if attempt(form, lambda: move_sessions(moves, actor=request.actor, reason=form.cleaned_data["reason"])):
                    messages.success(request, f"Moved to {day:%a, %b} {day.day}, {clock:%H:%M}. Its check-ins moved with it.")
                    return redirect("patient", row.patient.public_id)
    record_seen(request.actor, "move session", [row.patient_id], at=timezone.now())
    context = {"session": row, "form": form, "proposal": proposal}
    return render(request, "desk/move.html", context, status=422 if form.errors else 200)
