"""Mappings by name, for the next file of the same shape."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from assessments.models import Import, KeptMapping
from assessments.transfer.staging import mapping_in
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused

LONGEST_NAME = 80


@transaction.atomic
def keep_mapping(row: Import, *, name: str, text: str, actor: Actor, at: datetime | None = None) -> KeptMapping:
    """Keep this mapping of a file under a name; one of that name is replaced, with its event."""
    actor.require("import_scores", clinic_id=row.clinic_id)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"Give the mapping a name of at most {LONGEST_NAME} letters.", "keep_as")
    mapping_in(text)
    now = at or timezone.now()
    kept, _ = KeptMapping.objects.update_or_create(
        clinic_id=row.clinic_id, kind=row.kind, name=name, defaults={"text": text, "kept_by": actor.name, "kept_at": now}
    )
    record_act(actor, "kept", kept, at=now, now=name)
    return kept
