"""The vitals pad: its slots, what stood in them before, the last rows as a small trend, and Undo."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from frontend.doors import Request, door, get_visible
from frontend.nurse.forms import VitalsForm
from programs.due import due_with_forty
from programs.models import DoseOrder, RoomRules, Session, Vitals
from programs.services.record import Stamp, take_back
from programs.services.room_rules import rules_of_clinic, vitals_due_at
from tracker.errors import Refused

IN_SIGHT = 3
# The drawing: a point every 30 units from the left, 0 to 220 mmHg from the bottom up.
STEP, TOP = 30, 220


@dataclass(frozen=True)
class Trend:
    """The points of three lines, oldest first, as an SVG takes them."""

    width: int
    systolic: str
    diastolic: str
    pulse: str


def trend_of(rows: Sequence[Vitals]) -> Trend:
    """The lines of these rows, which come newest first; a gap has no point."""
    oldest_first = rows[::-1]
    lines = {name: _points([getattr(row, name) for row in oldest_first]) for name in ("systolic", "diastolic", "pulse")}
    return Trend(width=max(STEP * (len(rows) - 1), STEP), **lines)


def _points(values: Sequence[int | None]) -> str:
    return " ".join(f"{STEP * place},{TOP - value}" for place, value in enumerate(values) if value is not None)


def pad_of(session: Session, rows: Sequence[Vitals], order: DoseOrder | None, drafts: dict[str, str]) -> dict[str, Any]:
    """What the pad shows. `rows` are all readings of the session, newest first."""
    rules = rules_of_clinic(session.clinic_id)
    standing = [row for row in rows if not row.is_corrected]
    form = VitalsForm(rules=rules, initial={"key": uuid.uuid4(), **drafts})
    form.was(standing[0] if standing else None)
    return {
        "vitals_form": form,
        "last_rows": standing[:IN_SIGHT],
        "trend": trend_of(standing[:12]) if len(standing) > 1 else None,
        "due_at": _due_at(session, standing, rules, order),
        "rules": rules,
    }


def _due_at(session: Session, standing: Sequence[Vitals], rules: RoomRules | None, order: DoseOrder | None) -> datetime | None:
    last_at = standing[0].happened_at if standing else None
    due_at = vitals_due_at(session, rules, last_at=last_at, minutes=order.minutes if order else None)
    if due_at and session.started_at and order and order.device_ug:
        return due_with_forty(due_at, given_at=session.started_at, last_at=last_at)
    return due_at


# Undo is offered for ten seconds; a slow line must not turn it into a refusal.
UNDO_WITHIN = timedelta(minutes=1)


@require_POST
@door("record_infusion")
def undo(request: Request, public_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """Take back a reading that was just saved: a new row says so, and both stay in sight."""
    session: Session = get_visible(Session.objects.select_related("clinic"), request.actor, public_id=public_id)
    row: Vitals = get_visible(Vitals.objects, request.actor, public_id=row_id, session=session)
    try:
        if timezone.now() - row.recorded_at > UNDO_WITHIN:
            raise Refused("Too late for Undo: correct the row instead.")
        take_back(row, stamp=Stamp(request.actor, uuid.uuid4(), corrects=row, why=Vitals.Why.TAKEN_BACK))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Taken back. Both rows stay in sight.")
    return redirect("session", public_id)
