"""Several people at the same patients at the same moment: one act stands whole, and everybody else is told."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import transaction

from assessments.services.dosing import move_record
from programs.models import HandOver, LedgerLine, MovedRecord, Session
from programs.services.handing_over import Given, take_over
from programs.services.ledger.drawing import draw
from programs.services.ledger.stock import open_vial
from programs.services.misfiled import Signed, place_for
from tests.cast import MONDAY, Cast, make_cast
from tests.db.ledger_together import a_database_for_threads, all_at_once
from tracker.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Pia's first infusion has ended, and she rests; Paul is in the same program."""
    cast = make_cast()
    cast.enrol("paul", starts_on=MONDAY)
    cast.give(cast.enrol("pia", starts_on=MONDAY).sessions.get(infusion=1))
    cast.add_clinician("ana")
    return cast


def told(act: Callable[[], object]) -> Callable[[], str]:
    """Somebody who acts, and says what came of it."""

    def said() -> str:
        try:
            act()
        except Refused as refusal:
            return str(refusal)
        return "done"

    return said


def test_of_many_who_take_over_the_same_two_patients_one_has_both(cast: Cast, tmp_path: Path) -> None:
    rows = Session.objects.select_related("nurse", "clinic", "patient").filter(infusion=1)
    resting, other = rows.get(patient=cast.patients["pia"]), rows.get(patient=cast.patients["paul"])
    cast.prepare(other, other.starts_at)
    Session.objects.update(nurse=cast.users["nils"])

    def take(name: str, sessions: list[Session]) -> None:
        given = [Given(rows.get(pk=session.pk), "") for session in sessions]
        take_over(given, giver_id=cast.users["nils"].pk, taker=cast.actor(name), key=uuid.uuid4(), at=resting.ends_at)

    acts = [told(lambda: take("maya", [resting, other])), told(lambda: take("ana", [other, resting]))] * 4
    with a_database_for_threads(tmp_path):
        said = all_at_once(acts)
        (takers,) = all_at_once([lambda: list(HandOver.objects.values_list("author", flat=True))])
    assert said.count("done") == 1
    assert len(takers) == 2
    assert len(set(takers)) == 1


def test_of_many_who_move_the_same_record_one_moves_it(cast: Cast, tmp_path: Path) -> None:
    kept = Session.objects.select_related("enrolment__program").get(infusion=1, patient=cast.patients["pia"])
    into, mrn = place_for(kept, cast.patients["paul"]), cast.patients["paul"].mrn

    def move(name: str) -> None:
        signed = Signed(cast.actor(name), "Wrong chart opened", mrn)
        move_record(kept, into, signed=signed, at=kept.ends_at + timedelta(days=1))

    with a_database_for_threads(tmp_path):
        said = all_at_once([told(lambda: move("maya")), told(lambda: move("ana"))] * 4)
        (moves,) = all_at_once([MovedRecord.objects.count])
    assert sorted(said) == sorted(["done"] + ["This record was moved already."] * 7)
    assert moves == 1


def test_a_draw_goes_along_with_the_record_that_is_moved_and_none_comes_after(cast: Cast, tmp_path: Path) -> None:
    kept = Session.objects.select_related("enrolment__program", "clinic").get(infusion=1, patient=cast.patients["pia"])
    into, at = place_for(kept, cast.patients["paul"]), kept.ends_at
    has_drawn, was_moved = Event(), Event()

    def draw_some(lasts_s: float) -> None:
        with transaction.atomic():
            draw(kept, vial, ml="1", signing=cast.sign("nils", at))
            has_drawn.set()
            was_moved.wait(lasts_s)

    def move() -> None:
        has_drawn.wait(10)
        signed = Signed(cast.actor("maya"), "Wrong chart opened", into.patient.mrn, cast.actor("nils"))
        move_record(kept, into, signed=signed, at=at + timedelta(days=1))
        was_moved.set()

    with a_database_for_threads(tmp_path):
        (vial,) = all_at_once([lambda: open_vial(cast.stock(at), signing=cast.sign("nils", at))])
        said = all_at_once([told(lambda: draw_some(0.3)), told(move)])
        (late,) = all_at_once([told(lambda: draw_some(0))])
        (named,) = all_at_once(
            [lambda: list(LedgerLine.objects.standing().filter(kind="drawn").values_list("session", flat=True))]
        )
    assert said == ["done", "done"]
    assert late.startswith("This record was moved to the patient whose it is.")
    assert named == [into.pk]
