"""A session that was kept on the wrong patient's chart is moved, whole, to the patient who sat in the chair.

Nothing is overwritten and nothing vanishes. The record stays where it was kept, with its signatures, marked as another
patient's; it counts for nothing there any more, and what was planned there is to be given still. A copy of every row
stands in a session of the right patient, with its own time and author. No signature is copied: who kept the record and
the clinician sign again, under the right name.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone

from programs.ledger import Kind as LineKind
from programs.models import (
    Booking,
    CheckIn,
    DrugLot,
    Enrolment,
    LedgerLine,
    MovedRecord,
    Session,
    ThoughtsAsked,
)
from programs.services.carried import copy_record
from programs.services.checkins import sync_checkins
from programs.services.course import complete_if_over
from programs.services.infusion import count_doses
from programs.services.ledger.drawing import root_of
from programs.services.ledger.lines import About, Signing, append, demand_witness
from programs.services.places import release
from programs.services.states import change_state, demand_reason
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert
from tracker.alerts.services import close_alert, raise_alert
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused
from tracker.people.models import Patient
from tracker.writing import insert

State = Session.State
BEGUN = (State.IN_PROGRESS, State.DONE, State.STOPPED_EARLY)
# In these nothing was given yet: one of them takes the dose that was.
UNGIVEN = (State.PLANNED, State.ARRIVED, State.HELD, State.MISSED)
# A paused or stopped course takes no dose; whoever wants that goes on with it first.
TAKES_DOSE = (Enrolment.State.PLANNED, Enrolment.State.ACTIVE, Enrolment.State.COMPLETED)


@dataclass(frozen=True)
class Signed:
    """The clinician who moves it, with their password; a witness with theirs, where drug was drawn; and why."""

    mover: Actor
    reason: str
    # The record number of the right patient as it was typed: a second look at whom it goes to.
    mrn: str
    witness: Actor | None = None
    # Where two records change places, that of the other patient too.
    from_mrn: str = ""


def place_for(session: Session, patient: Patient) -> Session:
    """The session of the right patient's own plan that takes this record: of the same program, not given, the nearest by day.

    A dose that stands in no plan would be missed by every rule that counts doses. So where there is no such session it is
    refused, and says what to do first. Raises Refused.
    """
    if patient.pk == session.patient_id:
        raise Refused("It stands on this patient's chart already.", "to")
    if patient.clinic_id != session.clinic_id:
        raise Refused("That patient belongs to another clinic.", "to")
    planned = Session.objects.filter(
        patient=patient, enrolment__program__code=session.enrolment.program.code, kind=session.kind, is_imported=False
    )
    ungiven = planned.filter(state__in=UNGIVEN, enrolment__state__in=TAKES_DOSE).select_related("enrolment__program", "patient")
    if not ungiven:
        title = session.enrolment.protocol.words["en"].title
        raise Refused(
            f"{patient.legal_name} has no session of {title} that was not given yet. Enrol them in it, take up their course"
            " again, or plan one more dose; then move the record.",
            "to",
        )
    return min(ungiven, key=lambda row: (abs((row.day - session.day).days), row.number))


def why_not_movable(session: Session) -> str:
    """Why the record of this session is not moved as a whole, in words; empty when it can be."""
    if session.state == State.MOVED:
        return "This record was moved already."
    if session.state not in BEGUN or not session.is_infusion:
        return "Nothing was given in this session. Strike out the rows that are another patient's, one by one."
    if session.is_imported:
        return "This session came with a file. Take back the import, or bring a corrected file."
    if session.clinic.is_training:
        return "This is a practice. It is moved to nobody."
    return ""


def where_it_stands(session: Session) -> Session:
    """The session that has this record now, however often it was moved."""
    while session.state == State.MOVED:
        session = session.moved_to.into
    return session


def lines_of(session: Session) -> models.QuerySet[LedgerLine]:
    """The lines of the drug ledger that name this session and stand: they are corrected when the record is moved."""
    lines = LedgerLine.objects.standing().filter(session=session, kind__in=[LineKind.DRAWN.value, LineKind.USED.value])
    return lines.select_related("lot", "vial", "draw").order_by("pk")


def swap_for(session: Session, patient: Patient) -> Session | None:
    """The dose on that patient's own chart for which this one may have been mistaken: of the same program and day."""
    rows = Session.objects.filter(
        patient=patient, clinic=session.clinic_id, enrolment__program__code=session.enrolment.program.code, kind=session.kind,
        day=session.day, state__in=BEGUN, is_imported=False,
    )  # fmt: skip
    return rows.select_related("enrolment__program", "patient").first()


@transaction.atomic
def move_record(session: Session, into: Session, *, signed: Signed, at: datetime | None = None) -> MovedRecord:
    """Move the record of `session` to `into`, a session of the right patient. A dose that runs still runs on there.

    Raises Refused, in words, and Overtaken when somebody moved it or began the other session meanwhile.
    """
    now = at or timezone.now()
    signed.mover.require("move_record", clinic_id=session.clinic_id)
    session, into = _locked(session, into)
    _demand_movable(session)
    if place_for(session, into.patient) != into:
        raise Overtaken("The plan of that patient changed meanwhile. Look at it again.", "to")
    demand_reason(signed.reason)
    _demand_number(into.patient, signed.mrn, "mrn")
    _lock_lots([session], signed.mover)
    move, _place = _take_away(session, into.patient, signed, now)
    _bring(move, into, signed)
    _count_anew([session.enrolment, into.enrolment], actor=signed.mover, at=now)
    return move


@transaction.atomic
def swap_records(session: Session, other: Session, *, signed: Signed, at: datetime | None = None) -> MovedRecord:
    """The records of `session` and `other` are each other's patient's: each goes to the place that the other leaves.

    Both patients had a dose that day, so neither plan has one to give still, and what was asked after it stays asked.
    Raises Refused, in words, and Overtaken when somebody moved one of them meanwhile.
    """
    now = at or timezone.now()
    signed.mover.require("move_record", clinic_id=session.clinic_id)
    session, other = _locked(session, other)
    _demand_movable(session)
    if swap_for(session, other.patient) != other:
        raise Overtaken("That patient's record of the day changed meanwhile. Look at it again.", "to")
    demand_reason(signed.reason)
    _demand_number(other.patient, signed.mrn, "mrn")
    _demand_number(session.patient, signed.from_mrn, "from_mrn")
    _lock_lots([session, other], signed.mover)
    move, place = _take_away(session, other.patient, signed, now)
    back, other_place = _take_away(other, session.patient, signed, now)
    for left, stays in ((session, place), (other, other_place)):
        CheckIn.objects.filter(session=left).update(session=stays)
    _bring(move, other_place, signed)
    _bring(back, place, signed)
    _count_anew([session.enrolment, other.enrolment], actor=signed.mover, at=now)
    return move


def _locked(session: Session, into: Session) -> tuple[Session, Session]:
    """Both as they are now. Rows and signatures wait until this is done, and so does another move of either."""
    rows = Session.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    found = rows.select_related("clinic", "patient", "enrolment__program", "enrolment__patient", "enrolment__clinic")
    by_pk = {row.pk: row for row in found.filter(pk__in=[session.pk, into.pk])}
    return by_pk[session.pk], by_pk[into.pk]


def _demand_movable(session: Session) -> None:
    if why_not := why_not_movable(session):
        raise (Overtaken if session.state == State.MOVED else Refused)(why_not)


def _demand_number(patient: Patient, typed: str, field: str) -> None:
    """Raise Refused with the record number of somebody else."""
    if typed.strip().casefold() != patient.mrn.casefold():
        raise Refused(f"That is not the record number of {patient.legal_name}. Read it from their own papers.", field)


def _lock_lots(sessions: list[Session], mover: Actor) -> None:
    """Nobody writes to the lots that were drawn from until this is done. All at once, so that no two wait for each other."""
    drawn = LedgerLine.objects.filter(session__in=sessions).order_by().values("lot")
    if list(DrugLot.objects.select_for_update().filter(pk__in=drawn).order_by("pk")):
        mover.require("keep_ledger", clinic_id=sessions[0].clinic_id)


def _take_away(session: Session, to: Patient, signed: Signed, now: datetime) -> tuple[MovedRecord, Session]:
    """The wrong chart says whose it was not. What is to be said on the right one, and the place that is empty again here."""
    mover, reason = signed.mover, signed.reason.strip()
    move = MovedRecord(
        clinic_id=session.clinic_id, source=session, patient_id=session.patient_id, to_patient=to,
        reason=reason, was_state=session.state, was_state_reason=session.state_reason, moved_at=now, moved_by=mover.name,
        mover_user_id=mover.signer_id, witness=signed.witness.name if signed.witness else "",
    )  # fmt: skip
    change_state(session, State.MOVED, verb="moved away", actor=mover, at=now, reason=reason)
    return move, _give_place_back(session, actor=mover, at=now)


def _bring(move: MovedRecord, into: Session, signed: Signed) -> None:
    """The record stands on the right chart from now on, and says so; neither chart's timeline has the other's name."""
    session, mover, now = move.source, signed.mover, move.moved_at
    move.into = into
    insert(move)
    record_act(
        mover, "moved here", move, at=now, patient_id=into.patient_id, course_id=into.enrolment_id,
        was=f"session {session.public_id}", now=f"session {into.public_id}", reason=move.reason,
    )  # fmt: skip
    _take_place(session, into, move, actor=mover)
    copies = copy_record(session, into, move)
    _raise_again(copies, actor=mover, at=now)
    _close_misfiled(session, move.reason, actor=mover, at=now)
    _correct_ledger(session, into, move, signed)


def _count_anew(courses: Iterable[Enrolment], *, actor: Actor, at: datetime) -> None:
    for enrolment in courses:
        count_doses(enrolment, actor=actor, at=at)
        sync_checkins(enrolment, actor=actor, at=at)
        complete_if_over(enrolment, actor=actor, at=at)


def _give_place_back(session: Session, *, actor: Actor, at: datetime) -> Session:
    """What was planned here was not given: a session in the same place of the course says so, and can be planned again.

    The course ends up as if its own patient had not come. One that was completed by this dose opens again when the
    session gets its new time.
    """
    kept = [field.attname for field in Session._meta.concrete_fields if field.attname in OF_THE_PLAN]
    row = Session(**{name: getattr(session, name) for name in kept}, state=State.MISSED, state_reason=NOT_THEIRS)
    insert(row)
    record_act(
        actor, "missed", row, at=at, patient_id=row.patient_id, course_id=row.enrolment_id, now=row.state, reason=NOT_THEIRS
    )
    return row


NOT_THEIRS = "what was kept here was another patient's"
OF_THE_PLAN = {
    "clinic_id", "enrolment_id", "patient_id", "number", "infusion", "kind", "day", "clock", "zone", "starts_at", "ends_at",
    "window_from", "window_to", "spacing_days", "window_days", "least_gap_hours", "needs",
}  # fmt: skip


def _take_place(session: Session, into: Session, move: MovedRecord, *, actor: Actor) -> None:
    """The session of the right patient becomes what took place: its day and chair, and each state that it went through."""
    at = move.moved_at
    release([into])
    Booking.objects.filter(session=session).update(session=into)
    took_place = ("day", "clock", "zone", "starts_at", "ends_at", "chair_id", "nurse_id", "discharged_at", "dose_ug")
    if into.state != State.ARRIVED:
        change_state(into, State.ARRIVED, verb="arrived", actor=actor, at=at, arrived_at=session.arrived_at)
    change_state(
        into, State.IN_PROGRESS, verb="started", actor=actor, at=at, arrived_at=session.arrived_at,
        started_at=session.started_at,
        **{name: getattr(session, name) for name in took_place if name != "discharged_at"},
    )  # fmt: skip
    if move.was_state != State.IN_PROGRESS:
        change_state(
            into, move.was_state, verb="ended", actor=actor, at=at, reason=move.was_state_reason,
            ended_at=session.ended_at, discharged_at=session.discharged_at,
        )  # fmt: skip


def _raise_again(copies: Iterable[models.Model], *, actor: Actor, at: datetime) -> None:
    """New suicidal thoughts were said by who sat in the chair: somebody looks at them under the right name, whatever became
    of the alert that was raised under the other.
    """
    for row in copies:
        if isinstance(row, ThoughtsAsked) and row.has_thoughts and not row.is_corrected:
            rule = f"New suicidal thoughts after the dose, kept on another chart until now: {row.words}"[:200]
            raise_alert(
                row.patient, actor=actor, level=Alert.Level.URGENT, rule=rule, cause=row.alert_cause,
                course_id=row.session.enrolment_id, at=at,
            )  # fmt: skip


def _close_misfiled(session: Session, reason: str, *, actor: Actor, at: datetime) -> None:
    """What is open on the wrong chart stops that patient's next dose no longer, and says why."""
    causes = [row.alert_cause for row in ThoughtsAsked.objects.filter(session=session, has_thoughts=True)]
    for alert in Alert.objects.open().filter(cause__in=causes):
        note = f"The record was moved to another patient, and raised anew for them: {reason}"
        close_alert(alert, actor=actor, outcome=Alert.Outcome.MISFILED, note=note, at=at)


def _correct_ledger(session: Session, into: Session, move: MovedRecord, signed: Signed) -> None:
    """Each line that names the wrong patient is corrected by one with the same amounts and the right one's name.

    Two people sign for that, as for every correction in the ledger. Nothing of the drug moves.
    """
    for line in lines_of(session):
        signing = Signing(signed.mover, uuid.uuid5(move.public_id, str(line.public_id)), signed.witness, at=move.moved_at)
        demand_witness(signing, session.clinic_id)
        about = About(vial=line.vial, session=into, draw=root_of(line), corrects=line, reason=MOVED_LINE)
        append(line.lot, line.movement, signing, about)


MOVED_LINE = "The record was moved to the right patient"
