"""make bench-rows: how long a nurse waits for a row to be saved, with ten tablets at work on two web workers.

Each tablet sends one reading after the other over a connection of its own, with a pause between them, as gunicorn and
PostgreSQL serve them on this machine. Printed are the median, the 95th and the 99th of a hundred, as the tablet sees them.
"""

import http.client
import json
import os
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from bench.run import CSRF, Processes, postgres_process, serving
from tests.environment import DEFAULTS
from tests.postgres import running_postgres

TABLETS = 10
ROWS = 20
# A tablet sends a row every few minutes; here ten of them send what a thousand would.
PAUSE = (0.5, 1.5)
GOAL_MS = 150


@dataclass
class Tablet:
    """One nurse's tablet with one patient's infusion."""

    session: uuid.UUID
    patient: uuid.UUID
    cookie: str
    waited: list[float] = field(default_factory=list)

    def work(self, port: int) -> None:
        """Send every row, and note how long each answer took."""
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(ROWS):
            time.sleep(random.uniform(*PAUSE))
            began = time.perf_counter()
            self._send(line, port)
            self.waited.append(1000 * (time.perf_counter() - began))
        line.close()

    def _send(self, line: http.client.HTTPConnection, port: int) -> None:
        from django.utils import timezone

        values = {"systolic": random.randint(100, 150), "diastolic": random.randint(60, 95), "pulse": 70, "spo2": 97}
        row = {"key": str(uuid.uuid4()), "kind": "vitals", "happened_at": timezone.now().isoformat(), "values": values}
        body = json.dumps({"patient": str(self.patient), "rows": [row]})
        headers = {"Host": f"localhost:{port}", "Cookie": f"csrf={CSRF}; session={self.cookie}", "X-CSRFToken": CSRF}
        line.request("POST", f"/api/v1/sessions/{self.session}/rows/", body, headers | {"Content-Type": "application/json"})
        answer = json.loads(line.getresponse().read())
        if answer["rows"][0]["outcome"] != "stored":
            raise SystemExit(f"A row was refused, so nothing was measured: {answer}")


def main() -> None:
    """Measure and print."""
    with running_postgres(durable=True) as url:
        os.environ.update(DEFAULTS | {"SEXTANT_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tracker.settings"})
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        tablets = make_tablets()
        with serving() as (port, web):
            processes = Processes(web, postgres_process())
            before = processes.cpu_seconds()
            run(tablets, port)
            used = processes.cpu_seconds() - before
        refuse_unless_stored()
    report([waited for tablet in tablets for waited in tablet.waited], used)


def make_tablets() -> list[Tablet]:
    """Ten infusions that run side by side, a tablet with a sign-in of Nils at each."""
    from bench.people import make_room, sign_in
    from tests.cast import make_cast

    cast = make_cast()
    make_room(cast)
    return [_tablet(cast, number, sign_in(cast, "nils").cookie) for number in range(TABLETS)]


def _tablet(cast, number: int, cookie: str) -> Tablet:
    from django.utils import timezone

    from programs.services import infusion
    from tracker.people.services import add_patient

    name, at = f"chair{number}", timezone.now() - timedelta(minutes=10)
    cast.patients[name] = add_patient(
        cast.north, actor=cast.actor("dana"), mrn=f"C{number:05d}", legal_name=f"Chair {number}", birth_date=date(1980, 1, 1)
    )
    session = cast.enrol(name, starts_on=at.astimezone(cast.north.tz).date()).sessions.get(infusion=1)
    cast.prepare(session, at)
    infusion.start_infusion(session, safety_answered_at=at, stamp=cast.stamp("nils", at))
    return Tablet(session.public_id, cast.patients[name].public_id, cookie)


def run(tablets: list[Tablet], port: int) -> None:
    """All at once."""
    threads = [threading.Thread(target=tablet.work, args=[port]) for tablet in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def refuse_unless_stored() -> None:
    """A benchmark whose rows were refused measures refusals."""
    from programs.models import Vitals

    stored = Vitals.objects.filter(pulse=70, spo2=97).count()
    if stored != TABLETS * ROWS:
        raise SystemExit(f"{TABLETS * ROWS} rows were acknowledged, {stored} are stored.")


def report(waited: list[float], used: float) -> None:
    """The times, whether the goal is met, and what a row costs the processors: that number holds on a busy machine too."""
    waited.sort()
    p50, p95, p99 = (waited[int(len(waited) * share) - 1] for share in (0.5, 0.95, 0.99))
    verdict = "met" if p95 <= GOAL_MS else "missed"
    print(f"{len(waited)} rows, {TABLETS} tablets: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms")
    print(f"goal: p95 within {GOAL_MS} ms on two cores: {verdict}. Load average {os.getloadavg()[0]:.1f}.")
    print(f"CPU of web and database: {1000 * used / len(waited):.1f} ms a row")


if __name__ == "__main__":
    main()
