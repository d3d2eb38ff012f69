"""Counting at a change of shift: two people look, and what differs from the ledger waits for a clinician's signature."""

from collections.abc import Mapping

from django.db import transaction

from programs.ledger import Kind, Movement
from programs.models import Counted, DrugLot, LedgerLine, StockCount
from programs.services.ledger.lines import About, Signing, append, demand_witness, lock, read_ul
from programs.services.ledger.reading import Place, places_of
from programs.services.states import demand_reason
from tracker.accounts.models import Clinic
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused

MOST_COUNTED = 100_000


@transaction.atomic
def record_count(clinic: Clinic, found: Mapping[str, str], *, signing: Signing) -> StockCount:
    """What was found at each place: sealed vials of each lot, mL in each open vial, as typed.

    Raises Overtaken when a vial was opened or came in meanwhile: then the count is of something else.
    """
    actor = signing.actor
    actor.require("keep_ledger", clinic_id=clinic.pk)
    demand_witness(signing, clinic.pk)
    known = StockCount.objects.filter(author_user_id=actor.signer_id, key=signing.key).first()
    if known:
        return known
    # Nothing may be drawn between reading what the ledger says and writing it down.
    list(DrugLot.objects.select_for_update().filter(clinic=clinic).order_by("pk"))
    places = places_of(clinic)
    if set(found) != {place.key for place in places}:
        raise Overtaken("Somebody opened or received a vial meanwhile. Look at the list again.")
    witness = signing.witness
    assert witness is not None
    count = StockCount(
        clinic=clinic,
        key=signing.key,
        counted_at=signing.now,
        author=actor.name,
        author_user_id=actor.signer_id,
        witness=witness.name,
        witness_user_id=witness.signer_id,
    )
    count.save(force_insert=True)
    items = [
        Counted(
            clinic=clinic, count=count, lot=place.lot, vial=place.vial, expected=place.amount,
            counted=_read(place, found[place.key]),
        )
        for place in places
    ]  # fmt: skip
    Counted.objects.bulk_create(items)
    differ = [str(item) for item in items if item.difference]
    record_act(actor, "counted", count, at=signing.now, now="; ".join(differ) or "all as the ledger says")
    return count


def _read(place: Place, typed: str) -> int:
    if place.vial:
        return read_ul(typed, place.key)
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise Refused("Type a whole number of vials.", place.key)
    return int(text)


@transaction.atomic
def sign_discrepancy(item: Counted, *, is_explained: bool, reason: str, signing: Signing) -> LedgerLine:
    """A clinician says why the count differed: the ledger then takes what was counted, or stays when that explains it."""
    lock(item.lot, signing)
    signing.actor.require("sign_discrepancy", clinic_id=item.clinic_id)
    known = LedgerLine.objects.filter(item=item).first()
    if known:
        raise Overtaken(f"{known.author} signed this already.")
    if not item.difference:
        raise Refused("The count was as the ledger said.")
    movement = Movement(Kind.EXPLAINED) if is_explained else _adjusting(item)
    return append(item.lot, movement, signing, About(vial=item.vial, item=item, reason=demand_reason(reason)))


def _adjusting(item: Counted) -> Movement:
    amount, is_more = abs(item.difference), item.difference > 0
    if item.vial:
        return Movement(Kind.FOUND if is_more else Kind.MISSING, volume_ul=amount)
    kind = Kind.VIALS_FOUND if is_more else Kind.VIALS_MISSING
    return Movement(kind, amount, amount * item.lot.volume_ul)
