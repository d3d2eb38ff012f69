"""What a manager does with programs: which are offered, and how the clinic's own go."""

import hashlib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from assessments.scales import OWN as OWN_SCALE
from assessments.services.own_programs import plan_draft, save_program
from assessments.services.scales import scales_of
from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.manager.program_form import ProgramForm, Shape, typed_values, values_of
from frontend.program_words import most_words, path_words, proposal_words, route_words
from programs.models import Program
from programs.protocols import OWN, Protocol
from programs.protocols.changes import Change, changes_between
from programs.services.offering import programs_of, switch_program
from tracker.definitions import write_text


@require_POST
@door("switch_program")
def switch(request: Request, code: str) -> HttpResponse:
    """Offer a program, or no longer."""
    protocol = programs_of(request.actor.clinic_id).get(code)
    if protocol is None:
        raise Http404
    if request.POST.get("to") not in {"on", "off"}:
        messages.error(request, "Choose on or off.")
        return redirect("programs")
    is_on = request.POST["to"] == "on"
    switch_program(code, is_on=is_on, actor=request.actor)
    title = protocol.words["en"].title
    messages.success(request, f"{title} is offered now." if is_on else f"{title} is no longer offered. Courses under way go on.")
    return redirect("programs")


@require_http_methods(["GET", "POST"])
@door("change_program")
def change(request: Request, code: str) -> HttpResponse:
    """A program copied, or the clinic's own changed: the plan that it would give is shown before it is saved."""
    base = programs_of(request.actor.clinic_id).get(code)
    if base is None:
        raise Http404
    form = _form(request, base)
    draft = form.read() if form.is_bound else None
    plan = None
    if draft:
        typed, plans, saved = form.cleaned_data, list[Any](), list[Program]()
        is_same = request.POST.get("seen") == _fingerprint(draft)
        if request.POST.get("do") == "save" and is_same:
            attempt(form, lambda: saved.append(save_program(draft, base, actor=request.actor)))
        if saved:
            messages.success(request, f"Saved as version {saved[0].version}. Who was enrolled before keeps the version of then.")
            return redirect("program", saved[0].code)
        if not form.errors:
            attempt(
                form,
                lambda: plans.append(plan_draft(draft, request.hat.clinic, typed["plan-start"], typed["plan-clock"])),
            )
        plan = plans[0] if plans else None
        if plan and request.POST.get("do") == "save":
            messages.warning(request, "Something changed after the plan was shown. This is the plan now: look, and save again.")
    context = {
        "base": base,
        "is_own": code.startswith(OWN),
        "form": form,
        "plan": plan,
        "seen": _fingerprint(draft) if plan and draft else "",
        "changes": _differences(request, base, draft) if plan and draft else [],
        "route": route_words(base.dose),
        "proposal": proposal_words(base.dose),
        "most": most_words(base.dose),
    }
    return render(request, "manager/change_program.html", context, status=422 if form.errors else 200)


def _differences(request: Request, base: Protocol, draft: Protocol) -> list[tuple[str, str, str, str]]:
    titles = {code: scale.title for code, scale in scales_of(request.actor.clinic_id).items()}
    return [_change_words(one, titles) for one in changes_between(base, draft)]


def _change_words(change: Change, titles: dict[str, str]) -> tuple[str, str, str, str]:
    """One row of what differs: where, what, was, will be; scales by their titles."""
    group, key = path_words(change.path)
    key = titles.get(key, key)
    was, now = change.was, change.now
    if change.path[-1] in {"scales", "primary_scale"}:
        was, now = (", ".join(titles.get(code, code) for code in codes.split(", ")) for codes in (was, now))
    return group or "The whole course", key, was, now


def _form(request: Request, base: Protocol) -> ProgramForm:
    known = scales_of(request.actor.clinic_id)
    # Of the totals the clinic's own: a check-in that asks for one is a reminder to staff, who type it.
    asked = [code for code, scale in known.items() if scale.languages and (scale.items or code.startswith(OWN_SCALE))]
    # Those of the program first, in its order: a browser sends the boxes in the order of the page.
    scales = [(code, known[code].title if code in known else code) for code in dict.fromkeys([*base.scales, *asked])]
    shape = Shape.read(request.POST.get("shape", ""), Shape.of(base))
    may_set_dose = request.actor.may("set_dose_limits")
    do = request.POST.get("do", "")
    if do.startswith("add-"):
        # Only a row more: what was typed stays as it is, and is not judged yet.
        form = ProgramForm(base, shape.with_one_more(do.removeprefix("add-")), scales, may_set_dose, None)
        form.initial = typed_values(form, request.POST)
        form.longer = str(len(form.shape.blocks) - 1) if do == "add-phases" else do.removeprefix("add-")
        return form
    today = timezone.now().astimezone(request.hat.clinic.tz).date()
    initial = {**values_of(base), "plan-start": today, "plan-clock": "10:00"}
    return ProgramForm(base, shape, scales, may_set_dose, request.POST if request.method == "POST" else None, initial=initial)


def _fingerprint(draft: Protocol) -> str:
    """What the page sends back, so that the version which is saved is the one whose plan was shown."""
    return hashlib.sha256(write_text(draft).encode()).hexdigest()[:16]
