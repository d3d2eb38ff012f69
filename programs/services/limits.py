"""The clinic's limits of vitals: read by every start, changed by a clinician's signature only."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.limits import Limit, disagreement
from programs.models import ClinicLimits
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.ready import Ready

# What a limit may be at all. Beyond these it would hold nobody, or everybody.
SENSIBLE = {"systolic": (100, 260), "diastolic": (60, 160), "pulse": (60, 220), "spo2": (70, 99)}
WORDS = {"systolic": "Systolic", "diastolic": "Diastolic", "pulse": "Pulse", "spo2": "Oxygen"}


def limits_of_clinic(clinic_id: int) -> ClinicLimits | None:
    """The limits in force, or None where no clinician signed any: then nothing starts."""
    return _in_force.first(clinic_id=clinic_id)


_in_force = Ready(ClinicLimits.objects.in_force)


@transaction.atomic
def sign_limits(clinic: Clinic, *, hold: Limit, stop: Limit, actor: Actor, at: datetime | None = None) -> ClinicLimits:
    """Put new limits in force for this clinic. The old ones stay readable. Raises Refused for what holds nobody."""
    actor.require("sign_limits", clinic_id=clinic.pk)
    for prefix, limit in (("hold", hold), ("stop", stop)):
        for name, (low, high) in SENSIBLE.items():
            if not low <= getattr(limit, name) <= high:
                raise Refused(f"{WORDS[name]}: a limit lies between {low} and {high}.", f"{prefix}_{name}")
    if wrong := disagreement(hold, stop):
        raise Refused(wrong[1], wrong[0])
    now = at or timezone.now()
    before = limits_of_clinic(clinic.pk)
    row = ClinicLimits(
        clinic=clinic,
        **{f"hold_{name}": getattr(hold, name) for name in SENSIBLE},
        **{f"stop_{name}": getattr(stop, name) for name in SENSIBLE},
        signed_at=now,
        signed_by=actor.name,
        signer_user_id=actor.signer_id,
    )
    row.save(force_insert=True)
    record_act(actor, "signed", row, at=now, was=before or "", now=row)
    return row
