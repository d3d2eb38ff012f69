"""Answers are sent while gunicorn's worker is killed again and again: what was acknowledged must be there, once."""

import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode

import psutil
from django.conf import settings
from django.test import Client
from django.utils import timezone

from programs.models import CheckIn
from tests.cast import Cast
from tests.processes import wait_for, web

# Item 9 is among them, so each sending leaves a safety case and a message too.
ANSWERS = {f"phq-9:{number}": "1" for number in range(1, 10)} | {f"gad-7:{number}": "1" for number in range(1, 8)}
TOKEN = "t" * 32


class Phone(threading.Thread):
    """Sends a check-in, and then again and again; each with its own key, until that key is acknowledged."""

    def __init__(self, address: str, session_key: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
            "X-CSRFToken": TOKEN,
        }
        self.acknowledged: list[str] = []
        self.sendings = 0
        self.faults: list[str] = []
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.is_set() and not self.faults:
            key = str(uuid.uuid4())
            while not self._is_taken(key):
                time.sleep(0.02)
            self.acknowledged.append(key)

    def _is_taken(self, key: str) -> bool:
        """One sending: whether it was acknowledged. A server that went away says nothing."""
        self.sendings += 1
        body = urlencode(ANSWERS | {"key": key, "send": "all"}).encode()
        request = urllib.request.Request(self.address, data=body, headers=self.headers)
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=20) as answer:
                self.faults.append(f"{answer.status}, the form again")
        except urllib.error.HTTPError as answer:
            answer.close()
            if answer.code == 302:
                return True
            self.faults.append(str(answer.code))
        except (OSError, HTTPException):
            return False
        return True


class _Stay(urllib.request.HTTPRedirectHandler):
    """The acknowledgement is the redirect itself."""

    def redirect_request(self, *args) -> None:
        return None


def kill_under_submits(cast: Cast, environment: dict[str, str], log: Path, *, times: int) -> dict[CheckIn, Phone]:
    """Pia and Paul send without end while the only worker is killed so many times; what each phone was told."""
    checkins = {name: _open_checkin(cast, name) for name in ("pia", "paul")}
    moments = random.Random(times)
    with web(environment, log=log) as (site, master):
        phones = {name: Phone(f"{site}/me/check-ins/{row.public_id}/", _session(cast, name)) for name, row in checkins.items()}
        for phone in phones.values():
            phone.start()
        for _ in range(times):
            told = sum(len(phone.acknowledged) for phone in phones.values())
            wait_for(lambda: sum(len(phone.acknowledged) for phone in phones.values()) > told, f"an answer: {log}")  # noqa: B023
            time.sleep(moments.uniform(0, 0.1))
            for worker in psutil.Process(master.pid).children():
                worker.kill()
        for phone in phones.values():
            phone.is_over.set()
            phone.join(timeout=30)
    return {row: phones[name] for name, row in checkins.items()}


def _open_checkin(cast: Cast, name: str) -> CheckIn:
    course = cast.enrol(name, starts_on=timezone.now().astimezone(cast.north.tz).date() + timedelta(days=2))
    return course.checkins.get(purpose=CheckIn.Purpose.BASELINE)


def _session(cast: Cast, name: str) -> str:
    client = Client()
    client.force_login(cast.users[name], backend=settings.AUTHENTICATION_BACKENDS[0])
    return str(client.session.session_key)
