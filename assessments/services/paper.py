"""What was kept on paper on the day the power was out, entered afterwards by the same services as at the chair.

Every line keeps its own time, who wrote it on the paper, and who entered it when. All of a sheet goes in, or nothing.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import partial

from django.db import transaction

from assessments.services import dosing
from programs.models import ChecklistLine, RateChange, Session
from programs.schedule import utc_of
from programs.services import infusion, pump
from programs.services.checklist import record_check
from programs.services.doses import Typed
from programs.services.events import record_event, say_more
from programs.services.infusion import Sure, doubt_about_weight, read_weight
from programs.services.rates import change_rate, pause, resume
from programs.services.record import Stamp, moment_of
from programs.services.room_orders import ByMouth
from programs.services.sessions import receive_patient
from tracker.errors import Refused


@dataclass(frozen=True)
class PaperReading:
    """One line of readings."""

    clock: time
    systolic: int | None
    diastolic: int | None
    pulse: int | None
    spo2: int | None


@dataclass(frozen=True)
class PaperEvent:
    """One line of events."""

    clock: time
    what: str
    severity: str
    done: str


@dataclass(frozen=True)
class PaperDose:
    """One of the doses that are given at times."""

    clock: time
    dose: Typed


@dataclass(frozen=True)
class PaperRate:
    """What the pump did: paused, resumed, or another rate and on whose order."""

    clock: time
    what: str
    mg_per_hour: str
    reason: str
    by: ByMouth


@dataclass(frozen=True)
class PaperSheet:
    """What one sheet says. None, or nothing, where the record has it already or the sheet is empty."""

    author: str
    arrived: time | None = None
    weight: str = ""
    unit: str = ""
    weight_is_right: bool = False
    checks: tuple[tuple[ChecklistLine, str, str], ...] = ()
    started: time | None = None
    doses: tuple[PaperDose, ...] = ()
    rates: tuple[PaperRate, ...] = ()
    readings: tuple[PaperReading, ...] = ()
    events: tuple[PaperEvent, ...] = ()
    ended: time | None = None
    stopped_because: str = ""
    pump: tuple[str, str, str] | None = None
    note: str = ""


@transaction.atomic
def enter_paper(session: Session, sheet: PaperSheet, *, stamp: Stamp) -> None:
    """Write every line of the sheet. Raises Refused with the line that cannot be, and then nothing is written."""
    if not sheet.author.strip():
        raise Refused("Write who kept the paper.", "author")
    _Entering(session, sheet, replace(stamp, paper_author=sheet.author.strip()[:120])).all_of_it()


@dataclass(frozen=True)
class _Entering:
    session: Session
    sheet: PaperSheet
    stamp: Stamp

    def all_of_it(self) -> None:
        """In the order in which it happened: what was read before the dose is what the dose began with."""
        begin = self._at(self.sheet.started) or min((self._time(one.clock) for one in self.sheet.doses), default=None)
        before = [one for one in self.sheet.readings if begin is None or self._time(one.clock) <= begin]
        self._arrival()
        self._readings(before)
        self._start()
        self._doses()
        self._rates()
        self._readings([one for one in self.sheet.readings if one not in before])
        self._events()
        self._end()

    def _time(self, clock: time) -> datetime:
        started = self.sheet.started
        began = utc_of(self.session.day, started, self.session.clinic.tz) if started else None
        return moment_of(self.session, clock, began=began)

    def _at(self, clock: time | None) -> datetime | None:
        return self._time(clock) if clock else None

    def _stamp(self, line: str, clock: time | None) -> Stamp:
        """Of one line: its own key, so that a sheet which is sent twice is written once."""
        return replace(self.stamp, key=uuid.uuid5(self.stamp.key, line), happened_at=self._at(clock))

    def _arrival(self) -> None:
        sheet, session = self.sheet, self.session
        if sheet.arrived and session.state in {Session.State.PLANNED, Session.State.MISSED}:
            receive_patient(session, actor=self.stamp.actor, at=self.stamp.at, arrived_at=self._time(sheet.arrived))
        if sheet.weight:
            _said("Weight", lambda: infusion.record_weight(
                session, typed=sheet.weight, unit=sheet.unit, stamp=self._stamp("weight", sheet.arrived), sure=self._sure(),
            ))  # fmt: skip
        for line, answer, detail in sheet.checks:
            record_check(session, line, answer=answer, detail=detail, stamp=self._stamp(f"check {line.pk}", sheet.arrived))

    def _sure(self) -> Sure | None:
        if not self.sheet.weight_is_right:
            return None
        doubt = doubt_about_weight(self.session, read_weight(self.sheet.weight, self.sheet.unit), at=self.stamp.at)
        return Sure(doubt.words) if doubt else None

    def _start(self) -> None:
        if self.sheet.started:
            stamp = self._stamp("start", self.sheet.started)
            _said("Start", lambda: dosing.start_infusion(self.session, stamp=stamp))

    def _doses(self) -> None:
        """By time: the first one begins the session."""
        for one in sorted(self.sheet.doses, key=lambda one: self._time(one.clock)):
            stamp = self._stamp(f"dose {self.sheet.doses.index(one)}", one.clock)
            _said(f"Dose of {one.clock:%H:%M}", partial(dosing.give_dose, self.session, one.dose, stamp=stamp))

    def _rates(self) -> None:
        for one in sorted(self.sheet.rates, key=lambda one: self._time(one.clock)):
            stamp = self._stamp(f"rate {self.sheet.rates.index(one)}", one.clock)
            _said(f"Pump at {one.clock:%H:%M}", partial(self._rate, one, stamp))

    def _rate(self, one: PaperRate, stamp: Stamp) -> None:
        if one.what == RateChange.What.PAUSE:
            pause(self.session, reason=one.reason, stamp=stamp)
        elif one.what == RateChange.What.RESUME:
            resume(self.session, stamp=stamp)
        else:
            change_rate(
                self.session, mg_per_hour=one.mg_per_hour, reason=one.reason, stamp=stamp,
                prescriber=one.by.prescriber_id, read_back=one.by.read_back,
            )  # fmt: skip

    def _readings(self, readings: list[PaperReading]) -> None:
        for one in readings:
            stamp = self._stamp(f"reading {self.sheet.readings.index(one)}", one.clock)
            _said(f"Reading of {one.clock:%H:%M}", partial(self._reading, one, stamp))

    def _reading(self, one: PaperReading, stamp: Stamp) -> None:
        infusion.record_vitals(
            self.session, stamp=stamp, systolic=one.systolic, diastolic=one.diastolic, pulse=one.pulse, spo2=one.spo2
        )

    def _events(self) -> None:
        for number, one in enumerate(self.sheet.events):
            stamp = self._stamp(f"event {number}", one.clock)
            _said(f"Event of {one.clock:%H:%M}", partial(self._event, one, stamp))

    def _event(self, one: PaperEvent, stamp: Stamp) -> None:
        event = record_event(self.session, what=one.what, stamp=stamp)
        if one.severity or one.done:
            more = replace(stamp, key=uuid.uuid5(stamp.key, "more"))
            say_more(event, severity=one.severity, done=one.done, stamp=more)

    def _end(self) -> None:
        sheet, stamp = self.sheet, self._stamp("end", self.sheet.ended)
        if sheet.ended and sheet.stopped_because.strip():
            _said("End", lambda: infusion.stop_infusion(self.session, reason=sheet.stopped_because, stamp=stamp))
        elif sheet.ended:
            _said("End", lambda: infusion.end_infusion(self.session, stamp=stamp))
        if sheet.pump:
            infused, left, reason = sheet.pump
            stamp = self._stamp("pump", sheet.ended or self._clock_of_end())
            _said("Pump", lambda: pump.read_pump(self.session, infused=infused, left=left, reason=reason, stamp=stamp))
        if sheet.note.strip():
            infusion.record_note(self.session, text=sheet.note, stamp=self._stamp("note", sheet.ended or self._clock_of_end()))

    def _clock_of_end(self) -> time | None:
        ended = self.session.ended_at
        return ended.astimezone(self.session.clinic.tz).time() if ended else None


def _said(line: str, act: Callable[[], object]) -> None:
    """Do `act`; what it refuses names the line of the sheet."""
    try:
        act()
    except Refused as refusal:
        raise Refused(f"{line}: {refusal}") from refusal
