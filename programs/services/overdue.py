"""Orders by word of mouth whose time to be signed has passed: the prescriber is reminded, once for each."""

from datetime import datetime

from django.utils import timezone

from programs.models import RoomOrder, StartRelease
from programs.services.room_rules import cosign_within
from tracker.messaging.services import remind_to_sign


def remind_overdue(at: datetime | None = None) -> None:
    """Put a reminder into the outbox for every order that has become overdue since the last time. Practices count for nothing."""
    now = at or timezone.now()
    for kind in (StartRelease, RoomOrder):
        rows = kind.objects.unsigned().filter(clinic__is_training=False, prescriber__is_active=True)
        for row in rows.select_related("clinic", "prescriber"):
            if row.recorded_at + cosign_within(row.clinic_id) < now:
                remind_to_sign(row.clinic, row.prescriber, key=f"overdue:{row.public_id}", at=now)
