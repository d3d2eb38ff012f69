"""make bench: what a request costs the processors, beside a bare Django view on the same PostgreSQL.

Counted is the time, user and system, of every web worker and every PostgreSQL process, divided by the
requests. The ratio of two such numbers holds on a busy machine, where requests per second do not.
"""

import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.environment import DEFAULTS
from tests.postgres import free_port, running_postgres

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
REQUESTS = 40
WARM_UP = 10
CSRF = "b" * 32


@dataclass
class Leg:
    """One kind of request, and what it has cost so far."""

    name: str
    send: Callable[[], int]
    expects: int
    beside: str = ""
    good: float = 0
    seconds: float = 0
    requests: int = 0

    @property
    def ms(self) -> float:
        return 1000 * self.seconds / self.requests

    def run(self, processes: "Processes", requests: int, *, counts: bool = True) -> None:
        """Send that many, one after the other."""
        before = processes.cpu_seconds()
        for _ in range(requests):
            status = self.send()
            if status != self.expects:
                raise SystemExit(f"{self.name}: answered {status} instead of {self.expects}, so nothing was measured.")
        if counts:
            self.seconds += processes.cpu_seconds() - before
            self.requests += requests


@dataclass(frozen=True)
class Processes:
    """The web server and the database server."""

    web: psutil.Process
    postgres: psutil.Process

    def cpu_seconds(self) -> float:
        """What all their processes have used up to now, those that ended included."""
        time.sleep(0.05)  # what was sent is committed; let the database finish writing of it
        running = [self.web, *self.web.children(), self.postgres, *self.postgres.children()]
        used = sum(sum(process.cpu_times()[:2]) for process in running)
        return used + sum(self.postgres.cpu_times()[2:4])


def main() -> None:
    """Measure and print."""
    with running_postgres(durable=True) as url:
        os.environ.update(DEFAULTS | {"SEXTANT_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tracker.settings"})
        import django

        django.setup()
        legs = measure()
    report(legs)


def measure() -> list[Leg]:
    """Every leg in turn, again and again, so that a disturbance meets all alike."""
    from django.core.management import call_command

    from bench.people import make_people

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    people = make_people(sendings=2 * (WARM_UP + ROUNDS * REQUESTS))
    with serving() as (port, web):
        processes = Processes(web, postgres_process())
        legs = legs_of(people, port)
        for leg in legs:
            leg.run(processes, WARM_UP, counts=False)
        for _ in range(ROUNDS):
            for leg in legs:
                leg.run(processes, REQUESTS)
    refuse_unless_stored(2 * (WARM_UP + ROUNDS * REQUESTS))
    return legs


@contextmanager
def serving() -> Iterator[tuple[int, psutil.Process]]:
    """gunicorn as in production, two workers."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "bench.wsgi", "--workers", "2", "--log-level", "warning"]
    server = subprocess.Popen([*command, "--bind", f"127.0.0.1:{port}", "--no-control-socket"], cwd=ROOT)
    try:
        wait_until_up(port, server)
        yield port, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait()


def wait_until_up(port: int, server: subprocess.Popen) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        try:
            if request(port, "GET", "/healthz") == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The web server did not start.")


def postgres_process() -> psutil.Process:
    """The parent of all PostgreSQL's processes. It must run on this machine, or its cost cannot be seen."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    parent = psutil.Process(backend).parent() if psutil.pid_exists(backend) else None
    if parent is None or not parent.name().startswith("postgres"):
        raise SystemExit("The PostgreSQL of SEXTANT_TEST_POSTGRES_URL runs elsewhere: its cost cannot be measured from here.")
    return parent


def legs_of(people, port: int) -> list[Leg]:
    """What is measured, and beside which bare view."""
    answers = {str(number): 1 for number in range(1, 9)} | {"9": 0}

    def submit_json() -> int:
        one = next(people.to_send)
        body = json.dumps({"key": str(uuid.uuid4()), "answers": {"phq-9": answers}})
        return request(port, "POST", f"/api/v1/check-ins/{one.public_id}/answers/", one.sender.cookie, body, "application/json")

    def submit_form() -> int:
        one = next(people.to_send)
        fields = {"csrfmiddlewaretoken": CSRF, "key": uuid.uuid4()} | {f"phq-9:{item}": n for item, n in answers.items()}
        body = "&".join(f"{name.replace(':', '%3A')}={value}" for name, value in fields.items())
        kind = "application/x-www-form-urlencoded"
        return request(port, "POST", f"/me/check-ins/{one.public_id}/", one.sender.cookie, body, kind)

    def history() -> int:
        return request(port, "GET", f"/api/v1/patients/{people.pia_id}/history/", people.pia.cookie)

    def page() -> int:
        return request(port, "GET", f"/patients/{people.pia_id}/", people.maya.cookie)

    return [
        Leg("bare view, one row in", lambda: request(port, "POST", "/bare/insert", body="{}"), 201),
        Leg("bare view, 20 rows out", lambda: request(port, "GET", "/bare/read"), 200),
        Leg("submit a check-in, API", submit_json, 201, "bare view, one row in", 5),
        Leg("submit a check-in, form", submit_form, 302, "bare view, one row in", 5.5),
        Leg("history of 20 scores, API", history, 200, "bare view, 20 rows out", 3.5),
        Leg("the patient's page", page, 200, "bare view, 20 rows out", 4.6),
    ]


def request(port: int, method: str, path: str, session: str = "", body: str = "", kind: str = "") -> int:
    """Send one request on a connection of its own; gives the status."""
    headers = {"Host": f"localhost:{port}", "Cookie": f"csrf={CSRF}; session={session}" if session else f"csrf={CSRF}"}
    if method == "POST":
        headers |= {"X-CSRFToken": CSRF, "Content-Type": kind or "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def refuse_unless_stored(acknowledged: int) -> None:
    """A benchmark whose check-ins were refused measures refusals."""
    from assessments.models import Score
    from bench.people import FIRST_COPY

    stored = Score.objects.filter(checkin__days__gte=FIRST_COPY).exclude(patient__legal_name="Pia Northwood").count()
    if stored != acknowledged:
        raise SystemExit(f"{acknowledged} check-ins were acknowledged, {stored} are stored.")


def report(legs: list[Leg]) -> None:
    """The table: each leg beside its bare view, and whether that is good."""
    by_name = {leg.name: leg for leg in legs}
    print(f"{'CPU per request':28}{'ms':>7}{'ratio':>8}{'good':>7}")
    for leg in legs:
        if not leg.beside:
            print(f"{leg.name:28}{leg.ms:7.2f}{1:8.1f}")
            continue
        ratio = leg.ms / by_name[leg.beside].ms
        print(f"{leg.name:28}{leg.ms:7.2f}{ratio:8.1f}{leg.good:7.1f}  {'met' if ratio <= leg.good else 'missed'}")
    print(f"{ROUNDS * REQUESTS} requests each. The ratio of a submit is to the first line, of the others to the second.")


if __name__ == "__main__":
    main()
