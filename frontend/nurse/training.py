"""The practices of a training clinic: begin one, follow its script on the session's page, read what was missed."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontend.doors import Request, door, get_visible
from programs.models import Session
from programs.services.training import begin_practice, practices_of, progress_of
from programs.training import scripts
from tracker.audit.services import record_seen
from tracker.errors import Refused


@require_http_methods(["GET", "POST"])
@door("record_infusion")
def training(request: Request) -> HttpResponse:
    """The scripts, and the latest practices. Only a training clinic has this page."""
    clinic, now = request.hat.clinic, timezone.now()
    if not clinic.is_training:
        raise Http404
    if request.method == "POST":
        code = request.POST.get("script", "")
        if code not in scripts():
            raise Http404
        try:
            practice = begin_practice(clinic, code, actor=request.actor, at=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{practice.patient} has arrived.")
            return redirect("session", practice.session.public_id)
    practices = practices_of(request.actor, at=now)
    record_seen(request.actor, "training", {one.practice.patient_id for one in practices}, at=now)
    return render(request, "nurse/training.html", {"scripts": scripts().values(), "practices": practices})


@require_safe
@door("see_record")
def practice(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What happens now, alone: the session's page asks for it every few seconds. Of the patient it says nothing."""
    session: Session = get_visible(Session.objects.select_related("clinic"), request.actor, public_id=public_id)
    context = practice_on_page(session, timezone.now())
    if context["practice"] is None:
        raise Http404
    return render(request, "nurse/parts/practice.html", {"session": session, **context})


def practice_on_page(session: Session, now: datetime) -> dict[str, Any]:
    """What a session's page shows of its practice; no statement where the clinic is not for training."""
    return {"practice": progress_of(session, at=now) if session.clinic.is_training else None}
