"""The one way in which the state of an import changes."""

from datetime import datetime

from assessments.models import IMPORT_MOVES, Import
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused


def move(row: Import, to: str, *, verb: str, actor: Actor, at: datetime, said: str = "", **fields: object) -> None:
    """Move `row` to state `to` by compare-and-swap, with its audit row and event. `fields` change with it.

    Raises Refused when nothing leads from here to there, Overtaken when somebody was faster.
    """
    actor.require("import_scores", clinic_id=row.clinic_id)
    was = row.state
    if to not in IMPORT_MOVES[was]:
        raise Refused(f"This file is {row.get_state_display().lower()}; that cannot be done with it now.")
    if not Import.objects.filter(pk=row.pk, state=was).update(state=to, **fields):
        raise Overtaken("Somebody did something else with this file meanwhile. Look again.")
    row.state = to
    for name, value in fields.items():
        setattr(row, name, value)
    record_act(actor, verb, row, at=at, was=was, now=said or to, reason=row.reason)
