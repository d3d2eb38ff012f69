"""What a manager does with programs: which are offered."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from frontend.doors import Request, door
from programs.services.offering import programs_of, switch_program


@require_POST
@door("switch_program")
def switch(request: Request, code: str) -> HttpResponse:
    """Offer a program, or no longer."""
    protocol = programs_of(request.actor.clinic_id).get(code)
    if protocol is None:
        raise Http404
    if request.POST.get("to") not in {"on", "off"}:
        messages.error(request, "Choose on or off.")
        return redirect("programs")
    is_on = request.POST["to"] == "on"
    switch_program(code, is_on=is_on, actor=request.actor)
    title = protocol.words["en"].title
    messages.success(request, f"{title} is offered now." if is_on else f"{title} is no longer offered. Courses under way go on.")
    return redirect("programs")
