"""Defining a scale of the clinic's own, and changing it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments.models import ScaleVersion
from assessments.scales.totals import total_of_scale
from assessments.services.own_scales import change_total, define_total, newest_own
from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.manager.scale_forms import TotalScaleForm, initial_of


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
