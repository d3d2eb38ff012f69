"""Which service writes a row of which kind, and what such a row has to say, as a tablet sends it.

The start of a dose is none of them: whether it may start is asked of the server at that moment. Nor are going home and the
signatures, which wait for every row.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from programs.models import (
    DoseMark,
    EventMore,
    GivenDose,
    Medicine,
    Note,
    PumpReading,
    RateChange,
    RecordRow,
    RoomEvent,
    Session,
    StandingOrder,
    Vitals,
    Weight,
)
from programs.services import doses, infusion, medicines
from programs.services.events import call_serious, record_event, say_more
from programs.services.infusion import Sure
from programs.services.pump import read_pump
from programs.services.rates import change_rate, pause, resume
from programs.services.record import Stamp, known_row, moment_of
from programs.services.room_orders import ByMouth
from tracker.errors import Refused


@dataclass(frozen=True)
class Kind:
    """How rows of one kind are written, and what such a row has to say."""

    model: type[RecordRow]
    write: Callable[..., RecordRow]
    needed: Mapping[str, type]
    optional: Mapping[str, type] = field(default_factory=dict)


def _weigh(session: Session, *, typed: str, unit: str, stamp: Stamp, sure: str = "") -> Weight:
    """A weight. What the page asks about it is asked here too: `sure` repeats the very words of the question.

    A second person who reads the scale signs for it on the page; over the API nobody can.
    """
    question = infusion.ask_about_weight(session, infusion.read_weight(typed, unit), at=stamp.at)
    if question and sure != question.words and known_row(Weight, stamp) is None:
        raise Refused(question.words, "sure")
    return infusion.record_weight(session, typed=typed, unit=unit, stamp=stamp, sure=Sure(sure) if sure else None)


def _say_more(
    session: Session, *, event: str, stamp: Stamp, severity: str = "", done: str = "", outcome: str = "", ended: str = ""
) -> EventMore:
    found = _event(session, event)
    return say_more(found, stamp=stamp, severity=severity, done=done, outcome=outcome, ended_at=clock_of(session, ended, "ended"))


def _call_serious(session: Session, *, event: str, stamp: Stamp) -> RoomEvent:
    """An incident belongs to its event, once; what the sender reads of it is the event."""
    found = _event(session, event)
    call_serious(found, actor=stamp.actor, opened_at=stamp.happened_at, at=stamp.at)
    return found


def _event(session: Session, key: str) -> RoomEvent:
    """The event, by its own key: a tablet without wifi knows no other name of it."""
    rows = RoomEvent.objects.select_related("session").filter(session=session)
    found = rows.filter(key=key).first() if _is_key(key) else None
    if found is None:
        raise Refused("The event that this belongs to is not one of this session.", "event")
    return found


def clock_of(session: Session, typed: str, name: str) -> datetime | None:
    """The moment of a clock time on the session's day, as typed: 10:40; None where none was. Raises Refused."""
    try:
        return moment_of(session, time.fromisoformat(typed)) if typed else None
    except ValueError:
        raise Refused("A time is a clock time, 10:40.", name) from None


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _give_standing(session: Session, *, line: str, words: str, stamp: Stamp) -> Medicine:
    """By a standing order, in the words that stood on the key: what the nurse read is what is written, or nothing is."""
    rows = StandingOrder.objects.filter(clinic_id=session.clinic_id)
    found = rows.filter(public_id=line).first() if _is_key(line) else None
    if found is None or str(found) != words:
        raise Refused("This standing order no longer holds. Ask a prescriber.")
    return medicines.give_standing(session, found, stamp=stamp)


def _give_ordered(
    session: Session,
    *,
    drug: str,
    amount: str,
    unit: str,
    route: str,
    stamp: Stamp,
    prescriber: int | None = None,
    read_back: bool = False,
    doubt: str = "",
    reason: str = "",
) -> Medicine:
    typed, by = medicines.Typed(drug, amount, unit, route), ByMouth(prescriber, read_back)
    return medicines.give_ordered(session, typed, by=by, stamp=stamp, sure=medicines.Sure(doubt, reason))


def _give_dose(session: Session, *, stamp: Stamp, mg: str = "", devices: str = "", site: str = "") -> GivenDose:
    """One more dose of those that are given at times. The first one begins the session, which a tablet does not decide."""
    if session.started_at is None or (stamp.happened_at and stamp.happened_at < session.started_at):
        raise Refused("The first dose begins the session: give it on the session's page while the server is reached.")
    return doses.give_dose(session, doses.Typed(mg, devices, site), safety_answered_at=None, stamp=stamp)


_BY_MOUTH = {"prescriber": int, "read_back": bool}
_AT = {"clock": str}

KINDS: dict[str, Kind] = {
    "weight": Kind(Weight, _weigh, {"typed": str, "unit": str}, {"sure": str}),
    "vitals": Kind(
        Vitals,
        infusion.record_vitals,
        {"systolic": int, "diastolic": int, "pulse": int, "spo2": int},
        dict.fromkeys(infusion.POSSIBLE, int) | {"temperature": str},
    ),
    "event": Kind(RoomEvent, record_event, {"what": str}),
    "serious": Kind(RoomEvent, _call_serious, {"event": str}),
    "more": Kind(EventMore, _say_more, {"event": str}, dict.fromkeys(("severity", "done", "outcome", "ended"), str)),
    "rate": Kind(RateChange, change_rate, {"mg_per_hour": str, "reason": str}, _BY_MOUTH),
    "pause": Kind(RateChange, pause, {}, {"reason": str}),
    "resume": Kind(RateChange, resume, {}),
    "pump": Kind(PumpReading, read_pump, {"infused": str, "left": str}, {"reason": str}),
    "standing": Kind(Medicine, _give_standing, {"line": str, "words": str}),
    "medicine": Kind(
        Medicine,
        _give_ordered,
        dict.fromkeys(("drug", "amount", "unit", "route"), str),
        _BY_MOUTH | _AT | {"doubt": str, "reason": str},
    ),
    "dose": Kind(GivenDose, _give_dose, {}, _AT | dict.fromkeys(("mg", "devices", "site"), str)),
    "end": Kind(DoseMark, infusion.end_infusion, {}, _AT),
    "stop": Kind(DoseMark, infusion.stop_infusion, {"reason": str}, _AT),
    "note": Kind(Note, infusion.record_note, {"text": str}),
}
