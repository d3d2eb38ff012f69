"""The cast: two clinics, the people who work there, and what they do in a course, through the services that pages use."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from assessments.models import ScaleVersion
from assessments.scales.totals import TotalScale
from assessments.services.answering import submit_checkin
from assessments.services.dosing import facts_of, give_dose, start_infusion
from assessments.services.own_programs import save_program
from assessments.services.own_scales import define_total
from assessments.services.scales import known_scales
from programs.limits import Limit
from programs.models import CheckIn, DoseOrder, DrugLot, Enrolment, Program, Session, SetAside
from programs.protocols import Dose
from programs.services import infusion, sessions
from programs.services.before_dose import what_stops_start
from programs.services.checklist import IDENTITY, checklist_of, record_check, write_checklist
from programs.services.discharge import Findings, Leave, discharge_otherwise, discharge_patient, record_thoughts
from programs.services.dose_limits import dose_limits_of, proposed_limits, sign_dose_limits
from programs.services.doses import Typed
from programs.services.enrolling import Wish, enrol_patient, record_consent
from programs.services.ledger.counting import record_count
from programs.services.ledger.drawing import draw
from programs.services.ledger.lines import Signing
from programs.services.ledger.reading import places_of
from programs.services.ledger.stock import Label, open_vial, receive_vials
from programs.services.limits import sign_limits
from programs.services.offering import program_named
from programs.services.orders import Wanted, sign_order
from programs.services.record import Stamp
from programs.services.releases import release_start
from programs.services.safety import review_safety
from programs.services.signing import review_record, sign_record
from tracker.accounts.models import Chair, Clinic, Membership, User
from tracker.accounts.roles import Actor, Role
from tracker.people.models import Patient
from tracker.people.services import Reach, add_patient

PASSWORD = "a long enough password"
MONDAY = date(2026, 3, 2)
SIX, TALK, WEEKLY = "six-infusion-series", "ketamine-and-therapy", "weekly-three-months"
HOLD, STOP = Limit(160, 100, 111, 94), Limit(180, 110, 131, 90)
# What a course is enrolled for unless a test says otherwise: the first indication of each file.
INDICATION = {SIX: "depression", TALK: "ptsd", WEEKLY: "generalised-anxiety"}


WELL = Findings(
    activity=2, respiration=2, consciousness=2, oxygen=2, dissociation_gone=True, walks=True, oriented=True,
    nausea_controlled=True, line_out=True, instructions_given=True, next_named=True, escort="Ana Northwood, sister", comfort=4,
)  # fmt: skip

SLEEP: dict[str, Any] = {
    "title": "Sleep diary", "measures": "sleep", "source": "our clinic's own", "better": "lower", "lowest": Decimal(0),
    "highest": Decimal(24), "percent": Decimal(40), "bands": ((Decimal(7), "Good"), (Decimal(24), "Poor")),
    "remission": Decimal(5), "remission_source": "our clinic's own",
}  # fmt: skip


@dataclass
class Cast:
    """Everybody by name: `cast.nils` is the user, `cast.actor("nils")` the nurse acting in the north clinic."""

    north: Clinic
    south: Clinic
    users: dict[str, User]
    actors: dict[str, Actor]
    patients: dict[str, Patient] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Whoever is called so, acting."""
        return self.actors[name] if name in self.actors else self.patients[name].as_actor()

    def stamp(self, name: str, at: datetime) -> Stamp:
        """A new line of the record, by `name`, written and happened at `at`."""
        return Stamp(actor=self.actor(name), key=uuid.uuid4(), happened_at=at, at=at)

    def enrol(self, name: str = "pia", program: str = SIX, *, starts_on: date, consents: bool = True) -> Enrolment:
        """Enrolled four days before the start, at ten, with both consents."""
        at = timezone.make_aware(datetime.combine(starts_on - timedelta(days=4), time(11)), self.north.tz)
        wish = Wish(program, INDICATION.get(program, "depression"), starts_on, time(10))
        enrolment = enrol_patient(self.patients[name], wish, actor=self.actor("maya"), at=at)
        self.allow_dose(enrolment)
        review_safety(enrolment, is_cleared=True, no_known_allergies=True, words="", actor=self.actor("maya"), at=at)
        if consents:
            versions = {"program": enrolment.protocol.consent_version, "off-label": self.north.off_label_consent}
            for to, version in versions.items():
                record_consent(enrolment, to=to, version=version, given_on=at.date(), actor=self.actor("maya"), at=at)
        return enrolment

    def allow_dose(self, enrolment: Enrolment) -> None:
        """Maya has signed the limits that are proposed for this program, unless some stand."""
        code, dose = enrolment.program.code, enrolment.protocol.dose
        if dose_limits_of(self.north.pk, code, dose.route) is None:
            sign_dose_limits(self.north, code, proposed_limits(dose), actor=self.actor("maya"))

    def order(self, session: Session, *, at: datetime | None = None, **typed: str) -> DoseOrder:
        """Maya orders 0.5 mg/kg for 70 kg, from a vial of 10 mg/mL; `typed` is what she types otherwise."""
        return sign_order(session, wanted(session.enrolment.protocol.dose, **typed), actor=self.actor("maya"), at=at)

    def own_scale(self, name: str = "alma", **typed: Any) -> ScaleVersion:
        """A scale of which only the total is kept, defined by somebody of the clinic: sleep, 0 to 24."""
        return define_total(TotalScale(**SLEEP | typed), actor=self.actor(name))

    def own_program(self, name: str = "alma") -> Program:
        """A copy of the series under another title, saved by somebody of the clinic."""
        base = program_named(SIX, self.north.pk)
        words = {"en": base.words["en"].model_copy(update={"title": "Our six"})}
        return save_program(base.model_copy(update={"words": words}), base, actor=self.actor(name))

    def prepare(self, session: Session, at: datetime, *, kg: str = "70") -> None:
        """The patient arrives, is weighed and measured, the checklist is answered, the clinician signs the program's dose."""
        sessions.receive_patient(session, actor=self.actor("nils"), at=at)
        infusion.record_weight(session, typed=kg, unit="kg", stamp=self.stamp("nils", at))
        infusion.record_vitals(session, systolic=122, diastolic=78, pulse=70, spo2=98, stamp=self.stamp("nils", at))
        for line in checklist_of(session.clinic_id):
            record_check(session, line, answer="yes", detail="", stamp=self.stamp("nils", at))
        self.order(session, at=at)
        self.let_pass(session, "unanswered", at=at)

    def let_pass(self, session: Session, cause: str, *, at: datetime) -> None:
        """Maya releases what stops the start for a cause that begins so."""
        for stop in what_stops_start(facts_of(session, at=at)):
            if stop.cause.startswith(cause):
                release_start(session, stop, reason="Asked at the chair", actor=self.actor("maya"), at=at)

    def enrolled(self) -> Enrolment:
        """Pia in the series, from the first Monday of March at ten."""
        return self.enrol(starts_on=MONDAY)

    def prepared(self) -> Session:
        """Pia's first infusion, with all there that it needs to begin."""
        session = self.enrolled().sessions.get(infusion=1)
        self.prepare(session, session.starts_at)
        return Session.objects.get(pk=session.pk)

    def running(self) -> Session:
        """Pia's first infusion, begun at ten: 35 mg over 40 minutes, 52.5 mg/h."""
        session = self.prepared()
        start_infusion(session, stamp=self.stamp("nils", session.starts_at))
        return Session.objects.get(pk=session.pk)

    def resting(self) -> Session:
        """Pia's first infusion after its dose."""
        return self.give(self.enrolled().sessions.get(infusion=1))

    def home(self) -> Session:
        """Pia's first infusion, and Pia at home."""
        return self.discharge(self.resting())

    def infuse(self, session: Session) -> Session:
        """One whole infusion, at its planned time, from arrival to the door."""
        return self.discharge(self.give(session))

    def give(self, session: Session) -> Session:
        """Arrived, dosed, and the dose ended; Pia rests."""
        at = session.starts_at
        self.prepare(session, at)
        began = at + timedelta(minutes=5)
        self.begin(session, began)
        ended = began + timedelta(minutes=session.enrolment.protocol.dose.minutes)
        infusion.end_infusion(Session.objects.get(pk=session.pk), stamp=self.stamp("nils", ended))
        return Session.objects.get(pk=session.pk)

    def discharge(self, session: Session) -> Session:
        """Measured, asked, and taken home by a sister, when the least time of watching is over."""
        at = session.ends_at
        moments = [at]
        if session.enrolment.protocol.dose.device_mg and session.started_at:
            moments.insert(0, session.started_at + timedelta(minutes=40))
        for moment in moments:
            infusion.record_vitals(session, systolic=124, diastolic=80, pulse=72, spo2=98, stamp=self.stamp("nils", moment))
        record_thoughts(session, has_thoughts=False, words="", stamp=self.stamp("nils", at))
        discharge_patient(session, WELL, stamp=self.stamp("nils", at))
        return Session.objects.get(pk=session.pk)

    def leave(self, session: Session, at: datetime) -> None:
        """Gone home against advice, with nothing of it looked at; Maya knows of it."""
        how = Leave("against advice", "Wants to go now", self.users["maya"], read_back=True)
        discharge_otherwise(session, Findings(), how, stamp=self.stamp("nils", at))

    def add_clinician(self, name: str) -> None:
        """One more clinician of the north clinic."""
        self.users[name] = make_user(name)
        member = Membership.objects.create(user=self.users[name], clinic=self.north, role=Role.CLINICIAN)
        self.actors[name] = member.as_actor()

    def sign_record(self, session: Session) -> Session:
        """Nils signs a record that lacks readings, and says why; Maya reviews it."""
        sign_record(session, reason="The cuff failed", actor=self.actor("nils"), at=session.ends_at)
        review_record(session, actor=self.actor("maya"), at=session.ends_at)
        return Session.objects.get(pk=session.pk)

    def begin(self, session: Session, at: datetime) -> None:
        """The pump starts, or all that is ordered is given at once, an injection into the left arm."""
        order = session.orders.first()
        if order is None or not order.is_at_times:
            start_infusion(session, stamp=self.stamp("nils", at))
        elif order.device_ug:
            give_dose(session, Typed(devices=str(order.dose_ug // order.device_ug)), stamp=self.stamp("nils", at))
        else:
            give_dose(session, Typed(mg=f"{order.dose_mg:.1f}", site="left arm"), stamp=self.stamp("nils", at))

    def sign(self, name: str, at: datetime, witness: str = "") -> Signing:
        """A new line of the drug ledger, by `name`, before a witness or none, written and happened at `at`."""
        return Signing(self.actor(name), uuid.uuid4(), self.actor(witness) if witness else None, happened_at=at, at=at)

    def stock(self, at: datetime, *, vials: int = 3, lot: str = "K100", expires_on: date = date(2030, 1, 31)) -> DrugLot:
        """Vials of 10 mL at 10 mg/mL came in; Nils and Maya counted them."""
        label = Label("ketamine", "10", "10", lot, expires_on)
        return receive_vials(self.north, label, vials, signing=self.sign("nils", at, "maya")).lot

    def keep_ledger(self, session: Session, at: datetime) -> dict[str, dict[str, Any]]:
        """Three vials came in, one was opened, 5 mL drawn for `session`, and a count differed: an address for each row."""
        vial = open_vial(self.stock(at - timedelta(hours=1)), signing=self.sign("nils", at))
        drawn = draw(session, vial, ml="5", signing=self.sign("nils", at))
        found = {place.key: "4.8" if place.vial else str(place.amount) for place in places_of(self.north)}
        count = record_count(self.north, found, signing=self.sign("nils", at, "maya"))
        return {
            "draw": {"public_id": session.public_id, "line_id": drawn.public_id},
            "lot": {"public_id": vial.lot.public_id},
            "vial": {"public_id": vial.public_id},
            "line": {"public_id": drawn.public_id},
            "count": {"public_id": count.public_id},
            "differs": {"public_id": count.items.unsigned().get().public_id},
        }

    def answer(self, checkin: CheckIn, name: str = "pia", *, at: datetime | None = None, each: int = 1, **items: int) -> CheckIn:
        """All questions of all its scales answered with `each`; `items` gives those of PHQ-9 that differ (q9=2)."""
        scales = {code: known_scales()[code].definition for code in checkin.scales}
        answers = {code: {item.id: each for item in scale.items} for code, scale in scales.items()}
        answers.get("phq-9", {}).update({name.removeprefix("q"): value for name, value in items.items()})
        return submit_checkin(
            checkin.public_id, actor=self.actor(name), key=uuid.uuid4(), answers=answers, language="en",
            at=at or checkin.opens_at,
        )  # fmt: skip


def wanted(dose: Dose, **typed: str) -> Wanted:
    """An order as it is typed for this dose: what is pumped is added to a bag of 100 mL."""
    if dose.device_mg:
        return Wanted(**{"mg": "56"} | typed)
    usual = {"weight": "70", "weight_unit": "kg", "mg_per_ml": "10"} | ({} if "mg" in typed else {"mg_per_kg": "0.5"})
    pumped = {"minutes": str(dose.minutes), "mixing": "added", "bag_ml": "100"} if dose.minutes else {}
    return Wanted(**usual | pumped | typed)


def make_cast() -> Cast:
    """Both clinics, staffed; Pia and Paul can sign in, each with a phone."""
    north = _clinic("north", "North Clinic", "America/New_York")
    south = _clinic("south", "South Clinic", "America/Denver")
    roles = {
        "alma": (north, Role.MANAGER),
        "nils": (north, Role.NURSE),
        "maya": (north, Role.CLINICIAN),
        "theo": (north, Role.THERAPIST),
        "dana": (north, Role.DESK),
        "omar": (south, Role.CLINICIAN),
    }
    users = {name: make_user(name) for name in (*roles, "pia", "paul")}
    actors = {
        name: Membership.objects.create(user=users[name], clinic=clinic, role=role).as_actor()
        for name, (clinic, role) in roles.items()
    }
    sign_limits(north, hold=HOLD, stop=STOP, actor=actors["maya"])
    write_checklist(north, lines=[(IDENTITY, True)], actor=actors["maya"])
    cast = Cast(north, south, users, actors)
    for number, (name, legal) in enumerate({"pia": "Pia Northwood", "paul": "Paul Ibarra"}.items(), 1):
        cast.patients[name] = add_patient(
            north, actor=actors["dana"], mrn=f"N{number:05d}", legal_name=legal, birth_date=date(1988, 3, 14),
            language="en", reach=(Reach("self", f"+1206555010{number}", ""),), user=users[name],
        )  # fmt: skip
    return cast


def _clinic(slug: str, name: str, zone: str) -> Clinic:
    clinic = Clinic.objects.create(
        slug=slug, name=name, zone=zone, open_days="1111111", opens_at=time(8), closes_at=time(18), chairs_per_nurse=2,
        phone="+12065550100", hours_en="Our nurses read check-ins every day, 8 am to 6 pm.",
        hours_es="Nuestras enfermeras leen esto todos los días, de 8 am a 6 pm.",
        alert_email=f"team@{slug}.example", off_label_consent="2026-11",
    )  # fmt: skip
    Chair.objects.bulk_create(Chair(clinic=clinic, name=f"Chair {number}") for number in (1, 2))
    return clinic


@cache
def _hashed() -> str:
    """One hash for all: Argon2 is slow on purpose."""
    return make_password(PASSWORD)


def make_user(name: str) -> User:
    """Somebody who can sign in with PASSWORD, with the e-mail row that allauth wants."""
    user = User.objects.create(email=f"{name}@sextant.example", password=_hashed(), name=name.capitalize())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def set_aside(session: Session, *, why_not: str, author: User, at: datetime) -> SetAside:
    """A row that came from a tablet and is not in the record."""
    return SetAside.objects.create(
        clinic=session.clinic, session=session, patient_id=session.patient_id, key=uuid.uuid4(), words="note: text calm",
        why_not=why_not, happened_at=at, recorded_at=at, author=str(author), author_user_id=author.pk, passed_on_by="Maya",
    )  # fmt: skip
