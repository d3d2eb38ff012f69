"""A record that was kept on the wrong patient's chart: whose it is, side by side, and the signatures that move it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments.services.dosing import move_record, swap_records
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.witness import WitnessedForm, prove_witness
from programs.models import MovedRecord, SafetyItem, Session
from programs.services.misfiled import Signed, lines_of, place_for, swap_for, why_not_movable
from programs.services.orders import order_sentence
from tracker.accounts.models import User
from tracker.accounts.proving import prove, who_may
from tracker.accounts.roles import Actor
from tracker.audit.services import record_seen
from tracker.errors import Overtaken, Refused
from tracker.people.models import Patient
from tracker.people.names import fold

# More than this is no choice: a longer part of the name finds fewer.
MOST_FOUND = 20


class RecordNumber(forms.CharField):
    """A record number that is read once more and typed; its label says whose."""

    def __init__(self) -> None:
        super().__init__(
            max_length=64, help_text="Read it from their own papers and type it.",
            widget=forms.TextInput({"autocomplete": "off"}),
        )  # fmt: skip


class MoveRecordForm(WitnessedForm):
    """Whose record it is, read off a second time; why it stood elsewhere; and who signs."""

    takes = forms.UUIDField(widget=forms.HiddenInput)
    mrn = RecordNumber()
    reason = forms.CharField(
        label="How did it come to stand on the wrong chart?", max_length=200,
        help_text="Both charts show these words: leave out names.",
    )  # fmt: skip
    own_password = forms.CharField(
        label="Your own password", max_length=256, strip=False, widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text="It signs the move.",
    )  # fmt: skip

    def __init__(self, session: Session, into: Session, has_drug: bool, witnesses: list[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(witnesses, *args, **kwargs)
        self.fields["mrn"].label = f"Record number of {into.patient.legal_name}"
        if not has_drug:
            del self.fields["witness"], self.fields["password"]
            return
        self.fields["witness"].help_text = "The drug ledger names this patient too. Somebody else signs that it is put right."


class CrossedForm(MoveRecordForm):
    """Two records change places: the numbers of both patients are read off a second time."""

    from_mrn = RecordNumber()

    def __init__(self, session: Session, into: Session, *args: Any, **kwargs: Any) -> None:
        super().__init__(session, into, *args, **kwargs)
        self.fields["from_mrn"].label = f"Record number of {session.patient.legal_name}"
        self.order_fields(["key", "takes", "from_mrn", "mrn"])


@dataclass(frozen=True)
class Way:
    """How a record gets to its patient: what moves it, what is signed for that, and on which page."""

    move: Callable[..., MovedRecord]
    form: type[MoveRecordForm]
    page: str


TO_THE_PLAN = Way(move_record, MoveRecordForm, "clinician/move_record.html")
AGAINST_THE_OTHER = Way(swap_records, CrossedForm, "clinician/crossed_records.html")


@require_http_methods(["GET", "POST"])
@door("move_record")
def wrong_patient(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """First the right patient is looked for; then both stand side by side, and the record is moved."""
    session = _session(request, public_id)
    if why_not := why_not_movable(session):
        messages.error(request, why_not)
        return redirect("session_record", public_id)
    chosen = _chosen(request)
    if chosen is None:
        return _look_for(request, session)
    crossed = swap_for(session, chosen)
    try:
        into = place_for(session, chosen)
    except Refused as refusal:
        return _look_for(request, session, chosen=chosen, crossed=crossed, why_not=str(refusal))
    more = {"crossed": crossed}
    return _sign(request, session, into, TO_THE_PLAN, lines_of(session).exists(), more)


@require_http_methods(["GET", "POST"])
@door("move_record")
def crossed_records(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Two records of the same day that are each other's patient's: both stand side by side, and change places."""
    session, chosen = _session(request, public_id), _chosen(request)
    other = swap_for(session, chosen) if chosen and not why_not_movable(session) else None
    if other is None:
        messages.error(request, "There are no two such records of that day. Look for the right patient.")
        return redirect("session_wrong_patient", public_id)
    has_drug = lines_of(session).exists() or lines_of(other).exists()
    return _sign(request, session, other, AGAINST_THE_OTHER, has_drug, {})


def _sign(request: Request, session: Session, into: Session, way: Way, has_drug: bool, more: dict[str, Any]) -> HttpResponse:
    """Both patients side by side; posted to, the move with its signatures."""
    witnesses = who_may("witness_ledger", clinic_id=session.clinic_id, but_not=request.actor.signer_id)
    initial = {"key": uuid.uuid4(), "takes": into.public_id}
    form = way.form(session, into, has_drug, witnesses, request.POST or None, initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: _move(request, session, into, form, witnesses, way))
    ):
        messages.success(request, f"Moved to the chart of {into.patient.legal_name}. It waits for its signatures here.")
        return redirect("session_record", session.moved_to.into.public_id)
    return _compare(request, session, into, way.page, {"form": form, **more})


def _session(request: Request, public_id: uuid.UUID) -> Session:
    rows = Session.objects.select_related("patient__clinic", "clinic", "enrolment__program")
    found: Session = get_visible(rows, request.actor, public_id=public_id)
    if not found.is_infusion:
        raise Http404
    return found


def _chosen(request: Request) -> Patient | None:
    """Whose it is, as the address says; 404 for nobody of this clinic."""
    to = request.GET.get("to", "")
    if not to:
        return None
    try:
        found: Patient = get_visible(Patient.objects.select_related("clinic"), request.actor, public_id=uuid.UUID(to))
    except ValueError:
        raise Http404 from None
    return found


def _look_for(
    request: Request, session: Session, *, chosen: Patient | None = None, crossed: Session | None = None, why_not: str = ""
) -> HttpResponse:
    wanted = request.GET.get("q", "").replace("\x00", "")[:80]
    rows = Patient.objects.visible_to(request.actor).exclude(pk=session.patient_id).by_name()
    rows = rows.filter(name_key__contains=fold(wanted)) | rows.filter(mrn__iexact=wanted.strip())
    found = list(rows[:MOST_FOUND]) if wanted.strip() else []
    record_seen(request.actor, "wrong patient", {session.patient_id, *(row.pk for row in found)})
    context = {"session": session, "wanted": wanted, "found": found, "chosen": chosen, "crossed": crossed, "why_not": why_not}
    return render(request, "clinician/wrong_patient.html", context, status=422 if why_not else 200)


def _compare(request: Request, session: Session, into: Session, page: str, more: dict[str, Any]) -> HttpResponse:
    record_seen(request.actor, "wrong patient", [session.patient_id, into.patient_id])
    order = session.orders.first()
    items = SafetyItem.objects.visible_to(request.actor).standing().filter(kind=SafetyItem.Kind.ALLERGY)
    allergies = list(items.filter(patient__in=[session.patient_id, into.patient_id]))
    context = {
        "session": session,
        "into": into,
        **more,
        "order_sentence": order_sentence(order) if order else "",
        "allergies": [[item for item in allergies if item.patient_id == row.patient_id] for row in (session, into)],
    }
    return render(request, page, context, status=422 if more["form"].errors else 200)


def _move(request: Request, session: Session, into: Session, form: MoveRecordForm, witnesses: list[User], way: Way) -> None:
    typed = form.cleaned_data
    if typed["takes"] != into.public_id:
        raise Overtaken("The plan of that patient changed meanwhile. Look at it again.")
    mover = _prove_self(request, typed["own_password"])
    witness = prove_witness(request, form, witnesses, capability="witness_ledger")
    signed = Signed(mover, typed["reason"], typed["mrn"], witness, from_mrn=typed.get("from_mrn", ""))
    way.move(session, into, signed=signed)


def _prove_self(request: Request, password: str) -> Actor:
    """Who is signed in, once more by their password: a page left open moves nothing."""
    try:
        return prove(request, request.user, password, capability="move_record", clinic_id=request.actor.clinic_id)
    except Refused as refusal:
        raise Refused(str(refusal), "own_password") from refusal
