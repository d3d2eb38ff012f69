"""The infusion record: weight, start, vitals, notes, end.

Every row is added; a correction points at the row it corrects and says why. A row that is sent again with
its key changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from programs import dosing
from programs.models import DoseMark, Draft, Enrolment, Note, Session, Vitals, Weight
from programs.services.before_dose import facts_of, what_stops_start
from programs.services.checkins import sync_checkins
from programs.services.course import complete_if_over
from programs.services.given import keep_given
from programs.services.orders import weight_before
from programs.services.record import Stamp, add_row, known_row, require_open
from programs.services.room_rules import rules_of_clinic
from programs.services.states import change_state
from programs.services.typed import read_field
from programs.weights import Doubt, doubt_about, first_weight
from tracker.accounts.roles import Actor
from tracker.errors import Refused

POSSIBLE = {
    "systolic": (40, 300), "diastolic": (20, 200), "pulse": (20, 250), "spo2": (40, 100), "respiration": (2, 60),
    "etco2": (5, 100), "moaas": (0, 5), "rass": (-5, 4), "dissociation": (0, 4), "pain": (0, 10),
}  # fmt: skip


@dataclass(frozen=True)
class Sure:
    """A weight that looked like a slip is right all the same: the very doubt that was read, and who read the scale too."""

    doubt: str
    second: Actor | None = None


@transaction.atomic
def record_weight(session: Session, *, typed: str, unit: str, stamp: Stamp, sure: Sure | None = None) -> Weight:
    """What the patient weighs today, as typed in `unit` (kg or lb). Raises Refused for what cannot be a weight, and for
    one that looks like a slip until somebody is `sure`.
    """
    over = _over if stamp.corrects else ()
    require_open(session, Session.State.ARRIVED, Session.State.IN_PROGRESS, Session.State.HELD, *over)
    weight_kg = read_weight(typed, unit)
    doubt = doubt_about_weight(session, weight_kg, at=stamp.at)
    second = _answer_doubt(doubt, sure, stamp.actor, session.clinic_id) if doubt else None
    return add_row(
        session, Weight, stamp, weight_g=int(weight_kg * 1000), typed=typed.strip(), unit=unit,
        doubt=doubt.words if doubt else "", second=second.name if second else "",
        second_user_id=second.signer_id if second else None,
    )  # fmt: skip


def read_weight(typed: str, unit: str) -> Decimal:
    """A weight in kg, as typed in `unit`. Raises Refused."""
    if unit not in {"kg", "lb"}:
        raise Refused("Choose kg or lb.", "unit")
    return read_field("weight", lambda: dosing.kg_of(dosing.read_amount(typed, unit), unit))


def doubt_about_weight(session: Session, weight_kg: Decimal, *, at: datetime | None = None) -> Doubt | None:
    """Why this weight is asked about before it counts; None for one that looks right."""
    last = weight_before(session, at or timezone.now())
    return doubt_about(weight_kg, last.weight_kg if last else None)


def ask_about_weight(session: Session, weight_kg: Decimal, *, at: datetime | None = None) -> Doubt | None:
    """What is asked before a weight counts that somebody types: a doubt, or that it is the first one of this patient."""
    doubt = doubt_about_weight(session, weight_kg, at=at)
    if doubt is None and weight_before(session, at or timezone.now()) is None:
        return first_weight(weight_kg)
    return doubt


def _answer_doubt(doubt: Doubt, sure: Sure | None, actor: Actor, clinic_id: int) -> Actor | None:
    if sure is None or sure.doubt != doubt.words:
        raise Refused(f"{doubt.words} Read the scale again.", "weight")
    if not doubt.needs_second:
        return None
    if sure.second is None:
        raise Refused("Somebody else has to read the scale too, and sign for it.", "witness")
    sure.second.require("second_look", clinic_id=clinic_id)
    if sure.second.signer_id == actor.signer_id:
        raise Refused("The second person is somebody else.", "witness")
    return sure.second


@transaction.atomic
def record_vitals(session: Session, *, stamp: Stamp, temperature: str = "", **numbers: int | None) -> Vitals:
    """One row of vitals; None, or a number not given, is a gap. Raises Refused, in words, for what no living adult has."""
    require_open(session, *OPEN)
    for name, value in numbers.items():
        low, high = POSSIBLE[name]
        if value is not None and not low <= value <= high:
            raise Refused(f"{VITAL_WORDS[name]} {value} cannot be: it lies between {low} and {high}.", name)
    _check_pressure(numbers.get("systolic"), numbers.get("diastolic"))
    typed, unit = _temperature(session, temperature)
    if not typed and all(value is None for value in numbers.values()):
        raise Refused("Nothing was measured.", "systolic")
    gaps = dict.fromkeys(POSSIBLE)
    return add_row(session, Vitals, stamp, **gaps | numbers, temperature=typed, temperature_unit=unit)


def _check_pressure(systolic: int | None, diastolic: int | None) -> None:
    if (systolic is None) != (diastolic is None):
        raise Refused("A blood pressure has two numbers.", "diastolic" if diastolic is None else "systolic")
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        raise Refused(f"{systolic}/{diastolic}: the second number of a blood pressure is the smaller one.", "diastolic")


def _temperature(session: Session, typed: str) -> tuple[str, str]:
    """What was typed and the clinic's unit. Raises Refused for one that was read off in the other unit."""
    if not typed.strip():
        return "", ""
    rules = rules_of_clinic(session.clinic_id)
    unit = rules.temperature if rules else ""
    if not unit:
        raise Refused("This clinic does not ask the temperature: see Room.", "temperature")
    low, high = TEMPERATURES[unit]
    value = read_field("temperature", lambda: dosing.read_amount(typed, f"°{unit}"))
    if not low <= value <= high:
        raise Refused(f"{typed.strip()} °{unit} cannot be: it lies between {low} and {high}.", "temperature")
    return typed.strip(), unit


TEMPERATURES = {"C": (30, 43), "F": (86, 110)}
VITAL_WORDS = {
    "systolic": "Systolic", "diastolic": "Diastolic", "pulse": "Pulse", "spo2": "O₂", "respiration": "Respiration",
    "etco2": "EtCO₂", "moaas": "MOAA/S", "rass": "RASS", "dissociation": "Dissociation", "pain": "Pain",
}  # fmt: skip
_over = (Session.State.DONE, Session.State.STOPPED_EARLY)
# From arrival on, and afterwards for what was left out.
OPEN = (Session.State.ARRIVED, Session.State.IN_PROGRESS, Session.State.HELD, *_over)


@transaction.atomic
def record_note(session: Session, *, text: str, stamp: Stamp) -> Note:
    """Words about the session."""
    require_open(session, *OPEN)
    if not text.strip():
        raise Refused("The note is empty.", "text")
    return add_row(session, Note, stamp, text=text.strip())


@transaction.atomic
def save_draft(session: Session, *, field: str, text: str, actor: Actor, at: datetime | None = None) -> None:
    """Keep what is being typed, until it becomes a row. An empty text clears it. No event: it is not the record."""
    actor.require("record_infusion", clinic_id=session.clinic_id)
    mine = Draft.objects.filter(session=session, user_id=actor.signer_id, field=field)
    if text:
        Draft.objects.update_or_create(
            session=session, user_id=actor.signer_id, field=field, defaults={"text": text, "saved_at": at or timezone.now()}
        )
    else:
        mine.delete()


def last_weight(session: Session) -> Weight | None:
    """The newest weight of this patient in this course."""
    weights = Weight.objects.standing().filter(session__enrolment_id=session.enrolment_id)
    return weights.exclude(session__state=Session.State.MOVED).order_by("-happened_at", "-pk").first()


@transaction.atomic
def start_infusion(session: Session, *, safety_answered_at: datetime | None, stamp: Stamp) -> DoseMark:
    """The pump runs, as ordered. Raises Refused with every line that is missing, and for a dose without a rate."""
    order = session.orders.first()
    if order and order.is_at_times:
        raise Refused("This dose is not pumped: give the first dose, and the session begins with it.")
    return begin_dose(session, safety_answered_at=safety_answered_at, stamp=stamp)


def begin_dose(session: Session, *, safety_answered_at: datetime | None, stamp: Stamp) -> DoseMark:
    """The session begins, with a pump or with its first dose. Raises Refused with every line that is missing."""
    now = stamp.at or timezone.now()
    stamp.actor.require("record_infusion", clinic_id=session.clinic_id)
    known = known_row(DoseMark, stamp)
    if known:
        return known
    facts = facts_of(session, at=stamp.happened_at or now, safety_answered_at=safety_answered_at)
    missing = what_stops_start(facts)
    if missing or facts.order is None:
        raise Refused(" ".join(stop.words for stop in missing))
    mark = add_row(session, DoseMark, stamp, what=DoseMark.What.START)
    change_state(
        session, Session.State.IN_PROGRESS, verb="started", actor=stamp.actor, at=now,
        started_at=mark.happened_at, dose_ug=facts.order.dose_ug,
    )  # fmt: skip
    count_doses(session.enrolment, actor=stamp.actor, at=now)
    return mark


def count_doses(enrolment: Enrolment, *, actor: Actor, at: datetime) -> None:
    """Store when the first and the last dose began, and how many there were."""
    begun = list(enrolment.sessions.given().order_by("started_at").values_list("started_at", flat=True))
    enrolment.infusions_given = len(begun)
    enrolment.first_dose_at, enrolment.last_dose_at = (begun[0], begun[-1]) if begun else (None, None)
    enrolment.review = enrolment.protocol.review_after(len(begun))
    enrolment.save(update_fields=["infusions_given", "first_dose_at", "last_dose_at", "review"])
    if begun and enrolment.state == Enrolment.State.PLANNED:
        change_state(enrolment, Enrolment.State.ACTIVE, verb="began", actor=actor, at=at)
    elif not begun and enrolment.state == Enrolment.State.ACTIVE:
        change_state(enrolment, Enrolment.State.PLANNED, verb="has no dose any more", actor=actor, at=at)


@transaction.atomic
def correct_start(mark: DoseMark, *, stamp: Stamp) -> DoseMark:
    """The pump was started at another time than was recorded. Raises Refused for what began with a dose of its own."""
    if mark.what != DoseMark.What.START:
        raise Refused("Only the start can be corrected here.")
    if mark.session.givendose_rows.exists():
        raise Refused("This session began with its first dose: correct the time of that.")
    return move_start(mark, stamp=stamp)


def strike_start(mark: DoseMark, *, stamp: Stamp) -> DoseMark:
    """A start is not struck out: the whole session then belongs to somebody else."""
    raise Refused("A session that was filed to the wrong patient is moved as a whole, by a clinician.", "why")


def move_start(mark: DoseMark, *, stamp: Stamp) -> DoseMark:
    """The dose began at another time than was recorded. Both rows stay; what rests on the time follows."""
    session = mark.session
    now = stamp.at or timezone.now()
    if session.ended_at and stamp.happened_at and stamp.happened_at > session.ended_at:
        raise Refused("It would have begun after it ended.", "happened_at")
    row = add_row(session, DoseMark, stamp, what=mark.what)
    Session.objects.filter(pk=session.pk).update(started_at=row.happened_at)
    count_doses(session.enrolment, actor=stamp.actor, at=now)
    return row


@transaction.atomic
def end_infusion(session: Session, *, stamp: Stamp) -> DoseMark:
    """The dose was given whole; recovery begins, and the discharge follows. Raises Refused for a dose given in part."""
    order = session.orders.first()
    if order and order.is_at_times and (session.dose_ug or 0) < order.dose_ug:
        given, ordered = (dosing.show(Decimal(ug) / 1000) for ug in (session.dose_ug or 0, order.dose_ug))
        raise Refused(f"{given} mg of {ordered} mg was given. Stop early, and write why it is not more.")
    return _finish(session, DoseMark.What.END, Session.State.DONE, "ended", "", stamp)


@transaction.atomic
def stop_infusion(session: Session, *, reason: str, stamp: Stamp) -> DoseMark:
    """The dose was not given whole. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused("Write why it was stopped.", "reason")
    mark = _finish(session, DoseMark.What.STOP, Session.State.STOPPED_EARLY, "stopped early", reason.strip(), stamp)
    keep_given(session)
    return mark


def _finish(session: Session, what: str, to: str, verb: str, reason: str, stamp: Stamp) -> DoseMark:
    now = stamp.at or timezone.now()
    stamp.actor.require("record_infusion", clinic_id=session.clinic_id)
    known = known_row(DoseMark, stamp)
    if known:
        return known
    happened_at = stamp.happened_at or now
    if session.started_at and happened_at < session.started_at:
        raise Refused("It would have ended before it began.", "happened_at")
    mark = add_row(session, DoseMark, stamp, what=what, reason=reason)
    change_state(session, to, verb=verb, actor=stamp.actor, at=now, reason=reason, ended_at=mark.happened_at)
    sync_checkins(session.enrolment, actor=stamp.actor, at=now)
    complete_if_over(session.enrolment, actor=stamp.actor, at=now)
    return mark
