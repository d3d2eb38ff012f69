"""What happens to vials: received, opened, returned, destroyed; overfill, and what is left in one at the end."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from programs import dosing, ledger
from programs.ledger import Kind, Movement
from programs.models import DrugLot, LedgerLine, Vial
from programs.services.ledger.lines import (
    About,
    Signing,
    append,
    demand_witness,
    lock,
    read_some_ul,
    read_ul,
    sent_before,
)
from programs.services.states import demand_reason
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused

MOST_VIALS = 1000
MOST_MG_PER_ML = 500
MOST_ML = 1000


@dataclass(frozen=True)
class Label:
    """What stands on a vial, as typed."""

    drug: str
    mg_per_ml: str
    ml: str
    lot: str
    expires_on: date


@transaction.atomic
def receive_vials(clinic: Clinic, label: Label, count: int, *, signing: Signing) -> LedgerLine:
    """Vials came in and two people counted them. Raises Refused for a label that cannot be, or one that is expired."""
    signing.actor.require("keep_ledger", clinic_id=clinic.pk)
    demand_witness(signing, clinic.pk)
    lot = _lot_of(clinic, label, signing.now)
    lock(lot, signing)
    movement = _whole(Kind.RECEIVED, lot, count)
    return sent_before(lot, movement, signing) or append(lot, movement, signing, About())


def _lot_of(clinic: Clinic, label: Label, at: datetime) -> DrugLot:
    today = at.astimezone(clinic.tz).date()
    if label.expires_on < today:
        raise Refused(f"It expired on {label.expires_on:%b %-d, %Y}. Do not take it in.", "expires_on")
    said: dict[str, Any] = {
        "drug": label.drug.strip().lower(),
        "lot": label.lot.strip().upper(),
        "ug_per_ml": _thousandths(label.mg_per_ml, "mg/mL", "mg_per_ml", MOST_MG_PER_ML),
        "volume_ul": _thousandths(label.ml, "mL", "ml", MOST_ML),
    }
    known = DrugLot.objects.filter(clinic=clinic, **said)
    lot = known.filter(expires_on=label.expires_on).first()
    if lot:
        return lot
    other = known.filter(lines__sealed_after__gt=0).first()
    if other:
        raise Refused(
            f"Lot {other.lot} is in the ledger with expiry {other.expires_on:%b %-d, %Y}. Look at the label again; if the"
            " ledger is wrong, correct its line first.",
            "expires_on",
        )
    # Twice the same delivery at once: whoever comes second finds the lot of the first.
    return DrugLot.objects.get_or_create(clinic=clinic, expires_on=label.expires_on, **said)[0]


def _thousandths(typed: str, unit: str, field: str, most: int) -> int:
    try:
        amount = dosing.read_amount(typed, unit)
    except dosing.NotANumber as error:
        raise Refused(str(error), field) from error
    if not 0 < amount <= most:
        raise Refused(f"{dosing.show(amount)} {unit} is on no vial: it lies above 0, up to {most}.", field)
    return int(amount * 1000)


def _whole(kind: Kind, lot: DrugLot, count: int) -> Movement:
    if not 0 < count <= MOST_VIALS:
        raise Refused(f"Type how many vials: 1 to {MOST_VIALS}.", "count")
    return Movement(kind, count, count * lot.volume_ul)


@transaction.atomic
def open_vial(lot: DrugLot, *, signing: Signing) -> Vial:
    """A sealed vial is opened; from now on it is used for the clinic's days, never past its expiry."""
    lock(lot, signing)
    movement = _whole(Kind.OPENED, lot, 1)
    known = sent_before(lot, movement, signing)
    if known and known.vial:
        return known.vial
    today = signing.now.astimezone(lot.clinic.tz).date()
    if lot.is_expired(today):
        raise Refused(f"This lot expired on {lot.expires_on:%b %-d, %Y}. It is set apart and cannot be opened.")
    vial = Vial(
        clinic_id=lot.clinic_id,
        lot=lot,
        number=lot.opened_vials.count() + 1,
        opened_at=signing.now,
        use_until=ledger.last_day_of_use(today, lot.clinic.vial_days, lot.expires_on),
    )
    vial.save(force_insert=True)
    append(lot, movement, signing, About(vial=vial))
    return vial


@transaction.atomic
def record_overfill(vial: Vial, *, ml: str, signing: Signing) -> LedgerLine:
    """There was more in the vial than its label says."""
    lock(vial.lot, signing)
    demand_witness(signing, vial.clinic_id)
    movement = Movement(Kind.OVERFILL, volume_ul=read_some_ul(ml, "ml"))
    if movement.volume_ul > vial.lot.volume_ul:
        raise Refused("That is more than the whole vial holds. Type only what was above the label.", "ml")
    return sent_before(vial.lot, movement, signing) or append(vial.lot, movement, signing, About(vial=vial))


@transaction.atomic
def waste_rest(vial: Vial, *, ml: str, reason: str, signing: Signing) -> LedgerLine:
    """What is left in an opened vial is thrown away before a witness: past its day, broken, contaminated."""
    lock(vial.lot, signing)
    demand_witness(signing, vial.clinic_id)
    volume_ul = read_some_ul(ml, "ml")
    movement = Movement(Kind.WASTED, volume_ul=volume_ul, wasted_ul=volume_ul)
    about = About(vial=vial, reason=demand_reason(reason))
    return sent_before(vial.lot, movement, signing) or append(vial.lot, movement, signing, about)


@transaction.atomic
def return_vials(lot: DrugLot, count: int, *, reason: str, signing: Signing) -> LedgerLine:
    """Unopened vials go back to the supplier."""
    return _take_out(Kind.RETURNED, lot, count, reason, signing)


@transaction.atomic
def destroy_vials(lot: DrugLot, count: int, *, reason: str, signing: Signing) -> LedgerLine:
    """Unopened vials are destroyed before a witness."""
    return _take_out(Kind.DESTROYED, lot, count, reason, signing)


def _take_out(kind: Kind, lot: DrugLot, count: int, reason: str, signing: Signing) -> LedgerLine:
    lock(lot, signing)
    demand_witness(signing, lot.clinic_id)
    movement = _whole(kind, lot, count)
    return sent_before(lot, movement, signing) or append(lot, movement, signing, About(reason=demand_reason(reason)))


VIAL_KINDS = {Kind.RECEIVED, Kind.RETURNED, Kind.DESTROYED, Kind.OPENED}
ML_KINDS = {Kind.OVERFILL, Kind.WASTED}


@transaction.atomic
def correct_line(line: LedgerLine, *, amount: str, reason: str, signing: Signing) -> LedgerLine:
    """The number of vials, or of mL, was another; 0 when it never happened. Both lines stay.

    Draws are corrected in services.ledger.drawing; what a clinician has signed is not corrected, but counted again.
    """
    lock(line.lot, signing)
    demand_witness(signing, line.clinic_id)
    movement = _corrected(line, amount)
    known = sent_before(line.lot, movement, signing)
    if known:
        return known
    if line.is_corrected:
        raise Refused("This line was corrected already. Correct the newer one.")
    if movement == line.movement:
        raise Refused("That is what the line says already.", "amount")
    return append(line.lot, movement, signing, About(vial=line.vial, corrects=line, reason=demand_reason(reason)))


def _corrected(line: LedgerLine, amount: str) -> Movement:
    kind = Kind(line.kind)
    if kind in VIAL_KINDS:
        count = _count(amount)
        if kind == Kind.OPENED and count:
            raise Refused("One vial was opened, or none: type 0 if it was not opened.", "amount")
        return Movement(kind, count, count * line.lot.volume_ul)
    if kind not in ML_KINDS:
        raise Refused("This line cannot be corrected here.")
    volume_ul = read_ul(amount, "amount")
    return Movement(kind, volume_ul=volume_ul, wasted_ul=volume_ul if kind == Kind.WASTED else 0)


def _count(typed: str) -> int:
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MOST_VIALS):
        raise Refused(f"Type a whole number of vials, 0 to {MOST_VIALS}.", "amount")
    return int(text)


@transaction.atomic
def set_vial_days(clinic: Clinic, days: int, *, actor: Actor, at: datetime) -> None:
    """For how many days an opened vial is used from now on. Vials that are open keep their date."""
    actor.require("set_vial_days", clinic_id=clinic.pk)
    if not 0 <= days <= ledger.MOST_DAYS_OPEN:
        raise Refused(f"0 to {ledger.MOST_DAYS_OPEN} days; 0 is the same day only.", "days")
    was = clinic.vial_days
    Clinic.objects.filter(pk=clinic.pk).update(vial_days=days)
    record_act(actor, "set vial days", clinic, at=at, was=f"{was} days", now=f"{days} days")
