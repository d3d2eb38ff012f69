"""The one way in which a line comes into the ledger."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from programs import dosing, ledger
from programs.ledger import Amounts, Movement
from programs.models import Counted, DrugLot, LedgerLine, Session, Vial
from programs.services.record import CLOCK_AHEAD
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.ready import Ready
from tracker.writing import insert


@dataclass(frozen=True)
class Signing:
    """Who writes, under which key, who bears witness (and has proved it), and when it happened."""

    actor: Actor
    key: uuid.UUID
    witness: Actor | None = None
    happened_at: datetime | None = None
    at: datetime | None = None

    @property
    def now(self) -> datetime:
        return self.at or timezone.now()


@dataclass(frozen=True)
class About:
    """What a line points at, and why it was written."""

    vial: Vial | None = None
    session: Session | None = None
    draw: LedgerLine | None = None
    item: Counted | None = None
    corrects: LedgerLine | None = None
    reason: str = ""


_locked = Ready(lambda lot: DrugLot.objects.select_for_update().filter(pk=lot))
_sent = Ready(lambda author, key: LedgerLine.objects.filter(author_user_id=author, key=key))


def lock(lot: DrugLot, signing: Signing) -> None:
    """Let nobody else write to this lot until the transaction ends. NotAllowed for who may not write at all."""
    signing.actor.require("keep_ledger", clinic_id=lot.clinic_id)
    _locked(lot=lot.pk)


def sent_before(lot: DrugLot, movement: Movement, signing: Signing) -> LedgerLine | None:
    """The line that this key brought before, or None. Raises Refused when that one said something else."""
    known = _sent.first(author=signing.actor.signer_id, key=signing.key)
    if known and (known.lot_id != lot.pk or known.movement != movement):
        raise Refused("This was sent before with other content. Reload the page.")
    return known


def demand_witness(signing: Signing, clinic_id: int) -> None:
    """Raise Refused unless somebody else, who may, bears witness."""
    if signing.witness is None:
        raise Refused("A second person must bear witness, with their own password.", "witness")
    if signing.witness.signer_id == signing.actor.signer_id:
        raise Refused("The witness must be another person.", "witness")
    signing.witness.require("witness_ledger", clinic_id=clinic_id)


def append(lot: DrugLot, movement: Movement, signing: Signing, about: About) -> LedgerLine:
    """Add one line to a lot that is locked, with its audit and event rows. Raises Refused when there is not enough."""
    now = signing.now
    happened_at = signing.happened_at or (about.corrects.happened_at if about.corrects else now)
    if happened_at > now + CLOCK_AHEAD:
        raise Refused("That time has not come yet.", "clock")
    line = LedgerLine(
        clinic_id=lot.clinic_id,
        lot=lot,
        kind=movement.kind.value,
        vial=about.vial,
        session=about.session,
        patient_id=about.session.patient_id if about.session else None,
        draw=about.draw,
        item=about.item,
        vials=movement.vials,
        volume_ul=movement.volume_ul,
        given_ul=movement.given_ul,
        wasted_ul=movement.wasted_ul,
        **_balance(lot, movement, about),
        key=signing.key,
        happened_at=happened_at,
        recorded_at=now,
        author=signing.actor.name,
        author_user_id=signing.actor.signer_id,
        witness=signing.witness.name if signing.witness else "",
        witness_user_id=signing.witness.signer_id if signing.witness else None,
        corrects=about.corrects,
        reason=about.reason,
    )
    insert(line)
    record_act(
        signing.actor, "corrected" if about.corrects else "wrote", line, at=now, patient_id=line.patient_id,
        course_id=about.session.enrolment_id if about.session else None,
        was=about.corrects or "", now=f"{line}, {about.vial or lot}", reason=about.reason,
    )  # fmt: skip
    return line


def _balance(lot: DrugLot, movement: Movement, about: About) -> dict[str, int]:
    """The place of the next line, what it changes, and what there is after it. Raises Refused when there is not enough."""
    changed = ledger.change(movement, about.corrects.movement if about.corrects else None)
    last, before = _before(lot, about.vial)
    try:
        there = ledger.after(before, changed)
    except ledger.BelowZero as error:
        raise Refused(str(error)) from error
    return {
        "number": last + 1,
        "sealed_change": changed.sealed,
        "open_change_ul": changed.open_ul,
        "drawn_change_ul": changed.drawn_ul,
        "sealed_after": there.sealed,
        "open_after_ul": there.open_ul,
        "drawn_after_ul": there.drawn_ul,
    }


_LAST_OF_LOT = Ready(lambda lot: LedgerLine.objects.filter(lot_id=lot).order_by("-number")[:1])
_LAST_OF_VIAL = Ready(lambda vial: LedgerLine.objects.filter(vial_id=vial).order_by("-number")[:1])


def _before(lot: DrugLot, vial: Vial | None) -> tuple[int, Amounts]:
    """The number of the lot's last line, and what there is now: sealed in the lot, open and drawn of the vial."""
    last = _LAST_OF_LOT.first(lot=lot.pk)
    of_vial = _LAST_OF_VIAL.first(vial=vial.pk) if vial else None
    sealed = last.sealed_after if last else 0
    amounts = Amounts(sealed, of_vial.open_after_ul, of_vial.drawn_after_ul) if of_vial else Amounts(sealed)
    return (last.number if last else 0), amounts


def read_ul(typed: str, field: str) -> int:
    """A volume as typed in mL, in microlitres. Raises Refused for anything but one plain number."""
    try:
        return int(dosing.read_amount(typed, "mL") * 1000)
    except dosing.NotANumber as error:
        raise Refused(str(error), field) from error


def read_some_ul(typed: str, field: str) -> int:
    """The same, of at least something."""
    volume_ul = read_ul(typed, field)
    if not volume_ul:
        raise Refused("Type the number of mL; 0 is nothing.", field)
    return volume_ul
