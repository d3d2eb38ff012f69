"""What a prescriber orders while the session goes on: themselves, or by word of mouth, read back and signed afterwards."""

from dataclasses import dataclass
from datetime import datetime

from programs.models import RoomOrder, Session
from programs.services.releases import demand_read_back
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act


@dataclass(frozen=True)
class ByMouth:
    """Who gave the order by word of mouth, and whether it was read back."""

    prescriber_id: int | None = None
    read_back: bool = False


def take_order(session: Session, words: str, by: ByMouth, *, actor: Actor, at: datetime, reason: str = "") -> RoomOrder:
    """The order on which the next row is written. A prescriber who writes the row orders it with it; anybody else took
    it by word of mouth: raises Refused unless they say from whom, and that it was read back.
    """
    is_own = actor.may("release_start")
    prescriber_id = (
        actor.signer_id
        if is_own
        else demand_read_back(session.clinic_id, prescriber_id=by.prescriber_id, read_back=by.read_back, actor=actor)
    )
    row = RoomOrder(
        clinic_id=session.clinic_id, session=session, patient_id=session.patient_id, words=words[:300], reason=reason,
        prescriber_id=prescriber_id, is_verbal=not is_own, recorded_at=at,
        recorded_by=actor.name,
    )  # fmt: skip
    row.save(force_insert=True)
    verb = "ordered" if is_own else "took the verbal order"
    record_act(
        actor, verb, row, at=at, patient_id=session.patient_id, course_id=session.enrolment_id, now=row.words, reason=reason
    )
    return row
