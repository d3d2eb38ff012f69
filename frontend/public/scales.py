"""The scales in words: what each asks, who asks it when, what its numbers mean, on what terms it stands here."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessments import describing
from assessments.models import ScaleVersion
from assessments.scales import Scale
from assessments.services.scales import scales_of
from frontend.doors import Request, door
from frontend.program_words import when_words
from programs.services.offering import programs_of


@dataclass(frozen=True)
class Asked:
    """A program that asks a scale, and when."""

    code: str
    title: str
    times: tuple[str, ...]


@require_safe
@door("work_here")
def scales(request: Request) -> HttpResponse:
    """Every scale of this clinic: its own, and those for every clinic by how they are used."""
    own = set(ScaleVersion.objects.visible_to(request.actor).values_list("code", flat=True))
    found = sorted(scales_of(request.actor.clinic_id).values(), key=lambda scale: scale.title.casefold())
    others = [scale for scale in found if scale.code not in own]
    groups = [
        ("Your clinic's own", [scale for scale in found if scale.code in own]),
        ("Asked in check-ins", [scale for scale in others if scale.items and scale.text == "here"]),
        ("Asked once your clinic has loaded the wording", [scale for scale in others if scale.text == "licensed"]),
        ("As a total that is typed or imported", [scale for scale in others if not scale.items]),
    ]
    return render(request, "scales/list.html", {"groups": [(title, [_line(scale) for scale in rows]) for title, rows in groups]})


def _line(scale: Scale) -> tuple[Scale, str, str]:
    return scale, describing.asks_words(scale), describing.range_words(scale)


@require_safe
@door("work_here")
def scale(request: Request, code: str) -> HttpResponse:
    """One scale, whole, in words."""
    found = scales_of(request.actor.clinic_id).get(code)
    if found is None:
        raise Http404
    context = {
        "scale": found,
        "asks": describing.asks_words(found),
        "range": describing.range_words(found),
        "text": describing.text_words(found),
        "counting": list(describing.counting_words(found)),
        "facts": describing.verdict_facts(found),
        "programs": _asked_by(found, request.actor.clinic_id),
        "versions": list(ScaleVersion.objects.visible_to(request.actor).filter(code=code).order_by("-version").defer("body")),
    }
    return render(request, "scales/scale.html", context)


def _asked_by(scale: Scale, clinic_id: int) -> list[Asked]:
    """The programs of this clinic that ask it, each with its times."""
    found = []
    for code, protocol in programs_of(clinic_id).items():
        times = tuple(when_words(rule) for rule in protocol.checkins if scale.code in rule.scales)
        if times:
            found.append(Asked(code, protocol.words_in(get_language() or "en").title, times))
    return found
