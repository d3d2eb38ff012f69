"""What a tablet says of itself, that it is there and how many rows it has not sent; and how it learns of another's rows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from programs.models import OpenTablet, Session
from tracker.accounts.roles import Actor
from tracker.audit.models import Event


@transaction.atomic
def hear_tablet(session: Session, *, unsent: int, is_leaving: bool, actor: Actor, at: datetime | None = None) -> None:
    """Keep the last word of this nurse's tablet. One that leaves with nothing unsent is forgotten. No event: no record."""
    actor.require("record_infusion", clinic_id=session.clinic_id)
    if is_leaving and not unsent:
        OpenTablet.objects.filter(session=session, user_id=actor.signer_id).delete()
        return
    word = OpenTablet(session=session, user_id=actor.signer_id, unsent=unsent, heard_at=at or timezone.now())
    OpenTablet.objects.bulk_create(
        [word], update_conflicts=True, unique_fields=["session", "user_id"], update_fields=["unsent", "heard_at"]
    )


def changes_of(session: Session) -> int:
    """A number that grows with everything that is done to this patient on the day: a page that shows another is old."""
    return Event.objects.filter(patient_id=session.patient_id, at__gte=session.starts_at - timedelta(days=1)).count()
