"""Raising a safety case, and closing it with what was done."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused
from tracker.people.models import Patient


def raise_alert(
    patient: Patient, *, actor: Actor, level: Alert.Level, rule: str, cause: str, course_id: int | None, at: datetime
) -> Alert:
    """Open a safety case, in the transaction of the answer that caused it.

    There is no permission to ask: whoever brings a safety answer raises it. A HISTORY case is born closed.
    """
    alert = Alert(
        clinic_id=patient.clinic_id,
        patient=patient,
        course_id=course_id,
        level=level,
        rule=rule,
        cause=cause,
        raised_at=at,
        closed_at=at if level == Alert.Level.HISTORY else None,
    )
    alert.save(force_insert=True)
    record_act(actor, "raised", alert, at=at, patient_id=patient.pk, course_id=course_id, now=level)
    return alert


@transaction.atomic
def close_alert(alert: Alert, *, actor: Actor, outcome: str, note: str, at: datetime | None = None) -> None:
    """Write what was done about a safety answer. Only then does it leave the lists.

    Raises Refused without an outcome or a note, Overtaken when a colleague closed it first.
    """
    actor.require("close_alert", clinic_id=alert.clinic_id)
    if outcome not in Alert.Outcome.values:
        raise Refused(_("Choose what came of it."), "outcome")
    if not note.strip():
        raise Refused(_("Write what was done, so that the next person knows."), "note")
    now = at or timezone.now()
    changed = Alert.objects.filter(pk=alert.pk, closed_at=None).update(
        outcome=outcome, note=note, closed_at=now, closed_by=actor.name
    )
    if not changed:
        raise Overtaken(_("A colleague wrote an outcome meanwhile. Reload to read it."))
    record_act(actor, "closed", alert, at=now, patient_id=alert.patient_id, course_id=alert.course_id, now=outcome, reason=note)
