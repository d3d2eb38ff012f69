"""Rate, pause and resume as the nurse records them; what they come to; what the pump said at the end.

The app drives no pump: nothing here makes one run faster or stop.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from programs import dosing
from programs.infusing import RateFrom, gap_percent, given_ug, rate_for
from programs.models import DoseOrder, PumpReading, RateChange, Session
from programs.services.record import Stamp, add_row, known_row, require_open
from programs.services.room_rules import rules_of_clinic
from tracker.errors import Refused

# mg in an hour that nobody gives in a chair: a figure beyond it is a typing error.
MOST_MG_PER_HOUR = 500


@dataclass(frozen=True)
class Course:
    """How the dose of one session runs: what was ordered, and every rate since it began."""

    dose_ug: int
    rates: tuple[RateFrom, ...]
    is_paused: bool

    @property
    def ug_per_hour(self) -> int:
        """The rate now, or before the pause."""
        return next((step.ug_per_hour for step in reversed(self.rates) if step.ug_per_hour), 0)

    def given_until(self, until: datetime) -> Fraction:
        """Micrograms given up to then; never more than was ordered."""
        return given_ug(self.rates, until=until, most_ug=self.dose_ug)


def running_of(session: Session) -> Course | None:
    """How this session's dose runs; None before it began, and for a dose that has no rate."""
    if session.started_at is None:
        return None
    order: DoseOrder | None = session.orders.first()
    if order is None or not order.minutes:
        return None
    changes = list(RateChange.objects.standing().filter(session=session).order_by("happened_at", "pk"))
    first = RateFrom(session.started_at, order.ug_per_h or rate_for(order.dose_ug, order.minutes))
    rates = (first, *(RateFrom(row.happened_at, row.ug_per_hour) for row in changes))
    return Course(order.dose_ug, rates, bool(changes) and changes[-1].what == RateChange.What.PAUSE)


def _running(session: Session, stamp: Stamp) -> Course:
    require_open(session, Session.State.IN_PROGRESS)
    found = running_of(session)
    if found is None:
        raise Refused("This dose has no rate.")
    if stamp.happened_at and session.started_at and stamp.happened_at < session.started_at:
        raise Refused("The dose had not begun then.", "happened_at")
    return found


@transaction.atomic
def change_rate(session: Session, *, mg_per_hour: str, reason: str, stamp: Stamp) -> RateChange:
    """The pump runs at another rate from now on, as typed in mg an hour. Raises Refused for what is no rate."""
    if _running(session, stamp).is_paused:
        raise Refused("The dose is paused. Resume it, then change the rate.")
    if not reason.strip():
        raise Refused("Write why, and who ordered it.", "reason")
    return add_row(session, RateChange, stamp, what=RateChange.What.RATE, ug_per_hour=_rate(mg_per_hour), reason=reason.strip())


def _rate(typed: str) -> int:
    try:
        mg = dosing.read_amount(typed, "mg/h")
    except dosing.NotANumber as error:
        raise Refused(str(error), "mg_per_hour") from error
    if not 0 < mg <= MOST_MG_PER_HOUR:
        raise Refused(f"A rate lies above 0 and is at most {MOST_MG_PER_HOUR} mg/h. To give nothing, pause.", "mg_per_hour")
    return int(mg * 1000)


@transaction.atomic
def pause(session: Session, *, stamp: Stamp, reason: str = "") -> RateChange:
    """The pump was paused. Nobody's order is needed for that."""
    if _running(session, stamp).is_paused and known_row(RateChange, stamp) is None:
        raise Refused("It is paused already.")
    return add_row(session, RateChange, stamp, what=RateChange.What.PAUSE, ug_per_hour=0, reason=reason.strip())


@transaction.atomic
def resume(session: Session, *, stamp: Stamp) -> RateChange:
    """The pump runs on at the rate that it had before the pause."""
    course = _running(session, stamp)
    if not course.is_paused and known_row(RateChange, stamp) is None:
        raise Refused("It is not paused.")
    return add_row(session, RateChange, stamp, what=RateChange.What.RESUME, ug_per_hour=course.ug_per_hour)


@transaction.atomic
def read_pump(session: Session, *, infused: str, left: str, stamp: Stamp, reason: str = "") -> PumpReading:
    """The pump's volume infused and what is left, in mL as typed.

    Of the dose that share was given which went in of the whole volume. Raises Refused without a reason where that
    differs from the rates of the record by more than the clinic's tolerance.
    """
    require_open(session, Session.State.IN_PROGRESS, Session.State.DONE, Session.State.STOPPED_EARLY)
    course = running_of(session)
    if course is None:
        raise Refused("This dose was not given by a pump.")
    infused_ul, left_ul = _volume(infused, "infused"), _volume(left, "left")
    if infused_ul + left_ul == 0:
        raise Refused("There was no volume at all.", "infused")
    worked_out = course.given_until(session.ended_at or stamp.happened_at or stamp.at or timezone.now())
    measured_ug = round(Fraction(course.dose_ug * infused_ul, infused_ul + left_ul))
    gap = gap_percent(worked_out, measured_ug)
    tolerance = _tolerance(session)
    if gap > tolerance and not reason.strip():
        raise Refused(
            f"The pump says {_mg(measured_ug)} mg, the recorded rates come to {_mg(round(worked_out))} mg:"
            f" more than {tolerance} % apart. Write why.", "reason",
        )  # fmt: skip
    return add_row(
        session, PumpReading, stamp, infused_ul=infused_ul, left_ul=left_ul, measured_ug=measured_ug,
        worked_out_ug=round(worked_out), reason=reason.strip(),
    )  # fmt: skip


def _mg(amount_ug: int) -> str:
    """An amount in mg, to 0.1, halves up."""
    return dosing.show((Decimal(amount_ug) / 1000).quantize(dosing.MG_STEP, ROUND_HALF_UP))


def _tolerance(session: Session) -> int:
    rules = rules_of_clinic(session.clinic_id)
    return rules.gap_percent if rules else 0


def _volume(typed: str, field: str) -> int:
    try:
        return int(dosing.read_amount(typed, "mL") * 1000)
    except dosing.NotANumber as error:
        raise Refused(str(error), field) from error
