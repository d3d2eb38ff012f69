"""What the worker does with imports: it polls for rows with work to do, so nothing rests on a message that could be lost."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessments.models import Import
from assessments.transfer.publishing import publish
from assessments.transfer.staging import HELD_FOR, stage
from assessments.transfer.states import move
from assessments.transfer.withdrawing import withdraw
from tracker.accounts.models import Membership
from tracker.accounts.roles import Actor
from tracker.errors import Refused
from tracker.people.joining import operator_of

log = logging.getLogger(__name__)

# Between two stretches the worker looks after messages and check-ins.
STRETCH_SECONDS = 15.0
MOST_TRIES = 3
# Where a file goes back to when what was asked for cannot be done.
BACK = {
    Import.State.READING: Import.State.STOPPED,
    Import.State.PUBLISHING: Import.State.READ,
    Import.State.WITHDRAWING: Import.State.PUBLISHED,
}


def work_due(at: datetime | None = None) -> bool:
    """Do a stretch of the work that was asked for first; False when there is none."""
    now = at or timezone.now()
    row = _claim(now)
    if row is None:
        return False
    try:
        _work(row, now)
    except Refused as refusal:
        _give_back(row, str(refusal), now)
    except Exception:
        log.exception("import %s failed, try %s", row.pk, row.tries)
        if row.tries >= MOST_TRIES:
            _give_back(row, f"It failed {MOST_TRIES} times; nothing was left half done. The log of the worker says why.", now)
    Import.objects.filter(pk=row.pk).update(held_until=None)
    return True


@transaction.atomic
def _claim(now: datetime) -> Import | None:
    """The next file with work to do, held by this worker; who dies holding it lets go of it after a minute."""
    rows = Import.objects.due(now).select_for_update(skip_locked=True, of=("self",)).select_related("clinic")
    row = rows.order_by("brought_at").first()
    if row is None:
        return None
    Import.objects.filter(pk=row.pk).update(held_until=timezone.now() + HELD_FOR, tries=F("tries") + 1)
    row.tries += 1
    return row


def _work(row: Import, now: datetime) -> None:
    actor = _who_asked(row)
    if row.state == Import.State.READING:
        stage(row, actor=actor, at=now, seconds=STRETCH_SECONDS)
    elif row.state == Import.State.PUBLISHING:
        publish(row, actor=actor, at=now)
    else:
        withdraw(row, actor=actor, at=now)


def _who_asked(row: Import) -> Actor:
    member = Membership.objects.filter(pk=row.asked_by_member or 0, is_active=True).select_related("user").first()
    if member is None:
        raise Refused("Whoever asked for this does not work here any more. Ask for it again.")
    return member.as_actor()


@transaction.atomic
def _give_back(row: Import, why: str, now: datetime) -> None:
    """The work is not done: the file is where it was before, and says why."""
    there = Import.objects.select_related("clinic").get(pk=row.pk)
    if there.state == row.state:
        back = BACK[Import.State(row.state)]
        move(there, back, verb="was not done", actor=operator_of(there.clinic), at=now, said=why, trouble=why, held_until=None)
