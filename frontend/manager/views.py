"""Bringing scores: choose a file, say which column is what, see what would happen, bring it in."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments.models import ScoreImport
from assessments.services.scales import scale_named, scales_of
from assessments.transfer.importing import Plan, plan_import, publish_import, upload_scores
from assessments.transfer.scores_csv import MappingRefused, guess, read_table, write_mapping
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.manager.forms import MappingForm, UploadForm
from programs.services.offering import programs_of

PROBLEMS_SHOWN = 50


@require_http_methods(["GET", "POST"])
@door("import_scores")
def imports(request: Request) -> HttpResponse:
    """The files that were brought, and a place for the next one."""
    programs = [(code, found.words_in("en").title) for code, found in programs_of(request.actor.clinic_id).items()]
    scales = [(code, scale.title) for code, scale in scales_of(request.actor.clinic_id).items()]
    form = UploadForm(programs, scales, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        made: list[ScoreImport] = []
        if attempt(
            form,
            lambda: made.append(
                upload_scores(
                    request.hat.clinic,
                    content=typed["file"].read(),
                    file_name=typed["file"].name,
                    program=typed["program"],
                    scale=typed["scale"],
                    actor=request.actor,
                )
            ),
        ):
            return redirect("import", made[0].public_id)
    brought = ScoreImport.objects.visible_to(request.actor).defer("text")[:50]
    return render(request, "manager/imports.html", {"form": form, "imports": brought}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door("import_scores")
def one_import(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One file: its columns, what would happen, and the button that makes it happen."""
    row: ScoreImport = get_visible(ScoreImport.objects.select_related("clinic"), request.actor, public_id=public_id)
    scale = scale_named(row.scale_code, row.clinic_id)
    table = read_table(row.text)
    form = MappingForm(table, scale, request.POST or None, initial=_initial(guess(table, scale)))
    plan: Plan | None = None
    text = ""
    if request.method == "POST" and form.is_valid():
        try:
            text = write_mapping(form.mapping)
        except MappingRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            found: list[Plan] = []
            if request.POST.get("do") in {"all", "good"} and attempt(
                form,
                lambda: found.append(
                    publish_import(row, text, actor=request.actor, takes_good_rows=request.POST["do"] == "good")
                ),
            ):
                messages.success(request, f"{len(found[0].adds)} scores are in, of {len(found[0].new_patients)} new patients.")
                return redirect("imports")
            if not form.errors:
                attempt(form, lambda: found.append(plan_import(row, text, actor=request.actor)))
            plan = found[0] if found else None
    context = {
        "row": row,
        "scale": scale,
        "columns": table.columns,
        "sample": [list(line.cells.values()) for line in table.rows[:3]],
        "count": len(table.rows),
        "form": form,
        "plan": plan,
        "problems": plan.refused[:PROBLEMS_SHOWN] if plan else [],
        "mapping": text,
    }
    return render(request, "manager/import.html", context, status=422 if form.errors else 200)


def _initial(found: dict[str, str]) -> dict[str, Any]:
    when = "date" if "date" in found else "days" if "after" in found else "on"
    column = found.get("date") or found.get("after", "")
    has_items = any(name.startswith("item-") for name in found)
    return {**found, "when": when, "when_column": column, "total": "" if has_items else found.get("total", "")}
