"""A course under way: moved, paused, resumed, stopped, made longer or shorter, each with its reason."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client

from programs.models import Booking, CheckIn, Enrolment, Session
from programs.services import sessions
from programs.services.course import (
    change_infusions,
    move_sessions,
    pause_enrolment,
    propose_move,
    resume_enrolment,
    stop_enrolment,
)
from programs.services.states import change_state
from tests.cast import TALK, Cast
from tests.snapshots import Snapshots
from tracker.accounts.models import Chair
from tracker.audit.models import Event
from tracker.errors import NotAllowed, Overtaken, Refused

MONDAY = date(2026, 3, 2)
BEFORE = datetime(2026, 2, 27, 16, tzinfo=UTC)


@pytest.fixture
def course(cast: Cast, snapshots: Snapshots) -> Enrolment:
    """Pia's six infusions: Monday, Wednesday, Friday, Sunday, Tuesday, Thursday at ten."""
    return snapshots.begin_with(cast.enrolled)


def nth(course: Enrolment, number: int) -> Session:
    return course.sessions.get(infusion=number)


def days(course: Enrolment) -> list[date]:
    return list(course.sessions.order_by("number").values_list("day", flat=True))


def test_moving_the_last_session_moves_its_check_ins_and_nothing_else(cast: Cast, course: Enrolment) -> None:
    others = list(course.checkins.exclude(session__infusion=6).values_list("pk", "opens_at"))
    was = days(course)
    proposal = propose_move(nth(course, 6), date(2026, 3, 13), time(11), actor=cast.actor("dana"), at=BEFORE)
    move_sessions([proposal.move], actor=cast.actor("dana"), reason="a birthday", at=BEFORE)
    assert days(course) == [*was[:5], date(2026, 3, 13)]
    assert course.checkins.get(session__infusion=6, days=1).due_on == date(2026, 3, 14)
    assert list(course.checkins.exclude(session__infusion=6).values_list("pk", "opens_at")) == others


def test_a_move_that_breaks_a_later_gap_shows_it_and_offers_the_shift(cast: Cast, course: Enrolment) -> None:
    proposal = propose_move(nth(course, 5), date(2026, 3, 12), time(8), actor=cast.actor("dana"), at=BEFORE)
    assert [found.number for found in proposal.breaks] == [6]
    assert [(move.session.infusion, move.to.day > date(2026, 3, 12)) for move in proposal.shift] == [(6, True)]


def test_proposing_writes_nothing(cast: Cast, course: Enrolment) -> None:
    was = days(course)
    propose_move(nth(course, 5), date(2026, 3, 12), time(8), actor=cast.actor("dana"), at=BEFORE)
    assert days(course) == was


def test_a_move_too_near_to_the_session_before_is_refused(cast: Cast, course: Enrolment) -> None:
    with pytest.raises(Refused) as refusal:
        propose_move(nth(course, 6), date(2026, 3, 10), time(14), actor=cast.actor("dana"), at=BEFORE)
    assert refusal.value.field == "day"


def test_a_move_into_the_past_or_before_the_doors_open_is_refused(cast: Cast, course: Enrolment) -> None:
    for day, clock in ((date(2026, 2, 20), time(10)), (date(2026, 3, 13), time(7))):
        with pytest.raises(Refused):
            propose_move(nth(course, 6), day, clock, actor=cast.actor("dana"), at=BEFORE)


def test_a_time_that_is_taken_names_the_nearest_that_are_free(cast: Cast, course: Enrolment) -> None:
    Chair.objects.filter(clinic=cast.north, name="Chair 2").delete()
    paul = nth(cast.enrol("paul", starts_on=date(2026, 3, 16)), 1)
    with pytest.raises(Refused, match=r"are not all free at 10:00\. Free on that day: 08:00, 12:00, 12:15\.") as told:
        propose_move(nth(course, 6), paul.day, paul.clock, actor=cast.actor("dana"), at=BEFORE)
    assert told.value.field == "clock"


@pytest.mark.parametrize("name", ["theo", "alma", "omar", "pia"])
def test_who_may_not_move_moves_nothing(cast: Cast, course: Enrolment, name: str) -> None:
    with pytest.raises(NotAllowed):
        propose_move(nth(course, 6), date(2026, 3, 13), time(11), actor=cast.actor(name), at=BEFORE)


def test_a_session_that_a_colleague_changed_meanwhile_is_not_moved(cast: Cast, course: Enrolment) -> None:
    proposal = propose_move(nth(course, 6), date(2026, 3, 13), time(11), actor=cast.actor("dana"), at=BEFORE)
    sessions.cancel_session(nth(course, 6), actor=cast.actor("maya"), reason="no ride", at=BEFORE)
    with pytest.raises(Overtaken):
        move_sessions([proposal.move], actor=cast.actor("dana"), reason="", at=BEFORE)


def test_a_time_that_somebody_took_meanwhile_is_not_taken_twice(cast: Cast, course: Enrolment) -> None:
    proposal = propose_move(nth(course, 6), date(2026, 3, 13), time(11), actor=cast.actor("dana"), at=BEFORE)
    other = cast.enrol("paul", starts_on=date(2026, 3, 13)).sessions.get(infusion=1)
    Booking.objects.filter(session=other).delete()
    Booking.objects.bulk_create(
        Booking(session=other, slot=claim.slot, need=claim.resource, lane=claim.lane, chair_id=claim.id)
        for claim in proposal.move.to.claims
        if claim.resource == "chair"
    )
    with pytest.raises(Overtaken, match="booked by somebody else"):
        move_sessions([proposal.move], actor=cast.actor("dana"), reason="", at=BEFORE)


def test_a_pause_gives_the_chairs_back_and_asks_nothing(cast: Cast, course: Enrolment) -> None:
    pause_enrolment(course, actor=cast.actor("maya"), reason="a cold", at=BEFORE)
    assert not Booking.objects.exists()
    assert not CheckIn.objects.due(BEFORE).exists()


def test_a_course_goes_on_where_it_was_paused(cast: Cast, course: Enrolment) -> None:
    cast.infuse(nth(course, 1))
    course.refresh_from_db()
    pause_enrolment(course, actor=cast.actor("maya"), reason="a cold", at=BEFORE + timedelta(days=4))
    resume_enrolment(course, start=date(2026, 3, 23), actor=cast.actor("maya"), reason="well", at=BEFORE + timedelta(days=14))
    assert days(course) == [MONDAY, *(date(2026, 3, 23) + timedelta(days=2 * n) for n in range(5))]
    assert Enrolment.objects.get().state == Enrolment.State.ACTIVE


def test_a_session_of_a_resumed_course_stands_in_a_window_around_its_new_day(cast: Cast, course: Enrolment) -> None:
    pause_enrolment(course, actor=cast.actor("maya"), reason="a cold", at=BEFORE)
    resume_enrolment(course, start=date(2026, 3, 23), actor=cast.actor("maya"), reason="well", at=BEFORE)
    second = nth(course, 2)
    assert (second.window_from, second.day, second.window_to) == (date(2026, 3, 24), date(2026, 3, 25), date(2026, 3, 26))


@pytest.mark.parametrize("address", ["/patients/", "patient"])
def test_a_paused_course_names_no_day_that_it_has_given_back(
    cast: Cast, course: Enrolment, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None], address: str
) -> None:
    stand_at(BEFORE)
    pause_enrolment(course, actor=cast.actor("maya"), reason="a cold", at=BEFORE)
    path = f"/patients/{course.patient.public_id}/" if address == "patient" else address
    page = signed_in("maya").get(path).content.decode()
    assert "Paused" in page
    assert "Mar 2, 10:00" not in page


def test_a_stopped_course_keeps_its_follow_ups_from_the_last_dose(cast: Cast, course: Enrolment) -> None:
    cast.infuse(nth(course, 1))
    course.refresh_from_db()
    stop_enrolment(course, actor=cast.actor("maya"), reason="moved away", at=BEFORE + timedelta(days=4))
    asked = course.checkins.filter(purpose=CheckIn.Purpose.FOLLOW_UP, state=CheckIn.State.PLANNED).order_by("due_on")
    assert [row.due_on for row in asked] == [MONDAY + timedelta(weeks=weeks) for weeks in (2, 4, 8, 12)]
    assert course.sessions.filter(state=Session.State.CANCELLED).count() == 5


def test_a_stopped_course_stays_stopped(cast: Cast, course: Enrolment) -> None:
    stop_enrolment(course, actor=cast.actor("maya"), reason="moved away", at=BEFORE)
    with pytest.raises(Refused):
        resume_enrolment(course, start=MONDAY, actor=cast.actor("maya"), reason="back", at=BEFORE)


def test_two_more_infusions_stand_behind_the_last(cast: Cast, course: Enrolment) -> None:
    change_infusions(course, 8, actor=cast.actor("maya"), reason="half better", at=BEFORE)
    assert days(course)[6:] == [date(2026, 3, 14), date(2026, 3, 16)]
    assert course.checkins.filter(session__infusion=8, purpose=CheckIn.Purpose.FOLLOW_UP).count() == 4


def test_two_fewer_leave_out_the_last_two(cast: Cast, course: Enrolment) -> None:
    change_infusions(course, 4, actor=cast.actor("maya"), reason="well already", at=BEFORE)
    planned = course.sessions.filter(state=Session.State.PLANNED)
    assert list(planned.order_by("number").values_list("infusion", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize(("count", "reason"), [(7, " "), (9, "more"), (0, "none"), (6, "as it is")])
def test_a_number_without_a_reason_or_beyond_the_program_is_refused(
    cast: Cast, course: Enrolment, count: int, reason: str
) -> None:
    with pytest.raises(Refused):
        change_infusions(course, count, actor=cast.actor("maya"), reason=reason, at=BEFORE)
    assert Enrolment.objects.get().infusions == 6


@pytest.mark.parametrize("counts", [(5,), (5, 6)])
def test_a_dose_that_was_left_out_is_not_planned_again_beside_the_others(
    cast: Cast, course: Enrolment, counts: tuple[int, ...]
) -> None:
    for count in counts:
        change_infusions(course, count, actor=cast.actor("maya"), reason="how it goes", at=BEFORE)
    left_out = course.sessions.get(infusion=6, state=Session.State.CANCELLED)
    with pytest.raises(Refused, match=f"has {counts[-1]} doses now"):
        propose_move(left_out, date(2026, 3, 20), time(11), actor=cast.actor("maya"), at=BEFORE)


@pytest.mark.parametrize("act", [pause_enrolment, stop_enrolment])
def test_a_page_that_was_open_before_plans_nothing_in_a_course_that_stands_still(cast: Cast, course: Enrolment, act) -> None:
    act(course, actor=cast.actor("maya"), reason="a cold", at=BEFORE)
    with pytest.raises(Refused, match="This course is"):
        propose_move(nth(course, 3), date(2026, 3, 7), time(11), actor=cast.actor("dana"), at=BEFORE)


def test_a_plan_that_was_moved_out_of_its_promise_says_so(
    cast: Cast, course: Enrolment, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    stand_at(BEFORE)
    address = f"/sessions/{nth(course, 6).public_id}/move/"
    typed = {"day": "2026-03-27", "clock": "10:00", "reason": "a birthday"}
    page = signed_in("dana").post(address, typed, follow=True).content.decode()
    assert "The infusions take 26 days. The program promises 21." in page


def test_maya_cancels_a_session_and_says_why(cast: Cast, course: Enrolment, signed_in: Callable[[str], Client]) -> None:
    fifth = nth(course, 5)
    signed_in("maya").post(f"/sessions/{fifth.public_id}/cancel/", {"reason": "a wedding"})
    fifth.refresh_from_db()
    assert (fifth.state, fifth.state_reason) == (Session.State.CANCELLED, "a wedding")
    assert not fifth.bookings.exists()


def test_no_fewer_than_were_given(cast: Cast, course: Enrolment) -> None:
    for number in (1, 2):
        cast.infuse(nth(course, number))
    course.refresh_from_db()
    with pytest.raises(Refused, match="2 were given"):
        change_infusions(course, 1, actor=cast.actor("maya"), reason="enough", at=BEFORE + timedelta(days=6))


def test_a_longer_course_with_therapy_keeps_its_talks_in_pairs(cast: Cast) -> None:
    course = cast.enrol(program=TALK, starts_on=MONDAY)
    change_infusions(course, 7, actor=cast.actor("maya"), reason="half better", at=BEFORE)
    assert list(course.sessions.order_by("starts_at").values_list("kind", flat=True))[-2:] == ["infusion", "integration"]


@pytest.mark.parametrize("act", [pause_enrolment, stop_enrolment])
def test_a_change_says_why(cast: Cast, course: Enrolment, act) -> None:
    with pytest.raises(Refused) as refusal:
        act(course, actor=cast.actor("maya"), reason="  ", at=BEFORE)
    assert refusal.value.field == "reason"


def test_the_reason_of_a_pause_stands_in_the_history(cast: Cast, course: Enrolment) -> None:
    pause_enrolment(course, actor=cast.actor("maya"), reason="a cold", at=BEFORE)
    event = Event.objects.get(verb="paused")
    assert (event.who, event.was, event.now, event.reason) == ("Maya", "planned", "paused", "a cold")


def test_of_two_who_change_one_course_the_second_must_look_again(cast: Cast, course: Enrolment) -> None:
    seen_by_another = Enrolment.objects.get()
    pause_enrolment(course, actor=cast.actor("maya"), reason="a cold", at=BEFORE)
    with pytest.raises(Overtaken):
        stop_enrolment(seen_by_another, actor=cast.actor("maya"), reason="moved away", at=BEFORE)


def test_no_state_is_skipped(cast: Cast, course: Enrolment) -> None:
    with pytest.raises(Refused, match="cannot become done"):
        change_state(nth(course, 1), Session.State.DONE, verb="ended", actor=cast.actor("nils"), at=BEFORE)


def test_a_reason_that_looks_like_markup_stands_on_the_patients_page_as_it_was_typed(
    cast: Cast, course: Enrolment, client: Client
) -> None:
    stop_enrolment(course, actor=cast.actor("maya"), reason="<b>moved</b> away", at=BEFORE)
    client.force_login(cast.users["maya"])
    page = client.get(f"/patients/{course.patient.public_id}/").content.decode()
    # At the course, at each of its six sessions, and in what happened.
    assert page.count("&lt;b&gt;moved&lt;/b&gt; away") > 7
    assert "<b>moved" not in page
