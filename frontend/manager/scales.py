"""Defining a scale of the clinic's own, and changing it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments.models import ScaleVersion
from assessments.scales.totals import total_of_scale
from assessments.services.own_scales import change_total, define_total, load_text, newest_own, structure_of
from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.manager.scale_forms import TextForm, TotalScaleForm, initial_of, initial_text


@require_http_methods(["GET", "POST"])
@door("define_scale")
def new_total(request: Request) -> HttpResponse:
    """A scale of which only the total is kept."""
    form = TotalScaleForm(request.POST or None, initial={"rater": "clinician", "better": "lower"})
    return _edit(request, form, "Define a scale", lambda: define_total(form.typed, actor=request.actor))


@require_http_methods(["GET", "POST"])
@door("define_scale")
def change(request: Request, code: str) -> HttpResponse:
    """The next version of one."""
    newest = newest_own(code, request.actor)
    if newest is None or newest.scale.scoring != "total":
        raise Http404
    initial = initial_of(total_of_scale(newest.scale)) | {"seen": newest.version}
    form = TotalScaleForm(request.POST or None, initial=initial)
    return _edit(
        request,
        form,
        f"Change {newest.scale.title}",
        lambda: change_total(code, form.typed, seen=form.cleaned_data["seen"] or 0, actor=request.actor),
    )


def _edit(request: Request, form: TotalScaleForm, title: str, act: Callable[[], ScaleVersion]) -> HttpResponse:
    kept: list[ScaleVersion] = []
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: kept.append(act())):
        messages.success(request, f"{kept[0].scale.title} is saved, version {kept[0].version}.")
        return redirect("scale", kept[0].code)
    return render(request, "scales/edit.html", {"form": form, "title": title}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door("define_scale")
def text(request: Request, code: str) -> HttpResponse:
    """The official text of a scale that comes without it, and the licence or registration of the clinic."""
    structure = structure_of(code)
    if structure is None:
        raise Http404
    newest = newest_own(code, request.actor)
    today = timezone.now().astimezone(request.hat.clinic.tz).date()
    initial = initial_text(structure, newest.scale if newest else None, today) | {"seen": newest.version if newest else 0}
    form = TextForm(structure, request.POST or None, initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: load_text(
                code,
                form.words,
                form.permission,
                rater=form.cleaned_data["rater"],
                seen=form.cleaned_data["seen"],
                actor=request.actor,
            ),
        )
    ):
        messages.success(request, f"The text of {structure.title} is loaded. It can be asked in check-ins.")
        return redirect("scale", code)
    return render(request, "scales/text.html", {"form": form, "scale": structure}, status=422 if form.errors else 200)
