"""The checklist at the chair: all lines on one form, each answer a row of its own."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assessments.services.dosing import facts_of
from frontend.doors import Request, door, get_visible
from frontend.nurse.forms import LineForm
from programs.models import Check, ChecklistLine, SafetyItem, Session
from programs.services.before_dose import what_stops_start
from programs.services.checklist import answers_of, checklist_of, record_check
from programs.services.record import Stamp
from tracker.errors import Refused

WAITS = {Session.State.PLANNED, Session.State.ARRIVED, Session.State.HELD}


def before_dose_of(session: Session, now: datetime) -> dict[str, Any]:
    """What the session page shows of the time before the dose; little of it once the dose has begun."""
    facts = facts_of(session, at=now)
    given = Session.objects.given().filter(patient_id=session.patient_id).exclude(pk=session.pk)
    waits = session.is_infusion and session.state in WAITS
    return {
        "order": facts.order,
        "weight": facts.weight,
        "limits": facts.limits,
        "missing": what_stops_start(facts) if waits else (),
        "checks": _forms(facts.lines, facts.answers) if waits and session.state != Session.State.PLANNED else (),
        "allergies": [item for item in facts.safety_list if item.kind == SafetyItem.Kind.ALLERGY],
        "review": facts.review,
        "last_given": given.order_by("-started_at").first(),
    }


class CheckForm(LineForm):
    """One line, saved for itself; what was answered before stands."""

    key = forms.UUIDField(widget=forms.HiddenInput)


def _forms(lines: list[ChecklistLine], answers: dict[int, Check]) -> list[tuple[ChecklistLine, CheckForm]]:
    """The form of each line, filled with the answer that stands."""
    return [(line, _form(line, answers.get(line.pk))) for line in lines]


def _form(line: ChecklistLine, check: Check | None) -> CheckForm:
    initial = {"key": uuid.uuid4(), "answer": check.answer if check else None, "detail": check.detail if check else ""}
    return CheckForm(line, initial=initial)


@require_POST
@door("record_infusion")
def checks(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Save every line that was answered or changed; what is wrong with one keeps none of the others back."""
    rows = Session.objects.select_related("patient", "clinic")
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    answers = answers_of(session)
    for line in checklist_of(session.clinic_id):
        form = CheckForm(line, request.POST)
        before = answers.get(line.pk)
        if not form.is_valid():
            messages.error(request, f"{line.words}: the answer could not be read.")
        elif form.cleaned_data["answer"] and not _is_same(form, before):
            _save(request, session, line, form)
    return redirect("session", public_id)


def _is_same(form: CheckForm, before: Check | None) -> bool:
    said = (form.cleaned_data["answer"], form.cleaned_data["detail"].strip())
    return before is not None and said == (before.answer, before.detail)


def _save(request: Request, session: Session, line: ChecklistLine, form: CheckForm) -> None:
    stamp = Stamp(request.actor, form.cleaned_data["key"])
    try:
        record_check(session, line, answer=form.cleaned_data["answer"], detail=form.cleaned_data["detail"], stamp=stamp)
    except Refused as refusal:
        messages.error(request, str(refusal))
