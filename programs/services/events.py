"""Events in the chair: one tap each, more said later in rows of its own, an incident where one is serious."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.models import EventMore, Incident, IncidentReview, RecordRow, RoomEvent, Session
from programs.services.infusion import OPEN
from programs.services.record import Stamp, add_row, require_open
from programs.services.room_rules import rules_of_clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused


@transaction.atomic
def record_event(session: Session, *, what: str, stamp: Stamp) -> RoomEvent:
    """Something happened to the patient, now or at the time that the stamp says."""
    require_open(session, *OPEN)
    if what not in RoomEvent.What.values:
        raise Refused("Choose what happened.", "what")
    return add_row(session, RoomEvent, stamp, what=what)


@transaction.atomic
def say_more(
    event: RoomEvent, *, stamp: Stamp, severity: str = "", done: str = "", outcome: str = "", ended_at: datetime | None = None
) -> EventMore:
    """How bad it was, what was done, how it ended: each as it becomes known. Raises Refused for nothing said."""
    session = event.session
    require_open(session, *OPEN)
    if severity and severity not in EventMore.Severity.values:
        raise Refused("Mild, moderate or severe.", "severity")
    if ended_at and ended_at < event.happened_at:
        raise Refused("It would have ended before it began.", "ended_at")
    values = {"severity": severity, "done": done.strip(), "outcome": outcome.strip(), "ended_at": ended_at}
    if not any(values.values()):
        raise Refused("Say at least one of these.", "severity")
    return add_row(session, EventMore, stamp, event=event, **values)


@transaction.atomic
def call_serious(event: RoomEvent, *, actor: Actor, opened_at: datetime | None = None, at: datetime | None = None) -> Incident:
    """Open an incident, now or as of `opened_at`: it stays on the clinicians' list until one of them has reviewed it."""
    session = event.session
    actor.require("record_infusion", clinic_id=session.clinic_id)
    if event.is_corrected:
        raise Refused("This event was corrected or taken back. Record it anew.")
    known = Incident.objects.filter(event__in=[row.pk for row in _with_earlier(event)]).first()
    if known:
        return known
    now = at or timezone.now()
    rules = rules_of_clinic(session.clinic_id)
    row = Incident(
        clinic_id=session.clinic_id, event=event, session=session, patient_id=session.patient_id,
        card=rules.serious_words if rules else "", opened_at=opened_at or now, opened_by=actor.name,
    )  # fmt: skip
    row.save(force_insert=True)
    record_act(actor, "called serious", row, at=now, patient_id=session.patient_id, course_id=session.enrolment_id, now=event)
    return row


def _with_earlier(event: RoomEvent) -> Iterator[RoomEvent]:
    """The event and every row that it corrects, one after the other."""
    row: RecordRow | None = event
    while isinstance(row, RoomEvent):
        yield row
        row = row.corrects


@transaction.atomic
def review_incident(incident: Incident, *, words: str, actor: Actor, at: datetime | None = None) -> IncidentReview:
    """A clinician's findings, signed once. Raises Refused without a word."""
    actor.require("review_safety", clinic_id=incident.clinic_id)
    if not words.strip():
        raise Refused("Write what you found.", "words")
    known = IncidentReview.objects.filter(incident=incident).first()
    if known:
        raise Refused(f"{known.reviewed_by} has reviewed this already.")
    now = at or timezone.now()
    row = IncidentReview(
        clinic_id=incident.clinic_id, incident=incident, patient_id=incident.patient_id, words=words.strip(),
        reviewed_at=now, reviewed_by=actor.name,
    )  # fmt: skip
    row.save(force_insert=True)
    record_act(actor, "reviewed", row, at=now, patient_id=incident.patient_id, now=row.words, was=incident)
    return row
