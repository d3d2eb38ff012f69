"""Defining a scale of the clinic's own, and changing it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessments.models import ScaleVersion
from assessments.scales import Scale
from assessments.scales.totals import total_of_scale
from assessments.services.own_scales import change_own, define_total, is_changed_here, load_text, newest_own, structure_of
from assessments.transfer.text_file import LARGEST_FILE, TextNotRead, empty_text_file, read_text_file
from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.manager.scale_forms import ItemScaleForm, TextForm, TotalScaleForm, initial_of, initial_text


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
    if newest is None or not is_changed_here(newest.scale):
        raise Http404
    initial = initial_of(total_of_scale(newest.scale)) | {"seen": newest.version}
    if newest.scale.items:
        form: TotalScaleForm = ItemScaleForm(newest.scale, request.POST or None, initial=initial)
    else:
        form = TotalScaleForm(request.POST or None, initial=initial)
    return _edit(
        request,
        form,
        f"Change {newest.scale.title}",
        lambda: change_own(code, form.typed, seen=form.cleaned_data["seen"] or 0, actor=request.actor),
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
    if request.method == "POST" and (request.POST.get("do") == "fill" or "file" in request.FILES):
        return _filled(request, structure, initial)
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
        use = (
            "Patients can be asked it in check-ins."
            if form.cleaned_data["rater"] == "patient"
            else "Staff rate it on the page of a patient."
        )
        messages.success(request, f"The text of {structure.title} is loaded. {use}")
        return redirect("scale", code)
    return render(request, "scales/text.html", {"form": form, "scale": structure}, status=422 if form.errors else 200)


def _filled(request: Request, structure: Scale, initial: dict[str, Any]) -> HttpResponse:
    """The form as it was typed, with the words of a file in it. Nothing is kept before somebody has looked at it."""
    typed = {name: request.POST[name] for name in request.POST}
    words: dict[str, Any] = {}
    error = ""
    try:
        found = read_text_file(_content(request), structure)
        words = {f"{key}-{lang}": text for key, by_lang in found.items() for lang, text in by_lang.items()}
    except TextNotRead as refusal:
        error = str(refusal)
    form = TextForm(structure, initial=initial | typed | words)
    context = {"form": form, "scale": structure, "error": error, "filled": len(words)}
    return render(request, "scales/text.html", context, status=422 if error else 200)


def _content(request: Request) -> bytes:
    file = request.FILES.get("file")
    if file is None:
        raise TextNotRead("Choose a file first.")
    content: bytes = file.read(LARGEST_FILE + 1)
    return content


@require_safe
@door("define_scale")
def empty_text(request: Request, code: str) -> HttpResponse:
    """A table with every place of a scale without text, to be filled in."""
    structure = structure_of(code)
    if structure is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{code}.csv"'}
    return HttpResponse(empty_text_file(structure), content_type="text/csv; charset=utf-8", headers=headers)
