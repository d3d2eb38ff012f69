"""The scales in words: what each measures, when it counts as better, what the numbers mean, on what terms it stands here."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.models import ScaleVersion
from assessments.scales import Scale
from assessments.sentences import remission_words, response_words
from assessments.services.scales import scales_of
from frontend.doors import Request, door
from programs.dosing import show


@dataclass(frozen=True)
class Told:
    """One scale as the pages tell it."""

    scale: Scale
    is_own: bool

    @property
    def range(self) -> str:
        return f"{show(self.scale.lowest)} to {show(self.scale.highest)}, {self.scale.better} is better"

    @property
    def usable(self) -> str:
        """How it is answered here, or why it cannot be."""
        by_total = "By its total. " if self.scale.takes_total else ""
        if self.scale.text == "licensed":
            return f"{by_total}Not in check-ins: your clinic has not loaded the official text."
        if not self.scale.items:
            return "By its total"
        who = "by the patient" if self.scale.rater == "patient" else "by staff"
        return f"In check-ins, {who}"

    @property
    def response(self) -> str:
        if not self.scale.judged:
            return "None: a change is shown, no verdict is given."
        low = self.scale.response.low_start
        said = f"Better by {response_words(self.scale)} than at the start."
        return said if low is None else f"{said} A start below {show(low)} gets no verdict."

    @property
    def remission(self) -> str:
        return remission_words(self.scale) or "No cut"

    @property
    def recall(self) -> str:
        days = self.scale.recall_days
        return f"The last {days} days" if days > 1 else "The last day" if days else "How it is now"


@require_safe
@door("work_here")
def scales(request: Request) -> HttpResponse:
    """Every scale that can be used here, and those that wait for their text."""
    own = set(ScaleVersion.objects.visible_to(request.actor).values_list("code", flat=True))
    known = sorted(scales_of(request.actor.clinic_id).values(), key=lambda scale: scale.title.casefold())
    told = [Told(scale, scale.code in own) for scale in known]
    context = {"own": [one for one in told if one.is_own], "files": [one for one in told if not one.is_own]}
    return render(request, "scales/list.html", context)


@require_safe
@door("work_here")
def scale(request: Request, code: str) -> HttpResponse:
    """One scale, whole."""
    found = scales_of(request.actor.clinic_id).get(code)
    if found is None:
        raise Http404
    versions = list(ScaleVersion.objects.visible_to(request.actor).filter(code=code).order_by("-version").defer("body"))
    context = {"told": Told(found, bool(versions)), "scale": found, "versions": versions}
    return render(request, "scales/scale.html", context)
