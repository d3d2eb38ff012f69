"""What there is, lot by lot, now or as it stood; what comes in and goes out; one lot, one vial, one line."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.ledger import forms as typed_in
from frontend.ledger.signing import new_key, sign, witnesses_for
from frontend.nurse.forms import KeyedForm
from frontend.witness import WitnessedForm
from programs.models import DrugLot, LedgerLine, StockCount, Vial
from programs.services.ledger import drawing, reading, stock
from programs.services.ledger.lines import Signing
from programs.services.ledger.reading import LotStock
from tracker.audit.services import record_seen
from tracker.errors import Refused

LINES_A_PAGE = 50
COUNTS_SHOWN = 5


def act_page(request: Request, form: forms.Form, *, title: str, button: str, back: str, **more: Any) -> HttpResponse:
    """One act of the ledger on a page of its own: what it is about, its form, and the way back."""
    context = {"form": form, "title": title, "button": button, "back": back, **more}
    return render(request, "ledger/act.html", context, status=422 if form.errors else 200)


@require_safe
@door("see_ledger")
def ledger(request: Request) -> HttpResponse:
    """Everything that is there, and what does not add up."""
    clinic = request.hat.clinic
    form = typed_in.MomentForm(request.GET if "at" in request.GET else None)
    at = form.cleaned_data["at"].replace(tzinfo=clinic.tz) if form.is_bound and form.is_valid() else None
    stocks = reading.stock_of(clinic, request.actor, at=at)
    matters = reading.open_matters(clinic, request.actor)
    record_seen(request.actor, "ledger", _patients(matters))
    context = {
        "stocks": [stock for stock in stocks if stock.is_there],
        "has_lots": bool(stocks),
        "open": [(stock, one) for stock in stocks for one in stock.vials if not one.is_set_apart],
        "apart": _set_apart(stocks),
        "form": form,
        "at": at,
        "matters": matters,
        "counts": StockCount.objects.visible_to(request.actor)[:COUNTS_SHOWN],
    }
    return render(request, "ledger/ledger.html", context, status=422 if form.errors else 200)


def _patients(matters: reading.Matters) -> set[int]:
    drawn = {line.patient_id for line in matters.pending if line.patient_id}
    sessions = [*matters.unwritten, *(one.session for one in matters.differing)]
    return drawn | {row.patient_id for row in sessions}


def _set_apart(stocks: list[LotStock]) -> list[dict[str, Any]]:
    sealed = [{"stock": one, "vial": None} for one in stocks if one.is_set_apart and one.sealed]
    return sealed + [{"stock": one, "vial": vial} for one in stocks for vial in one.vials if vial.is_set_apart]


@require_http_methods(["GET", "POST"])
@door("keep_ledger")
def receive(request: Request) -> HttpResponse:
    """Vials came in: their label, how many, counted by two."""
    form = typed_in.ReceiveForm(witnesses_for(request), request.POST or None, initial={**new_key(), "drug": "ketamine"})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        label = stock.Label(typed["drug"], typed["mg_per_ml"], typed["ml"], typed["lot"], typed["expires_on"])
        if attempt(form, lambda: stock.receive_vials(request.hat.clinic, label, typed["count"], signing=sign(request, form))):
            messages.success(request, f"Received: {typed['count']} of lot {typed['lot'].upper()}.")
            return redirect("ledger")
    return act_page(request, form, title="Receive vials", button="Write it down", back="ledger")


@require_safe
@door("see_ledger")
def lot(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One lot: what there is of it, and every line."""
    row: DrugLot = get_visible(DrugLot.objects.select_related("clinic"), request.actor, public_id=public_id)
    page = Paginator(reading.lines_to_show(request.actor).filter(lot=row).order_by("-number"), LINES_A_PAGE).get_page(
        request.GET.get("page")
    )
    record_seen(request.actor, "ledger lot", {line.patient_id for line in page if line.patient_id})
    there = reading.stock_of_lot(row)
    context = {"lot": row, "stock": there, "page": page, "open_form": KeyedForm(initial=new_key())}
    return render(request, "ledger/lot.html", context)


@require_POST
@door("keep_ledger")
def open_vial(request: Request, public_id: uuid.UUID) -> HttpResponse:
    row: DrugLot = get_visible(DrugLot.objects.select_related("clinic"), request.actor, public_id=public_id)
    form = KeyedForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The page was not sent whole. Reload it and try again.")
        return redirect("ledger_lot", public_id)
    try:
        vial = stock.open_vial(row, signing=Signing(request.actor, form.cleaned_data["key"]))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("ledger_lot", public_id)
    messages.success(request, f"Opened: {vial}. Write “use until {vial.use_until:%b %-d, %Y}” on it.")
    return redirect("ledger_vial", vial.public_id)


@require_http_methods(["GET", "POST"])
@door("keep_ledger")
def take_out(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Unopened vials of a lot leave: returned or destroyed."""
    row: DrugLot = get_visible(DrugLot.objects.select_related("clinic"), request.actor, public_id=public_id)
    form = typed_in.OutForm(witnesses_for(request), request.POST or None, initial=new_key())
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        act = stock.return_vials if typed["what"] == "returned" else stock.destroy_vials
        if attempt(form, lambda: act(row, typed["count"], reason=typed["reason"], signing=sign(request, form))):
            messages.success(request, f"{typed['count']} {typed['what']}.")
            return redirect("ledger_lot", public_id)
    about = f"{row}. Unopened: {reading.stock_of_lot(row).sealed}."
    return act_page(request, form, title="Unopened vials leave", button="Write it down", back="ledger_lot", row=row, about=about)


def _vial(request: Request, public_id: uuid.UUID) -> Vial:
    found: Vial = get_visible(Vial.objects.select_related("lot__clinic", "clinic"), request.actor, public_id=public_id)
    return found


@require_safe
@door("see_ledger")
def vial(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One opened vial: what is left, until when, and every line."""
    row = _vial(request, public_id)
    lines = list(reading.lines_to_show(request.actor).filter(vial=row).order_by("-number"))
    record_seen(request.actor, "ledger vial", {line.patient_id for line in lines if line.patient_id})
    today = timezone.now().astimezone(request.hat.clinic.tz).date()
    context = {"vial": row, "lines": lines, "now": lines[0] if lines else None, "is_past_use": row.is_past_use(today)}
    return render(request, "ledger/vial.html", context)


def _of_vial(
    request: Request, public_id: uuid.UUID, form_class: type[WitnessedForm], title: str, act: Callable[..., object]
) -> HttpResponse:
    row = _vial(request, public_id)
    form = form_class(witnesses_for(request), request.POST or None, initial=new_key())
    if request.method == "POST" and form.is_valid():
        amounts = {name: form.cleaned_data[name] for name in ("ml", "reason") if name in form.cleaned_data}
        if attempt(form, lambda: act(row, **amounts, signing=sign(request, form))):
            messages.success(request, f"Written down: {title.lower()}, {row}.")
            return redirect("ledger_vial", public_id)
    return act_page(request, form, title=title, button="Write it down", back="ledger_vial", row=row, about=f"{row}, {row.lot}.")


@require_http_methods(["GET", "POST"])
@door("keep_ledger")
def overfill(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _of_vial(request, public_id, typed_in.OverfillForm, "Overfill", stock.record_overfill)


@require_http_methods(["GET", "POST"])
@door("keep_ledger")
def rest(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _of_vial(request, public_id, typed_in.RestForm, "Waste the rest", stock.waste_rest)


@require_http_methods(["GET", "POST"])
@door("keep_ledger")
def correct(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A new line in place of a wrong one; the old one stays and shows that it was corrected."""
    line: LedgerLine = get_visible(
        LedgerLine.objects.select_related("lot__clinic", "vial__lot", "session__clinic", "draw"),
        request.actor,
        public_id=public_id,
    )
    form_class, save = _correcting(line)
    form = form_class(witnesses_for(request), request.POST or None, initial=new_key())
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: save(form.cleaned_data, sign(request, form))):
        messages.success(request, "Corrected. Both lines stay in sight.")
        return redirect("session_drug", line.session.public_id) if line.session else redirect("ledger_lot", line.lot.public_id)
    if line.patient_id:
        record_seen(request.actor, "ledger correction", [line.patient_id])
    about = f"The line of {line.author} says: {line}. It stays in sight; yours stands in its place. 0 if it never happened."
    return act_page(request, form, title="Correct a line", button="Correct", back="ledger_lot", row=line.lot, about=about)


Saving = Callable[[dict[str, Any], Signing], object]


def _correcting(line: LedgerLine) -> tuple[type[typed_in.CorrectForm], Saving]:
    """Which form corrects a line, and what then happens. 404 for a line that is not corrected but counted again."""
    if line.session_id is None:
        form_class = typed_in.CorrectVialsForm if line.vials else typed_in.CorrectVolumeForm
        if line.kind not in stock.VIAL_KINDS | stock.ML_KINDS:
            raise Http404
        return form_class, lambda typed, signing: stock.correct_line(
            line, amount=typed["amount"], reason=typed["reason"], signing=signing
        )
    drawn = drawing.drawn_for(line)
    is_used = drawing.use_of(drawn) is not None

    def save(typed: dict[str, Any], signing: Signing) -> object:
        use = drawing.Use(typed["given"], typed["wasted"]) if is_used else None
        return drawing.correct_draw(drawn, ml=typed["ml"], use=use, reason=typed["reason"], signing=signing)

    return (typed_in.CorrectUseForm if is_used else typed_in.CorrectDrawForm), save


@require_safe
@door("see_ledger")
def trace(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Everybody who received a lot."""
    row: DrugLot = get_visible(DrugLot.objects.select_related("clinic"), request.actor, public_id=public_id)
    lines = reading.received_of(row, request.actor)
    patients = {line.patient_id for line in lines if line.patient_id}
    record_seen(request.actor, "lot trace", patients)
    return render(request, "ledger/trace.html", {"lot": row, "lines": lines, "patients": len(patients)})


@require_http_methods(["GET", "POST"])
@door("set_vial_days")
def days(request: Request) -> HttpResponse:
    """For how long an opened vial is used here."""
    clinic = request.hat.clinic
    form = typed_in.DaysForm(request.POST or None, initial={"days": clinic.vial_days})
    if request.method == "POST" and form.is_valid():
        count = form.cleaned_data["days"]
        if attempt(form, lambda: stock.set_vial_days(clinic, count, actor=request.actor, at=timezone.now())):
            messages.success(request, f"Vials opened from now on are used for {count} days.")
            return redirect("ledger")
    about = "Never past the expiry of the lot. Vials that are open keep the date that is written on them."
    return act_page(request, form, title="Opened vials", button="Save", back="ledger", about=about)
