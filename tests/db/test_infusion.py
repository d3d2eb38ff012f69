"""In the chair: no dose without consent, order, weight and time; every row added once, corrected by a new one."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from assessments.models import Outcome
from assessments.services.dosing import correct_start, start_infusion
from programs.models import CheckIn, DoseMark, DoseOrder, Enrolment, Session, Vitals, Weight
from programs.services import infusion, sessions
from programs.services.orders import sign_order
from tests.cast import Cast, wanted
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused

MONDAY = date(2026, 3, 2)


@pytest.fixture
def course(cast: Cast, snapshots: Snapshots) -> Enrolment:
    return snapshots.begin_with(cast.enrolled)


@pytest.fixture
def session(course: Enrolment) -> Session:
    """Pia's first infusion, on Monday at ten."""
    return course.sessions.get(infusion=1)


@pytest.fixture
def ready(cast: Cast, session: Session, snapshots: Snapshots) -> Session:
    """The same, with Pia there, weighed, and the order signed."""
    snapshots.begin_with(cast.prepare, session, session.starts_at)
    session.refresh_from_db()
    return session


@pytest.fixture
def started(cast: Cast, ready: Session) -> Session:
    start_infusion(ready, stamp=cast.stamp("nils", ready.starts_at))
    return Session.objects.get(pk=ready.pk)


def arrive(cast: Cast, session: Session, kg: str) -> None:
    sessions.receive_patient(session, actor=cast.actor("nils"), at=session.starts_at)
    infusion.record_weight(session, typed=kg, unit="kg", stamp=cast.stamp("nils", session.starts_at))


def order(cast: Cast, session: Session, mg_per_kg: str = "0.5", weight: str = "70", unit: str = "kg") -> DoseOrder:
    return cast.order(session, mg_per_kg=mg_per_kg, weight=weight, weight_unit=unit, at=session.starts_at)


def assert_start_refused(cast: Cast, session: Session, because: str) -> None:
    with pytest.raises(Refused, match=because):
        start_infusion(session, stamp=cast.stamp("nils", session.starts_at))
    assert not DoseMark.objects.filter(session=session).exists()
    assert Session.objects.get(pk=session.pk).started_at is None


def test_a_dose_starts_with_everything_there(cast: Cast, started: Session) -> None:
    assert (started.state, started.started_at, started.dose_ug) == ("in progress", started.starts_at, 35_000)
    assert Enrolment.objects.get().state == Enrolment.State.ACTIVE


@pytest.mark.parametrize("to", ["this program", "off-label use"])
def test_no_consent_no_start(cast: Cast, to: str) -> None:
    session = cast.enrol(starts_on=MONDAY, consents=False).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    assert_start_refused(cast, session, f"Consent to {to}")


def test_no_order_no_start(cast: Cast, session: Session) -> None:
    arrive(cast, session, "70")
    assert_start_refused(cast, session, "No clinician has signed an order")


def test_the_order_for_the_last_session_is_none_for_this_one(cast: Cast, course: Enrolment) -> None:
    cast.infuse(course.sessions.get(infusion=1))
    second = course.sessions.get(infusion=2)
    arrive(cast, second, "70")
    assert_start_refused(cast, second, "No clinician has signed an order for this session")


@pytest.mark.parametrize("kg", ["62.9", "77.1", "154"])
def test_a_weight_more_than_ten_per_cent_off_needs_a_new_order(cast: Cast, session: Session, kg: str) -> None:
    order(cast, session)
    arrive(cast, session, kg)
    assert_start_refused(cast, session, "more than 10 % apart")


@pytest.mark.parametrize("kg", ["63", "77"])
def test_ten_per_cent_off_is_near_enough(cast: Cast, session: Session, kg: str) -> None:
    cast.prepare(session, session.starts_at, kg=kg)
    assert start_infusion(session, stamp=cast.stamp("nils", session.starts_at)).what == "start"


def test_too_soon_after_the_last_dose(cast: Cast, course: Enrolment) -> None:
    cast.infuse(course.sessions.get(infusion=1))
    second = course.sessions.get(infusion=2)
    Session.objects.filter(pk=second.pk).update(day=MONDAY, starts_at=second.starts_at - timedelta(days=2))
    second.refresh_from_db()
    cast.prepare(second, second.starts_at + timedelta(hours=3))
    with pytest.raises(Refused, match="The last dose was 3 hours ago; at least 24"):
        start_infusion(second, stamp=cast.stamp("nils", second.starts_at + timedelta(hours=3, minutes=5)))


def test_an_open_safety_answer_stops_the_start(cast: Cast, course: Enrolment, session: Session) -> None:
    cast.answer(course.checkins.get(purpose=CheckIn.Purpose.BASELINE), each=0, q9=1)
    cast.prepare(session, session.starts_at)
    assert_start_refused(cast, session, "safety answer has no outcome")


@pytest.mark.parametrize("mg_per_kg", ["5", "5.0", "0,5", ".5", "50", "5e-1", "0.5mg", "-0.5", "٠.٥", ""])
def test_a_tenfold_or_doubtful_dose_is_refused(cast: Cast, session: Session, mg_per_kg: str) -> None:
    with pytest.raises(Refused) as refusal:
        order(cast, session, mg_per_kg)
    assert refusal.value.field == "mg_per_kg"
    assert not DoseOrder.objects.exists()


def test_the_weight_in_pounds_is_not_taken_for_kilograms(cast: Cast, session: Session) -> None:
    assert order(cast, session, weight="154.3", unit="lb").weight_g == 69_989


@pytest.mark.parametrize("name", ["nils", "theo", "dana", "alma", "omar"])
def test_only_a_clinician_of_the_clinic_orders(cast: Cast, session: Session, name: str) -> None:
    with pytest.raises(NotAllowed):
        sign_order(session, wanted(session.enrolment.protocol.dose), actor=cast.actor(name))


def test_a_correction_is_a_new_row_and_the_old_one_stays(cast: Cast, ready: Session) -> None:
    wrong = Weight.objects.get()
    stamp = replace(cast.stamp("nils", ready.starts_at), corrects=wrong, why="typo")
    right = infusion.record_weight(ready, typed="71", unit="kg", stamp=stamp)
    assert list(Weight.objects.order_by("pk").values_list("weight_g", flat=True)) == [70_000, 71_000]
    assert list(Weight.objects.standing()) == [right]


def test_a_correction_says_why(cast: Cast, ready: Session) -> None:
    stamp = replace(cast.stamp("nils", ready.starts_at), corrects=Weight.objects.get())
    with pytest.raises(Refused, match="why"):
        infusion.record_weight(ready, typed="71", unit="kg", stamp=stamp)


def test_one_row_is_corrected_once(cast: Cast, ready: Session) -> None:
    wrong = Weight.objects.get()
    for typed, outcome in (("71", None), ("72", Refused)):
        stamp = replace(cast.stamp("nils", ready.starts_at), corrects=wrong, why="typo")
        if outcome is None:
            infusion.record_weight(ready, typed=typed, unit="kg", stamp=stamp)
        else:
            with pytest.raises(outcome, match="meanwhile"):
                infusion.record_weight(ready, typed=typed, unit="kg", stamp=stamp)


def test_vitals_sent_twice_are_one_row(cast: Cast, started: Session) -> None:
    stamp = cast.stamp("nils", started.starts_at)
    for _ in range(2):
        infusion.record_vitals(started, systolic=120, diastolic=80, pulse=70, spo2=98, stamp=stamp)
    assert Vitals.objects.filter(key=stamp.key).count() == 1


def test_one_key_with_other_vitals_is_refused(cast: Cast, started: Session) -> None:
    stamp = cast.stamp("nils", started.starts_at)
    infusion.record_vitals(started, systolic=120, diastolic=80, pulse=70, spo2=98, stamp=stamp)
    with pytest.raises(Refused, match="other content"):
        infusion.record_vitals(started, systolic=180, diastolic=80, pulse=70, spo2=98, stamp=stamp)


IMPOSSIBLE = [({"systolic": 80, "diastolic": 120}, "diastolic"), ({"spo2": 101}, "spo2"), ({"pulse": 0}, "pulse")]


@pytest.mark.parametrize(("change", "field"), [*IMPOSSIBLE, ({"systolic": 1200}, "systolic")])
def test_vitals_that_no_living_adult_has_are_refused(cast: Cast, started: Session, change: dict[str, int], field: str) -> None:
    values = {"systolic": 120, "diastolic": 80, "pulse": 70, "spo2": 98} | change
    with pytest.raises(Refused) as refusal:
        infusion.record_vitals(started, **values, stamp=cast.stamp("nils", started.starts_at))
    assert refusal.value.field == field


def test_starting_twice_is_starting_once(cast: Cast, ready: Session) -> None:
    stamp = cast.stamp("nils", ready.starts_at)
    marks = {start_infusion(Session.objects.get(pk=ready.pk), stamp=stamp).pk for _ in range(2)}
    assert len(marks) == 1
    assert Enrolment.objects.get().infusions_given == 1


def test_two_nurses_start_one_dose(cast: Cast, started: Session) -> None:
    with pytest.raises(Refused, match="in progress"):
        start_infusion(started, stamp=cast.stamp("maya", started.starts_at + timedelta(minutes=1)))


def test_no_vitals_are_of_another_day(cast: Cast, started: Session) -> None:
    stamp = replace(cast.stamp("nils", started.starts_at), happened_at=started.starts_at - timedelta(days=1))
    with pytest.raises(Refused, match="on that day"):
        infusion.record_vitals(started, systolic=120, diastolic=80, pulse=70, spo2=98, stamp=stamp)


def test_a_note_may_come_days_later_but_not_from_the_future(cast: Cast, started: Session) -> None:
    later = started.starts_at + timedelta(days=2)
    infusion.record_note(started, text="Pia called: no nausea since.", stamp=cast.stamp("nils", later))
    ahead = replace(cast.stamp("nils", later), happened_at=later + timedelta(days=1))
    with pytest.raises(Refused, match="not come yet"):
        infusion.record_note(started, text="Pia will call.", stamp=ahead)


def test_the_same_order_signed_twice_in_a_minute_is_one(cast: Cast, session: Session) -> None:
    assert order(cast, session).pk == order(cast, session).pk


def test_held_says_why_gives_the_chair_back_and_asks_nothing(cast: Cast, ready: Session) -> None:
    with pytest.raises(Refused):
        sessions.hold_session(ready, actor=cast.actor("nils"), reason=" ", at=ready.starts_at)
    sessions.hold_session(ready, actor=cast.actor("nils"), reason="180/110", at=ready.starts_at)
    held = Session.objects.get(pk=ready.pk)
    assert (held.state, held.state_reason, held.bookings.count()) == ("held", "180/110", 0)


def test_a_missed_session_is_missed_only_after_its_time(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="cannot be missed"):
        sessions.miss_session(session, actor=cast.actor("dana"), at=session.starts_at - timedelta(minutes=1))
    sessions.miss_session(session, actor=cast.actor("dana"), at=session.ends_at)
    assert Session.objects.get(pk=session.pk).state == Session.State.MISSED


def test_a_dose_stopped_early_says_why_and_is_still_asked_about(cast: Cast, started: Session) -> None:
    at = started.starts_at + timedelta(minutes=20)
    with pytest.raises(Refused):
        infusion.stop_infusion(started, reason="", stamp=cast.stamp("nils", at))
    infusion.stop_infusion(started, reason="vomiting", stamp=cast.stamp("nils", at))
    stopped = Session.objects.get(pk=started.pk)
    assert (stopped.state, stopped.state_reason, stopped.ended_at) == ("stopped early", "vomiting", at)
    assert stopped.checkins.filter(days=1, state=CheckIn.State.PLANNED).exists()


def test_the_last_infusion_completes_the_course(cast: Cast, course: Enrolment) -> None:
    for number in range(1, 7):
        cast.infuse(course.sessions.get(infusion=number))
    course.refresh_from_db()
    assert (course.state, course.infusions_given, course.review) == ("completed", 6, "decision")


def test_the_baseline_is_the_last_score_before_the_first_dose_and_stays(cast: Cast, course: Enrolment) -> None:
    first = course.sessions.get(infusion=1)
    cast.answer(course.checkins.get(purpose=CheckIn.Purpose.BASELINE), each=2, q9=0)
    cast.infuse(first)
    cast.answer(course.checkins.get(session=first, days=1), each=1, q9=0)
    outcome = Outcome.objects.get(code="phq-9")
    assert (outcome.baseline.points, outcome.latest.points, outcome.percent) == (16, 8, 50)
    assert outcome.response is True


def test_a_corrected_start_moves_what_rests_on_it(cast: Cast, started: Session) -> None:
    mark = DoseMark.objects.get(what="start")
    earlier = started.starts_at - timedelta(minutes=10)
    stamp = replace(cast.stamp("nils", started.starts_at), key=uuid.uuid4(), happened_at=earlier, corrects=mark, why="typo")
    correct_start(mark, stamp=stamp)
    assert Session.objects.get(pk=started.pk).started_at == earlier
    assert Enrolment.objects.get().first_dose_at == earlier


def test_dana_records_nothing_in_the_chair(cast: Cast, started: Session) -> None:
    with pytest.raises(NotAllowed):
        infusion.record_note(started, text="calm", stamp=cast.stamp("dana", started.starts_at))
