"""The drug of one session: what was drawn for it, and what of that was given and what wasted."""

import uuid
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.ledger.forms import DrawForm, UseForm
from frontend.ledger.signing import new_key, sign, witnesses_for
from programs.ledger import plain_ml, ul_of
from programs.models import LedgerLine, Session, Vial
from programs.services.given import measured_ug
from programs.services.ledger import drawing, reading
from programs.services.orders import order_sentence
from programs.services.record import is_of_session, moment_of
from tracker.accounts.models import User
from tracker.audit.services import record_seen


def _session(request: Request, public_id: uuid.UUID) -> Session:
    rows = Session.objects.select_related("patient", "clinic", "enrolment__program", "chair")
    found: Session = get_visible(rows, request.actor, public_id=public_id)
    return found


@require_http_methods(["GET", "POST"])
@door("keep_ledger")
def drug(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The ledger's lines of a session; posted to, a draw."""
    row = _session(request, public_id)
    vials = reading.usable_vials(request.actor, row.day)
    form = DrawForm(vials, request.POST or None, initial={**new_key(), "clock": _usual_clock(row)})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        by_id: dict[int, Vial] = {vial.pk: vial for vial, _left in vials}
        happened_at = moment_of(row, typed["clock"])
        if attempt(
            form,
            lambda: drawing.draw(row, by_id[typed["vial"]], ml=typed["ml"], signing=sign(request, form, happened_at=happened_at)),
        ):
            messages.success(request, f"{typed['ml']} mL drawn for {row.patient.legal_name}.")
            return redirect("session_drug", public_id)
    return _page(request, row, form)


def _usual_clock(row: Session) -> time:
    """Now; for a session of another day, when it ended."""
    now = timezone.now()
    moment: datetime = now if is_of_session(row, now) else row.ended_at or row.starts_at
    return moment.astimezone(row.clinic.tz).time()


def _page(request: Request, row: Session, form: DrawForm, wrong: dict[uuid.UUID, UseForm] | None = None) -> HttpResponse:
    record_seen(request.actor, "session ledger", [row.patient_id])
    lines = list(reading.lines_to_show(request.actor).filter(session=row).order_by("recorded_at", "pk"))
    pending = LedgerLine.objects.visible_to(request.actor).pending().filter(session=row)
    pending = pending.select_related("vial__lot", "lot", "session__clinic")
    witnesses = witnesses_for(request) if pending else []
    measured = measured_ug(row) if pending else None
    order = row.orders.first()
    context: dict[str, Any] = {
        "session": row,
        "measured": measured,
        "order_sentence": order_sentence(order) if order else "",
        "lines": lines,
        "pending": [
            {"line": line, "form": (wrong or {}).get(line.public_id) or _use_form(line, witnesses, measured=measured)}
            for line in pending
        ],
        "form": form,
        "has_vials": bool(form.fields["vial"].choices),  # type: ignore[attr-defined]
    }
    bad = form.errors or any(one["form"].errors for one in context["pending"])
    return render(request, "ledger/session.html", context, status=422 if bad else 200)


def _use_form(drawn: LedgerLine, witnesses: list[User], typed: Any = None, *, measured: int | None = None) -> UseForm:
    """The form of one draw; several stand on a page, so their fields are named after it. What was measured stands in it."""
    initial = _fresh(drawn.session) if drawn.session else {}
    if measured is not None:
        given_ul = min(ul_of(measured, drawn.lot.ug_per_ml), drawn.volume_ul)
        initial |= {"given": plain_ml(given_ul), "wasted": plain_ml(drawn.volume_ul - given_ul)}
    return UseForm(witnesses, typed, auto_id=f"{drawn.public_id}-%s", initial=initial)


def _fresh(row: Session) -> dict[str, Any]:
    return {**new_key(), "clock": _usual_clock(row)}


@require_POST
@door("keep_ledger")
def account(request: Request, public_id: uuid.UUID, line_id: uuid.UUID) -> HttpResponse:
    """What of a draw was given, and what wasted before the witness."""
    row = _session(request, public_id)
    lines = LedgerLine.objects.select_related("lot__clinic", "vial__lot", "session__clinic", "draw")
    drawn: LedgerLine = get_visible(lines, request.actor, public_id=line_id, session=row)
    form = _use_form(drawn, witnesses_for(request), request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        happened_at = moment_of(row, typed["clock"])
        use = drawing.Use(typed["given"], typed["wasted"])
        if attempt(form, lambda: drawing.account_for(drawn, use, signing=sign(request, form, happened_at=happened_at))):
            messages.success(request, f"Accounted for: {typed['given']} mL given, {typed['wasted']} mL wasted.")
            return redirect("session_drug", public_id)
    draw_form = DrawForm(reading.usable_vials(request.actor, row.day), initial=_fresh(row))
    return _page(request, row, draw_form, {drawn.public_id: form})
