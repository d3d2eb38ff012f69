"""The one way in which a state changes."""

from collections.abc import Mapping
from datetime import datetime

from programs.models import CHECKIN_MOVES, ENROLMENT_MOVES, SESSION_MOVES, CheckIn, Enrolment, Session
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused
from tracker.writing import change

Stateful = Enrolment | Session | CheckIn
LONGEST_REASON = 200

_MOVES: dict[type[Stateful], Mapping[str, frozenset[str]]] = {
    Enrolment: ENROLMENT_MOVES,
    Session: SESSION_MOVES,
    CheckIn: CHECKIN_MOVES,
}


def change_state(row: Stateful, to: str, *, verb: str, actor: Actor, at: datetime, reason: str = "", **fields: object) -> None:
    """Move `row` to state `to` by compare-and-swap, with its event. `fields` change in the same statement.

    Raises Refused when the table of transitions has no such step, Overtaken when somebody was faster.
    """
    was = row.state
    if to == was:
        raise Refused(f"This {row._meta.verbose_name} is {was} already.")
    if to not in _MOVES[type(row)][was]:
        raise Refused(f"This {row._meta.verbose_name} is {was}. It cannot become {to} from there.")
    if not isinstance(row, CheckIn):
        fields["state_reason"] = reason[:200]
    if not change(type(row), {"state": to, **fields}, where={"id": row.pk, "state": was}):
        raise Overtaken(f"Somebody changed this {row._meta.verbose_name} meanwhile. Reload to see how it stands.")
    row.state = to
    for name, value in fields.items():
        setattr(row, name, value)
    record_act(actor, verb, row, at=at, patient_id=row.patient_id, course_id=_course_of(row), was=was, now=to, reason=reason)


def _course_of(row: Stateful) -> int:
    return row.pk if isinstance(row, Enrolment) else row.enrolment_id


def demand_reason(reason: str) -> str:
    """The reason without spaces around it. Raises Refused when it says nothing, or more than a row can keep."""
    if not reason.strip():
        raise Refused("Write why.", "reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"Write why in {LONGEST_REASON} letters or fewer; these are {len(reason)}.", "reason")
    return reason.strip()
