"""What is drawn for a session, and what of it was given and what wasted. Drawn is given and wasted, to the microlitre."""

import uuid
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q

from programs.dosing import show_mg
from programs.ledger import Kind, Movement, fits_measured, show_ml, ul_of
from programs.models import DrugLot, LedgerLine, Session, Vial
from programs.services.given import measured_ug
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
from programs.services.record import OF_ANOTHER, is_of_session, lock_session
from programs.services.states import demand_reason
from tracker.errors import Refused

_DRAWN_IN = {
    Session.State.ARRIVED,
    Session.State.HELD,
    Session.State.IN_PROGRESS,
    Session.State.DONE,
    Session.State.STOPPED_EARLY,
}


def _lock(session: Session, lot: DrugLot, signing: Signing) -> Session:
    """The session as it is now. Nobody moves its record, and nobody writes to the lot, until the transaction ends."""
    now = lock_session(session)
    lock(lot, signing)
    return now


def _require_here(now: Session) -> None:
    """What was drawn for a record that was moved stands with that record now."""
    if now.state == Session.State.MOVED:
        raise Refused(OF_ANOTHER)


@transaction.atomic
def draw(session: Session, vial: Vial, *, ml: str, signing: Signing) -> LedgerLine:
    """So much was drawn from a vial for this session. Raises Refused from a vial that is past its day, or holds less."""
    lot = vial.lot
    now = _lock(session, lot, signing)
    if session.clinic_id != vial.clinic_id:
        raise Refused("That vial belongs to another clinic.", "vial")
    movement = Movement(Kind.DRAWN, volume_ul=read_some_ul(ml, "ml"))
    known = sent_before(lot, movement, signing)
    if known:
        return known
    _require_here(now)
    if now.state not in _DRAWN_IN or not now.is_infusion:
        raise Refused(f"This session is {now.get_state_display().lower()}: nothing is drawn for it.")
    order = session.orders.first()
    if order and order.drug != lot.drug:
        raise Refused(f"The order is for {order.drug}; this vial holds {lot.drug}.", "vial")
    if order and order.ug_per_ml and order.ug_per_ml != lot.ug_per_ml:
        ordered, held = show_ml(order.ug_per_ml), show_ml(lot.ug_per_ml)
        raise Refused(
            f"The order is drawn from {ordered} mg/mL; this vial holds {held} mg/mL. Take the vial that is ordered.", "vial"
        )
    happened_at = signing.happened_at or signing.now
    if not is_of_session(session, happened_at):
        raise Refused(f"This session was on {session.day:%b %-d}; the time must be on that day.", "clock")
    if vial.is_past_use(happened_at.astimezone(session.clinic.tz).date()):
        raise Refused(f"This vial was to be used until {vial.use_until:%b %-d, %Y}. It is set apart.", "vial")
    return append(lot, movement, signing, About(vial=vial, session=session))


@dataclass(frozen=True)
class Use:
    """What became of a draw, in mL as typed."""

    given: str
    wasted: str


@transaction.atomic
def account_for(drawn: LedgerLine, use: Use, *, signing: Signing) -> LedgerLine:
    """All of a draw was given, or wasted before a witness. Raises Refused unless the two make up what was drawn."""
    now = _lock(_session_of(drawn), drawn.lot, signing)
    movement = _used(use, drawn.volume_ul)
    if movement.wasted_ul:
        demand_witness(signing, drawn.clinic_id)
    known = sent_before(drawn.lot, movement, signing)
    if known:
        return known
    _require_here(now)
    if not LedgerLine.objects.pending().filter(pk=drawn.pk).exists():
        raise Refused("Somebody has accounted for this draw already. Reload the page to see it.")
    if signing.happened_at and signing.happened_at < drawn.happened_at:
        raise Refused("That is before it was drawn.", "clock")
    session = _session_of(drawn)
    _demand_dose(session, movement)
    _demand_measured(session, drawn, movement)
    return append(drawn.lot, movement, signing, About(vial=drawn.vial, session=session, draw=root_of(drawn)))


def _used(use: Use, drawn_ul: int) -> Movement:
    given_ul, wasted_ul = read_ul(use.given, "given"), read_ul(use.wasted, "wasted")
    off = given_ul + wasted_ul - drawn_ul
    if off:
        raise Refused(
            f"{show_ml(drawn_ul)} mL drawn, but {show_ml(given_ul)} given and {show_ml(wasted_ul)} wasted make"
            f" {show_ml(given_ul + wasted_ul)} mL: {show_ml(abs(off))} mL too {'much' if off > 0 else 'little'}.",
            "wasted",
        )
    return Movement(Kind.USED, volume_ul=drawn_ul, given_ul=given_ul, wasted_ul=wasted_ul)


def _demand_dose(session: Session, movement: Movement) -> None:
    if movement.given_ul and session.started_at is None:
        raise Refused("The dose was never begun in this session: all of it was wasted, or the start is missing.", "given")


def _demand_measured(session: Session, drawn: LedgerLine, movement: Movement) -> None:
    """What the ledger says was given is what was measured: by the pump's own figures, or dose for dose."""
    measured = measured_ug(session)
    if measured is None:
        return
    root, ug_per_ml = root_of(drawn), drawn.lot.ug_per_ml
    used = LedgerLine.objects.standing().filter(session=session, kind=Kind.USED).exclude(draw=root)
    others = list(used.values_list("given_ul", "lot__ug_per_ml"))
    waits = LedgerLine.objects.pending().filter(session=session).exclude(Q(pk=root.pk) | Q(draw=root)).exists()
    if fits_measured(measured, [*others, (movement.given_ul, ug_per_ml)], is_last=not waits):
        return
    left_ug = max(measured - sum(ul * strength for ul, strength in others) // 1000, 0)
    raise Refused(
        f"Measured at the chair: {show_mg(measured)} mg given. Of this draw that is {show_ml(ul_of(left_ug, ug_per_ml))} mL."
        " Write that, or correct the figures on the session's page.",
        "given",
    )


def _session_of(drawn: LedgerLine) -> Session:
    assert drawn.session is not None
    return drawn.session


def root_of(drawn: LedgerLine) -> LedgerLine:
    """The first line of a draw, however often it was corrected since."""
    return drawn.draw or drawn


def drawn_for(line: LedgerLine) -> LedgerLine:
    """The line that now says how much was drawn, for any line of that draw."""
    root = root_of(line)
    same = LedgerLine.objects.standing().filter(Q(pk=root.pk) | Q(draw=root), kind=Kind.DRAWN)
    return same.select_related("lot__clinic", "vial__lot", "session__clinic", "draw").get()


def use_of(drawn: LedgerLine) -> LedgerLine | None:
    """The line that now says what became of a draw; None while it is pending."""
    return LedgerLine.objects.standing().filter(kind=Kind.USED, draw=root_of(drawn)).select_related("lot", "session").first()


@transaction.atomic
def correct_draw(drawn: LedgerLine, *, ml: str, use: Use | None, reason: str, signing: Signing) -> LedgerLine:
    """Another amount was drawn, or used otherwise; 0 when nothing was drawn. The old lines stay.

    What was accounted for is corrected together with what was drawn, so that the two agree in every moment.
    """
    lot = drawn.lot
    now = _lock(_session_of(drawn), lot, signing)
    demand_witness(signing, drawn.clinic_id)
    movement = Movement(Kind.DRAWN, volume_ul=read_ul(ml, "ml"))
    known = sent_before(lot, movement, signing)
    if known:
        return known
    _require_here(now)
    if drawn.is_corrected:
        raise Refused("This line was corrected already. Correct the newer one.")
    used = use_of(drawn)
    if used is not None and use is None:
        raise Refused("Somebody has accounted for this draw meanwhile. Reload the page to see it.")
    session = _session_of(drawn)
    why = demand_reason(reason)
    new_use = _used(use, movement.volume_ul) if used and use else None
    if new_use:
        _demand_dose(session, new_use)
        _demand_measured(session, drawn, new_use)
    if movement == drawn.movement and (used is None or new_use == used.movement):
        raise Refused("That is what the ledger says already.", "ml")
    of = About(vial=drawn.vial, session=session, draw=root_of(drawn), reason=why)
    beside = replace(signing, key=uuid.uuid5(signing.key, "use"))

    def correct_use() -> None:
        if used and new_use:
            append(lot, new_use, beside, replace(of, corrects=used))

    # What was drawn is never less than what was used of it, not even between the two lines.
    if movement.volume_ul < drawn.volume_ul:
        correct_use()
        return append(lot, movement, signing, replace(of, corrects=drawn))
    line = append(lot, movement, signing, replace(of, corrects=drawn))
    correct_use()
    return line
