"""What a tablet says of itself, that it is there and how many rows it has not sent; and how it learns of another's rows."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from programs.in_step import Heard
from programs.models import OpenTablet, Session
from tracker.accounts.models import User
from tracker.accounts.roles import Actor
from tracker.audit.models import Event


@transaction.atomic
def hear_tablet(
    session: Session, tablet: uuid.UUID, *, unsent: int, is_leaving: bool, actor: Actor, at: datetime | None = None
) -> None:
    """Keep the last word of this tablet. One that leaves with nothing unsent is forgotten. No event: no record."""
    actor.require("record_infusion", clinic_id=session.clinic_id)
    if is_leaving and not unsent:
        OpenTablet.objects.filter(session=session, tablet=tablet).delete()
        return
    word = OpenTablet(session=session, tablet=tablet, user_id=actor.signer_id, unsent=unsent, heard_at=at or timezone.now())
    OpenTablet.objects.bulk_create(
        [word], update_conflicts=True, unique_fields=["session", "tablet"], update_fields=["user_id", "unsent", "heard_at"]
    )


def tablets_of(session: Session) -> list[Heard]:
    """What was last heard of each tablet that has this session open, or the one from which its record was moved."""
    here = OpenTablet.objects.filter(Q(session=session) | Q(session__moved_to__into=session))
    words = list(here.order_by("heard_at"))
    names = User.objects.in_bulk([word.user_id for word in words]) if words else {}
    return [Heard(str(names[word.user_id]), word.heard_at, word.unsent) for word in words]


def changes_of(session: Session) -> int:
    """A number that grows with everything that is done to this patient on the day: a page that shows another is old."""
    return Event.objects.filter(patient_id=session.patient_id, at__gte=session.starts_at - timedelta(days=1)).count()
