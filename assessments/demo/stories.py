"""What happens to one synthetic patient, as a generator: it yields the time of its next act, then does it.

Everything is done through the services that people use, with their own checks, audit and event rows.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from random import Random

from assessments.demo.cast import DemoClinic
from assessments.demo.stockroom import Stockroom
from assessments.scales import Scale
from assessments.services.answering import enter_checkin, submit_checkin
from assessments.services.dosing import facts_of, give_dose, start_infusion
from assessments.services.scales import known_scales
from programs.dosing import show
from programs.models import CheckIn, DoseOrder, Enrolment, Session
from programs.schedule import utc_of
from programs.services import course as courses
from programs.services import infusion, sessions
from programs.services.before_dose import what_stops_start
from programs.services.chairs import move_to_chair, places_for
from programs.services.checklist import checklist_of, record_check
from programs.services.discharge import Findings, discharge_patient, record_thoughts
from programs.services.doses import Typed
from programs.services.enrolling import Wish, enrol_patient, record_consent
from programs.services.orders import Wanted, sign_order
from programs.services.record import Stamp
from programs.services.releases import release_start
from programs.services.safety import add_safety_item, review_safety
from programs.services.signing import review_record, sign_record
from tracker.accounts.roles import Role
from tracker.alerts.models import Alert
from tracker.alerts.services import close_alert
from tracker.errors import Refused
from tracker.people.models import Patient
from tracker.ready import Ready

Steps = Iterator[datetime]

# How much of the start is left when the course is over: the shape of each story.
SHAPES: dict[str, tuple[float, ...]] = {
    "remission": (0.72, 0.5, 0.36, 0.27, 0.2, 0.15),
    "responder": (0.82, 0.66, 0.55, 0.48, 0.43, 0.4),
    "late": (0.96, 0.93, 0.86, 0.72, 0.55, 0.44),
    "none": (0.97, 0.92, 0.95, 0.88, 0.9, 0.86),
    "partial": (0.9, 0.82, 0.78, 0.74, 0.7, 0.66),
    "worse": (1.02, 1.1, 1.16, 1.22, 1.3, 1.34),
    "lost": (0.7, 0.52, 0.42, 0.4, 0.42, 0.48),
}

SAFETY_LIST = [
    ("allergy", "Penicillin: rash", ""),
    ("allergy", "Latex", ""),
    ("medicine", "Lorazepam 0.5 mg, as needed", "two days ago"),
    ("medicine", "Lamotrigine 100 mg", "this morning"),
    ("diagnosis", "High blood pressure, treated", ""),
]

GOING_HOME = Findings(
    activity=2, respiration=2, consciousness=2, oxygen=2, dissociation_gone=True, walks=True, oriented=True,
    nausea_controlled=True, line_out=True, instructions_given=True, next_named=True, escort="the patient's sister", comfort=4,
)  # fmt: skip

# Asked before each of some thousand acts, so built once.
_COURSE = Ready(lambda course: Enrolment.objects.filter(pk=course).select_related("program", "clinic", "patient"))
_NEXT_SESSION = Ready(
    lambda course: (
        Session.objects.filter(enrolment_id=course, state=Session.State.PLANNED)
        .select_related("clinic", "enrolment__program", "enrolment__clinic", "enrolment__patient")
        .order_by("starts_at")[:1]
    )
)
_OPEN_CHECKINS = Ready(
    lambda course, now: (
        CheckIn.objects.filter(enrolment_id=course, state=CheckIn.State.PLANNED, opens_at__lte=now)
        .select_related("enrolment")
        .order_by("opens_at")
    )
)
_OPEN_ALERTS = Ready(lambda patient: Alert.objects.open().filter(patient_id=patient))


@dataclass(frozen=True)
class Story:
    """One patient's part: which program, how it goes, when it began, and what befalls it."""

    program: str
    indication: str
    shape: str
    starts_on: date
    start_share: float
    clock: time = time(10)
    answers: float = 0.9
    stops_after: int = 0
    pauses_after: int = 0
    holds: int = 0
    today: str = ""
    safety: tuple[int, ...] = ()
    leaves_alert_open: bool = False
    only_baseline: bool = False
    relapses: bool = False
    consents: bool = True
    moves_next: bool = False


class Teller:
    """Tells one story at one clinic."""

    def __init__(
        self, place: DemoClinic, stockroom: Stockroom, patient: Patient, story: Story, random: Random, now: datetime
    ) -> None:
        self.place, self.stockroom, self.patient, self.story, self.random, self.now = (
            place,
            stockroom,
            patient,
            story,
            random,
            now,
        )
        self.nurse = place.actors[Role.NURSE]
        self.clinician = place.actors[Role.CLINICIAN]
        self.weight_kg = random.randint(52, 104)
        # Its own: what happens at the chair must not change how anybody answers.
        self.chairside = Random(patient.mrn)
        self.has_held = self.has_today = False

    def steps(self) -> Steps:
        """The whole course, from enrolment to the present."""
        enrolled_at = utc_of(self.story.starts_on - timedelta(days=4), time(11), self.place.clinic.tz)
        yield enrolled_at
        enrolment = self._enrol(enrolled_at)
        while True:
            following = self._next(enrolment)
            if following is None:
                return
            at, act = following
            yield at
            act()
            [enrolment] = _COURSE(course=enrolment.pk)

    def _enrol(self, at: datetime) -> Enrolment:
        wish = Wish(self.story.program, self.story.indication, self.story.starts_on, self.story.clock)
        enrolment = enrol_patient(self.patient, wish, actor=self.clinician, at=at)
        self._review(enrolment, at)
        if self.story.consents:
            for to, version in (
                ("program", enrolment.protocol.consent_version),
                ("off-label", self.place.clinic.off_label_consent),
            ):
                record_consent(
                    enrolment,
                    to=to,
                    version=version,
                    given_on=self.story.starts_on - timedelta(days=4),
                    actor=self.clinician,
                    at=at,
                )
        return enrolment

    def _review(self, enrolment: Enrolment, at: datetime) -> None:
        """What stands on the safety list, and that the clinician read it."""
        listed = self.chairside.sample(SAFETY_LIST, self.chairside.choice((0, 1, 1, 2)))
        for kind, words, last_taken in listed:
            add_safety_item(self.patient, kind=kind, words=words, last_taken=last_taken, actor=self.clinician, at=at)
        has_allergy = any(kind == "allergy" for kind, _words, _last in listed)
        review_safety(
            enrolment, is_cleared=True, no_known_allergies=not has_allergy, words="", actor=self.clinician,
            at=at + timedelta(minutes=1),
        )  # fmt: skip

    def _next(self, enrolment: Enrolment):  # type: ignore[no-untyped-def]
        """The next thing to do and when, or None when the story has reached the present."""
        steps = [step for step in (self._next_session(enrolment), self._next_checkin(enrolment)) if step]
        steps = [step for step in steps if step[0] <= self.now]
        return min(steps, key=lambda step: step[0]) if steps else None

    def _next_session(self, enrolment: Enrolment):  # type: ignore[no-untyped-def]
        if enrolment.state == Enrolment.State.PAUSED:
            return None
        row = _NEXT_SESSION.first(course=enrolment.pk)
        if row is None:
            return None
        today = self.now.astimezone(self.place.clinic.tz).date()
        if row.day >= today:
            wanted = self.story.today if not self.has_today else ""
            return (self.now, lambda: self._today(row, today)) if wanted else None
        return row.starts_at - timedelta(minutes=10), lambda: self._session(row)

    def _session(self, row: Session) -> None:
        at = row.starts_at - timedelta(minutes=10)
        if row.infusion and row.infusion == self.story.holds and not self.has_held:
            self.has_held = True
            sessions.receive_patient(row, actor=self.nurse, at=at)
            sessions.hold_session(row, actor=self.nurse, reason="Blood pressure 168/104 twice", at=at + timedelta(minutes=15))
            self._move_on(row, at + timedelta(minutes=20))
            return
        sessions.receive_patient(row, actor=self.nurse, at=at)
        if row.is_infusion:
            self._infuse(row, at)
            self._after(row)
        else:
            talker = self.place.actors[Role.THERAPIST]
            sessions.start_talk(row, actor=talker, at=row.starts_at)
            sessions.end_talk(row, actor=talker, at=row.ends_at)

    def _move_on(self, row: Session, at: datetime, reason: str = "Held today") -> None:
        """Give a session the next free time from tomorrow on, as near to its clock time as there is one."""
        for days, quarter in product(range(1, 6), range(24)):
            clock = (datetime.combine(row.day, row.clock) + timedelta(minutes=15 * quarter)).time()
            try:
                proposal = courses.propose_move(row, row.day + timedelta(days=days), clock, actor=self.nurse, at=at)
            except Refused:
                continue
            courses.move_sessions([proposal.move, *proposal.shift], actor=self.nurse, reason=reason, at=at)
            return

    def _infuse(self, row: Session, at: datetime, *, until: datetime | None = None) -> None:
        """Weight, order, start, vitals, note, end; with `until` only what has happened by then."""
        weight = self.weight_kg + self.random.randint(-8, 8) / 10
        infusion.record_weight(row, typed=show(Decimal(str(weight))), unit="kg", stamp=self._stamp(at))
        order = row.orders.first() or self._order(row, at + timedelta(minutes=4))
        self._vitals(row, at + timedelta(minutes=8), 0.0)
        began = at + timedelta(minutes=12)
        self._check(row, at + timedelta(minutes=9))
        drawn = self.stockroom.draw(row, order, began - timedelta(minutes=2)) if order.device_ug is None else None
        self._begin(row, order, began)
        for minute in range(10, 100, 15):
            moment = began + timedelta(minutes=minute)
            if until and moment > until:
                return
            self._vitals(row, moment, max(0.0, 1 - abs(minute - 35) / 45))
        if self.random.random() < 0.3:
            text = self.random.choice(
                [
                    "Mild nausea at 25 minutes, passed without medicine.",
                    "Quiet, eyes closed, says it was peaceful.",
                    "Dizzy when sitting up; waited ten minutes more.",
                ]
            )
            infusion.record_note(row, text=text, stamp=self._stamp(began + timedelta(minutes=50)))
        dose = row.enrolment.protocol.dose
        infusion.end_infusion(row, stamp=self._stamp(began + timedelta(minutes=dose.minutes)))
        if drawn:
            self.stockroom.account_for(drawn, row, began + timedelta(minutes=dose.minutes + 5))
        left = max(began + timedelta(minutes=max(110, dose.session_minutes)), row.ends_at - timedelta(minutes=5))
        self._go_home(row, left)

    def _go_home(self, row: Session, left: datetime) -> None:
        """Measured and asked at the end, taken home, the record signed by the nurse and reviewed the same evening."""
        noise = self.chairside.randint
        infusion.record_vitals(
            row, systolic=118 + noise(-5, 5), diastolic=74 + noise(-3, 3), pulse=70 + noise(-4, 4), spo2=98,
            stamp=Stamp(self.nurse, self._key(), happened_at=left, at=left),
        )  # fmt: skip
        asked = Stamp(self.nurse, self._key(), happened_at=left, at=left)
        record_thoughts(row, has_thoughts=False, words="", stamp=asked)
        discharge_patient(row, GOING_HOME, stamp=Stamp(self.nurse, self._key(), happened_at=left, at=left))
        sign_record(row, reason="The patient slept; readings every 20 minutes", actor=self.nurse, at=left + timedelta(minutes=4))
        review_record(row, actor=self.clinician, at=left + timedelta(hours=3))

    def _key(self) -> uuid.UUID:
        """A key that leaves the other dice of the story as they fell."""
        return uuid.UUID(int=self.chairside.getrandbits(128), version=4)

    def _begin(self, row: Session, order: DoseOrder, at: datetime) -> None:
        """The pump starts; or all of a dose that is given at times, at once."""
        if not order.is_at_times:
            start_infusion(row, stamp=self._stamp(at))
        elif order.device_ug:
            give_dose(row, Typed(devices=str(order.dose_ug // order.device_ug)), stamp=self._stamp(at))
        else:
            give_dose(row, Typed(mg=show(order.dose_mg), site="left arm"), stamp=self._stamp(at))

    def _order(self, row: Session, at: datetime) -> DoseOrder:
        """What the program proposes, from a vial of 10 mg/mL; what is pumped is added to a bag of 100 mL."""
        dose = row.enrolment.protocol.dose
        proposed = {"mg_per_kg": show(dose.mg_per_kg)} if dose.mg_per_kg else {"mg": show(dose.mg or dose.most_mg)}
        vial = {"weight": str(self.weight_kg), "weight_unit": "kg", "mg_per_ml": "10"} if dose.goes_by_weight else {}
        pumped = {"minutes": str(dose.minutes), "mixing": "added", "bag_ml": "100"} if dose.minutes else {}
        return sign_order(row, Wanted(**proposed, **vial, **pumped), actor=self.clinician, at=at)

    def _check(self, row: Session, at: datetime) -> None:
        """The checklist; and where no check-in was answered, the question asked at the chair."""
        for line in checklist_of(row.clinic_id):
            detail = "sister, 206 555 0142" if "Ride" in line.words else ""
            key = uuid.UUID(int=self.chairside.getrandbits(128), version=4)
            record_check(row, line, answer="yes", detail=detail, stamp=Stamp(self.nurse, key, happened_at=at, at=at))
        for stop in what_stops_start(facts_of(row, at=at)):
            if stop.cause:
                reason = "Asked at the chair: no thoughts of death or of self-harm"
                release_start(row, stop, reason=reason, actor=self.clinician, at=at)

    def _stamp(self, at: datetime) -> Stamp:
        key = uuid.UUID(int=self.random.getrandbits(128), version=4)
        return Stamp(self.nurse, key, happened_at=at, at=at)

    def _vitals(self, row: Session, at: datetime, rise: float) -> None:
        noise = self.random.randint
        infusion.record_vitals(
            row,
            systolic=round(118 + 22 * rise) + noise(-6, 6),
            diastolic=round(74 + 13 * rise) + noise(-4, 4),
            pulse=round(70 + 11 * rise) + noise(-5, 5),
            spo2=98 - noise(0, 2),
            stamp=self._stamp(at),
        )

    def _after(self, row: Session) -> None:
        """What may befall a course once an infusion is over."""
        if row.infusion not in {self.story.stops_after, self.story.pauses_after} and not self.story.moves_next:
            return
        enrolment = Enrolment.objects.get(pk=row.enrolment_id)
        later = row.ends_at + timedelta(hours=3)
        if row.infusion == self.story.stops_after:
            reason = self.random.choice(["Moved away", "Cost", "Does not want to go on", "No change so far, patient's wish"])
            courses.stop_enrolment(enrolment, actor=self.clinician, reason=reason, at=later)
        if row.infusion == self.story.pauses_after:
            courses.pause_enrolment(enrolment, actor=self.clinician, reason="Travelling for two weeks", at=later)
        due = enrolment.sessions.filter(state=Session.State.PLANNED, day__lte=self.now.date()).count()
        if self.story.moves_next and due == 1:
            following = enrolment.sessions.filter(state=Session.State.PLANNED).order_by("starts_at").first()
            if following:
                self._move_on(following, later, "No ride on that day")

    def _today(self, row: Session, today: date) -> None:
        """Where today's session stands now. Full chairs may have pushed it to another day or hour: it is moved here."""
        self.has_today = True
        state = self.story.today
        ago = timedelta(minutes={"planned": -60, "arrived": 8, "held": 30, "in progress": 45}[state])
        arrived = max(self.now - ago, utc_of(today, time(0, 5), self.place.clinic.tz))
        if state != "planned" or row.day != today:
            self._bring_to(row, today, arrived)
            row.refresh_from_db()
        if state == "planned" or row.day != today:
            return
        sessions.receive_patient(row, actor=self.nurse, at=arrived)
        self._seat(row, arrived)
        if state == "held":
            sessions.hold_session(row, actor=self.nurse, reason="No ride home yet", at=arrived + timedelta(minutes=10))
        elif state == "arrived":
            self._order(row, arrived)
        elif state == "in progress":
            self._infuse(row, arrived, until=self.now)

    def _seat(self, row: Session, at: datetime) -> None:
        """In a chair of their own, where somebody sits in the one that was planned."""
        taken = Session.objects.filter(chair=row.chair).in_the_room().exclude(pk=row.pk).exists()
        free = [place.chair for place in places_for(row, actor=self.nurse, at=at) if not place.sits]
        if taken and free:
            move_to_chair(row, free[0], was_in=row.chair_id, actor=self.nurse, at=at)

    def _bring_to(self, row: Session, today: date, arrived: datetime) -> None:
        """Plan `row` for today, as near to that moment as a chair is free; left where it is when none is."""
        wanted = arrived.astimezone(self.place.clinic.tz)
        first = datetime.combine(today, time(wanted.hour, wanted.minute // 15 * 15))
        for quarters in sorted(range(-40, 41), key=abs):
            clock = first + timedelta(minutes=15 * quarters)
            if clock.date() != today or (row.day, row.clock) == (today, clock.time()):
                continue
            try:
                proposal = courses.propose_move(row, today, clock.time(), actor=self.nurse, at=arrived - timedelta(hours=12))
            except Refused:
                continue
            courses.move_sessions(
                [proposal.move, *proposal.shift], actor=self.nurse, reason="Chair free earlier", at=arrived - timedelta(hours=12)
            )
            return

    def _next_checkin(self, enrolment: Enrolment):  # type: ignore[no-untyped-def]
        if enrolment.state == Enrolment.State.PAUSED:
            return None
        for row in _OPEN_CHECKINS(course=enrolment.pk, now=self.now):
            at = row.opens_at + (row.closes_at - row.opens_at) * self._eagerness(row)
            if row.purpose == CheckIn.Purpose.BASELINE:
                at = max(at, enrolment.enrolled_at + timedelta(hours=20))
            if at <= self.now and at < row.closes_at and self._answers(row):
                return at, lambda row=row, at=at: self._answer(row, at)
        return None

    def _eagerness(self, row: CheckIn) -> float:
        return 0.02 + (row.pk * 37 % 50) / 100

    def _answers(self, row: CheckIn) -> bool:
        """Whether this one is answered; the same every time it is asked."""
        if row.purpose == CheckIn.Purpose.BASELINE:
            return True
        if self.story.only_baseline:
            return False
        if row.closes_at > self.now and self.patient.user_id:
            return False  # Left for whoever tries the demo.
        return Random(f"{self.patient.mrn}:{row.pk}").random() < self.story.answers

    def _answer(self, row: CheckIn, at: datetime) -> None:
        given = row.enrolment.infusions_given
        share = self._share(row, given)
        answers = {}
        for code in row.scales:
            scale = known_scales()[code].definition
            if self.patient.language in scale.languages and scale.is_answered_by_patient:
                answers[code] = self._made_up(scale, share, given)
        if not answers:
            return
        key = uuid.UUID(int=self.random.getrandbits(128), version=4)
        if self.random.random() < 0.07:
            enter_checkin(
                row.public_id,
                actor=self.nurse,
                key=key,
                answers=answers,
                mode="paper",
                taken_at=at,
                at=at + timedelta(minutes=20),
            )
        else:
            submit_checkin(
                row.public_id, actor=self.patient.as_actor(), key=key, answers=answers, language=self.patient.language, at=at
            )
        self._handle_alerts(at)

    def _share(self, row: CheckIn, given: int) -> float:
        """Which share of the start is left after so many infusions, with some noise."""
        if given == 0:
            return 1.0
        shape = SHAPES[self.story.shape]
        place = min(given, 6 if row.enrolment.infusions <= 6 else row.enrolment.infusions)
        left = shape[max(-(-place * 6 // max(row.enrolment.infusions, 6)), 1) - 1]
        if row.purpose == CheckIn.Purpose.FOLLOW_UP and (self.story.relapses or self.story.shape == "lost"):
            left += min(row.days / 84, 1) * 0.45
        return left + self.random.uniform(-0.05, 0.05)

    def _made_up(self, scale: Scale, share: float, given: int) -> dict[str, int]:
        """Answers that add up to about the share of the start that is left."""
        top = max(option.value for option in scale.options_of(scale.items[0]))
        if scale.better == "higher":
            return {item.id: max(0, min(top, round(top * (0.75 - 0.5 * share * self.story.start_share)))) for item in scale.items}
        safe = [item.id for item in scale.items if item.id not in {rule.item for rule in scale.safety}]
        wanted = round(share * self.story.start_share * float(scale.highest))
        answers = dict.fromkeys((item.id for item in scale.items), 0)
        for place in range(min(wanted, top * len(safe))):
            answers[safe[place % len(safe)]] += 1
        for rule in scale.safety:
            if scale.code == "phq-9" and given in self.story.safety:
                answers[rule.item] = 1
        return answers

    def _handle_alerts(self, at: datetime) -> None:
        """A clinician calls and writes the outcome, unless this story leaves it open."""
        for alert in _OPEN_ALERTS(patient=self.patient.pk):
            if not self.story.leaves_alert_open:
                note = "Called. Thoughts pass, no plan, safety plan reviewed; sister is at home tonight."
                close_alert(
                    alert, actor=self.clinician, outcome="reached", note=note, at=min(at + timedelta(minutes=25), self.now)
                )
