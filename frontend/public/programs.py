"""The programs in words: what each is for and not for, how it goes, how it is judged, where it comes from."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessments.services.scales import scales_of
from frontend.doors import Request, door
from frontend.program_words import block_words, checkin_words, most_words, proposal_words, route_words, span_words
from programs.models import Program, is_offered
from programs.protocols import OWN, Protocol
from programs.services.offering import programs_of, switches_of


@require_safe
@door("work_here")
def programs(request: Request) -> HttpResponse:
    """Every program of this clinic: those that it offers first."""
    clinic_id = request.actor.clinic_id
    switches = switches_of(clinic_id)
    listed: list[dict[str, Any]] = [
        {
            "code": code,
            "protocol": protocol,
            "words": protocol.words_in(get_language() or "en"),
            "is_on": is_offered(protocol, switches.get(code)),
            "switch": switches.get(code),
            "is_own": code.startswith(OWN),
            "proposal": proposal_words(protocol.dose),
            "route": route_words(protocol.dose),
        }
        for code, protocol in programs_of(clinic_id).items()
    ]
    listed.sort(key=lambda one: (not one["is_on"], one["words"].title))
    return render(request, "public/programs.html", {"programs": listed})


@require_safe
@door("work_here")
def program(request: Request, code: str) -> HttpResponse:
    """One program, whole, in words: as it is enrolled now."""
    protocol = programs_of(request.actor.clinic_id).get(code)
    if protocol is None:
        raise Http404
    return _show(request, protocol, is_newest=True)


@require_safe
@door("work_here")
def version(request: Request, code: str, number: int) -> HttpResponse:
    """An earlier version of a program of the clinic's own, which courses of then go by."""
    rows = Program.objects.filter(clinic_id=request.actor.clinic_id, code=code, version=number)
    return _show(request, get_object_or_404(rows).protocol, is_newest=False)


def _show(request: Request, protocol: Protocol, *, is_newest: bool) -> HttpResponse:
    clinic_id, code = request.actor.clinic_id, protocol.code
    scales = scales_of(clinic_id)
    switch = switches_of(clinic_id).get(code)
    versions = Program.objects.filter(clinic_id=clinic_id, code=code).order_by("-version").defer("body")
    context = {
        "protocol": protocol,
        "is_newest": is_newest,
        "words": protocol.words_in(get_language() or "en"),
        "dose": proposal_words(protocol.dose) or "None. It keeps the record of what a clinician orders",
        "most": most_words(protocol.dose),
        "route": route_words(protocol.dose),
        "spans": span_words(protocol),
        "sequence": [block_words(block, protocol.dose.route) for block in protocol.blocks],
        "checkins": [checkin_words(rule, scales) for rule in protocol.checkins],
        "is_on": is_offered(protocol, switch),
        "switch": switch,
        "versions": list(versions) if code.startswith(OWN) else [],
    }
    return render(request, "public/program.html", context)
