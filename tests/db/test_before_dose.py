"""Between an arrived patient and the first drop: what stops the start, who lets it pass, and who signs."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.services.dosing import facts_of, start_infusion
from programs.limits import Limit
from programs.models import ClinicLimits, CoSignature, Session, StartRelease
from programs.services import infusion
from programs.services.before_dose import Stop, what_stops_start
from programs.services.checklist import IDENTITY, checklist_of, record_check, write_checklist
from programs.services.course import propose_move
from programs.services.limits import sign_limits
from programs.services.overdue import remind_overdue
from programs.services.releases import cosign, record_verbal_release, release_start
from programs.services.safety import add_safety_item, review_safety
from programs.services.sessions import hold_session, receive_patient
from tests.cast import HOLD, STOP, Cast
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused
from tracker.messaging.models import Message


@pytest.fixture
def ready(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's first infusion, with everything there."""
    return snapshots.begin_with(cast.prepared)


def stops(session: Session) -> tuple[Stop, ...]:
    return what_stops_start(facts_of(session, at=session.starts_at))


def high_pressure(cast: Cast, session: Session, minutes: int = 1) -> Stop:
    at = session.starts_at + timedelta(minutes=minutes)
    stamp = cast.stamp("nils", at)
    infusion.record_vitals(session, systolic=168, diastolic=98, pulse=80, spo2=97, stamp=stamp)
    return stops(session)[0]


def test_nothing_stops_who_is_ready(ready: Session) -> None:
    assert stops(ready) == ()


def test_nothing_starts_in_a_clinic_without_signed_limits(cast: Cast, ready: Session) -> None:
    ClinicLimits.objects.filter(clinic=cast.north).delete()
    with pytest.raises(Refused, match="No clinician has signed the limits"):
        start_infusion(ready, stamp=cast.stamp("nils", ready.starts_at))


def test_a_pressure_at_the_limit_holds_the_dose(cast: Cast, ready: Session) -> None:
    assert "168/98" in high_pressure(cast, ready).words
    with pytest.raises(Refused, match="the limit is 160/100"):
        start_infusion(ready, stamp=cast.stamp("nils", ready.starts_at + timedelta(minutes=2)))


def test_maya_lets_the_pressure_pass_with_her_reason(cast: Cast, ready: Session) -> None:
    stop = high_pressure(cast, ready)
    release_start(ready, stop, reason="Usual for her before a needle", actor=cast.actor("maya"), at=ready.starts_at)
    assert stops(ready) == ()


def test_a_later_reading_stops_anew(cast: Cast, ready: Session) -> None:
    first = high_pressure(cast, ready)
    release_start(ready, first, reason="Usual for her", actor=cast.actor("maya"), at=ready.starts_at)
    assert high_pressure(cast, ready, minutes=3).cause != first.cause


def test_nils_cannot_let_it_pass_by_himself(cast: Cast, ready: Session) -> None:
    stop = high_pressure(cast, ready)
    with pytest.raises(NotAllowed):
        release_start(ready, stop, reason="Looks fine", actor=cast.actor("nils"))


def by_word_of_mouth(cast: Cast, session: Session, *, read_back: bool = True, who: str = "maya") -> StartRelease:
    return record_verbal_release(
        session, high_pressure(cast, session), prescriber=cast.users[who], read_back=read_back, reason="Second reading fine",
        actor=cast.actor("nils"), at=session.starts_at,
    )  # fmt: skip


def test_a_verbal_order_waits_on_mayas_list_until_she_signs(cast: Cast, ready: Session) -> None:
    release = by_word_of_mouth(cast, ready)
    waiting = StartRelease.objects.visible_to(cast.actor("maya")).waiting_for(cast.users["maya"].pk)
    assert list(waiting) == [release]
    cosign(release, actor=cast.actor("maya"))
    assert not waiting.all().exists()


def test_maya_is_reminded_once_of_an_order_that_she_did_not_sign_in_time(cast: Cast, ready: Session) -> None:
    release = by_word_of_mouth(cast, ready)
    for hours in (23, 25, 26):
        remind_overdue(ready.starts_at + timedelta(hours=hours))
    said = Message.objects.get()
    assert (said.to, said.written_at) == ("maya@sextant.example", release.recorded_at + timedelta(hours=25))
    assert "/patients/" in said.body
    assert "Pia" not in said.subject + said.body


def test_who_signed_in_time_is_not_reminded(cast: Cast, ready: Session) -> None:
    cosign(by_word_of_mouth(cast, ready), actor=cast.actor("maya"), at=ready.starts_at)
    remind_overdue(ready.starts_at + timedelta(hours=25))
    assert not Message.objects.exists()


def test_mayas_first_page_says_how_long_her_signature_is_overdue(
    cast: Cast, ready: Session, signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_word_of_mouth(cast, ready)
    monkeypatch.setattr(timezone, "now", lambda: ready.starts_at + timedelta(hours=29))
    page = signed_in("maya").get(reverse("worklist")).content.decode()
    assert "<h1>1 signature overdue, 0 patients need you now" in page
    assert "Overdue by 5\xa0hours." in page


def test_a_verbal_order_that_was_not_read_back_is_none(cast: Cast, ready: Session) -> None:
    with pytest.raises(Refused, match="Read the order back"):
        by_word_of_mouth(cast, ready, read_back=False)


@pytest.mark.parametrize("who", ["nils", "omar", "alma"])
def test_only_a_clinician_of_this_clinic_gives_orders(cast: Cast, ready: Session, who: str) -> None:
    with pytest.raises(Refused, match="Choose the clinician"):
        by_word_of_mouth(cast, ready, who=who)


def test_nobody_signs_for_maya(cast: Cast, ready: Session) -> None:
    release = by_word_of_mouth(cast, ready)
    with pytest.raises(NotAllowed):
        cosign(release, actor=cast.actor("omar"))
    assert not CoSignature.objects.exists()


@pytest.fixture
def held(cast: Cast, ready: Session) -> Session:
    """Nils held it: Pia has a fever."""
    hold_session(ready, reason="Fever", actor=cast.actor("nils"), at=ready.starts_at)
    return ready


def test_a_hold_is_released_by_a_prescriber_and_the_next_one_stops_anew(cast: Cast, held: Session) -> None:
    [stop] = stops(held)
    assert stop.words == "Held, not dosed: Fever"
    by = {"prescriber": cast.users["maya"], "read_back": True, "reason": "37.2 now", "actor": cast.actor("nils")}
    record_verbal_release(held, stop, **by, at=held.starts_at)
    held.refresh_from_db()
    assert (held.state, stops(held)) == ("arrived", ())
    assert StartRelease.objects.waiting_for(cast.users["maya"].pk).get().line == stop.words
    hold_session(held, reason="Fever", actor=cast.actor("nils"), at=held.starts_at)
    assert stops(held)[0].cause not in {"", stop.cause}


def test_nobody_gets_round_a_hold_by_arriving_again_or_by_another_hour_of_the_day(cast: Cast, held: Session) -> None:
    with pytest.raises(Refused, match="a prescriber releases it"):
        receive_patient(held, actor=cast.actor("dana"), at=held.starts_at)
    with pytest.raises(Refused, match="a prescriber releases it"):
        propose_move(held, held.day, time(15), actor=cast.actor("dana"), at=held.starts_at)
    propose_move(held, held.day + timedelta(days=1), time(10), actor=cast.actor("dana"), at=held.starts_at)


def test_on_a_later_day_a_hold_is_not_released_any_more(held: Session) -> None:
    [stop] = what_stops_start(facts_of(held, at=held.starts_at + timedelta(days=1)))
    assert (stop.words, stop.cause) == ("Held on Mar 2: Fever. Give the session another day.", "")


def test_page_and_tile_of_a_held_session_say_what_can_be_done(
    held: Session, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    stand_at(held.starts_at)
    address, move = reverse("session", args=[held.public_id]), reverse("session_move", args=[held.public_id])
    for who, how in (("nils", "by word of mouth, which you write down below"), ("maya", "with your own sign-in, below")):
        page = signed_in(who).get(address).content.decode()
        assert how in page
        assert move in page
        assert (reverse("course_stop", args=[held.enrolment.public_id]) in page) is (who == "maya")
    tile = signed_in("nils").get(reverse("board")).content.decode()
    assert f"{address}#held" in tile
    assert move in tile


def test_no_safety_answer_since_the_last_dose_stops_the_next(cast: Cast) -> None:
    course = cast.enrol(starts_on=date(2026, 3, 2))
    cast.infuse(course.sessions.get(infusion=1))
    second = course.sessions.get(infusion=2)
    assert "No safety question was answered since the last dose." in [stop.words for stop in stops(second)]
    cast.answer(course.checkins.get(session__infusion=1, days=1))
    assert "No safety question was answered since the last dose." not in [stop.words for stop in stops(second)]


def test_a_missing_order_is_not_something_to_release(cast: Cast, ready: Session) -> None:
    with pytest.raises(Refused, match="Nobody can release this line"):
        release_start(ready, Stop("No order."), reason="In a hurry", actor=cast.actor("maya"))


def test_a_no_on_the_checklist_stops_the_start(cast: Cast, ready: Session) -> None:
    line = checklist_of(cast.north.pk)[0]
    record_check(ready, line, answer="no", detail="", stamp=cast.stamp("nils", ready.starts_at + timedelta(minutes=1)))
    assert [stop.words for stop in stops(ready)] == [f"Checklist: {IDENTITY}: no."]


def test_does_not_apply_says_why(cast: Cast, ready: Session) -> None:
    write_checklist(cast.north, lines=[(IDENTITY, True), ("Pregnancy test", True)], actor=cast.actor("maya"))
    line = checklist_of(cast.north.pk)[1]
    with pytest.raises(Refused, match="why it does not apply"):
        record_check(ready, line, answer="n/a", detail=" ", stamp=cast.stamp("nils", ready.starts_at))


def test_the_identity_line_cannot_be_left_out(cast: Cast) -> None:
    with pytest.raises(Refused, match="cannot be left out"):
        write_checklist(cast.north, lines=[("Consent", True)], actor=cast.actor("maya"))


def test_a_new_allergy_asks_for_a_new_review(cast: Cast, ready: Session) -> None:
    at = ready.starts_at
    add_safety_item(ready.patient, kind="allergy", words="Latex", last_taken="", actor=cast.actor("nils"), at=at)
    assert "reviewed the safety list" in stops(ready)[0].words
    review_safety(
        ready.enrolment, is_cleared=True, no_known_allergies=False, words="", actor=cast.actor("maya"),
        at=at + timedelta(minutes=1),
    )  # fmt: skip
    assert stops(ready) == ()


def test_a_list_with_an_allergy_is_not_signed_as_none_known(cast: Cast, ready: Session) -> None:
    add_safety_item(ready.patient, kind="allergy", words="Latex", last_taken="", actor=cast.actor("nils"))
    with pytest.raises(Refused, match="An allergy stands on the list"):
        review_safety(ready.enrolment, is_cleared=True, no_known_allergies=True, words="", actor=cast.actor("maya"))


def test_who_is_not_cleared_is_not_dosed(cast: Cast, ready: Session) -> None:
    review_safety(
        ready.enrolment, is_cleared=False, no_known_allergies=True, words="Psychosis last month", actor=cast.actor("maya")
    )
    assert "has not cleared this patient" in stops(ready)[0].words


@pytest.mark.parametrize(("name", "number"), [("systolic", 90), ("diastolic", 200), ("pulse", 20), ("spo2", 100)])
def test_a_limit_that_holds_nobody_or_everybody_is_refused(cast: Cast, name: str, number: int) -> None:
    hold = Limit(**{**vars(HOLD), name: number})
    with pytest.raises(Refused, match="a limit lies between"):
        sign_limits(cast.north, hold=hold, stop=STOP, actor=cast.actor("maya"))


def test_nils_signs_no_limits(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        sign_limits(cast.north, hold=HOLD, stop=STOP, actor=cast.actor("nils"))
