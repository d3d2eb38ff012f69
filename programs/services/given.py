"""What a session gave: measured where somebody read the pump or wrote down each dose, else as the record has it."""

from programs.models import DoseOrder, GivenDose, PumpReading, Session
from programs.services.running import running_of
from tracker.ready import Ready

_readings = Ready(lambda session: PumpReading.objects.standing().filter(session_id=session).order_by("-happened_at", "-pk")[:1])
_doses = Ready(lambda session: GivenDose.objects.standing().filter(session_id=session).values_list("dose_ug", flat=True))


def measured_ug(session: Session) -> int | None:
    """Micrograms by the pump's own figures, or the sum of the doses; None while nobody measured."""
    reading = _readings.first(session=session.pk)
    if reading:
        return reading.measured_ug
    doses = _doses(session=session.pk)
    return sum(doses) if doses else None


def keep_given(session: Session) -> None:
    """Store on the session what it gave, for everybody who asks the session alone."""
    session.dose_ug = _given_ug(session)
    Session.objects.filter(pk=session.pk).update(dose_ug=session.dose_ug)


def _given_ug(session: Session) -> int | None:
    measured = measured_ug(session)
    if measured is not None:
        return measured
    order: DoseOrder | None = session.orders.first()
    if order and order.is_at_times:
        return 0
    course = running_of(session)
    if course and session.state == Session.State.STOPPED_EARLY and session.ended_at:
        return round(course.given_until(session.ended_at))
    return order.dose_ug if order else session.dose_ug
