"""The server dies in the middle of a tablet's batch, again and again: the tablet sends it once more, and each row stands once."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import psutil
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.models import Session, Vitals
from tests.cast import Cast
from tests.processes import wait_for, web
from tests.servers.killing import TOKEN
from tracker.audit.models import AuditRow

ROWS = 20
READING = {"systolic": 144, "diastolic": 92, "pulse": 88, "spo2": 97}


class Tablet(threading.Thread):
    """Sends one batch after the other; each again and again until it is answered, as a tablet without wifi does."""

    def __init__(self, address: str, session: Session, cookie: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        # A thread that asks the database itself would leave its connection open.
        self.patient, self.began = str(session.patient.public_id), session.started_at.isoformat()
        self.headers = {"Cookie": cookie, "X-CSRFToken": TOKEN, "Content-Type": "application/json"}
        self.answered: list[dict] = []
        self.sendings = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.is_set():
            keys = [str(uuid.uuid4()) for _ in range(ROWS)]
            while not (answer := self._send(keys)):
                time.sleep(0.02)
            self.answered.append(answer)

    def _send(self, keys: list[str]) -> dict | None:
        """One sending. A server that went away says nothing; another answer than the rows ends the test."""
        self.sendings += 1
        rows = [{"key": key, "kind": "vitals", "happened_at": self.began, "values": READING} for key in keys]
        body = json.dumps({"patient": self.patient, "rows": rows}).encode()
        request = urllib.request.Request(self.address, data=body, headers=self.headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as answer:
            answer.close()
            return {"rows": [{"outcome": str(answer.code)}]}
        except (OSError, HTTPException):
            return None


def test_a_batch_that_was_cut_off_is_sent_again_and_each_row_stands_once(cast: Cast, environment: dict, tmp_path: Path) -> None:
    session = cast.enrol(starts_on=timezone.now().date() - timedelta(days=3)).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    cast.begin(session, session.starts_at)
    session.refresh_from_db()
    client, moments, log = Client(), random.Random(3), tmp_path / "log"
    client.force_login(cast.users["nils"], backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"

    with web(environment, log=log) as (site, master):
        tablet = Tablet(site + reverse("api_rows", args=[session.public_id]), session, cookie)
        tablet.start()
        for _ in range(3):
            told = len(tablet.answered)
            wait_for(lambda: len(tablet.answered) > told, f"an answer: {log}")  # noqa: B023
            time.sleep(moments.uniform(0, 0.3))
            for worker in psutil.Process(master.pid).children():
                worker.kill()
        tablet.is_over.set()
        tablet.join(timeout=30)

    told = [row for answer in tablet.answered for row in answer["rows"]]
    assert {row["outcome"] for row in told} <= {"stored", "known"}
    assert len(told) == ROWS * len(tablet.answered)
    stored = Vitals.objects.filter(session=session, systolic=144)
    assert sorted(str(key) for key in stored.values_list("key", flat=True)) == sorted(row["key"] for row in told)
    audited = AuditRow.objects.filter(subject="vitals", verb="recorded", subject_id__in=[row["id"] for row in told])
    assert audited.count() == len(told)
    assert tablet.sendings > len(tablet.answered), "no batch was cut off"
