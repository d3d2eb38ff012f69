"""From the end of the dose to the door, on one page: watched so long, asked, scored, and let go."""

import uuid
from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.discharge_form import DischargeForm, ThoughtsForm
from programs.in_step import SILENT_AFTER
from programs.models import Session
from programs.services.discharge import Recovery, discharge_otherwise, discharge_patient, record_thoughts, recovery_of
from programs.services.record import Stamp, is_of_session, moment_of
from programs.services.tablets import tablets_of
from tracker.audit.services import record_seen


def _session(request: Request, public_id: uuid.UUID) -> Session:
    rows = Session.objects.select_related("patient__clinic", "clinic", "enrolment__program")
    found: Session = get_visible(rows, request.actor, public_id=public_id)
    return found


def is_late(session: Session) -> bool:
    """Whether its day is over, or it was kept on paper: what happened then needs its time typed."""
    return not is_of_session(session, timezone.now()) or session.dosemark_rows.exclude(paper_author="").exists()


@require_http_methods(["GET", "POST"])
@door("record_infusion")
def discharge(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What still keeps the patient here, and the discharge."""
    session = _session(request, public_id)
    if not session.is_recovering:
        messages.info(request, "Nobody is recovering in this session.")
        return redirect("session", public_id)
    recovery, late = recovery_of(session), is_late(session)
    form = DischargeForm(request.POST or None, recovery=recovery, is_late=late)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _let_go(request, session, form)):
        messages.success(request, f"{session.patient.legal_name} is discharged. Sign the record.")
        return redirect("session_record", public_id)
    return _page(request, recovery, form, ThoughtsForm(is_late=late))


def _let_go(request: Request, session: Session, form: DischargeForm) -> None:
    stamp = _stamp(request, session, form.cleaned_data)
    if form.is_otherwise:
        discharge_otherwise(session, form.findings(), form.leave(), stamp=stamp)
    else:
        discharge_patient(session, form.findings(), stamp=stamp)


def _stamp(request: Request, session: Session, typed: dict[str, Any]) -> Stamp:
    clock: time | None = typed["clock"]
    happened_at = moment_of(session, clock) if clock else None
    return Stamp(request.actor, typed["key"], happened_at=happened_at, paper_author=typed.get("paper_author", ""))


@require_POST
@door("record_infusion")
def thoughts(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What the patient answered about new suicidal thoughts."""
    session = _session(request, public_id)
    late = is_late(session)
    form = ThoughtsForm(request.POST, is_late=late)
    if form.is_valid() and attempt(form, lambda: _record(request, session, form)):
        return redirect("session_discharge", public_id)
    if not session.is_recovering:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("session", public_id)
    recovery = recovery_of(session)
    return _page(request, recovery, DischargeForm(recovery=recovery, is_late=late), form)


def _record(request: Request, session: Session, form: ThoughtsForm) -> None:
    typed = form.cleaned_data
    stamp = _stamp(request, session, typed)
    row = record_thoughts(session, has_thoughts=typed["answer"] == "yes", words=typed["words"], stamp=stamp)
    if row.has_thoughts:
        messages.error(request, "An urgent alert is open. A clinician sees the patient before anybody goes home.")


def _page(request: Request, recovery: Recovery, form: DischargeForm, thoughts_form: ThoughtsForm) -> HttpResponse:
    now = timezone.now()
    record_seen(request.actor, "discharge", [recovery.session.patient_id], at=now)
    context = {
        "session": recovery.session,
        "now": now,
        "recovery": recovery,
        # Rows of theirs may change who may go home: said while the patient is here, not at the signature only.
        "tablets": [one for one in tablets_of(recovery.session) if one.may_hold_rows(now - SILENT_AFTER)],
        "form": form,
        "thoughts_form": thoughts_form,
    }
    return render(request, "nurse/discharge.html", context, status=422 if form.errors or thoughts_form.errors else 200)
