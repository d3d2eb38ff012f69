"""The board: who sits where, when vitals are due, what is open, and who was named to whom."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from programs.in_step import Step, Tablets
from programs.models import Session, Vitals
from programs.services.board import Tile, board_of
from programs.services.course import pause_enrolment
from programs.services.events import record_event
from programs.services.infusion import end_infusion, record_vitals
from programs.services.medicines import Typed, give_ordered
from programs.services.rates import pause, resume
from programs.services.record import take_back
from programs.services.room_orders import ByMouth
from programs.services.room_rules import sign_rules
from programs.services.signing import review_record, sign_record
from programs.services.tablets import hear_tablet
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.accounts.models import Chair
from tracker.audit.models import AuditRow

MONDAY = date(2026, 3, 2)
TABLET = uuid.uuid4()


@pytest.fixture
def running(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's first infusion runs in a chair of the north, where vitals are taken every ten minutes."""
    session = snapshots.begin_with(cast.running)
    sign_rules(cast.north, during_every=10, after_every=15, actor=cast.actor("maya"))
    return session


def board(cast: Cast, at: datetime, name: str = "nils") -> dict[str, Tile]:
    return {tile.chair.name if tile.chair else "": tile for tile in board_of(cast.actor(name), at=at)}


def test_a_tile_says_who_sits_there_and_when_vitals_are_due(cast: Cast, running: Session) -> None:
    at = running.starts_at + timedelta(minutes=12)
    record_vitals(running, systolic=144, diastolic=92, pulse=88, spo2=97, stamp=cast.stamp("nils", at))
    [seat] = board(cast, at)["Chair 1"].here
    assert (seat.session.patient.legal_name, seat.due_at) == ("Pia Northwood", at + timedelta(minutes=10))
    assert seat.reading
    assert (seat.reading.systolic, seat.reading.diastolic, seat.read_at) == (144, 92, at)


def test_a_pressure_beyond_the_limit_and_what_is_open_stand_on_the_tile(cast: Cast, running: Session) -> None:
    at = running.starts_at + timedelta(minutes=12)
    stamp = cast.stamp("nils", at)
    record_vitals(running, systolic=188, diastolic=104, pulse=88, spo2=97, stamp=stamp)
    record_event(running, what="nausea", stamp=stamp)
    [seat] = board(cast, at)["Chair 1"].here
    assert seat.beyond == ("blood pressure 188/104, the limit is 180/110",)
    assert seat.open == ("event not ended",)


def test_a_medicine_that_maya_ordered_by_word_of_mouth_waits_for_her_signature(cast: Cast, running: Session) -> None:
    at = running.starts_at + timedelta(minutes=12)
    by = ByMouth(cast.users["maya"].pk, read_back=True)
    give_ordered(running, Typed("Ondansetron", "4", "mg", "IV"), by=by, stamp=cast.stamp("nils", at))
    [seat] = board(cast, at)["Chair 1"].here
    assert seat.open == ("verbal order to co-sign",)


def test_a_reading_that_was_taken_back_is_not_the_last(cast: Cast, running: Session) -> None:
    at = running.starts_at + timedelta(minutes=5)
    row = record_vitals(running, systolic=188, diastolic=104, pulse=88, spo2=97, stamp=cast.stamp("nils", at))
    take_back(row, stamp=replace(cast.stamp("nils", at), corrects=row, why=Vitals.Why.TAKEN_BACK))
    [seat] = board(cast, at)["Chair 1"].here
    assert seat.reading
    assert seat.reading.systolic == 122


def test_a_pause_stands_on_the_tile(cast: Cast, running: Session) -> None:
    at = running.starts_at + timedelta(minutes=5)
    pause(running, stamp=cast.stamp("nils", at))
    assert board(cast, at)["Chair 1"].here[0].is_paused
    resume(running, stamp=cast.stamp("nils", at + timedelta(minutes=1)))
    assert not board(cast, at)["Chair 1"].here[0].is_paused


def test_a_course_that_is_paused_meanwhile_leaves_the_running_infusion_on_the_board(cast: Cast, running: Session) -> None:
    at = running.starts_at + timedelta(minutes=5)
    pause_enrolment(running.enrolment, actor=cast.actor("maya"), reason="a cold", at=at)
    assert board(cast, at)["Chair 1"].here[0].session == running


def test_who_comes_today_stands_as_the_next_and_who_comes_tomorrow_does_not(cast: Cast) -> None:
    first = cast.enrol(starts_on=MONDAY).sessions.get(infusion=1)
    assert board(cast, first.starts_at - timedelta(days=1))["Chair 1"].next is None
    coming = board(cast, first.starts_at - timedelta(hours=1))["Chair 1"].next
    assert coming
    assert (coming.session.pk, coming.open) == (first.pk, ("no order",))


def test_who_recovers_sits_there_until_the_discharge_and_is_left_over_until_all_is_signed(cast: Cast, running: Session) -> None:
    at = running.starts_at + timedelta(minutes=50)
    end_infusion(running, stamp=cast.stamp("nils", at))
    assert [seat.session for seat in board(cast, at)["Chair 1"].here] == [running]
    cast.leave(running, at)
    tile = board(cast, at)["Chair 1"]
    by_word = "verbal order to co-sign"
    assert (tile.here, [seat.open for seat in tile.left]) == ((), [("record not signed", by_word)])
    sign_record(running, reason="Left at once", actor=cast.actor("nils"), at=at)
    assert [seat.open for seat in board(cast, at)["Chair 1"].left] == [(by_word,)]
    review_record(running, actor=cast.actor("maya"), at=at)
    assert board(cast, at)["Chair 1"].left == ()


def test_what_runs_over_midnight_stays_on_the_board(cast: Cast, running: Session) -> None:
    [seat] = board(cast, running.starts_at + timedelta(hours=20))["Chair 1"].here
    assert seat.session == running


def test_twelve_chairs_stand_in_the_order_of_their_numbers(cast: Cast) -> None:
    Chair.objects.bulk_create(Chair(clinic=cast.north, name=f"Chair {number}") for number in range(3, 13))
    assert list(board(cast, timezone.now())) == [f"Chair {number}" for number in range(1, 13)]


def test_who_has_no_chair_stands_last(cast: Cast, running: Session) -> None:
    Session.objects.filter(pk=running.pk).update(chair=None)
    tiles = board(cast, running.starts_at)
    assert list(tiles) == ["Chair 1", "Chair 2", ""]
    assert tiles[""].here[0].session == running


def test_omar_of_south_sees_his_own_chairs_only(cast: Cast, running: Session) -> None:
    tiles = board_of(cast.actor("omar"), at=running.starts_at)
    assert [tile.seats for tile in tiles] == [(), ()]


@pytest.mark.parametrize(
    ("seconds", "unsent", "step"),
    [(10, 0, Step.IN_STEP), (10, 3, Step.UNSENT), (61, 0, Step.SILENT), (61, 3, Step.SILENT)],
)
def test_the_tile_says_whether_the_tablet_is_in_step(cast: Cast, running: Session, seconds: int, unsent: int, step: Step) -> None:
    at = running.starts_at
    hear_tablet(running, TABLET, unsent=unsent, is_leaving=False, actor=cast.actor("nils"), at=at)
    [seat] = board(cast, at + timedelta(seconds=seconds))["Chair 1"].here
    assert (seat.step, seat.tablets) == (step, Tablets(at, unsent))


def test_one_tablet_in_step_does_not_hide_another_that_is_silent(cast: Cast, running: Session) -> None:
    at = running.starts_at
    hear_tablet(running, TABLET, unsent=0, is_leaving=False, actor=cast.actor("nils"), at=at)
    hear_tablet(running, uuid.uuid4(), unsent=0, is_leaving=False, actor=cast.actor("nils"), at=at + timedelta(minutes=9))
    assert board(cast, at + timedelta(minutes=9))["Chair 1"].here[0].step == Step.SILENT


@pytest.mark.parametrize(("unsent", "step"), [(0, Step.NO_TABLET), (2, Step.UNSENT)])
def test_a_page_that_is_closed_is_forgotten_unless_it_holds_rows(cast: Cast, running: Session, unsent: int, step: Step) -> None:
    at = running.starts_at
    for is_leaving in (False, True):
        hear_tablet(running, TABLET, unsent=unsent, is_leaving=is_leaving, actor=cast.actor("nils"), at=at)
    assert board(cast, at)["Chair 1"].here[0].step == step


def test_a_name_is_audited_when_it_first_appears_and_not_at_each_tick(
    cast: Cast, running: Session, signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: running.starts_at)
    seen = AuditRow.objects.filter(subject="board")
    nils, maya = signed_in("nils"), signed_in("maya")
    counts = []
    for client, path in [(nils, "/board/tiles/")] * 3 + [(maya, "/board/tiles/"), (nils, "/board/"), (nils, "/board/tiles/")]:
        assert "Pia Northwood" in client.get(path).content.decode()
        counts.append(seen.count())
    assert counts == [1, 1, 1, 2, 3, 3]


def test_a_clinic_without_a_chair_says_so(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    Chair.objects.all().delete()
    assert "This clinic has no chair yet." in signed_in("nils").get("/board/").content.decode()
