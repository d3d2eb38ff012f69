"""Entering what was kept on paper on the day the power was out."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments.services.paper import PaperEvent, PaperReading, PaperSheet, enter_paper
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.forms import CLOCK, FOUR, PLAIN, KeyedForm, LineForm, WholeField
from programs.models import SITES, DoseOrder, EventMore, RoomEvent, Session
from programs.services.checklist import answers_of, checklist_of
from programs.services.doses import Typed
from programs.services.orders import order_sentence
from programs.services.record import Stamp
from tracker.audit.services import record_seen

READINGS, EVENTS = 16, 8
NOT_BEGUN = {Session.State.PLANNED, Session.State.MISSED, Session.State.ARRIVED, Session.State.HELD}


def _clock(label: str) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=CLOCK)


def _words(label: str, most: int = 200) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, widget=forms.TextInput({"autocomplete": "off"}))


class ReadingLine(forms.Form):
    """A line of the table; an empty one is none."""

    clock = _clock("Time")
    systolic = WholeField(label="Systolic", required=False)
    diastolic = WholeField(label="Diastolic", required=False)
    pulse = WholeField(label="Pulse", required=False)
    spo2 = WholeField(label="O₂ %", required=False)

    def clean(self) -> dict[str, Any]:
        """Raise for numbers without their time."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if any(typed.get(name) is not None for name in FOUR) and not typed.get("clock") and "clock" not in self.errors:
            self.add_error("clock", "At what time?")
        return typed


class EventLine(forms.Form):
    """A line of events; an empty one is none."""

    clock = _clock("Time")
    what = forms.ChoiceField(label="What happened", choices=[("", "–"), *RoomEvent.What.choices], required=False)
    severity = forms.ChoiceField(label="How bad", choices=[("", "–"), *EventMore.Severity.choices], required=False)
    done = _words("What was done")

    def clean(self) -> dict[str, Any]:
        """Raise for what happened without its time, and for a time at which nothing happened."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if any(typed.values()):
            for name, question in (("clock", "At what time?"), ("what", "What happened?")):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, question)
        return typed


class PaperForm(KeyedForm):
    """What the record lacks of the sheet's first part, and how the dose ended."""

    author = _words("Who kept the paper?", 120)
    arrived = _clock("Arrived at")
    weight = forms.CharField(label="Weight", max_length=10, required=False, widget=forms.TextInput(PLAIN))
    unit = forms.ChoiceField(label="Unit", choices=[("kg", "kg"), ("lb", "lb")], widget=forms.RadioSelect, required=False)
    weight_is_right = forms.BooleanField(label="The weight is read right, though it looks like a slip", required=False)
    started = _clock("The dose began at")
    mg = forms.CharField(label="First dose, mg", max_length=8, required=False, widget=forms.TextInput(PLAIN))
    devices = forms.CharField(label="First dose, devices", max_length=2, required=False, widget=forms.TextInput(PLAIN))
    site = forms.ChoiceField(label="Where it went in", required=False)
    ended = _clock("The dose ended at")
    stopped_because = _words("Stopped early: why?")
    infused = forms.CharField(label="Pump: mL infused", max_length=8, required=False, widget=forms.TextInput(PLAIN))
    left = forms.CharField(label="Pump: mL left", max_length=8, required=False, widget=forms.TextInput(PLAIN))
    gap = _words("Pump and rates differ: why?")
    note = forms.CharField(label="Notes on the paper", max_length=4000, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, session: Session, order: DoseOrder | None, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        at_times = order is not None and order.is_at_times
        sites = SITES.get(order.route) if order else None
        self.fields["site"].choices = [("", "–"), *((one, one.label) for one in sites or ())]  # type: ignore[attr-defined]
        unasked = {
            "arrived": session.state not in NOT_BEGUN, "weight": session.state not in NOT_BEGUN,
            "unit": session.state not in NOT_BEGUN, "weight_is_right": session.state not in NOT_BEGUN,
            "started": session.started_at, "ended": session.ended_at, "stopped_because": session.ended_at,
            "mg": session.started_at or not at_times or (order and order.device_ug),
            "devices": session.started_at or not at_times or not (order and order.device_ug),
            "site": session.started_at or not sites, "infused": at_times, "left": at_times, "gap": at_times,
        }  # fmt: skip
        for name in (name for name, is_unasked in unasked.items() if is_unasked):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Raise for a weight without its unit, and without the time that before the dose needs."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if typed.get("weight") and not typed.get("unit"):
            self.add_error("unit", "Choose kg or lb.")
        if typed.get("weight") and not typed.get("arrived"):
            self.add_error("arrived", "At what time did the patient arrive?")
        return typed


class _Sheet:
    """The form of one sheet: its head, the checklist, the lines of readings and events."""

    def __init__(self, session: Session, data: Any = None) -> None:
        self.order = session.orders.first()
        self.head = PaperForm(session, self.order, data)
        answered = answers_of(session) if session.state in NOT_BEGUN else {}
        lines = checklist_of(session.clinic_id) if session.state in NOT_BEGUN else []
        self.checks = [(line, LineForm(line, data)) for line in lines if line.pk not in answered]
        self.readings = forms.formset_factory(ReadingLine, extra=READINGS, max_num=READINGS)(data, prefix="reading")
        self.events = forms.formset_factory(EventLine, extra=EVENTS, max_num=EVENTS)(data, prefix="event")

    def is_valid(self) -> bool:
        """Whether every part can be read; each is asked, so that each shows what is wrong with it."""
        asked = [form.is_valid() for form in (self.head, *(form for _line, form in self.checks))]
        return all([*asked, self.readings.is_valid(), self.events.is_valid()])

    def typed(self) -> PaperSheet:
        """As the service takes it."""
        said = self.head.cleaned_data
        readings = [one.cleaned_data for one in self.readings if one.cleaned_data.get("clock")]
        events = [one.cleaned_data for one in self.events if one.cleaned_data.get("clock")]
        dose = Typed(said.get("mg", ""), said.get("devices", ""), said.get("site", ""))
        checks = ((line, form.cleaned_data) for line, form in self.checks)
        return PaperSheet(
            author=said["author"], arrived=said.get("arrived"), weight=said.get("weight", ""), unit=said.get("unit", ""),
            weight_is_right=said.get("weight_is_right", False), started=said.get("started"), ended=said.get("ended"),
            dose=dose if dose != Typed() else None, stopped_because=said.get("stopped_because", ""), note=said["note"],
            pump=(said["infused"], said["left"], said["gap"]) if said.get("infused") or said.get("left") else None,
            checks=tuple((line, one["answer"], one["detail"]) for line, one in checks if one["answer"]),
            readings=tuple(PaperReading(one["clock"], *(one[name] for name in FOUR)) for one in readings),
            events=tuple(PaperEvent(one["clock"], one["what"], one["severity"], one["done"]) for one in events),
        )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("record_infusion")
def paper(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One sheet of paper, entered as it was written; the question and the discharge follow on their own page."""
    rows = Session.objects.select_related("patient__clinic", "clinic", "enrolment__program", "enrolment__patient", "chair")
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    if session.signed_at or session.is_imported or not session.is_infusion:
        messages.info(request, "This record takes nothing from paper any more.")
        return redirect("session", public_id)
    sheet = _Sheet(session, request.POST or None)
    if request.method == "POST" and sheet.is_valid() and attempt(sheet.head, lambda: _enter(request, session, sheet)):
        messages.success(request, "Entered from paper. What the paper says of going home is entered next.")
        session.refresh_from_db()
        return redirect("session_discharge" if session.is_recovering else "session_record", public_id)
    record_seen(request.actor, "paper", [session.patient_id], at=timezone.now())
    context = {"session": session, "sheet": sheet, "order_sentence": order_sentence(sheet.order) if sheet.order else ""}
    return render(request, "nurse/paper.html", context, status=422 if request.method == "POST" else 200)


def _enter(request: Request, session: Session, sheet: _Sheet) -> None:
    enter_paper(session, sheet.typed(), stamp=Stamp(request.actor, sheet.head.cleaned_data["key"]))
