"""What stands in the way of a start, let pass by the prescriber; and orders by word of mouth, signed afterwards."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments.services.dosing import facts_of
from frontend.doors import Request, door, get_visible
from programs.models import RoomOrder, Session, StartRelease
from programs.services.before_dose import Stop, what_stops_start
from programs.services.releases import cosign, prescribers_of, record_verbal_release, release_start
from tracker.errors import Refused


def _stop(session: Session, cause: str) -> Stop:
    """The line that was asked about, if it still stops the start."""
    for stop in what_stops_start(facts_of(session, at=timezone.now())):
        if stop.cause and stop.cause == cause:
            return stop
    raise Refused("That line does not stop the start any more. Look at the page again.")


@require_POST
@door("record_infusion")
def release(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Let one line pass: as the prescriber, or as the nurse who took the order by word of mouth."""
    rows = Session.objects.select_related("patient", "clinic", "enrolment__program", "enrolment__clinic")
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    reason = request.POST.get("reason", "").replace("\x00", "")[:200]
    try:
        stop = _stop(session, request.POST.get("cause", ""))
        if request.actor.may("release_start"):
            release_start(session, stop, reason=reason, actor=request.actor)
        else:
            _by_word_of_mouth(request, session, stop, reason)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Released: {stop.words}")
    return redirect("session", public_id)


def _by_word_of_mouth(request: Request, session: Session, stop: Stop, reason: str) -> None:
    chosen = request.POST.get("prescriber", "")
    prescriber = next((user for user in prescribers_of(session.clinic_id) if str(user.pk) == chosen), None)
    if prescriber is None:
        raise Refused("Choose the clinician who gave the order.")
    record_verbal_release(
        session, stop, prescriber=prescriber, read_back="read_back" in request.POST, reason=reason, actor=request.actor
    )


@require_POST
@door("release_start")
def sign_release(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The prescriber signs that they let a line pass by word of mouth."""
    return _sign(request, get_visible(StartRelease.objects, request.actor, public_id=public_id))


@require_POST
@door("release_start")
def sign_order(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The prescriber signs an order that they gave by word of mouth: a medicine, a rate."""
    return _sign(request, get_visible(RoomOrder.objects, request.actor, public_id=public_id))


def _sign(request: Request, said: StartRelease | RoomOrder) -> HttpResponse:
    try:
        cosign(said, actor=request.actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Signed.")
    return redirect("worklist")
