"""What stands between an arrived patient and the first drop: every line of it, in words.

The gravest place of the whole app. Each line stops the start. Some of them a prescriber may release, and only
for the very reading, answer or alert that was shown: a worse reading a minute later stops anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from programs import dosing
from programs.models import (
    Check,
    ChecklistLine,
    ClinicLimits,
    DoseOrder,
    Enrolment,
    SafetyItem,
    SafetyReview,
    Session,
    StartRelease,
    Vitals,
    Weight,
)
from programs.models.orders import NEWEST_ORDER
from programs.protocols import Dose
from programs.services.checklist import answers_of, checklist_of
from programs.services.enrolling import lacking_consents
from programs.services.limits import limits_of_clinic
from programs.services.places import pace_of
from programs.services.record import is_of_session
from programs.services.safety import review_in_force
from tracker.alerts.models import Alert
from tracker.ready import Ready

HOLD = "held "


@dataclass(frozen=True)
class Stop:
    """One line that stops the start. With a `cause` a prescriber may release it; without, it must be mended."""

    words: str
    cause: str = ""

    @property
    def is_hold(self) -> bool:
        """Whether somebody held the session: released, the patient waits for the dose again."""
        return self.cause.startswith(HOLD)


@dataclass(frozen=True)
class Facts:
    """All that the start rests on, read once. `safety_answered_at` is known to the floor above."""

    session: Session
    at: datetime
    safety_answered_at: datetime | None
    order: DoseOrder | None
    weight: Weight | None
    vitals: Vitals | None
    safety_list: list[SafetyItem]
    review: SafetyReview | None
    lines: list[ChecklistLine]
    answers: dict[int, Check]
    limits: ClinicLimits | None
    alerts: list[Alert]
    released: frozenset[str]


def facts_of(session: Session, *, at: datetime, safety_answered_at: datetime | None) -> Facts:
    """Read what the start of this session rests on. Ten statements."""
    return Facts(
        session=session,
        at=at,
        safety_answered_at=safety_answered_at,
        order=_orders.first(session=session.pk),
        weight=_weights.first(session=session.pk),
        vitals=_vitals.first(session=session.pk),
        safety_list=_safety_items(patient=session.patient_id),
        review=review_in_force(session.enrolment),
        lines=checklist_of(session.clinic_id),
        answers=answers_of(session),
        limits=limits_of_clinic(session.clinic_id),
        alerts=_alerts(patient=session.patient_id),
        released=frozenset(_released(session=session.pk)),
    )


# Every start and every look at a session's page asks these: each is built once in a process.
_orders = Ready(lambda session: DoseOrder.objects.filter(session=session).order_by(*NEWEST_ORDER)[:1])
_weights = Ready(lambda session: Weight.objects.standing().filter(session=session).order_by("-happened_at", "-pk")[:1])
_vitals = Ready(lambda session: Vitals.objects.standing().filter(session=session).order_by("-happened_at", "-pk")[:1])
_safety_items = Ready(lambda patient: SafetyItem.objects.standing().filter(patient=patient))
_alerts = Ready(lambda patient: Alert.objects.open().filter(patient=patient).order_by("pk"))
_released = Ready(lambda session: StartRelease.objects.filter(session=session).values_list("cause", flat=True))


def what_stops_start(facts: Facts) -> tuple[Stop, ...]:
    """Every line that is missing before the dose may begin; empty when nothing is."""
    found = [
        *_hold_lines(facts),
        *_plan_lines(facts.session, facts.at),
        *_dose_lines(facts.order, facts.weight, facts.session.enrolment.protocol.dose),
        *_safety_list_lines(facts.review),
        *_checklist_lines(facts.lines, facts.answers),
        *_vitals_lines(facts.limits, facts.vitals),
        *_safety_answer_lines(facts),
    ]
    return tuple(stop for stop in found if not stop.cause or stop.cause not in facts.released)


def _hold_lines(facts: Facts) -> Iterator[Stop]:
    """Each hold is released for itself, and on its own day: afterwards the session gets another."""
    session = facts.session
    if session.state != Session.State.HELD:
        return
    if not is_of_session(session, facts.at):
        yield Stop(f"Held on {session.day:%b %-d}: {session.state_reason}. Give the session another day.")
        return
    before = sum(cause.startswith(HOLD) for cause in facts.released)
    yield Stop(f"Held, not dosed: {session.state_reason}", f"{HOLD}{before + 1}")


def _plan_lines(session: Session, at: datetime) -> Iterator[Stop]:
    enrolment = session.enrolment
    for to, version in lacking_consents(enrolment, enrolment.consents.all()).items():
        yield Stop(f"Consent to {to.label}, version {version}, is missing.")
    if enrolment.state not in {Enrolment.State.PLANNED, Enrolment.State.ACTIVE}:
        yield Stop(f"The course is {enrolment.get_state_display().lower()}.")
    if session.patient.birth_date is None:
        yield Stop("The birth date is not known; two identifiers are needed.")
    if session.state not in {Session.State.ARRIVED, Session.State.HELD}:
        yield Stop(f"The session is {session.get_state_display().lower()}; the patient must have arrived.")
    last, least = enrolment.last_dose_at, session.least_gap_hours
    if last and least and at - last < timedelta(hours=least):
        yield Stop(f"The last dose was {(at - last) / timedelta(hours=1):.0f} hours ago; at least {least} are needed.")
    yield from _pace_line(session, at)


def _pace_line(session: Session, at: datetime) -> Iterator[Stop]:
    """Said when the patient had as many doses lately as the program allows, in whatever course."""
    if session.enrolment.protocol.frequency is None:
        return
    pace = pace_of(session.enrolment.patient, session.enrolment.protocol)
    first_day = pace.first_day(())
    if at.astimezone(session.clinic.tz).date() < first_day:
        yield Stop(f"No dose before {first_day:%A, %b %-d}: this program allows at most {pace.words}.")


def _dose_lines(order: DoseOrder | None, weight: Weight | None, dose: Dose) -> Iterator[Stop]:
    if order is None:
        yield Stop("No clinician has signed an order for this session.")
    if weight is None and dose.goes_by_weight:
        yield Stop("Today's weight is not recorded.")
    if order and order.waits_for_look:
        yield Stop(f"This order waits for a second look by somebody else: {' '.join(order.look_lines)}")
    measured_kg = order.measured_kg if order else None
    if measured_kg and weight and dosing.weight_is_off(measured_kg, weight.weight_kg):
        yield Stop(
            f"Today's weight is {dosing.show(weight.weight_kg)} kg, the order rests on {dosing.show(measured_kg)} kg:"
            " more than 10 % apart. The clinician must order again."
        )


def _safety_list_lines(review: SafetyReview | None) -> Iterator[Stop]:
    if review is None:
        yield Stop("No clinician has reviewed the safety list since it last changed.")
    elif not review.is_cleared:
        yield Stop(f"{review.reviewed_by} has not cleared this patient for this program: {review.words}")


def _checklist_lines(lines: list[ChecklistLine], answers: dict[int, Check]) -> Iterator[Stop]:
    if not lines:
        yield Stop("This clinic has no checklist yet. A clinician writes it under Room.")
    if unanswered := [line.words for line in lines if line.pk not in answers]:
        yield Stop(f"Not answered on the checklist: {'; '.join(unanswered)}.")
    for line in lines:
        check = answers.get(line.pk)
        if check and line.stops and check.answer == Check.Answer.NO:
            yield Stop(f"Checklist: {check}.", f"check:{check.public_id}")


def _vitals_lines(limits: ClinicLimits | None, vitals: Vitals | None) -> Iterator[Stop]:
    if limits is None:
        yield Stop("No clinician has signed the limits of this clinic yet: see Room.")
    if vitals is None:
        yield Stop("The vitals before the dose are not recorded.")
    if vitals and vitals.reading.gaps:
        yield Stop(f"The vitals before the dose have a gap: {', '.join(vitals.reading.gaps)}.")
    if limits and vitals:
        beyond = limits.hold.passed_by(vitals.reading)
        if beyond:
            yield Stop(f"Hold: {'; '.join(beyond)}.", f"vitals:{vitals.public_id}")


def _safety_answer_lines(facts: Facts) -> Iterator[Stop]:
    for alert in facts.alerts:
        yield Stop(f"A safety answer has no outcome yet: {alert.rule}", f"alert:{alert.public_id}")
    course, answered_at = facts.session.enrolment, facts.safety_answered_at
    if answered_at is None or answered_at < (course.last_dose_at or course.enrolled_at):
        since = "since the last dose" if course.last_dose_at else "since the course was agreed"
        yield Stop(f"No safety question was answered {since}.", f"unanswered after dose {course.infusions_given}")
