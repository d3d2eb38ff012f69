"""Rate, pause and resume as the nurse records them.

The app drives no pump: nothing here makes one run faster or stop.
"""

from django.db import transaction
from django.utils import timezone

from programs import dosing
from programs.infusing import rate_for
from programs.ledger import Kind
from programs.models import DoseOrder, LedgerLine, PumpReading, RateChange, Session
from programs.services.dose_limits import dose_limits_of
from programs.services.given import keep_given
from programs.services.record import Stamp, add_row, known_row, require_open
from programs.services.room_orders import ByMouth, take_order
from programs.services.running import Course, running_of
from tracker.errors import Refused

# mg in an hour that nobody gives in a chair: a figure beyond it is a typing error.
MOST_MG_PER_HOUR = 500


OVER = (Session.State.DONE, Session.State.STOPPED_EARLY)


def _running(session: Session, stamp: Stamp) -> Course:
    """How it runs, or ran when this happened. Raises Refused where nothing does.

    After the end come corrections, and what a tablet kept that was away: the latter until the amount is accounted for.
    """
    require_open(session, Session.State.IN_PROGRESS, *(OVER if stamp.corrects or stamp.happened_at else ()))
    found = running_of(session, at=None if stamp.corrects else stamp.happened_at)
    if found is None:
        raise Refused("This dose has no rate.")
    if stamp.happened_at and session.started_at and stamp.happened_at < session.started_at:
        raise Refused("The dose had not begun then.", "clock")
    if stamp.happened_at and session.ended_at and stamp.happened_at > session.ended_at:
        raise Refused("The session was over then.", "clock")
    if session.state in OVER and not stamp.corrects and known_row(RateChange, stamp) is None:
        _demand_unaccounted(session)
    return found


def _demand_unaccounted(session: Session) -> None:
    """The rates and the amount that somebody measured, or accounted for before a witness, would no longer agree."""
    is_read = PumpReading.objects.standing().filter(session=session).exists()
    if is_read or LedgerLine.objects.standing().filter(session=session, kind=Kind.USED).exists():
        raise Refused("The dose has ended, and what was given is accounted for. Write this as a note.")


def _add(session: Session, stamp: Stamp, **values: object) -> RateChange:
    """The row; after the end the amount that was given follows from it."""
    row = add_row(session, RateChange, stamp, **values)
    if session.state in OVER:
        keep_given(session)
    return row


@transaction.atomic
def change_rate(
    session: Session, *, mg_per_hour: str, reason: str, stamp: Stamp, prescriber: int | None = None, read_back: bool = False
) -> RateChange:
    """The pump runs at another rate from now on, as typed in mg an hour. Raises Refused for what is no rate, and beyond
    what the clinic has signed for; outside the range of the order for want of a prescriber's order that was read back.
    """
    course = _running(session, stamp)
    known = known_row(RateChange, stamp)
    if course.is_paused and not stamp.corrects and known is None:
        raise Refused("The dose is paused. Resume it, then change the rate.")
    if not reason.strip():
        raise Refused("Write why.", "reason")
    ug_per_hour = _rate(mg_per_hour)
    order = known.order if known else None
    if known is None and not _is_allowed(course.order, ug_per_hour):
        _stay_within_clinic(session, course.order, ug_per_hour)
        words = f"Rate {dosing.show_mg(ug_per_hour)} mg/h instead of {dosing.show_mg(course.ug_per_hour)} mg/h"
        by, now = ByMouth(prescriber, read_back), stamp.at or timezone.now()
        order = take_order(session, words, by, actor=stamp.actor, at=now, reason=reason.strip()[:200])
    return _add(session, stamp, what=RateChange.What.RATE, ug_per_hour=ug_per_hour, reason=reason.strip(), order=order)


@transaction.atomic
def correct_rate(
    old: RateChange,
    *,
    stamp: Stamp,
    mg_per_hour: str = "",
    reason: str = "",
    prescriber: int | None = None,
    read_back: bool = False,
) -> RateChange:
    """Another time or, of a rate, another number than was written. The same number keeps the order that it had."""
    if old.what == RateChange.What.RATE and _rate(mg_per_hour) != old.ug_per_hour:
        typed = {"mg_per_hour": mg_per_hour, "reason": reason, "prescriber": prescriber, "read_back": read_back}
        return change_rate(old.session, stamp=stamp, **typed)  # type: ignore[arg-type]
    _running(old.session, stamp)
    values = {"what": old.what, "ug_per_hour": old.ug_per_hour, "reason": old.reason, "order": old.order}
    return _add(old.session, stamp, **values)


def _is_allowed(order: DoseOrder, ug_per_hour: int) -> bool:
    """Whether the signed order itself allows this rate: the one it names, or any in its range."""
    ordered = order.ug_per_h or rate_for(order.dose_ug, order.minutes)
    return (order.from_ug_per_h or ordered) <= ug_per_hour <= (order.to_ug_per_h or ordered)


def _stay_within_clinic(session: Session, order: DoseOrder, ug_per_hour: int) -> None:
    """Nobody orders a rate beyond what the clinic has signed for, by word of mouth either."""
    limits = dose_limits_of(session.clinic_id, session.enrolment.program.code, order.route)
    most = limits.most_ug_per_kg_h if limits else None
    if most is None or order.weight_g is None or ug_per_hour * 1000 <= most * order.weight_g:
        return
    highest = most * order.weight_g // 1000
    raise Refused(
        f"{dosing.show_mg(ug_per_hour)} mg/h is beyond what this clinic has signed for: "
        f"{dosing.show_mg(highest)} mg/h at this weight.",
        "mg_per_hour",
    )


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
    return _add(session, stamp, what=RateChange.What.PAUSE, ug_per_hour=0, reason=reason.strip())


@transaction.atomic
def resume(session: Session, *, stamp: Stamp) -> RateChange:
    """The pump runs on at the rate that it had before the pause."""
    course = _running(session, stamp)
    if not course.is_paused and known_row(RateChange, stamp) is None:
        raise Refused("It is not paused.")
    return _add(session, stamp, what=RateChange.What.RESUME, ug_per_hour=course.ug_per_hour)
