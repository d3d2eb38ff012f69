"""The programs in words: what each is for, how it goes, how it is judged, where it comes from."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessments.services.scales import scales_of
from frontend.doors import Request, door
from frontend.program_words import block_words, checkin_words, most_words, proposal_words, route_words, span_words
from programs.services.enrolling import known_programs


@require_safe
@door("work_here")
def programs(request: Request) -> HttpResponse:
    """Every program that can be begun here."""
    language = get_language() or "en"
    listed = [(code, file.definition, file.definition.words_in(language)) for code, file in known_programs().items()]
    return render(request, "public/programs.html", {"programs": listed})


@require_safe
@door("work_here")
def program(request: Request, code: str) -> HttpResponse:
    """One program, whole, in words."""
    file = known_programs().get(code)
    if file is None:
        raise Http404
    protocol = file.definition
    scales = scales_of(request.actor.clinic_id)
    context = {
        "protocol": protocol,
        "words": protocol.words_in(get_language() or "en"),
        "dose": proposal_words(protocol.dose) or "None. It keeps the record of what a clinician orders",
        "most": most_words(protocol.dose),
        "route": route_words(protocol.dose),
        "spans": span_words(protocol),
        "sequence": [block_words(block) for block in protocol.blocks],
        "checkins": [checkin_words(rule, scales) for rule in protocol.checkins],
    }
    return render(request, "public/program.html", context)
