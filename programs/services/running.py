"""How the dose of one session runs, by what the nurse recorded of the pump."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from programs.infusing import RateFrom, given_ug, rate_for
from programs.models import DoseOrder, RateChange, Session


@dataclass(frozen=True)
class Course:
    """How the dose of one session runs: what was ordered, and every rate since it began."""

    order: DoseOrder
    rates: tuple[RateFrom, ...]
    is_paused: bool

    @property
    def dose_ug(self) -> int:
        return self.order.dose_ug

    @property
    def ug_per_hour(self) -> int:
        """The rate now, or before the pause."""
        return next((step.ug_per_hour for step in reversed(self.rates) if step.ug_per_hour), 0)

    def given_until(self, until: datetime) -> Fraction:
        """Micrograms given up to then; never more than was ordered."""
        return given_ug(self.rates, until=until, most_ug=self.dose_ug)


def running_of(session: Session, at: datetime | None = None) -> Course | None:
    """How this session's dose runs, or ran at a moment; None before it began, and for a dose that has no rate."""
    if session.started_at is None:
        return None
    order: DoseOrder | None = session.orders.first()
    if order is None or not order.minutes:
        return None
    rows = RateChange.objects.standing().filter(session=session).order_by("happened_at", "pk")
    changes = list(rows.filter(happened_at__lte=at) if at else rows)
    first = RateFrom(session.started_at, order.ug_per_h or rate_for(order.dose_ug, order.minutes))
    rates = (first, *(RateFrom(row.happened_at, row.ug_per_hour) for row in changes))
    return Course(order, rates, bool(changes) and changes[-1].what == RateChange.What.PAUSE)
