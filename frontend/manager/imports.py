"""Files that were brought: the list, each file as far as it came, and what can be done with it next."""

import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessments.models import Import
from assessments.transfer.preview import preview
from assessments.transfer.publishing import ask_to_publish
from assessments.transfer.staging import read_further, stop_reading
from assessments.transfer.uploads import format_of, keep_file
from assessments.transfer.withdrawing import ask_to_withdraw, what_was_built
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.manager.forms import PublishForm, UploadForm, WithdrawForm

PAGE = 25
State = Import.State


@require_http_methods(["GET", "POST"])
@door("import_scores")
def imports(request: Request) -> HttpResponse:
    """The files that were brought, and a place for the next one."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        made: list[Import] = []
        if attempt(
            form,
            lambda: made.append(
                keep_file(request.hat.clinic, kind=form.cleaned_data["kind"], file=file, file_name=file.name, actor=request.actor)
            ),
        ):
            return redirect("import_columns", made[0].public_id)
    page = Paginator(Import.objects.visible_to(request.actor), PAGE).get_page(request.GET.get("page"))
    return render(request, "manager/imports.html", {"form": form, "page": page}, status=422 if form.errors else 200)


def find(request: Request, public_id: uuid.UUID) -> Import:
    """The file that this address names, for whoever may see it."""
    row: Import = get_visible(Import.objects.select_related("clinic"), request.actor, public_id=public_id)
    return row


@require_http_methods(["GET", "POST"])
@door("import_scores")
def one_import(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One file as far as it came: being read, what it would do, what it did."""
    row = find(request, public_id)
    publish, withdraw = PublishForm(), WithdrawForm()
    if request.method == "POST":
        do = request.POST.get("do")
        if do in {"all", "good"}:
            publish = PublishForm(request.POST)
            if publish.is_valid() and attempt(publish, lambda: _publish(request, row, publish)):
                return redirect("import", public_id)
        elif do == "withdraw":
            withdraw = WithdrawForm(request.POST)
            if withdraw.is_valid() and attempt(
                withdraw, lambda: ask_to_withdraw(row, reason=withdraw.cleaned_data["reason"], actor=request.actor)
            ):
                return redirect("import", public_id)
        else:
            return _do(request, row, {"stop": stop_reading, "further": read_further}.get(str(do)))
    context = {
        "row": row,
        "format": format_of(row),
        "preview": preview(row, actor=request.actor) if row.state in {State.READ, State.PUBLISHED, State.STOPPED} else None,
        "publish": publish,
        "withdraw": withdraw,
        "built": what_was_built(row) if row.state == State.PUBLISHED else [],
    }
    return render(request, "manager/import.html", context, status=422 if _has_errors(publish, withdraw) else 200)


def _has_errors(*both: forms.Form) -> bool:
    return any(form.errors for form in both)


def _publish(request: Request, row: Import, form: PublishForm) -> None:
    good = request.POST["do"] == "good"
    ask_to_publish(row, actor=request.actor, takes_good_rows=good, reason=form.cleaned_data["reason"])


def _do(request: Request, row: Import, act: Callable[..., None] | None) -> HttpResponse:
    """An act that asks for nothing to be typed; what it refuses stands on the page that comes after it."""
    if act is not None:
        form = forms.Form({})
        if not attempt(form, lambda: act(row, actor=request.actor)):
            say_refusal(request, form)
    return redirect("import", row.public_id)


def say_refusal(request: Request, form: forms.Form) -> None:
    """What an act without a page of its own refused, on the page that comes after it."""
    messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))


@require_safe
@door("import_scores")
def progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """How far the worker is. Asked for every two seconds; once it is done, the page shows itself anew."""
    row = find(request, public_id)
    response = render(request, "manager/import_progress.html", {"row": row})
    if not row.is_working:
        response["HX-Refresh"] = "true"
    return response
