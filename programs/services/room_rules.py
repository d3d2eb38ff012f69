"""The room's rules of a clinic: read by the session's page, changed by a clinician's signature only."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from programs.due import Pace, next_due
from programs.models import RoomRules, Session
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.ready import Ready

# Every 10 min during and every 15 min after, in 684 infusions (Riva-Posse 2018, PubMed 29525051).
COSIGN_HOURS = 24
PROPOSED: dict[str, object] = {"during_every": 10, "after_every": 15, "gap_percent": 5, "cosign_hours": COSIGN_HOURS}
PROPOSED_FROM = (
    "In one published series of 684 infusions: every 10 min during, every 15 min after (Riva-Posse 2018, PubMed 29525051)."
)
LONGEST_STEP = 60
LONGEST_COSIGN_HOURS = 168
LONGEST_UNCOVERED = 60


_in_force = Ready(RoomRules.objects.in_force)


def rules_of_clinic(clinic_id: int) -> RoomRules | None:
    """The rules in force, or None where no clinician signed any."""
    return _in_force.first(clinic_id=clinic_id)


def cosign_within(clinic_id: int) -> timedelta:
    """How soon an order by word of mouth is signed; a day, where no clinician signed any rules."""
    rules = rules_of_clinic(clinic_id)
    return timedelta(hours=rules.cosign_hours if rules else COSIGN_HOURS)


@transaction.atomic
def sign_rules(clinic: Clinic, *, actor: Actor, at: datetime | None = None, **rules: object) -> RoomRules:
    """Put a new version in force. The old ones stay readable. Raises Refused for a step that is none."""
    actor.require("sign_limits", clinic_id=clinic.pk)
    now = at or timezone.now()
    before = rules_of_clinic(clinic.pk)
    row = RoomRules(clinic=clinic, **rules, signed_at=now, signed_by=actor.name, signer_user_id=actor.signer_id)
    for name in ("during_every", "after_every"):
        if not 1 <= getattr(row, name) <= LONGEST_STEP:
            raise Refused(f"Between two readings lie 1 to {LONGEST_STEP} minutes.", name)
    if not 1 <= row.cosign_hours <= LONGEST_COSIGN_HOURS:
        raise Refused(f"Orders by word of mouth are signed within 1 to {LONGEST_COSIGN_HOURS} hours.", "cosign_hours")
    row.save(force_insert=True)
    record_act(actor, "signed", row, at=now, was=before or "", now=row)
    return row


@transaction.atomic
def set_cover_minutes(clinic: Clinic, minutes: int, *, actor: Actor, at: datetime | None = None) -> None:
    """After how many minutes without a touch a tablet covers its page. Tablets take it up with the next page."""
    actor.require("sign_limits", clinic_id=clinic.pk)
    if not 1 <= minutes <= LONGEST_UNCOVERED:
        raise Refused(f"1 to {LONGEST_UNCOVERED} minutes.", "minutes")
    was = clinic.cover_minutes
    Clinic.objects.filter(pk=clinic.pk).update(cover_minutes=minutes)
    record_act(actor, "set cover", clinic, at=at or timezone.now(), was=f"{was} minutes", now=f"{minutes} minutes")


def vitals_due_at(session: Session, rules: RoomRules | None, *, last_at: datetime | None, minutes: int | None) -> datetime | None:
    """When the next vitals of a running or recovering session are due; None where nobody is watched or no rules were signed.

    `minutes` is how long the order says that the drug runs; none for a dose that is given at once.
    """
    if rules is None:
        return None
    return due_by_pace(session, Pace(rules.during_every, rules.after_every), last_at=last_at, minutes=minutes)


def due_by_pace(session: Session, pace: Pace, *, last_at: datetime | None, minutes: int | None) -> datetime | None:
    """The same for a pace that was read before; None where nothing runs."""
    is_watched = session.state == Session.State.IN_PROGRESS or session.is_recovering
    if not is_watched or session.started_at is None:
        return None
    until = session.ended_at or session.started_at + timedelta(minutes=minutes or 0)
    return next_due(began_at=session.started_at, given_until=until, last_at=last_at, pace=pace)
