"""Today's sessions, and the page of one session: who, weight, order, start, vitals, notes, end."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from assessments.models import Score
from assessments.services import dosing
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.by_mouth import prescribers_for
from frontend.nurse.checks import before_dose_of
from frontend.nurse.correcting import MEASURED
from frontend.nurse.doses import doses_of
from frontend.nurse.events import events_of
from frontend.nurse.forms import (
    KeyedForm,
    LateEndForm,
    LateStopForm,
    NoteForm,
    ReasonForm,
    StopForm,
    VitalsForm,
    WeightForm,
)
from frontend.nurse.medicines import medicines_of
from frontend.nurse.pad import pad_of
from frontend.nurse.pump import rates_of
from frontend.nurse.training import practice_on_page
from frontend.nurse.weight import ask_about_weight
from frontend.remembered import dim_for_dose
from programs.dosing import NOT_PLAIN, PLAIN_NUMBER
from programs.doubles import doubles
from programs.models import ClinicLimits, Draft, Session, Vitals
from programs.services import infusion, sessions
from programs.services.day import day_of
from programs.services.infusion import Sure
from programs.services.orders import order_sentence
from programs.services.record import Stamp, is_of_session, moment_of
from programs.services.room_rules import rules_of_clinic
from programs.services.tablets import changes_of
from tracker.accounts.roles import Role
from tracker.audit.services import record_seen
from tracker.errors import Refused

Save = Callable[[Session, Stamp, dict[str, Any]], None]

# In these there is nothing to record, and the page has no pad and no keys.
NOT_HERE = {Session.State.PLANNED, Session.State.MISSED, Session.State.CANCELLED}

# Days that a clinic can ask for; the calendar's own ends have no day before or after them.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


def _session(request: Request, public_id: uuid.UUID) -> Session:
    rows = Session.objects.select_related(
        "patient__clinic",
        "clinic",
        "enrolment__program",
        "enrolment__patient",
        "enrolment__clinic",
        "chair",
        "nurse",
        "therapist",
    )
    found: Session = get_visible(rows, request.actor, public_id=public_id)
    return found


@require_safe
@door("work_here")
def today(request: Request) -> HttpResponse:
    """The sessions of one day by time and chair, and what each still needs."""
    clinic = request.hat.clinic
    now = timezone.now()
    day = _day_asked(request, now.astimezone(clinic.tz).date())
    is_therapist = request.actor.role == Role.THERAPIST
    mine = is_therapist and "all" not in request.GET
    is_today = day == now.astimezone(clinic.tz).date()
    rows = day_of(request.actor, day, therapist_id=request.actor.user_id if mine else None, with_unfinished=is_today)
    record_seen(request.actor, "today", {row.session.patient_id for row in rows}, at=now)
    context = {
        "rows": rows,
        "now": now,
        "day": day,
        "is_today": is_today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "mine": mine,
        "is_therapist": is_therapist,
        "counts": _counts(rows),
    }
    return render(request, "nurse/today.html", context)


def _day_asked(request: Request, today: date) -> date:
    try:
        asked = parse_date(request.GET.get("day", "")) or today
    except ValueError:
        return today
    return asked if FIRST_DAY < asked < LAST_DAY else today


def _counts(rows: list[Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.session.state] = counts.get(row.session.state, 0) + 1
    return counts


@require_safe
@door("see_record")
def session(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One session, whole, on one page."""
    row = _session(request, public_id)
    if row.state == Session.State.MOVED:
        record_seen(request.actor, "session", [row.patient_id])
        return render(request, "nurse/moved.html", {"session": row, "now": timezone.now()})
    return _page(request, row)


def _page(request: Request, row: Session, *, status: int = 200, **overrides: Any) -> HttpResponse:
    now = timezone.now()
    actor = request.actor
    record_seen(actor, "session", [row.patient_id], at=now)
    drafts = {draft.field: draft.text for draft in Draft.objects.filter(session=row, user_id=actor.signer_id)}
    before = before_dose_of(row, now)
    prescribers = prescribers_for(request, row)
    context = {
        "session": row,
        "is_here": row.state not in NOT_HERE,
        "may_write": actor.may("record_infusion") and row.signed_at is None,
        "now": now,
        # Before the rows: what comes while they are read makes the page old, not wrong.
        "changes": changes_of(row),
        **before,
        "order_sentence": order_sentence(before["order"]) if before["order"] else "",
        "vitals_rows": (readings := _vitals_rows(row, before["limits"])),
        **pad_of(row, readings, before["order"], drafts, before["limits"]),
        **events_of(row),
        "prescribers": prescribers,
        **rates_of(row, now, prescribers),
        **medicines_of(row, prescribers),
        **practice_on_page(row, now),
        **doses_of(row, before["order"]),
        "notes": row.note_rows.select_related("corrects", "corrected_by").order_by("-happened_at", "-pk"),
        "marks": row.dosemark_rows.select_related("corrects", "corrected_by"),
        "weights": row.weight_rows.select_related("corrects", "corrected_by"),
        "drug": row.ledger_lines.standing(),
        "set_aside": row.set_aside.all(),
        "last_safety": _last_safety(row),
        "weight_form": WeightForm(initial={"key": uuid.uuid4(), "weight": drafts.get("weight", ""), "unit": drafts.get("unit")}),
        "note_form": NoteForm(initial={"key": uuid.uuid4(), "text": drafts.get("note", "")}),
        "stop_form": (LateStopForm if _is_late(row) else StopForm)(initial={"key": uuid.uuid4()}),
        "end_form": (LateEndForm if _is_late(row) else KeyedForm)(initial={"key": uuid.uuid4()}),
        "start_key": uuid.uuid4(),
        "reason_form": ReasonForm(),
        "drafts": drafts,
        "numbers": json.dumps({"plain": PLAIN_NUMBER, "others": NOT_PLAIN}),
        **overrides,
    }
    return render(request, "nurse/session.html", context, status=status)


def _vitals_rows(row: Session, limits: ClinicLimits | None) -> list[Vitals]:
    """The readings, newest first, each with what of it is beyond the clinic's limits, and which other it may repeat."""
    rows = list(row.vitals_rows.select_related("corrects", "corrected_by").order_by("-happened_at", "-pk"))
    twice = doubles([one for one in rows if not one.is_corrected])
    for one in rows:
        one.beyond = limits.stop.passed_by(one.reading) if limits else ()
        one.double_of = twice.get(one.pk)
    return rows


def _last_safety(row: Session) -> Any:
    rows = Score.objects.standing().filter(patient_id=row.patient_id).exclude(safety=None)
    return rows.order_by("-taken_at").select_related("scale").first()


def _act(request: Request, public_id: uuid.UUID, act: Callable[[Session], object], done: str) -> HttpResponse:
    """Do one thing to a session that has no form of its own, and go back to where it was asked."""
    row = _session(request, public_id)
    try:
        act(row)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done.format(name=row.patient.legal_name))
    return redirect("today") if request.POST.get("from") == "today" else redirect("session", public_id)


@require_POST
@door("receive_patient")
def arrive(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _act(request, public_id, lambda row: sessions.receive_patient(row, actor=request.actor), "{name} is here.")


@require_POST
@door("receive_patient")
def miss(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _act(request, public_id, lambda row: sessions.miss_session(row, actor=request.actor), "{name} did not come.")


@require_POST
@door("hold_session")
def hold(request: Request, public_id: uuid.UUID) -> HttpResponse:
    reason = request.POST.get("reason", "").replace("\x00", "")
    return _act(
        request,
        public_id,
        lambda row: sessions.hold_session(row, actor=request.actor, reason=reason),
        "Held: {name} is not dosed.",
    )


@require_POST
@door("record_talk")
def talk_start(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _act(request, public_id, lambda row: sessions.start_talk(row, actor=request.actor), "The session with {name} began.")


@require_POST
@door("record_talk")
def talk_end(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _act(request, public_id, lambda row: sessions.end_talk(row, actor=request.actor), "The session with {name} is over.")


def _record(
    request: Request, public_id: uuid.UUID, form: forms.Form, name: str, save: Save, fields: tuple[str, ...] = ()
) -> HttpResponse:
    """Add one row from `form`; with what is wrong, the page again with everything that was typed."""
    row = _session(request, public_id)
    if not form.is_valid() or not attempt(
        form, lambda: save(row, Stamp(request.actor, form.cleaned_data["key"]), form.cleaned_data)
    ):
        return _page(request, row, status=422, **{name: form})
    for field in fields:
        infusion.save_draft(row, field=field, text="", actor=request.actor)
    return redirect("session", public_id)


def _save_weight(row: Session, stamp: Stamp, typed: dict[str, Any], sure: Sure | None = None) -> None:
    infusion.record_weight(row, typed=typed["weight"], unit=typed["unit"], stamp=stamp, sure=sure)


def _save_vitals(row: Session, stamp: Stamp, typed: dict[str, Any]) -> None:
    measured = {name: value for name, value in typed.items() if name not in {"key", "skip", "why"}}
    infusion.record_vitals(row, **measured, stamp=stamp)


def _save_note(row: Session, stamp: Stamp, typed: dict[str, Any]) -> None:
    infusion.record_note(row, text=typed["text"], stamp=stamp)


def _at_clock(row: Session, stamp: Stamp, typed: dict[str, Any]) -> Stamp:
    return replace(stamp, happened_at=moment_of(row, typed["clock"])) if "clock" in typed else stamp


def _save_stop(row: Session, stamp: Stamp, typed: dict[str, Any]) -> None:
    infusion.stop_infusion(row, reason=typed["reason"], stamp=_at_clock(row, stamp, typed))


def _save_end(row: Session, stamp: Stamp, typed: dict[str, Any]) -> None:
    infusion.end_infusion(row, stamp=_at_clock(row, stamp, typed))


def _is_late(row: Session) -> bool:
    """Whether its day is over: what happened then needs its time typed."""
    return not is_of_session(row, timezone.now())


@require_POST
@door("record_infusion")
def weight(request: Request, public_id: uuid.UUID) -> HttpResponse:
    answer = ask_about_weight(request, _session(request, public_id))
    if isinstance(answer, HttpResponse):
        return answer
    save = partial(_save_weight, sure=answer)
    return _record(request, public_id, WeightForm(request.POST), "weight_form", save, ("weight", "unit"))


@require_POST
@door("record_infusion")
def vitals(request: Request, public_id: uuid.UUID) -> HttpResponse:
    form = VitalsForm(request.POST, rules=rules_of_clinic(request.actor.clinic_id))
    return _record(request, public_id, form, "vitals_form", _save_vitals, MEASURED)


@require_POST
@door("record_infusion")
def note(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _record(request, public_id, NoteForm(request.POST), "note_form", _save_note, ("note",))


DRAFT_FIELDS = {*MEASURED, "weight", "unit", "note"}


@require_POST
@door("record_infusion")
def draft(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Keep what is being typed; called by autosave.js a moment after each pause."""
    row = _session(request, public_id)
    for field in DRAFT_FIELDS & request.POST.keys():
        infusion.save_draft(row, field=field, text=request.POST[field].replace("\x00", "")[:4000], actor=request.actor)
    return HttpResponse(status=204)


def _key(request: Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refused("The page was not sent whole. Reload it and try again.") from None


@require_POST
@door("record_infusion")
def start(request: Request, public_id: uuid.UUID) -> HttpResponse:
    answer = _act(
        request,
        public_id,
        lambda row: dosing.start_infusion(row, stamp=Stamp(request.actor, _key(request))),
        "Started for {name}.",
    )
    if _session(request, public_id).state == Session.State.IN_PROGRESS:
        dim_for_dose(request, answer)
    return answer


@require_POST
@door("record_infusion")
def end(request: Request, public_id: uuid.UUID) -> HttpResponse:
    row = _session(request, public_id)
    form_class = LateEndForm if _is_late(row) else KeyedForm
    answer = _record(request, public_id, form_class(request.POST), "end_form", _save_end)
    if answer.status_code == HTTPStatus.FOUND:
        messages.success(request, f"The dose of {row.patient.legal_name} has ended. Recovery is watched now.")
    return answer


@require_POST
@door("record_infusion")
def stop(request: Request, public_id: uuid.UUID) -> HttpResponse:
    form_class = LateStopForm if _is_late(_session(request, public_id)) else StopForm
    return _record(request, public_id, form_class(request.POST), "stop_form", _save_stop)
