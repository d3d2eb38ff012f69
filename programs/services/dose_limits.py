"""The clinic's limits of a dose: read by every order, changed by a clinician's signature only."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from programs.dose_limits import CHANGE_PERCENT, SOFT_FROM_MG_PER_KG, SOFT_TO_MG_PER_KG, Signed
from programs.dosing import show
from programs.models import DoseLimits
from programs.protocols import Dose
from programs.services.offering import program_named
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.ready import Ready

# Faster than this nobody gives ketamine here, whatever a clinic signs.
MOST_MG_PER_KG_H = Decimal(6)
MOST_PERCENT = 100


def dose_limits_of(clinic_id: int, program: str, route: str) -> DoseLimits | None:
    """The limits in force, or None where no clinician signed any: then nothing is ordered."""
    return _in_force.first(clinic_id=clinic_id, program=program, route=str(route))


_in_force = Ready(DoseLimits.objects.in_force)


def proposed_limits(dose: Dose) -> Signed:
    """What a clinician who has signed none is offered: the program's own most, and the usual band within it."""
    most = dose.most_mg_per_kg
    if most is None:
        return Signed(dose.most_mg, CHANGE_PERCENT)
    return Signed(
        most_mg=dose.most_mg,
        change_percent=CHANGE_PERCENT,
        most_mg_per_kg=most,
        most_mg_per_kg_h=(most * 60 / dose.minutes).quantize(Decimal("0.001")) if dose.minutes else None,
        soft_from_mg_per_kg=min(SOFT_FROM_MG_PER_KG, most),
        soft_to_mg_per_kg=min(SOFT_TO_MG_PER_KG, most),
    )


@transaction.atomic
def sign_dose_limits(clinic: Clinic, program: str, signed: Signed, *, actor: Actor, at: datetime | None = None) -> DoseLimits:
    """Put new limits in force for one program of this clinic. The old ones stay. Raises Refused beyond the program's own."""
    actor.require("sign_limits", clinic_id=clinic.pk)
    dose = program_named(program, clinic.pk).dose
    _stay_within_program(signed, dose)
    before = dose_limits_of(clinic.pk, program, dose.route)
    row = DoseLimits(
        clinic=clinic,
        program=program,
        route=dose.route,
        most_ug=int(signed.most_mg * 1000),
        most_ug_per_kg=_ug(signed.most_mg_per_kg),
        most_ug_per_kg_h=_ug(signed.most_mg_per_kg_h),
        soft_from_ug_per_kg=_ug(signed.soft_from_mg_per_kg),
        soft_to_ug_per_kg=_ug(signed.soft_to_mg_per_kg),
        change_percent=signed.change_percent,
        signed_at=at or timezone.now(),
        signed_by=actor.name,
        signer_user_id=actor.signer_id,
    )
    row.save(force_insert=True)
    record_act(actor, "signed", row, at=row.signed_at, was=before or "", now=f"{program}: {row}")
    return row


def _ug(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 1000)


def _stay_within_program(signed: Signed, dose: Dose) -> None:
    _between("most_mg", signed.most_mg, dose.most_mg, "mg")
    if not 0 < signed.change_percent <= MOST_PERCENT:
        raise Refused(f"Write a change from 1 to {MOST_PERCENT} %.", "change_percent")
    if dose.most_mg_per_kg is None:
        return
    _between("most_mg_per_kg", signed.most_mg_per_kg, dose.most_mg_per_kg, "mg/kg")
    if dose.minutes:
        _between("most_mg_per_kg_h", signed.most_mg_per_kg_h, MOST_MG_PER_KG_H, "mg/kg/h")
    _between("soft_to_mg_per_kg", signed.soft_to_mg_per_kg, signed.most_mg_per_kg or Decimal(0), "mg/kg")
    _between("soft_from_mg_per_kg", signed.soft_from_mg_per_kg, signed.soft_to_mg_per_kg or Decimal(0), "mg/kg")


def _between(field: str, amount: Decimal | None, most: Decimal, unit: str) -> None:
    if amount is None or not 0 < amount <= most:
        raise Refused(f"Write a number of {unit} above 0, up to {show(most)}.", field)
