"""Enrolling: the plan is shown, then written as it was shown; consents are kept with version and date."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from programs.models import Booking, CheckIn, Enrolment, Session, TreatmentConsent
from programs.services.enrolling import Wish, draft_course, enrol_patient, fingerprint, lacking_consents, record_consent
from tests.cast import SIX, TALK, WEEKLY, Cast
from tracker.errors import NotAllowed, Overtaken, Refused

MONDAY = date(2026, 3, 2)
BEFORE = datetime(2026, 2, 26, 16, tzinfo=UTC)
WISH = Wish(SIX, "depression", MONDAY, time(10))


def test_the_six_infusions_stand_two_days_apart_within_three_weeks(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    days = list(course.sessions.filter(kind="infusion").order_by("number").values_list("day", flat=True))
    assert days == [MONDAY + timedelta(days=2 * n) for n in range(6)]


@pytest.mark.parametrize(("program", "infusions", "others"), [(SIX, 6, 0), (TALK, 6, 7), (WEEKLY, 12, 0)])
def test_each_program_gives_its_sessions(cast: Cast, program: str, infusions: int, others: int) -> None:
    course = cast.enrol(program=program, starts_on=MONDAY)
    kinds = list(course.sessions.values_list("kind", flat=True))
    assert (kinds.count("infusion"), len(kinds) - kinds.count("infusion")) == (infusions, others)


def test_a_draft_writes_nothing(cast: Cast) -> None:
    draft_course(cast.patients["pia"], WISH, actor=cast.actor("maya"), at=BEFORE)
    assert not Enrolment.objects.exists()
    assert not Booking.objects.exists()


def test_the_plan_is_written_as_it_was_shown(cast: Cast) -> None:
    shown = draft_course(cast.patients["pia"], WISH, actor=cast.actor("maya"), at=BEFORE)
    course = enrol_patient(cast.patients["pia"], WISH, actor=cast.actor("maya"), seen=fingerprint(shown), at=BEFORE)
    assert list(course.sessions.values_list("starts_at", flat=True)) == [session.starts_at for session in shown.sessions]


def test_a_plan_whose_places_went_meanwhile_is_shown_again(cast: Cast) -> None:
    shown = draft_course(cast.patients["pia"], WISH, actor=cast.actor("maya"), at=BEFORE)
    cast.enrol("paul", starts_on=MONDAY)
    with pytest.raises(Overtaken):
        enrol_patient(cast.patients["pia"], WISH, actor=cast.actor("maya"), seen=fingerprint(shown), at=BEFORE)


def test_pia_is_in_one_course_at_a_time(cast: Cast) -> None:
    cast.enrol(starts_on=MONDAY)
    with pytest.raises(Refused, match="in a course already"):
        cast.enrol(program=WEEKLY, starts_on=MONDAY + timedelta(days=60))


def test_no_chair_is_booked_twice(cast: Cast) -> None:
    pia, paul = (cast.enrol(name, starts_on=MONDAY).sessions.get(number=1) for name in ("pia", "paul"))
    assert (pia.starts_at, pia.chair_id) != (paul.starts_at, paul.chair_id)
    assert pia.ends_at <= paul.starts_at or pia.chair_id != paul.chair_id


@pytest.mark.parametrize("name", ["nils", "theo", "dana", "alma", "omar", "pia"])
def test_only_a_clinician_of_the_clinic_enrols(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        enrol_patient(cast.patients["pia"], WISH, actor=cast.actor(name), at=BEFORE)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("no-such-program", "depression", MONDAY, time(10)), "program"),
        (Wish(SIX, "warts", MONDAY, time(10)), "indication"),
        (Wish(SIX, "depression", BEFORE.date() - timedelta(days=1), time(10)), "starts_on"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_at_its_field(cast: Cast, wish: Wish, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        draft_course(cast.patients["pia"], wish, actor=cast.actor("maya"), at=BEFORE)
    assert refusal.value.field == field


def test_the_check_ins_of_the_plan_stand_with_it(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    follow_ups = course.checkins.filter(purpose=CheckIn.Purpose.FOLLOW_UP).order_by("due_on").values_list("due_on", flat=True)
    last = course.sessions.get(infusion=6).day
    assert list(follow_ups) == [last + timedelta(weeks=weeks) for weeks in (2, 4, 8, 12)]


def test_both_consents_are_lacking_at_first(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY, consents=False)
    assert lacking_consents(course, course.consents.all()) == {"program": "2026-11", "off-label": "2026-11"}


def consent(cast: Cast, course: Enrolment, version: str, *, is_withdrawal: bool = False) -> TreatmentConsent:
    return record_consent(
        course, to="program", version=version, given_on=BEFORE.date(), actor=cast.actor("nils"), at=BEFORE,
        is_withdrawal=is_withdrawal,
    )  # fmt: skip


def test_a_consent_to_another_version_does_not_count(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY, consents=False)
    consent(cast, course, "2019-01")
    assert "program" in lacking_consents(course, course.consents.all())


def test_a_consent_taken_back_is_lacking_again_and_both_rows_stay(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    consent(cast, course, "2026-11", is_withdrawal=True)
    assert list(lacking_consents(course, course.consents.order_by("pk"))) == ["program"]
    assert course.consents.filter(to="program").count() == 2


def test_no_consent_is_signed_tomorrow(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY, consents=False)
    with pytest.raises(Refused, match="in the future"):
        record_consent(
            course, to="program", version="2026-11", given_on=MONDAY + timedelta(days=1), actor=cast.actor("nils"), at=BEFORE
        )


def test_every_session_begins_planned(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    assert set(course.sessions.values_list("state", flat=True)) == {Session.State.PLANNED}
