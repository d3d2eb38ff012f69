"""Enrolling a patient: the plan is shown first, and written as it was shown."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils import timezone

from programs.models import Enrolment, Session, TreatmentConsent
from programs.protocols import Need
from programs.schedule import CannotPlan, Course, Dated, plan_course
from programs.services.checkins import sync_checkins
from programs.services.offering import offered_programs, stored_program
from programs.services.places import book, calendar_of, check_start, pace_of, places_of
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused
from tracker.people.models import Patient

# Before any program here was written; an earlier year is a slip of the hand.
EARLIEST_CONSENT = date(2000, 1, 1)


@dataclass(frozen=True)
class Wish:
    """What a person chose on the enrolment form."""

    program: str
    indication: str
    starts_on: date
    clock: time
    therapist_id: int | None = None


def draft_course(patient: Patient, wish: Wish, *, actor: Actor, at: datetime | None = None) -> Course:
    """The plan that enrolling would write, without writing it. Raises Refused for a wish that cannot be planned."""
    actor.require("enrol_patient", clinic_id=patient.clinic_id)
    now = at or timezone.now()
    protocol = offered_programs(patient.clinic_id).get(wish.program)
    if protocol is None:
        raise Refused("This clinic does not offer that program. Choose one from the list.", "program")
    if wish.indication not in protocol.indications:
        raise Refused("Choose what it is for.", "indication")
    check_start(wish.starts_on, now, patient.clinic, "starts_on")
    try:
        return plan_course(
            protocol,
            wish.starts_on,
            wish.clock,
            calendar_of(patient.clinic),
            places_of(patient.clinic, now, therapist_id=wish.therapist_id),
            patient_zone=patient.tz,
            checkin_time=patient.checkin_time,
            not_before=now,
            given=pace_of(patient, protocol).given,
        )
    except CannotPlan as error:
        raise Refused(str(error), "starts_on") from error


def fingerprint(course: Course) -> str:
    """What two equal plans share: the page sends it back, so that nobody agrees to one plan and gets another."""
    return hashlib.sha256(repr([(s.step.number, s.starts_at, s.claims) for s in course.sessions]).encode()).hexdigest()[:16]


@transaction.atomic
def enrol_patient(
    patient: Patient, wish: Wish, *, actor: Actor, seen: str | None = None, at: datetime | None = None
) -> Enrolment:
    """Enrol `patient` and write the whole plan. `seen` is the fingerprint of the plan that was shown.

    Raises Refused for a wish that cannot be planned or a course already running, Overtaken when the times
    that were shown are gone.
    """
    now = at or timezone.now()
    course = draft_course(patient, wish, actor=actor, at=now)
    if seen is not None and seen != fingerprint(course):
        raise Overtaken("The free times changed since this plan was shown. This is the plan as it would be now.")
    program = stored_program(wish.program, patient.clinic_id)
    enrolment = Enrolment(
        clinic=patient.clinic,
        patient=patient,
        program=program,
        indication=wish.indication,
        starts_on=course.sessions[0].day,
        clock=wish.clock,
        therapist_id=wish.therapist_id or next((found for s in course.sessions if (found := s.place(Need.THERAPIST))), None),
        infusions=len(course.infusions),
        primary_scale=program.protocol.primary_scale,
        enrolled_at=now,
    )
    _save_unless_running(enrolment)
    record_act(
        actor, "enrolled", enrolment, at=now, patient_id=patient.pk, course_id=enrolment.pk, now=f"{program}, {wish.indication}"
    )
    for dated in course.sessions:
        add_session(enrolment, dated)
    sync_checkins(enrolment, actor=actor, at=now)
    return enrolment


def _save_unless_running(enrolment: Enrolment) -> None:
    try:
        with transaction.atomic():
            enrolment.save(force_insert=True)
    except IntegrityError:
        raise Refused("This patient is in a course already. Complete or stop that one first.") from None


def add_session(enrolment: Enrolment, dated: Dated) -> Session:
    """Write one planned session and hold its places."""
    spec = dated.step.spec
    session = Session(
        clinic_id=enrolment.clinic_id,
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        number=dated.step.number,
        infusion=dated.step.infusion,
        kind=spec.kind,
        day=dated.day,
        clock=dated.clock,
        zone=enrolment.clinic.zone,
        starts_at=dated.starts_at,
        ends_at=dated.ends_at,
        window_from=dated.window_from,
        window_to=dated.window_to,
        spacing_days=spec.spacing,
        window_days=spec.window_days,
        least_gap_hours=spec.least_gap_hours,
        needs=" ".join(spec.needs),
        chair_id=dated.place(Need.CHAIR),
        nurse_id=dated.place(Need.NURSE),
        therapist_id=dated.place(Need.THERAPIST),
    )
    session.save(force_insert=True)
    book(session, dated.claims)
    return session


@transaction.atomic
def record_consent(
    enrolment: Enrolment,
    *,
    to: str,
    version: str,
    given_on: date,
    actor: Actor,
    is_withdrawal: bool = False,
    at: datetime | None = None,
) -> TreatmentConsent:
    """Write that the patient consented `to` the program or to off-label use, or took it back."""
    actor.require("record_consent", clinic_id=enrolment.clinic_id)
    now = at or timezone.now()
    if to not in TreatmentConsent.To.values:
        raise Refused("Choose what was consented to.", "to")
    if not version.strip():
        raise Refused("Write which version of the form was signed.", "version")
    if given_on > now.astimezone(enrolment.clinic.tz).date():
        raise Refused("A consent cannot be signed in the future.", "given_on")
    if given_on < EARLIEST_CONSENT:
        raise Refused(f"No consent of {given_on.year} can be to this. Check the year.", "given_on")
    latest = enrolment.consents.filter(to=to).order_by("recorded_at", "pk").last()
    if latest and (latest.version, latest.given_on, latest.is_withdrawal) == (version, given_on, is_withdrawal):
        return latest
    consent = TreatmentConsent(
        clinic_id=enrolment.clinic_id,
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        to=to,
        version=version,
        given_on=given_on,
        is_withdrawal=is_withdrawal,
        recorded_at=now,
        recorded_by=actor.name,
    )
    consent.save(force_insert=True)
    verb = "withdrew consent" if is_withdrawal else "consented"
    record_act(actor, verb, consent, at=now, patient_id=enrolment.patient_id, course_id=enrolment.pk, now=f"{to}, {version}")
    return consent


def lacking_consents(enrolment: Enrolment, rows: Iterable[TreatmentConsent]) -> dict[TreatmentConsent.To, str]:
    """What these consents of `enrolment`, in the order they were recorded, do not cover: to what, which version.

    Consent must be to the version that the patient is in, and the latest row of each kind counts. To off-label use it is
    asked for unless the drug is licensed for what this patient has.
    """
    wanted = {TreatmentConsent.To.PROGRAM: enrolment.protocol.consent_version}
    if enrolment.indication not in enrolment.protocol.licensed_for:
        wanted[TreatmentConsent.To.OFF_LABEL] = enrolment.clinic.off_label_consent
    latest = {row.to: (row.version, row.is_withdrawal) for row in rows}
    return {to: version for to, version in wanted.items() if latest.get(to) != (version, False)}
