"""Answering a check-in: once whatever is sent twice, with its score, its outcome, its audit row and its safety case."""

import uuid
from datetime import date, timedelta

import pytest

from assessments.models import Outcome, Score
from assessments.services.answering import enter_checkin, submit_checkin
from programs.models import CheckIn
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.alerts.models import Alert
from tracker.audit.models import AuditRow, Event
from tracker.errors import Refused
from tracker.messaging.models import Message

START = date(2026, 3, 2)


@pytest.fixture
def baseline(cast: Cast, snapshots: Snapshots) -> CheckIn:
    """Pia's first check-in, open before the first infusion."""
    return snapshots.begin_with(cast.enrolled).checkins.get(purpose=CheckIn.Purpose.BASELINE)


def test_pia_answers_and_the_score_is_stored_with_its_outcome(cast: Cast, baseline: CheckIn) -> None:
    cast.answer(baseline, each=1, q9=0)
    score = Score.objects.get(code="phq-9")
    assert (score.total, score.answered, score.asked, score.mode) == (8, 9, 9, "phone")
    assert Outcome.objects.filter(enrolment=baseline.enrolment, code="phq-9").exists()


def test_answers_leave_one_audit_row_and_one_event(cast: Cast, baseline: CheckIn) -> None:
    cast.answer(baseline, q9=0)
    assert AuditRow.objects.filter(verb="answered", subject_id=str(baseline.public_id)).count() == 1
    assert Event.objects.filter(verb="answered", patient_id=baseline.patient_id).count() == 1


def test_the_same_sending_twice_is_one(cast: Cast, baseline: CheckIn) -> None:
    key = uuid.uuid4()
    answers = {"phq-9": {str(n): 1 for n in range(1, 10)}}
    for _ in range(2):
        submit_checkin(baseline.public_id, actor=cast.actor("pia"), key=key, answers=answers, language="en", at=baseline.opens_at)
    assert Score.objects.filter(code="phq-9").count() == 1


def test_one_key_with_other_answers_is_refused(cast: Cast, baseline: CheckIn) -> None:
    key, at = uuid.uuid4(), baseline.opens_at
    submit_checkin(baseline.public_id, actor=cast.actor("pia"), key=key, answers={"phq-9": {"1": 1}}, language="en", at=at)
    with pytest.raises(Refused):
        submit_checkin(baseline.public_id, actor=cast.actor("pia"), key=key, answers={"phq-9": {"1": 2}}, language="en", at=at)


def test_a_safety_answer_opens_a_case_and_tells_the_clinic(cast: Cast, baseline: CheckIn) -> None:
    cast.answer(baseline, each=0, q9=1)
    alert = Alert.objects.get(patient=baseline.patient)
    assert alert.closed_at is None
    assert Message.objects.get().to == "team@north.example"


def test_no_safety_answer_opens_no_case(cast: Cast, baseline: CheckIn) -> None:
    cast.answer(baseline, each=3, q9=0)
    assert not Alert.objects.exists()
    assert not Message.objects.exists()


def test_paul_cannot_answer_for_pia(cast: Cast, baseline: CheckIn) -> None:
    with pytest.raises(CheckIn.DoesNotExist):
        cast.answer(baseline, "paul")


def test_an_answer_after_the_window_is_refused(cast: Cast, baseline: CheckIn) -> None:
    with pytest.raises(Refused, match="ended"):
        cast.answer(baseline, at=baseline.closes_at)
    assert not Score.objects.exists()


def test_nils_enters_what_was_taken_on_paper_with_its_true_time(cast: Cast, baseline: CheckIn) -> None:
    taken_at = baseline.opens_at + timedelta(hours=2)
    enter_checkin(
        baseline.public_id, actor=cast.actor("nils"), key=uuid.uuid4(), answers={"phq-9": {str(n): 2 for n in range(1, 10)}},
        mode="paper", taken_at=taken_at, at=taken_at + timedelta(days=1),
    )  # fmt: skip
    score = Score.objects.get(code="phq-9")
    assert (score.mode, score.taken_at, score.total, score.author) == ("paper", taken_at, 18, "Nils")


def test_paper_answers_from_outside_the_window_are_refused(cast: Cast, baseline: CheckIn) -> None:
    before = baseline.opens_at - timedelta(minutes=1)
    with pytest.raises(Refused, match="must be from that time"):
        enter_checkin(
            baseline.public_id, actor=cast.actor("nils"), key=uuid.uuid4(), answers={"phq-9": {"1": 1}}, mode="paper",
            taken_at=before, at=baseline.opens_at,
        )  # fmt: skip
