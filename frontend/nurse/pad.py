"""The vitals pad: its slots, what stood in them before, the last rows and their trend, and Undo."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from frontend.doors import Request, door, get_visible
from frontend.nurse.forms import VitalsForm
from frontend.nurse.trend import Measured, Minutes, draw_trend
from programs.due import due_with_forty
from programs.models import ClinicLimits, DoseOrder, RoomRules, Session, Vitals
from programs.services.record import Stamp, take_back
from programs.services.room_rules import rules_of_clinic, vitals_due_at
from tracker.errors import Refused

IN_SIGHT = 3


def pad_of(
    session: Session, rows: Sequence[Vitals], order: DoseOrder | None, drafts: dict[str, str], limits: ClinicLimits | None
) -> dict[str, Any]:
    """What the pad shows. `rows` are all readings of the session, newest first."""
    rules = rules_of_clinic(session.clinic_id)
    standing = [row for row in rows if not row.is_corrected]
    form = VitalsForm(rules=rules, initial={"key": uuid.uuid4(), **drafts})
    form.was(standing[0] if standing else None)
    return {
        "vitals_form": form,
        "last_rows": standing[:IN_SIGHT],
        "trend": draw_trend(_as_measured(standing), _minutes(session, order), limits.stop_systolic if limits else None),
        "due_at": _due_at(session, standing, rules, order),
        "rules": rules,
    }


def _as_measured(standing: Sequence[Vitals]) -> list[Measured]:
    return [Measured(row.happened_at, row.systolic, row.diastolic, row.pulse) for row in reversed(standing)]


def _minutes(session: Session, order: DoseOrder | None) -> Minutes:
    return Minutes(session.started_at, order.minutes or 0 if order else 0)


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
    """Take back a reading that was just saved: a new row says so, and both stay in sight. Why not, the pad's script says."""
    session: Session = get_visible(Session.objects.select_related("clinic"), request.actor, public_id=public_id)
    row: Vitals = get_visible(Vitals.objects, request.actor, public_id=row_id, session=session)
    try:
        if timezone.now() - row.recorded_at > UNDO_WITHIN:
            raise Refused("Too late for Undo: correct the row instead.")
        take_back(row, stamp=Stamp(request.actor, uuid.uuid4(), corrects=row, why=Vitals.Why.TAKEN_BACK))
    except Refused as refusal:
        return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
