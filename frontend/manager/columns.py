"""How a file is to be read: how it is written, which column is what, and what it does not say itself."""

import uuid
from dataclasses import replace
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from assessments.models import Import, KeptMapping
from assessments.transfer.keeping import keep_mapping
from assessments.transfer.known import Known
from assessments.transfer.mapping import Mapping, MappingRefused, write_mapping
from assessments.transfer.proposing import propose
from assessments.transfer.questions import answered
from assessments.transfer.staging import begin_reading, known_to, mapping_in, questions_of
from assessments.transfer.table import Row, Table
from assessments.transfer.uploads import change_format, format_of, opened_file, opened_table
from assessments.transfer.workbook import sheets
from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.manager.forms import FormatForm, KeptForm, QuestionsForm
from frontend.manager.imports import find, say_refusal
from frontend.manager.mapping_forms import MappingForm, PeopleForm, SessionsForm
from frontend.manager.score_columns import ScoresForm
from tracker.errors import Refused

FORMS: dict[str, type[PeopleForm | SessionsForm | ScoresForm]] = {
    Import.Kind.PEOPLE: PeopleForm,
    Import.Kind.SESSIONS: SessionsForm,
    Import.Kind.SCORES: ScoresForm,
}
SAMPLE = 3
LONGEST_MAPPING = 100_000


@require_http_methods(["GET", "POST"])
@door("import_scores")
def columns(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Which column is what: proposed, chosen, or taken from a mapping that was kept."""
    row = find(request, public_id)
    known = known_to(row, timezone.now())
    with opened_table(row) as table:
        sample = list(islice(table.rows(), SAMPLE))
        form, kept = _forms(request, row, table, known)
    if request.method == "POST" and _begins(request, row, form, kept):
        return redirect("import", public_id)
    context = {"row": row, "form": form, "kept": kept, **_file(row, table, sample)}
    return render(request, "manager/columns.html", context, status=422 if form.errors or kept.errors else 200)


def _forms(request: Request, row: Import, table: Table, known: Known) -> tuple[MappingForm, KeptForm]:
    """The form of the columns, and that of a mapping that is there already; what was posted is in one of them."""
    kept = KeptMapping.objects.visible_to(request.actor).filter(kind=row.kind)
    form_of, initial = FORMS[row.kind], _initial(request, row, table, known)
    if request.method == "POST" and request.POST.get("do") == "kept":
        return form_of(table.columns, known, initial=initial), KeptForm(kept, request.POST, request.FILES)
    return form_of(table.columns, known, request.POST or None, initial=initial), KeptForm(kept)


def _initial(request: Request, row: Import, table: Table, known: Known) -> dict[str, Any]:
    """What was chosen the last time, else what the file itself shows; of one scale where the person named it."""
    scale = request.GET.get("scale", "")
    if row.mapping and not scale:
        return FORMS[row.kind].initial_of(mapping_in(row.mapping).model_dump(exclude_defaults=True))
    if scale in known.scales:
        known = replace(known, scales={scale: known.scales[scale]})
    initial = FORMS[row.kind].initial_of(propose(table, row.kind, known))  # type: ignore[arg-type]
    return {**initial, "scale": scale or initial.get("scale", "")}


def _begins(request: Request, row: Import, form: MappingForm, kept: KeptForm) -> bool:
    """Whether reading begins with what was chosen; what is missing stands in its form."""
    typed: forms.Form = kept if kept.is_bound else form
    if not typed.is_valid():
        return False
    try:
        mapping = _taken(kept) if kept.is_bound else form.mapping()
    except (MappingRefused, Refused) as refusal:
        typed.add_error(None, str(refusal))
        return False
    return attempt(typed, lambda: begin_reading(row, mapping, actor=request.actor))


def _taken(kept: KeptForm) -> Mapping:
    if file := kept.cleaned_data["mapping"]:
        try:
            return mapping_in(file.read(LONGEST_MAPPING).decode())
        except UnicodeDecodeError:
            raise Refused("That file is no text in UTF-8.") from None
    if kept.cleaned_data["kept"] is None:
        raise Refused("Choose a mapping that was kept, or a file.")
    return mapping_in(kept.cleaned_data["kept"].text)


def _file(row: Import, table: Table, sample: list[Row]) -> dict[str, Any]:
    return {
        "format": format_of(row),
        "format_form": FormatForm(row, _sheets(row)),
        "columns": table.columns,
        "sample": [list(line.cells.values()) for line in sample],
    }


def _sheets(row: Import) -> tuple[str, ...]:
    if row.format_kind != "xlsx":
        return ()
    with opened_file(row) as file:
        return sheets(file)


@require_POST
@door("import_scores")
def change(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The person says how the file is written."""
    row = find(request, public_id)
    form = FormatForm(row, _sheets(row), request.POST)
    if not form.is_valid() or not attempt(
        form, lambda: change_format(row, replace(format_of(row), **form.cleaned_data), actor=request.actor)
    ):
        say_refusal(request, form)
    return redirect("import_columns", public_id)


@require_http_methods(["GET", "POST"])
@door("import_scores")
def questions(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What the file does not say itself, each asked once."""
    row = find(request, public_id)
    if row.state != Import.State.ASKING:
        return redirect("import", public_id)
    form = QuestionsForm(questions_of(row), request.POST or None)
    if request.method == "POST" and form.is_valid():
        mapping = mapping_in(row.mapping)
        for question, answer in form.answers:
            mapping = answered(mapping, question, answer)
        if attempt(form, lambda: begin_reading(row, mapping, actor=request.actor, is_asked=True)):
            return redirect("import", public_id)
    return render(request, "manager/questions.html", {"row": row, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door("import_scores")
def mapping(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The mapping of a file: as a file to keep, or kept here under a name."""
    row = find(request, public_id)
    if request.method == "GET":
        return _download(row)
    form = forms.Form({})
    if attempt(form, lambda: keep_mapping(row, name=request.POST.get("name", ""), text=row.mapping, actor=request.actor)):
        messages.success(request, "The mapping is kept. The next file of this shape can take it.")
    else:
        say_refusal(request, form)
    return redirect("import", public_id)


def _download(row: Import) -> HttpResponse:
    text = write_mapping(mapping_in(row.mapping)) if row.mapping else ""
    headers = {"Content-Disposition": 'attachment; filename="mapping.toml"'}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)
