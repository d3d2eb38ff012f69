"""The whole record of a session on one page: to read, to print, to sign; and what is added once it is signed."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.forms import KeyedForm
from programs.models import (
    Addendum,
    Check,
    ChecklistLine,
    Discharge,
    EventMore,
    GivenDose,
    Medicine,
    MovedRecord,
    RateChange,
    RecordRow,
    RoomEvent,
    Session,
    Vitals,
)
from programs.recovery import aldrete_total
from programs.services.checklist import answers_of, checklist_of, going_home_of
from programs.services.day import day_of
from programs.services.misfiled import why_not_movable
from programs.services.orders import order_sentence
from programs.services.record import Stamp
from programs.services.signing import add_addendum, is_unchanged, missing_of, review_record, sign_record, signed_of
from programs.services.tablets import tablets_of
from tracker.audit.services import record_seen
from tracker.errors import Refused

# Lines of the empty sheet: readings, and what is written beside them.
EMPTY_READINGS, EMPTY_LINES = range(12), range(8)
# What a line of the record says beside its own words.
_BY_MOUTH = ("order__prescriber", "order__cosignature")
SAID_OF: dict[type[RecordRow], tuple[str, ...]] = {
    EventMore: ("event",), RoomEvent: ("incident__review",), GivenDose: ("order",), RateChange: _BY_MOUTH, Medicine: _BY_MOUTH,
}  # fmt: skip


class SignForm(forms.Form):
    """Why readings are missing, or what a tablet holds, where they are."""

    reason = forms.CharField(
        label="Why is this missing?", max_length=200, required=False,
        help_text="A tablet that comes back is no longer missing: reload the page then.",
    )  # fmt: skip


class AddendumForm(KeyedForm):
    text = forms.CharField(label="Addendum", max_length=4000, widget=forms.Textarea({"rows": 2}))


def _session(request: Request, public_id: uuid.UUID) -> Session:
    rows = Session.objects.select_related("patient__clinic", "clinic", "enrolment__program", "chair", "nurse")
    found: Session = get_visible(rows, request.actor, public_id=public_id)
    if not found.is_infusion:
        raise Http404
    return found


@require_safe
@door("see_record")
def record(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The record as it stands, and who signed it."""
    return _page(request, _session(request, public_id))


def _page(request: Request, session: Session, *, status: int = 200, **overrides: Any) -> HttpResponse:
    moves = _moves(request, session)
    others = [pk for move in moves for pk in (move.patient_id, move.to_patient_id)]
    record_seen(request.actor, "record", {session.patient_id, *others})
    signed = signed_of(session)
    addenda = list(session.addendum_rows.select_related("session").order_by("happened_at", "pk"))
    context = {
        **_content(session),
        "session": session,
        "signed": signed,
        "addenda": [(one, is_unchanged(one)) for one in addenda],
        **_moved_words(session, moves),
        "missing": missing_of(session) if not signed else [],
        "tablets": tablets_of(session),
        "parts": {one.signature.part for one in signed},
        "sign_form": SignForm(),
        "addendum_form": AddendumForm(initial={"key": uuid.uuid4()}),
        **overrides,
    }
    return render(request, "nurse/record.html", context, status=status)


def _moves(request: Request, session: Session) -> list[MovedRecord]:
    """How this record came to another chart, or from one: a row for each, nearly always none."""
    rows = MovedRecord.objects.visible_to(request.actor).filter(Q(source=session) | Q(into=session))
    return list(rows.select_related("patient", "to_patient", "source", "into"))


def _moved_words(session: Session, moves: list[MovedRecord]) -> dict[str, Any]:
    """Where the record went, where it came from, and the signatures and addenda that stayed there."""
    came = next((move for move in moves if move.into_id == session.pk), None)
    return {
        "went": next((move for move in moves if move.source_id == session.pk), None),
        "came": came,
        "signed_there": signed_of(came.source) if came else [],
        "addenda_there": came.source.addendum_rows.order_by("happened_at", "pk") if came else [],
        "may_move": not why_not_movable(session),
    }


def _content(session: Session) -> dict[str, Any]:
    """What was recorded: readings, the discharge, the checklist, and all the rest by time."""
    discharge = Discharge.objects.filter(session=session).select_related("clinician").first()
    others = [kind for kind in RecordRow.kinds() if kind not in (Vitals, Check, Discharge, Addendum)]
    rows = [
        row for kind in others
        for row in kind.objects.filter(session=session).select_related("corrected_by", *SAID_OF.get(kind, ()))
    ]  # fmt: skip
    order = session.orders.first()
    readings = list(session.vitals_rows.select_related("corrected_by").order_by("happened_at", "pk"))
    # What stood when the record was moved stands here still, though the ledger names the right patient now.
    drug = session.ledger_lines.exclude(corrected_by__session=session)
    return {
        "papers": sorted({(row.paper_author, row.author) for row in [*readings, *rows] if row.paper_author}),
        "order": order,
        "order_sentence": order_sentence(order) if order else "",
        "readings": readings,
        "rows": sorted(rows, key=lambda row: (row.happened_at, row.pk)),
        "checks": session.check_rows.filter(line__asked=ChecklistLine.Asked.BEFORE_DOSE)
        .select_related("line")
        .order_by("line__place", "happened_at"),
        "releases": session.releases.select_related("prescriber"),
        "drug": drug,
        "discharge": discharge,
        "aldrete": aldrete_total(discharge.aldrete) if discharge else None,
        **_listed(session, discharge),
    }


def _listed(session: Session, discharge: Discharge | None) -> dict[str, Any]:
    """The clinic's list in the version that was asked before going home, each line with what was said to it."""
    if discharge is None or discharge.list_version is None:
        return {"listed": None}
    listed, answers = going_home_of(session.clinic_id, discharge.list_version), answers_of(session)
    return {"listed": listed, "listed_lines": [answers.get(line.pk) or f"{line}: not answered" for line in listed.lines]}


@require_POST
@door("record_infusion")
def sign(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Who kept the record signs it."""
    session = _session(request, public_id)
    form = SignForm(request.POST)
    if form.is_valid() and attempt(form, lambda: sign_record(session, actor=request.actor, **form.cleaned_data)):
        messages.success(request, "Signed. From now on this record takes addenda only.")
        return redirect("session_record", public_id)
    return _page(request, session, status=422, sign_form=form)


@require_POST
@door("review_record")
def review(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The clinician has read the record and signs it."""
    session = _session(request, public_id)
    try:
        review_record(session, actor=request.actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Reviewed and signed.")
    return redirect("session_record", public_id)


@require_POST
@door("record_infusion")
def addendum(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Words beside a signed record."""
    session = _session(request, public_id)
    form = AddendumForm(request.POST)
    if form.is_valid():
        stamp = Stamp(request.actor, form.cleaned_data["key"])
        if attempt(form, lambda: add_addendum(session, text=form.cleaned_data["text"], stamp=stamp)):
            messages.success(request, "Added. The record itself is as it was signed.")
            return redirect("session_record", public_id)
    return _page(request, session, status=422, addendum_form=form)


@require_safe
@door("see_record")
def empty_sheet(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The sheet of one session to write on by hand, for the day the power is out."""
    session = _session(request, public_id)
    record_seen(request.actor, "empty sheet", [session.patient_id])
    return _sheets(request, [session])


@require_safe
@door("see_record")
def empty_sheets(request: Request) -> HttpResponse:
    """The plan of today, and an empty sheet for each infusion that is not over."""
    now = timezone.now()
    day = now.astimezone(request.hat.clinic.tz).date()
    sessions = [row.session for row in day_of(request.actor, day, with_unfinished=True)]
    record_seen(request.actor, "empty sheets", {row.patient_id for row in sessions}, at=now)
    return _sheets(request, [row for row in sessions if row.is_infusion and not row.discharged_at], plan=sessions)


def _sheets(request: Request, sessions: list[Session], **more: Any) -> HttpResponse:
    prefetch_related_objects(sessions, "orders")
    newest = [next(iter(session.orders.all()), None) for session in sessions]
    context = {
        "sheets": [(session, order_sentence(order) if order else "") for session, order in zip(sessions, newest, strict=True)],
        "lines": checklist_of(request.actor.clinic_id),
        "going_home": going_home_of(request.actor.clinic_id),
        "readings": EMPTY_READINGS,
        "empty_lines": EMPTY_LINES,
        "printed_at": timezone.now(),
        **more,
    }
    return render(request, "nurse/sheets.html", context)
