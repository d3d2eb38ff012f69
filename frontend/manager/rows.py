"""The rows of a file behind the counts: lists, questions about single rows, and the refused ones as a file."""

import io
import uuid

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessments.models import Import, StagedRow
from assessments.transfer.answering import answer_all, answer_rows, choices_of
from assessments.transfer.preview import staged_rows
from assessments.transfer.refusals import write_refused
from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.manager.imports import find, say_refusal

PAGE = 50


@require_http_methods(["GET", "POST"])
@door("import_scores")
def rows(request: Request, public_id: uuid.UUID, verdict: str) -> HttpResponse:
    """The rows of one verdict, a page at a time, with what is asked about them."""
    row = find(request, public_id)
    if verdict not in StagedRow.Verdict.values:
        raise Http404
    if request.method == "POST":
        return _answer(request, row, verdict)
    page = Paginator(staged_rows(row, verdict, actor=request.actor), PAGE).get_page(request.GET.get("page"))
    context = {
        "row": row,
        "page": page,
        "verdict": StagedRow.Verdict(verdict),
        # Pairs, not the mapping: one of its keys is "items", which a template would take for the method.
        "choices": list(choices_of(row, verdict).items()) if row.state == Import.State.READ else [],
    }
    return render(request, "manager/import_rows.html", context)


def _answer(request: Request, row: Import, verdict: str) -> HttpResponse:
    form = forms.Form({})
    counts: list[int] = []
    if choice := request.POST.get("all"):
        is_done = attempt(form, lambda: counts.append(answer_all(row, verdict, choice, actor=request.actor)))
    else:
        given = {int(name[4:]): str(value) for name, value in request.POST.items() if _is_answer(name) and value}
        is_done = attempt(form, lambda: counts.append(answer_rows(row, verdict, given, actor=request.actor)))
    if is_done:
        messages.success(request, f"{counts[0]} answered.")
    else:
        say_refusal(request, form)
    return redirect("import", row.public_id)


def _is_answer(name: str) -> bool:
    return name.startswith("row-") and name[4:].isascii() and name[4:].isdecimal() and len(name) < 20


@require_safe
@door("import_scores")
def refused(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The lines that do not come in, each with its reason, to be mended and brought again."""
    row = find(request, public_id)
    out = io.StringIO(newline="")
    write_refused(out, row, actor=request.actor)
    headers = {"Content-Disposition": 'attachment; filename="refused.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
