"""What the pump said at the end, beside what the recorded rates come to. The app drives no pump."""

from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from programs import dosing
from programs.infusing import gap_percent
from programs.models import PumpReading, Session
from programs.services.given import keep_given
from programs.services.record import Stamp, add_row, require_open, strike
from programs.services.room_rules import rules_of_clinic
from programs.services.running import running_of
from tracker.errors import Refused


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
            f"The pump says {dosing.show_mg(measured_ug)} mg, the recorded rates come to {dosing.show_mg(round(worked_out))} mg:"
            f" more than {tolerance} % apart. Write why.", "reason",
        )  # fmt: skip
    row = add_row(
        session, PumpReading, stamp, infused_ul=infused_ul, left_ul=left_ul, measured_ug=measured_ug,
        worked_out_ug=round(worked_out), reason=reason.strip(),
    )  # fmt: skip
    keep_given(session)
    return row


@transaction.atomic
def strike_reading(old: PumpReading, *, stamp: Stamp) -> PumpReading:
    """These were the figures of another patient's pump: neither row stands here."""
    row = strike(old, stamp=stamp)
    keep_given(old.session)
    return row


def _tolerance(session: Session) -> int:
    rules = rules_of_clinic(session.clinic_id)
    return rules.gap_percent if rules else 0


def _volume(typed: str, field: str) -> int:
    try:
        return int(dosing.read_amount(typed, "mL") * 1000)
    except dosing.NotANumber as error:
        raise Refused(str(error), field) from error
