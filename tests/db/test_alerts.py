"""A safety answer: first on the lists until a clinician wrote what was done, and an e-mail that names nobody."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from assessments.services.worklist import NOW, courses_of, need_of
from programs.models import CheckIn
from programs.services.day import day_of
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.alerts.models import Alert
from tracker.alerts.services import close_alert
from tracker.errors import NotAllowed, Overtaken, Refused
from tracker.messaging.models import Message
from tracker.messaging.services import send_due

MONDAY = date(2026, 3, 2)


@pytest.fixture
def alert(cast: Cast, snapshots: Snapshots) -> Alert:
    """Pia's, from her baseline; Paul is in a course too, and said nothing."""
    return snapshots.begin_with(raised, cast)


def raised(cast: Cast) -> Alert:
    cast.enrol("paul", starts_on=MONDAY)
    baseline = cast.enrol(starts_on=MONDAY).checkins.get(purpose=CheckIn.Purpose.BASELINE)
    cast.answer(baseline, each=0, q9=1)
    return Alert.objects.get()


def close(cast: Cast, alert: Alert, name: str = "maya", outcome: str = "reached", note: str = "called, safe at home") -> None:
    close_alert(alert, actor=cast.actor(name), outcome=outcome, note=note, at=alert.raised_at + timedelta(hours=1))


@pytest.mark.parametrize("name", ["maya", "nils", "theo"])
def test_pia_stands_first_on_every_clinical_list(cast: Cast, alert: Alert, name: str) -> None:
    first, *others = courses_of(cast.actor(name), at=alert.raised_at)
    assert (first.patient, first.rank) == (alert.patient, NOW)
    assert [row.patient for row in others] == [cast.patients["paul"]]


def test_the_list_says_why(cast: Cast, alert: Alert) -> None:
    first = courses_of(cast.actor("maya"), at=alert.raised_at)[0]
    assert need_of(first, []).rules == ("Safety answer without an outcome",)


@pytest.mark.parametrize("answer", [1, 2, 3])
def test_every_answer_that_somebody_must_act_on_is_kept_in_words(cast: Cast, answer: int) -> None:
    cast.answer(cast.enrol(starts_on=MONDAY).checkins.get(purpose=CheckIn.Purpose.BASELINE), each=0, q9=answer)
    assert Alert.objects.get().rule.startswith("PHQ-9 item 9: better off dead or hurting oneself")


def test_todays_session_says_it_too(cast: Cast, alert: Alert) -> None:
    needs = {row.session.patient.legal_name: row.needs for row in day_of(cast.actor("nils"), MONDAY)}
    assert "safety answer open" in needs["Pia Northwood"]
    assert "safety answer open" not in needs["Paul Ibarra"]


def test_with_an_outcome_it_leaves_the_lists(cast: Cast, alert: Alert) -> None:
    close(cast, alert)
    assert not any(row.has_alert for row in courses_of(cast.actor("maya"), at=alert.raised_at))


@pytest.mark.parametrize("name", ["nils", "theo", "dana", "alma", "omar", "pia"])
def test_only_a_clinician_of_the_clinic_closes_it(cast: Cast, alert: Alert, name: str) -> None:
    with pytest.raises(NotAllowed):
        close(cast, alert, name)
    assert Alert.objects.get().is_open


@pytest.mark.parametrize(("outcome", "note"), [("reached", "  "), ("", "called"), ("solved", "called")])
def test_an_outcome_says_what_and_how(cast: Cast, alert: Alert, outcome: str, note: str) -> None:
    with pytest.raises(Refused):
        close(cast, alert, outcome=outcome, note=note)
    assert Alert.objects.get().is_open


def test_the_second_of_two_clinicians_reads_the_first(cast: Cast, alert: Alert) -> None:
    close(cast, alert)
    with pytest.raises(Overtaken):
        close(cast, alert, note="something else")
    assert Alert.objects.get().note == "called, safe at home"


def test_answers_taken_again_do_not_close_it(cast: Cast, alert: Alert) -> None:
    cast.answer(CheckIn.objects.get(state="done"), each=0, q9=0, at=alert.raised_at + timedelta(minutes=5))
    assert Alert.objects.get().is_open


def test_the_email_goes_out_once(cast: Cast, alert: Alert) -> None:
    assert [send_due(alert.raised_at), send_due(alert.raised_at + timedelta(days=1))] == [1, 0]
    assert [sent.to for sent in mail.outbox] == [["team@north.example"]]


def test_the_email_names_no_person_scale_drug_or_score(cast: Cast, alert: Alert) -> None:
    send_due(alert.raised_at)
    text = f"{mail.outbox[0].subject} {mail.outbox[0].body}".lower()
    assert not [word for word in ("pia", "northwood", "phq", "ketamine", "suicid", "n00001", "north clinic") if word in text]
    assert f"/alerts/{alert.public_id}/" in text


def test_an_email_that_the_server_refused_is_tried_again(
    cast: Cast, alert: Alert, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", lambda *_: (_ for _ in ()).throw(ConnectionRefusedError()))
        assert send_due(alert.raised_at) == 0
    assert send_due(alert.raised_at + timedelta(seconds=5)) == 0
    assert send_due(alert.raised_at + timedelta(minutes=1)) == 1
    assert Message.objects.get().tries == 2


def test_maya_writes_the_outcome_on_its_page(cast: Cast, alert: Alert, signed_in: Callable[[str], Client]) -> None:
    signed_in("maya").post(f"/alerts/{alert.public_id}/", {"outcome": "plan", "note": "sister stays tonight"})
    closed = Alert.objects.get()
    assert (closed.outcome, closed.note, closed.closed_by) == ("plan", "sister stays tonight", "Maya")


def test_the_desk_does_not_see_that_there_was_one(cast: Cast, alert: Alert, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("dana").get(f"/patients/{alert.patient.public_id}/").content.decode().lower()
    assert alert.rule.lower() not in page
    assert "safety" not in page
