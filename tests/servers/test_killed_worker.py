"""A worker that dies takes nothing with it that was acknowledged."""

from pathlib import Path

from assessments.models import Outcome, Score
from tests.cast import Cast
from tests.servers.killing import Phone, kill_under_submits
from tracker.audit.models import AcceptedKey, AuditRow
from tracker.messaging.models import Message


def found_once(phones: dict) -> None:
    """Each acknowledged sending has its key, its two scores, its audit row and its message, and there is none beside."""
    for checkin, phone in phones.items():
        sent = len(phone.acknowledged)
        kept = AcceptedKey.objects.filter(act="submit check-in", key__in=phone.acknowledged).count()
        scores = {code: Score.objects.filter(checkin=checkin, code=code).count() for code in checkin.scales}
        audits = AuditRow.objects.filter(verb__startswith="answered", subject_id=str(checkin.public_id)).count()
        messages = Message.objects.filter(key__in=_message_keys(checkin)).count()
        assert (kept, scores, audits, messages) == (sent, dict.fromkeys(checkin.scales, sent), sent, sent)
        assert Outcome.objects.filter(enrolment=checkin.enrolment).count() == len(checkin.scales)


def _message_keys(checkin) -> list[str]:
    return [f"alert:{public_id}" for public_id in checkin.patient.alerts.values_list("public_id", flat=True)]


def nothing_went_wrong(phones: dict) -> None:
    """Nothing but silence or an acknowledgement came back, and the kills did cut answers off."""
    told: list[Phone] = list(phones.values())
    assert [phone.faults for phone in told] == [[], []]
    assert sum(phone.sendings for phone in told) > sum(len(phone.acknowledged) for phone in told)


def test_twenty_killed_workers_lose_and_double_nothing(cast: Cast, environment: dict, tmp_path: Path) -> None:
    phones = kill_under_submits(cast, environment, tmp_path / "log", times=20)
    nothing_went_wrong(phones)
    found_once(phones)
