"""Concurrent draws on one vial: what is drawn is there, and it never falls below zero."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from programs.ledger import Kind
from programs.models import LedgerLine, Session, Vial
from programs.services.ledger import drawing, reading
from programs.services.ledger.drawing import Use
from programs.services.ledger.stock import open_vial
from tests.cast import Cast, make_cast
from tests.db.ledger_together import a_database_for_threads, all_at_once
from tests.db.test_ledger import MONDAY
from tracker.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)
TRIES = 24


@pytest.fixture
def session(transactional_db: None) -> tuple[Cast, Session]:
    cast = make_cast()
    session = cast.enrol(starts_on=MONDAY).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    return cast, session


def drawer(cast: Cast, session: Session, vial: Vial, ml: str) -> Callable[[], str]:
    """Somebody who draws `ml`, and says what came of it."""

    def act() -> str:
        try:
            drawing.draw(session, vial, ml=ml, signing=cast.sign("nils", session.starts_at))
        except Refused as refusal:
            return str(refusal)
        return "drawn"

    return act


def test_many_draws_at_once_take_what_is_there_and_no_more(session: tuple[Cast, Session], tmp_path: Path) -> None:
    cast, pia = session
    with a_database_for_threads(tmp_path):
        (vial,) = all_at_once([lambda: open_vial(cast.stock(pia.starts_at), signing=cast.sign("nils", pia.starts_at))])
        said = all_at_once([drawer(cast, pia, vial, "0.7") for _ in range(TRIES)])
        (stock,) = all_at_once([lambda: reading.stock_of_lot(vial.lot)])
        (numbers,) = all_at_once([lambda: list(LedgerLine.objects.order_by("number").values_list("number", flat=True))])
    # 10 mL hold fourteen times 0.7 mL, and 0.2 mL are left.
    assert said.count("drawn") == 14
    assert set(said) == {"drawn", "There are 0.2 mL in this vial."}
    assert (stock.vials[0].open_ul, stock.vials[0].drawn_ul) == (200, 9_800)
    assert numbers == list(range(1, 17))


def test_a_draw_that_two_account_for_at_once_is_accounted_for_once(session: tuple[Cast, Session], tmp_path: Path) -> None:
    cast, pia = session

    def prepare() -> LedgerLine:
        vial = open_vial(cast.stock(pia.starts_at), signing=cast.sign("nils", pia.starts_at))
        return drawing.draw(pia, vial, ml="5", signing=cast.sign("nils", pia.starts_at))

    def account(drawn: LedgerLine) -> str:
        try:
            drawing.account_for(drawn, Use("0", "5"), signing=cast.sign("nils", pia.starts_at, "maya"))
        except Refused as refusal:
            return str(refusal)[:8]
        return "done"

    with a_database_for_threads(tmp_path):
        (drawn,) = all_at_once([prepare])
        said = all_at_once([lambda: account(drawn)] * 8)
        (used,) = all_at_once([lambda: LedgerLine.objects.filter(kind=Kind.USED).count()])
    assert sorted(said) == sorted(["done"] + ["Somebody"] * 7)
    assert used == 1


def test_draws_corrections_and_uses_at_once_still_add_up(session: tuple[Cast, Session], tmp_path: Path) -> None:
    cast, pia = session
    sign = lambda: cast.sign("nils", pia.starts_at, "maya")  # noqa: E731

    def whole_story(seed: int, vial: Vial) -> None:
        chance = random.Random(seed)
        ml = chance.randint(1, 2_000) / 1000
        try:
            drawn = drawing.draw(pia, vial, ml=str(ml), signing=sign())
            if chance.random() < 0.5:
                drawn = drawing.correct_draw(drawn, ml=str(ml / 2)[:5], use=None, reason="x", signing=sign())
            drawing.account_for(drawn, Use("0", str(drawn.volume_ul / 1000)), signing=sign())
        except Refused:
            return

    with a_database_for_threads(tmp_path):
        (vial,) = all_at_once([lambda: open_vial(cast.stock(pia.starts_at), signing=cast.sign("nils", pia.starts_at))])
        all_at_once([lambda seed=seed: whole_story(seed, vial) for seed in range(TRIES)])
        (report,) = all_at_once([lambda: reading.report_of(cast.north, cast.actor("maya"), MONDAY, MONDAY)])
    (lot,) = report.lots
    assert lot.adds_up
    assert lot.sums.pending_ul == 0
    assert lot.sums.drawn_ul == lot.sums.wasted_ul > 0
