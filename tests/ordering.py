"""What a browser sends of an order: to have it worked out, and to sign what was shown."""

from dataclasses import asdict

from programs.models import Session
from programs.services.orders import work_out
from programs.services.second_looks import shown_of
from tests.cast import Cast, wanted


def as_typed(session: Session, **typed: str) -> dict[str, str]:
    """The first step: everything that is typed."""
    return asdict(wanted(session.enrolment.protocol.dose, **typed))


def as_signed(cast: Cast, session: Session, **typed: str) -> dict[str, str]:
    """The second step: the same, with the sentence that was read."""
    order = work_out(session, wanted(session.enrolment.protocol.dose, **typed), actor=cast.actor("maya")).order
    return {**as_typed(session, **typed), "act": "sign", "shown": shown_of(order)}
