"""A wrong row of the record: a new one in its place, with the reason; both stay in sight."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments.services import dosing
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.by_mouth import prescribers_for
from frontend.nurse.doses import DoseForm
from frontend.nurse.forms import CLOCK, KeyedForm, NoteForm, VitalsForm, WeightForm
from frontend.nurse.medicines import MedicineForm
from frontend.nurse.pump import PumpForm, RateForm
from frontend.nurse.weight import ask_about_weight
from programs.dosing import show
from programs.ledger import plain_ml
from programs.models import (
    DoseMark,
    GivenDose,
    Medicine,
    Note,
    PumpReading,
    RateChange,
    RecordRow,
    RoomEvent,
    Session,
    Vitals,
    Weight,
)
from programs.services import infusion
from programs.services.doses import Typed as GivenTyped
from programs.services.doses import portion_given
from programs.services.events import record_event
from programs.services.medicines import Sure, correct_medicine
from programs.services.medicines import Typed as TypedMedicine
from programs.services.pump import read_pump, strike_reading
from programs.services.rates import correct_rate
from programs.services.record import Stamp, moment_of, strike
from programs.services.room_orders import ByMouth
from programs.services.room_rules import rules_of_clinic
from tracker.accounts.models import User
from tracker.audit.services import record_seen

WHY_CORRECTED = [choice for choice in RecordRow.Why.choices if choice[0] != RecordRow.Why.TAKEN_BACK]
Typed = dict[str, Any]


class WhyForm(KeyedForm):
    """Why; and nothing else where the row belongs to another patient."""

    why = forms.ChoiceField(
        label="Why is it corrected?",
        choices=WHY_CORRECTED,
        widget=forms.RadioSelect,
        help_text="Wrong patient: the row is struck out here, and what stands in the other fields is not used.",
    )


class CorrectWeightForm(WhyForm, WeightForm):
    pass


class CorrectVitalsForm(WhyForm, VitalsForm):
    pass


class CorrectNoteForm(WhyForm, NoteForm):
    pass


class CorrectStartForm(WhyForm):
    clock = forms.TimeField(label="Started at", widget=CLOCK)


class CorrectDoseForm(WhyForm, DoseForm):
    clock = forms.TimeField(label="Given at", widget=CLOCK)


class CorrectEventForm(WhyForm):
    what = forms.ChoiceField(label="What happened", choices=RoomEvent.What.choices)
    clock = forms.TimeField(label="At", widget=CLOCK)


class CorrectPumpForm(WhyForm, PumpForm):
    pass


class CorrectRateForm(WhyForm, RateForm):
    clock = forms.TimeField(label="At", widget=CLOCK)


class CorrectPauseForm(WhyForm):
    clock = forms.TimeField(label="At", widget=CLOCK)


class CorrectMedicineForm(WhyForm, MedicineForm):
    clock = forms.TimeField(label="Given at", widget=CLOCK)


@dataclass(frozen=True)
class Kind:
    """How rows of one kind are corrected: the form, what stands in it at first, and which service writes the new row."""

    model: type[RecordRow]
    form: Callable[..., forms.Form]
    initial: Callable[[Any], Typed]
    save: Callable[[Any, Typed, Stamp], object]
    strike: Callable[..., object] = strike


def _vitals_form(*args: Any, old: Vitals, prescribers: Sequence[User], **kwargs: Any) -> forms.Form:
    return CorrectVitalsForm(*args, rules=rules_of_clinic(old.clinic_id), **kwargs)


def _dose_form(*args: Any, old: GivenDose, prescribers: Sequence[User], **kwargs: Any) -> forms.Form:
    return CorrectDoseForm(old.order, portion_given(old.session, old.order, but=old.pk), *args, **kwargs)


def _rate_form(*args: Any, old: RateChange, prescribers: Sequence[User], **kwargs: Any) -> forms.Form:
    if old.what == RateChange.What.RATE:
        return CorrectRateForm(*args, prescribers=prescribers, **kwargs)
    return CorrectPauseForm(*args, **kwargs)


def _medicine_form(*args: Any, old: Medicine, prescribers: Sequence[User], **kwargs: Any) -> forms.Form:
    return CorrectMedicineForm(*args, prescribers=prescribers, **kwargs)


def _plain(form: Callable[..., forms.Form]) -> Callable[..., forms.Form]:
    """A form that does not ask which row it corrects."""

    def make(*args: Any, old: RecordRow, prescribers: Sequence[User], **kwargs: Any) -> forms.Form:
        return form(*args, **kwargs)

    return make


def _ordered(old: RateChange | Medicine) -> Typed:
    """Who ordered it, where it was by word of mouth; that it was read back is ticked anew."""
    return {"prescriber": old.order.prescriber_id} if old.order and old.order.is_verbal else {}


def _save_medicine(old: Medicine, typed: Typed, stamp: Stamp) -> Medicine:
    said = TypedMedicine(typed["drug"], typed["amount"], typed["unit"], typed["route"])
    by = ByMouth(typed.get("prescriber"), typed.get("read_back", False))
    # The doubt that was answered before is answered still; for a new one the row is struck out and another is written.
    return correct_medicine(old, said, by=by, stamp=stamp, sure=Sure(old.doubt, old.reason))


MEASURED = (*infusion.POSSIBLE, "temperature")
KINDS: dict[str, Kind] = {
    "weight": Kind(
        Weight,
        _plain(CorrectWeightForm),
        lambda old: {"weight": old.typed, "unit": old.unit},
        lambda old, typed, stamp: infusion.record_weight(
            old.session, typed=typed["weight"], unit=typed["unit"], stamp=stamp, sure=typed.get("sure")
        ),
    ),
    "vitals": Kind(
        Vitals,
        _vitals_form,
        lambda old: {name: getattr(old, name) for name in MEASURED},
        lambda old, typed, stamp: infusion.record_vitals(old.session, stamp=stamp, **typed),
    ),
    "note": Kind(
        Note,
        _plain(CorrectNoteForm),
        lambda old: {"text": old.text},
        lambda old, typed, stamp: infusion.record_note(old.session, text=typed["text"], stamp=stamp),
    ),
    "start": Kind(
        DoseMark,
        _plain(CorrectStartForm),
        lambda old: {},
        lambda old, typed, stamp: dosing.correct_start(old, stamp=stamp),
        strike=infusion.strike_start,
    ),
    "dose": Kind(
        GivenDose,
        _dose_form,
        lambda old: {"mg": show(Decimal(old.dose_ug) / 1000), "devices": str(old.devices), "site": old.site},
        lambda old, typed, stamp: dosing.correct_dose(old, GivenTyped(**typed), stamp=stamp),
        strike=dosing.strike_dose,
    ),
    "event": Kind(
        RoomEvent,
        _plain(CorrectEventForm),
        lambda old: {"what": old.what},
        lambda old, typed, stamp: record_event(old.session, what=typed["what"], stamp=stamp),
    ),
    "pump": Kind(
        PumpReading,
        _plain(CorrectPumpForm),
        lambda old: {"infused": plain_ml(old.infused_ul), "left": plain_ml(old.left_ul), "reason": old.reason},
        lambda old, typed, stamp: read_pump(old.session, stamp=stamp, **typed),
        strike=strike_reading,
    ),
    "rate": Kind(
        RateChange,
        _rate_form,
        lambda old: {"mg_per_hour": show(Decimal(old.ug_per_hour) / 1000), "reason": old.reason} | _ordered(old),
        lambda old, typed, stamp: correct_rate(old, stamp=stamp, **typed),
    ),
    "medicine": Kind(
        Medicine,
        _medicine_form,
        lambda old: {"drug": old.drug, "amount": old.amount.plain, "unit": old.unit, "route": old.route} | _ordered(old),
        _save_medicine,
    ),
}


@require_http_methods(["GET", "POST"])
@door("record_infusion")
def correct(request: Request, public_id: uuid.UUID, kind: str, row_id: uuid.UUID) -> HttpResponse:
    """A new row in place of a wrong one; the old one stays and shows that it was corrected."""
    if kind not in KINDS:
        raise Http404
    how = KINDS[kind]
    rows = Session.objects.select_related(
        "patient__clinic", "clinic", "enrolment__program", "enrolment__patient", "enrolment__clinic"
    )
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    old: Any = get_visible(how.model._default_manager, request.actor, public_id=row_id, session=session)
    old.session = session
    is_struck = request.POST.get("why") == RecordRow.Why.WRONG_PATIENT
    sure = ask_about_weight(request, session) if how.model is Weight and request.method == "POST" and not is_struck else None
    if isinstance(sure, HttpResponse):
        return sure
    clock = old.happened_at.astimezone(session.clinic.tz).time()
    prescribers = prescribers_for(request, session) if how.model in {RateChange, Medicine} else []
    initial = {"key": uuid.uuid4(), "clock": clock, **how.initial(old)}
    form = (
        WhyForm(request.POST) if is_struck else how.form(request.POST or None, initial=initial, old=old, prescribers=prescribers)
    )
    if request.method == "POST" and form.is_valid():
        stamp = _stamp(request, old, form)
        typed = {name: value for name, value in form.cleaned_data.items() if name not in {"key", "why", "clock", "skip"}}
        extra = {"sure": sure} if sure else {}
        act = partial(how.strike, old, stamp=stamp) if is_struck else partial(how.save, old, typed | extra, stamp)
        if attempt(form, act):
            messages.success(request, "Struck out." if is_struck else "Corrected. Both rows stay in sight.")
            return redirect("session", public_id)
    record_seen(request.actor, "correction", [session.patient_id])
    context = {"session": session, "old": old, "kind": kind, "form": form}
    return render(request, "nurse/correct.html", context, status=422 if form.errors else 200)


def _stamp(request: Request, old: RecordRow, form: forms.Form) -> Stamp:
    """At the time that was typed; the minute that stood there before keeps its seconds."""
    tz, typed = old.session.clinic.tz, form.cleaned_data
    clock: time = typed.get("clock") or old.happened_at.astimezone(tz).time()
    is_same = f"{clock:%H:%M}" == f"{old.happened_at.astimezone(tz):%H:%M}"
    happened_at = old.happened_at if is_same else moment_of(old.session, clock)
    return Stamp(request.actor, typed["key"], happened_at=happened_at, corrects=old, why=typed["why"])
