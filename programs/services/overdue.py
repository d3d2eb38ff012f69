"""Orders by word of mouth whose time to be signed has passed: the prescriber is reminded, once for each."""

from datetime import datetime

from django.utils import timezone

from programs.models import Discharge, RoomOrder, StartRelease
from programs.services.room_rules import cosign_within
from tracker.messaging.services import remind_to_sign

# What a prescriber says by word of mouth, and where the row names them.
BY_WORD = ((StartRelease, "prescriber"), (RoomOrder, "prescriber"), (Discharge, "clinician"))


def remind_overdue(at: datetime | None = None) -> None:
    """Put a reminder into the outbox for every order that has become overdue since the last time. Practices count for nothing."""
    now = at or timezone.now()
    for kind, who in BY_WORD:
        rows = kind.objects.unsigned().filter(**{"clinic__is_training": False, f"{who}__is_active": True})
        for row in rows.select_related("clinic", who):
            if row.recorded_at + cosign_within(row.clinic_id) < now:
                remind_to_sign(row.clinic, getattr(row, who), key=f"overdue:{row.public_id}", at=now)
