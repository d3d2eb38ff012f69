"""Practising in a training clinic: a synthetic patient is made ready, a script plays, and what was missed is said.

A training clinic is a clinic of its own: what is recorded there is visible there and nowhere else, as with any clinic.
Nobody's time is booked for it, so that a practice takes no hour from a real patient.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from programs.dosing import show
from programs.limits import Limit
from programs.models import DoseMark, Practice, RateChange, RoomEvent, Session, Vitals
from programs.services.before_dose import facts_of, what_stops_start
from programs.services.chairs import places_for
from programs.services.checklist import IDENTITY, checklist_of, write_checklist
from programs.services.course import change_infusions
from programs.services.dose_limits import dose_limits_of, proposed_limits, sign_dose_limits
from programs.services.enrolling import Wish, enrol_patient, record_consent
from programs.services.limits import limits_of_clinic, sign_limits
from programs.services.orders import Wanted, sign_order
from programs.services.places import release
from programs.services.releases import release_start
from programs.services.room_rules import rules_of_clinic, sign_rules
from programs.services.safety import review_safety
from programs.services.sessions import receive_patient
from programs.training import Done, Script, Seen, script_named, seen_so_far, wifi_is_gone
from tracker.accounts.models import Clinic, Membership, User
from tracker.accounts.roles import Actor, Role
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.people.models import Patient
from tracker.people.services import add_patient

PROGRAM, INDICATION = "six-infusion-series", "depression"
HOLD, STOP = Limit(160, 100, 111, 94), Limit(180, 110, 131, 90)
CHECKLIST = [
    (IDENTITY, True),
    ("Ride home by a responsible adult: name and phone", True),
    ("IV in place, emergency kit and pump checked", True),
]
CARD = "This is a practice. In your own clinic its card stands here: whom to call, what to give."
EVERY = 5
WEIGHT_KG = "70"
LASTS = timedelta(minutes=90)


@dataclass(frozen=True)
class Progress:
    """How far a practice has come."""

    practice: Practice
    script: Script
    minute: int | None
    seen: tuple[Seen, ...]
    is_over: bool

    @property
    def missed(self) -> list[str]:
        """What was not recorded in time, or otherwise than it was; each with its minute."""
        words = {"missed": "not recorded in time", "otherwise": "other numbers were typed"}
        return [
            f"Minute {one.step.minute}: {verdict.expected.words}. {words[verdict.state].capitalize()}."
            for one in self.seen
            for verdict in one.verdicts
            if verdict.state in words
        ]

    @property
    def done(self) -> int:
        """How many expectations were met."""
        return sum(verdict.state == "done" for one in self.seen for verdict in one.verdicts)


@transaction.atomic
def begin_practice(clinic: Clinic, code: str, *, actor: Actor, at: datetime | None = None) -> Practice:
    """A synthetic patient arrives, ready but for what the nurse does. Raises Refused outside a training clinic."""
    actor.require("record_infusion", clinic_id=clinic.pk)
    if not clinic.is_training:
        raise Refused("Practices are held in a training clinic only.")
    now = at or timezone.now()
    doctor = _doctor_of(clinic)
    _sign_rules(clinic, doctor, now)
    patient = _patient(clinic, doctor, now)
    session = _session(patient, doctor, actor, now)
    practice = Practice(
        clinic=clinic, session=session, patient=patient, script=script_named(code).code, begun_at=now, begun_by=actor.name
    )
    practice.save(force_insert=True)
    record_act(actor, "began", practice, at=now, patient_id=patient.pk, course_id=session.enrolment_id, now=code)
    receive_patient(session, actor=actor, at=now)
    _order(session, doctor, now)
    return practice


def _doctor_of(clinic: Clinic) -> Actor:
    """The clinician of the practices: an account of nobody, into which nobody can sign in."""
    email = f"practice-doctor@{clinic.slug}.invalid"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name="Practice doctor (nobody)")
    # As nurse it is the one whom a plan is made for: the plans of those who practise stay as they are.
    Membership.objects.get_or_create(user=user, clinic=clinic, role=Role.NURSE)
    return Membership.objects.get_or_create(user=user, clinic=clinic, role=Role.CLINICIAN)[0].as_actor()


def _sign_rules(clinic: Clinic, doctor: Actor, now: datetime) -> None:
    """What a clinic signs before its first dose, unless somebody signed it here."""
    if limits_of_clinic(clinic.pk) is None:
        sign_limits(clinic, hold=HOLD, stop=STOP, actor=doctor, at=now)
    if rules_of_clinic(clinic.pk) is None:
        sign_rules(clinic, during_every=EVERY, after_every=EVERY, serious_words=CARD, actor=doctor, at=now)
    if not checklist_of(clinic.pk):
        write_checklist(clinic, lines=CHECKLIST, actor=doctor, at=now)


def _patient(clinic: Clinic, doctor: Actor, now: datetime) -> Patient:
    number = Patient.objects.filter(clinic=clinic).count() + 1
    return add_patient(
        clinic, actor=doctor, mrn=f"T{number:05d}", legal_name=f"Practice Patient {number}", birth_date=date(1988, 3, 14), at=now
    )


def _session(patient: Patient, doctor: Actor, nurse: Actor, now: datetime) -> Session:
    """One infusion, now, of this nurse, in a chair that is free where there is one; nothing of it is booked."""
    clinic = patient.clinic
    local = now.astimezone(clinic.tz)
    wish = Wish(PROGRAM, INDICATION, local.date() + timedelta(days=1), time(10))
    enrolment = enrol_patient(patient, wish, actor=doctor, at=now)
    change_infusions(enrolment, 1, actor=doctor, reason="A practice is one infusion", at=now)
    versions = {"program": enrolment.protocol.consent_version, "off-label": clinic.off_label_consent}
    for to, version in versions.items():
        record_consent(enrolment, to=to, version=version, given_on=local.date(), actor=doctor, at=now)
    review_safety(enrolment, is_cleared=True, no_known_allergies=True, words="", actor=doctor, at=now)
    release(list(enrolment.sessions.all()))
    session = enrolment.sessions.select_related("clinic", "patient", "chair").get(infusion=1)
    session.day, session.clock, session.starts_at, session.ends_at = local.date(), local.time(), now, now + LASTS
    session.nurse_id, session.chair = nurse.signer_id, None
    places = places_for(session, actor=nurse, at=now)
    session.chair = next((place.chair for place in places if not place.sits), places[0].chair if places else None)
    session.save(update_fields=["day", "clock", "starts_at", "ends_at", "nurse", "chair"])
    return session


def _order(session: Session, doctor: Actor, now: datetime) -> None:
    """The program's dose for the weight that the script says; and the doctor has asked after thoughts of death."""
    dose = session.enrolment.protocol.dose
    if dose_limits_of(session.clinic_id, PROGRAM, dose.route) is None:
        sign_dose_limits(session.clinic, PROGRAM, proposed_limits(dose), actor=doctor, at=now)
    assert dose.mg_per_kg
    wanted = Wanted(
        mg_per_kg=show(dose.mg_per_kg), weight=WEIGHT_KG, weight_unit="kg", minutes=str(dose.minutes), mg_per_ml="10",
        mixing="added", bag_ml="100",
    )  # fmt: skip
    sign_order(session, wanted, actor=doctor, at=now)
    for stop in what_stops_start(facts_of(session, at=now, safety_answered_at=None)):
        if stop.cause.startswith("unanswered"):
            release_start(session, stop, reason="Asked at the chair: no thoughts of death", actor=doctor, at=now)


def progress_of(session: Session, *, at: datetime) -> Progress | None:
    """How far the practice in this session has come; None where none plays."""
    practice = Practice.objects.filter(session=session).select_related("session__clinic", "patient").first()
    if practice is None:
        return None
    script, begun = script_named(practice.script), session.started_at
    is_over = session.state in {Session.State.DONE, Session.State.STOPPED_EARLY}
    if begun is None:
        return Progress(practice, script, None, (), is_over)
    elapsed = (session.ended_at or at) - begun
    seen = seen_so_far(script, _recorded(session, begun), elapsed=elapsed, is_over=is_over)
    return Progress(practice, script, int(elapsed.total_seconds()) // 60, tuple(seen), is_over)


def _recorded(session: Session, begun: datetime) -> list[Done]:
    def rows(kind: type) -> list:
        return list(kind.objects.standing().filter(session=session))  # type: ignore[attr-defined]

    readings = [
        Done("reading", row.happened_at - begun, reading=(row.systolic, row.diastolic, row.pulse, row.spo2))
        for row in rows(Vitals)
    ]
    events = [Done("event", row.happened_at - begun, event=row.what) for row in rows(RoomEvent)]
    pump = [Done(row.what, row.happened_at - begun) for row in rows(RateChange)]
    marks = [Done(row.what, row.happened_at - begun) for row in rows(DoseMark)]
    return [*readings, *events, *pump, *marks]


def is_cut_off(session: Session, *, at: datetime) -> bool:
    """Whether the script has taken the wifi away: rows sent now are answered as if nobody heard them."""
    if not session.clinic.is_training or session.started_at is None or session.ended_at:
        return False
    practice = Practice.objects.filter(session=session).first()
    return practice is not None and wifi_is_gone(script_named(practice.script), at - session.started_at)


def practices_of(actor: Actor, *, at: datetime) -> list[Progress]:
    """The latest practices of this clinic, the newest first."""
    rows = Practice.objects.visible_to(actor).select_related("session__clinic", "patient")[:10]
    found = (progress_of(row.session, at=at) for row in rows)
    return [one for one in found if one]
