"""Check-ins follow from the sessions: planned with them, moved with them, missed when their time has gone."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from programs.models import CheckIn, Enrolment, Session
from programs.schedule import Ask, plan_asks
from programs.services.places import as_dated
from programs.services.states import change_state
from tracker.accounts.roles import Actor, Role
from tracker.audit.services import record_act

# A dose is expected from these, or was begun: only they are asked about.
ASKED_ABOUT = (
    Session.State.PLANNED,
    Session.State.ARRIVED,
    Session.State.IN_PROGRESS,
    Session.State.DONE,
    Session.State.STOPPED_EARLY,
)


def sync_checkins(enrolment: Enrolment, *, actor: Actor, at: datetime) -> None:
    """Make the check-ins what the sessions now ask for.

    What was answered or missed stays as it was. A check-in still to come is moved, added or cancelled, each
    with its event. Call it inside the transaction that changed the sessions.
    """
    wanted = _wanted(enrolment)
    standing = {(row.session_id, row.days): row for row in enrolment.checkins.all()}
    for key, ask in wanted.items():
        if key in standing:
            _adjust(standing[key], ask, actor=actor, at=at)
        elif ask.closes_at > at:
            _new(enrolment, key[0], ask).save(force_insert=True)
    for key, row in standing.items():
        if key not in wanted and row.state == CheckIn.State.PLANNED:
            change_state(row, CheckIn.State.CANCELLED, verb="cancelled", actor=actor, at=at)


def _wanted(enrolment: Enrolment) -> dict[tuple[int, int], Ask]:
    sessions = list(enrolment.sessions.filter(state__in=ASKED_ABOUT).order_by("starts_at"))
    by_infusion = {session.infusion: session.pk for session in sessions if session.is_infusion}
    if not by_infusion:
        return {}
    patient = enrolment.patient
    asks = plan_asks(enrolment.protocol, [as_dated(session) for session in sessions], patient.tz, patient.checkin_time)
    return {(by_infusion[ask.infusion], ask.days): ask for ask in asks}


def _new(enrolment: Enrolment, session_id: int, ask: Ask) -> CheckIn:
    return CheckIn(
        clinic_id=enrolment.clinic_id,
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        session_id=session_id,
        purpose=ask.purpose,
        days=ask.days,
        due_on=ask.due_on,
        clock=ask.clock,
        zone=enrolment.patient.zone,
        opens_at=ask.opens_at,
        closes_at=ask.closes_at,
        scale_codes=" ".join(ask.scales),
    )


def _adjust(row: CheckIn, ask: Ask, *, actor: Actor, at: datetime) -> None:
    if (row.state in {CheckIn.State.DONE, CheckIn.State.MISSED} and ask.closes_at <= at) or row.state == CheckIn.State.DONE:
        return
    if row.state != CheckIn.State.PLANNED:
        change_state(row, CheckIn.State.PLANNED, verb="planned again", actor=actor, at=at)
    new = {
        "due_on": ask.due_on,
        "opens_at": ask.opens_at,
        "closes_at": ask.closes_at,
        "scale_codes": " ".join(ask.scales),
    }
    if all(getattr(row, name) == value for name, value in new.items()):
        return
    was_due = row.due_on
    for name, value in new.items():
        setattr(row, name, value)
    row.save(update_fields=list(new))
    if was_due != ask.due_on:
        record_act(actor, "moved", row, at=at, patient_id=row.patient_id, course_id=row.enrolment_id, was=was_due, now=ask.due_on)


def mark_answered(row: CheckIn, *, mode: str, taken_at: datetime, actor: Actor, at: datetime) -> None:
    """The check-in has its answers. Call it inside the transaction that stores them."""
    change_state(row, CheckIn.State.DONE, verb="answered", actor=actor, at=at, reason=mode, answered_at=taken_at)
    if row.enrolment.missed_in_a_row:
        Enrolment.objects.filter(pk=row.enrolment_id).update(missed_in_a_row=0)


def close_missed(at: datetime | None = None) -> int:
    """Mark what closed without an answer; gives how many. Each in a transaction of its own, so one that fails
    holds up no other.
    """
    now = at or timezone.now()
    closed = 0
    for row in CheckIn.objects.overdue(now).order_by("pk")[:500]:
        with transaction.atomic():
            change_state(
                row, CheckIn.State.MISSED, verb="missed", actor=Actor(Role.OPERATOR, row.clinic_id, name="Sextant"), at=now
            )
            Enrolment.objects.filter(pk=row.enrolment_id).update(missed_in_a_row=F("missed_in_a_row") + 1)
        closed += 1
    return closed
