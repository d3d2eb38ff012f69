"""A safety answer leaves the house: worker and beat send what the answer put into the outbox."""

import sys
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from programs.models import CheckIn
from tests.cast import Cast
from tests.processes import running, wait_for
from tracker.messaging.models import Message

CELERY = [sys.executable, "-m", "celery", "-A", "tracker"]


def test_worker_and_beat_send_what_a_safety_answer_left(cast: Cast, environment: dict, tmp_path: Path) -> None:
    mail, log = tmp_path / "mail", tmp_path / "log"
    environment |= {"SEXTANT_EMAIL_URL": f"filemail:///{mail}"}
    course = cast.enrol(starts_on=timezone.now().date() + timedelta(days=2))
    cast.answer(course.checkins.get(purpose=CheckIn.Purpose.BASELINE), each=0, q9=1)
    worker = [*CELERY, "worker", "--pool", "solo", "--loglevel", "warning"]
    beat = [*CELERY, "beat", "--schedule", str(tmp_path / "beat")]
    with running(worker, environment, log=log), running(beat, environment, log=log):
        wait_for(lambda: Message.objects.exclude(sent_at=None).exists(), f"the e-mail: {log}", seconds=60)
    sent = "".join(file.read_text() for file in mail.iterdir())
    assert sent.count("To: team@north.example") == 1
    assert "/alerts/" in sent
    assert not [word for word in ("Pia", "Northwood", "PHQ", "ketamine") if word in sent]
