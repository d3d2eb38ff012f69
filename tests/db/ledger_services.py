"""Random histories through the services themselves: each act is tried, done or refused, and the book adds up after it."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st

from programs.ledger import Kind, Sums, add_up
from programs.models import DrugLot, LedgerLine, Session, Vial
from programs.services.ledger import drawing, reading, stock
from programs.services.ledger.drawing import Use
from tests.cast import Cast
from tracker.errors import Refused

ACTS = ("open", "draw", "draw", "use", "use", "rest", "overfill", "return", "destroy", "correct draw", "correct line")
Step = tuple[str, int, int, int]


def histories() -> st.SearchStrategy[list[Step]]:
    """Up to fifteen acts; which thing each is about, and two amounts in microlitres."""
    amount = st.integers(0, 6_000)
    return st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 7), amount, amount), min_size=3, max_size=15)


def play(cast: Cast, session: Session, steps: list[Step]) -> None:
    """One history, in a transaction that is taken back after it."""
    with transaction.atomic():
        lot = cast.stock(session.starts_at)
        stock.open_vial(lot, signing=cast.sign("nils", session.starts_at))
        for number, step in enumerate(steps):
            try:
                with transaction.atomic():
                    _act(cast, session, lot, step, session.starts_at + timedelta(minutes=number))
            except Refused:
                pass
            sums = _adds_up(lot)
        (reported,) = reading.report_of(cast.north, cast.actor("alma"), session.day, session.day).lots
        assert reported.sums == sums
        transaction.set_rollback(True)


def _act(cast: Cast, session: Session, lot: DrugLot, step: Step, at: Any) -> None:
    act, which, one, two = step
    signing = cast.sign("nils", at, "maya")
    vials, draws = list(Vial.objects.order_by("pk")), list(LedgerLine.objects.standing().filter(kind=Kind.DRAWN).order_by("pk"))
    vial, ml = vials[which % len(vials)], str(one / 1000)
    drawn = draws[which % len(draws)] if draws else None
    match act:
        case "open":
            stock.open_vial(lot, signing=signing)
        case "draw":
            drawing.draw(session, vial, ml=ml, signing=signing)
        case "use" if drawn:
            given = min(one, drawn.volume_ul)
            drawing.account_for(drawn, Use(str(given / 1000), str((drawn.volume_ul - given) / 1000)), signing=signing)
        case "correct draw" if drawn:
            given = min(one, two)
            use = Use(str(given / 1000), str((two - given) / 1000)) if drawing.use_of(drawn) else None
            drawing.correct_draw(drawn, ml=str(two / 1000), use=use, reason="x", signing=signing)
        case "rest":
            stock.waste_rest(vial, ml=ml, reason="x", signing=signing)
        case "overfill":
            stock.record_overfill(vial, ml=ml, signing=signing)
        case "return" | "destroy":
            take = stock.return_vials if act == "return" else stock.destroy_vials
            take(lot, which, reason="x", signing=signing)
        case "correct line":
            lines = list(LedgerLine.objects.filter(session=None).order_by("pk"))
            line = lines[which % len(lines)]
            stock.correct_line(line, amount=str(which) if line.vials else ml, reason="x", signing=signing)


def _adds_up(lot: DrugLot) -> Sums:
    """The sums of all lines, one by one."""
    lines = list(LedgerLine.objects.select_related("corrects").order_by("number"))
    sums = add_up((line.movement, line.corrects.movement if line.corrects else None) for line in lines)
    there = reading.stock_of_lot(lot, at=lines[-1].recorded_at)
    pending = sum(line.volume_ul for line in LedgerLine.objects.pending())
    assert sums.drawn_ul == sums.given_ul + sums.wasted_ul + pending
    assert sums.net_ul == there.total_ul
    assert sum(one.drawn_ul for one in there.vials) == pending
    assert min(there.sealed, *(one.open_ul for one in there.vials), 0) == 0
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    return sums
