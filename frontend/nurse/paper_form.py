"""The sheet that was kept on paper, as a form: what the record lacks of it. Shapes only; every rule is in the services."""

import uuid
from typing import Any

from django import forms

from assessments.services.paper import PaperDose, PaperEvent, PaperRate, PaperReading, PaperSheet
from frontend.nurse.forms import CLOCK, FOUR, PLAIN, KeyedForm, LineForm, WholeField
from programs.models import SITES, DoseOrder, EventMore, RateChange, RoomEvent, Session
from programs.services.checklist import answers_of, checklist_of
from programs.services.doses import Typed
from programs.services.room_orders import ByMouth
from tracker.accounts.models import User

READINGS, EVENTS, DOSES, RATES = 16, 8, 4, 6
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


def _demand(form: forms.Form, **questions: str) -> dict[str, Any]:
    """What was typed on a line; what the line lacks, once anything stands on it, is asked for."""
    typed = form.cleaned_data
    if any(typed.values()):
        for name, question in questions.items():
            if not typed.get(name) and name not in form.errors:
                form.add_error(name, question)
    return typed


class DoseLine(forms.Form):
    """One of the doses that are given at times; an empty one is none."""

    clock = _clock("Time")
    mg = forms.CharField(label="mg", max_length=8, required=False, widget=forms.TextInput(PLAIN))
    devices = forms.CharField(label="Devices", max_length=2, required=False, widget=forms.TextInput(PLAIN))
    site = forms.ChoiceField(label="Where it went in", required=False)

    def __init__(self, *args: Any, order: DoseOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["mg" if order.device_ug else "devices"]
        sites = SITES.get(order.route)
        if sites:
            self.fields["site"].choices = [("", "–"), *((one, one.label) for one in sites)]  # type: ignore[attr-defined]
        else:
            del self.fields["site"]

    def clean(self) -> dict[str, Any]:
        """Raise for a dose without its time or amount."""
        amount = {name: "How much?" for name in ("mg", "devices") if name in self.fields}
        return _demand(self, clock="At what time?", **amount)


class RateLine(forms.Form):
    """What the pump did; an empty line is none. Only a rate has a number, and an order where the signed one has not."""

    clock = _clock("Time")
    what = forms.ChoiceField(label="Pump", choices=[("", "–"), *RateChange.What.choices], required=False)
    mg_per_hour = forms.CharField(label="New rate, mg/h", max_length=8, required=False, widget=forms.TextInput(PLAIN))
    reason = _words("Why")
    prescriber = forms.TypedChoiceField(label="Ordered by", coerce=int, empty_value=None, required=False)
    read_back = forms.BooleanField(label="Read back", required=False)

    def __init__(self, *args: Any, prescribers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [("", "–"), *((user.pk, str(user)) for user in prescribers)]
        self.fields["prescriber"].choices = named  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Raise for what the pump did at no time, and for a time at which it did nothing."""
        return _demand(self, clock="At what time?", what="What did it do?")


class EventLine(forms.Form):
    """A line of events; an empty one is none."""

    clock = _clock("Time")
    what = forms.ChoiceField(label="What happened", choices=[("", "–"), *RoomEvent.What.choices], required=False)
    severity = forms.ChoiceField(label="How bad", choices=[("", "–"), *EventMore.Severity.choices], required=False)
    done = _words("What was done")

    def clean(self) -> dict[str, Any]:
        """Raise for what happened without its time, and for a time at which nothing happened."""
        return _demand(self, clock="At what time?", what="What happened?")


class PaperForm(KeyedForm):
    """What the record lacks of the sheet's first part, and how the dose ended."""

    author = _words("Who kept the paper?", 120)
    arrived = _clock("Arrived at")
    weight = forms.CharField(label="Weight", max_length=10, required=False, widget=forms.TextInput(PLAIN))
    unit = forms.ChoiceField(label="Unit", choices=[("kg", "kg"), ("lb", "lb")], widget=forms.RadioSelect, required=False)
    weight_is_right = forms.BooleanField(label="The weight is read right, though it looks like a slip", required=False)
    started = _clock("The dose began at")
    ended = _clock("The dose ended at")
    stopped_because = _words("Stopped early: why?")
    infused = forms.CharField(label="Pump: mL infused", max_length=8, required=False, widget=forms.TextInput(PLAIN))
    left = forms.CharField(label="Pump: mL left", max_length=8, required=False, widget=forms.TextInput(PLAIN))
    gap = _words("Pump and rates differ: why?")
    note = forms.CharField(label="Notes on the paper", max_length=4000, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, session: Session, order: DoseOrder | None, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        at_times = order is not None and order.is_at_times
        has_no_pump = order is None or at_times
        unasked = {
            "arrived": session.state not in NOT_BEGUN, "weight": session.state not in NOT_BEGUN,
            "unit": session.state not in NOT_BEGUN, "weight_is_right": session.state not in NOT_BEGUN,
            "started": session.started_at or at_times, "ended": session.ended_at, "stopped_because": session.ended_at,
            "infused": has_no_pump, "left": has_no_pump, "gap": has_no_pump,
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


def _lines(of: type[forms.Form], count: int, prefix: str, data: Any, **more: Any) -> Any:
    """So many empty lines of one kind."""
    return forms.formset_factory(of, extra=count, max_num=count)(data, prefix=prefix, form_kwargs=more)


class Sheet:
    """The form of one sheet: its head, the checklist, the lines of doses or of the pump, of readings and events."""

    def __init__(self, session: Session, prescribers: list[User], data: Any = None) -> None:
        self.order = session.orders.first()
        self.head = PaperForm(session, self.order, data)
        answered = answers_of(session) if session.state in NOT_BEGUN else {}
        lines = checklist_of(session.clinic_id) if session.state in NOT_BEGUN else []
        self.checks = [(line, LineForm(line, data)) for line in lines if line.pk not in answered]
        self.readings = _lines(ReadingLine, READINGS, "reading", data)
        self.events = _lines(EventLine, EVENTS, "event", data)
        at_times = self.order is not None and self.order.is_at_times
        self.doses = _lines(DoseLine, DOSES, "dose", data, order=self.order) if at_times else ()
        self.rates = _lines(RateLine, RATES, "rate", data, prescribers=prescribers) if self.order and not at_times else ()

    def is_valid(self) -> bool:
        """Whether every part can be read; each is asked, so that each shows what is wrong with it."""
        tables = [lines for lines in (self.doses, self.rates, self.readings, self.events) if lines]
        read = [form.is_valid() for form in (self.head, *(form for _line, form in self.checks), *tables)]
        return all(read)

    def typed(self) -> PaperSheet:
        """As the service takes it."""
        said = self.head.cleaned_data
        checks = ((line, form.cleaned_data) for line, form in self.checks)
        return PaperSheet(
            author=said["author"], arrived=said.get("arrived"), weight=said.get("weight", ""), unit=said.get("unit", ""),
            weight_is_right=said.get("weight_is_right", False), started=said.get("started"), ended=said.get("ended"),
            stopped_because=said.get("stopped_because", ""), note=said["note"],
            pump=(said["infused"], said["left"], said["gap"]) if said.get("infused") or said.get("left") else None,
            checks=tuple((line, one["answer"], one["detail"]) for line, one in checks if one["answer"]),
            readings=tuple(PaperReading(one["clock"], *(one[name] for name in FOUR)) for one in _typed(self.readings)),
            events=tuple(PaperEvent(one["clock"], one["what"], one["severity"], one["done"]) for one in _typed(self.events)),
            doses=tuple(PaperDose(one.pop("clock"), Typed(**one)) for one in _typed(self.doses)),
            rates=tuple(_rate(one) for one in _typed(self.rates)),
        )  # fmt: skip


def _typed(lines: Any) -> list[dict[str, Any]]:
    """What stands on each line that is not empty."""
    return [dict(one.cleaned_data) for one in lines if one.cleaned_data.get("clock")]


def _rate(one: dict[str, Any]) -> PaperRate:
    by = ByMouth(one["prescriber"], one["read_back"])
    return PaperRate(one["clock"], one["what"], one["mg_per_hour"], one["reason"], by)
