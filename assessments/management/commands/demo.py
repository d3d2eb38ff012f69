"""manage.py demo: the demo clinics, with the web server, a worker and the clock. `make demo` sets its environment."""

import json
import shlex
import socket
import sys
import threading
import time
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from honcho.manager import Manager

from assessments.demo.seed import fill, who_can_sign_in
from tracker.accounts.models import Clinic

# Known to everybody who reads this; the demo answers on this machine only, and nobody in it is real.
PASSWORD = "demo-demo-demo-demo"  # noqa: S105

# The worker and the clock begin when the web server has started, and step back for it: the page is what somebody waits for.
LATER = "sleep 2; exec nice {python} celery --quiet -A tracker"
PROCESSES = {
    "web": "{python} gunicorn tracker.wsgi --bind 127.0.0.1:{port} --workers 2 --preload --log-level warning --no-control-socket",
    "worker": LATER + " worker --pool solo --loglevel warning --without-gossip --without-mingle",
    "beat": LATER + " beat --loglevel warning --schedule {var}/demo.beat",
}


class Command(BaseCommand):
    help = "Fill the demo clinics if they are empty, and serve them until Ctrl-C."
    requires_migrations_checks = False
    # The web server checks the same before it answers; only the filling, which comes before, needs it here.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEMO:
            raise CommandError("This is not the demo. Start it with: make demo")
        port: int = options["port"]
        refuse_taken(port)
        # Each takes the better part of a second to find out that nothing is to be done.
        if not has_all_tables():
            call_command("migrate", verbosity=0)
        if not is_collected():
            call_command("collectstatic", verbosity=0, interactive=False)
        if not Clinic.objects.exists():
            self.check()
            self.stdout.write("Making two clinics with half a year behind them. This takes about a minute, once.")
            fill(timezone.now(), PASSWORD)
        # Said when it is true: whoever reads the address, or var/demo.json, finds the site up.
        threading.Thread(target=self._say_when_up, args=[f"http://localhost:{port}/"], daemon=True).start()
        sys.exit(serve(port))

    def _say_when_up(self, url: str) -> None:
        while not answers(f"{url}healthz"):
            time.sleep(0.1)
        self._say(url)

    def _say(self, url: str) -> None:
        people = who_can_sign_in(PASSWORD)
        var = settings.BASE_DIR / "var"
        (var / "demo.json").write_text(json.dumps({"url": url, "people": people}, indent=1) + "\n")
        self.stdout.write(f"\n{url}\n\nEverybody's password is {PASSWORD}\n")
        for person in people:
            self.stdout.write(f"  {person['clinic']:6} {person['role']:10} {person['email']}")
        self.stdout.write("\nE-mails are written to var/mail. Ctrl-C stops everything.\n")
        self.stdout.flush()


def refuse_taken(port: int) -> None:
    """Raise CommandError, in one line, when something else answers on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(f"Port {port} is taken. Choose another: make demo PORT={port + 1}") from None


def has_all_tables() -> bool:
    """Whether every migration was applied."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def is_collected() -> bool:
    """Whether no static file changed since they were collected."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    found = (storage.path(path) for finder in get_finders() for path, storage in finder.list([]))
    return manifest.exists() and all(Path(file).stat().st_mtime < manifest.stat().st_mtime for file in found)


def answers(url: str) -> bool:
    """Whether a web server answers there."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own http address
            return answer.status == 200
    except OSError:
        return False


def serve(port: int) -> int:
    """Run the three processes until one ends or Ctrl-C; gives the exit code. None outlives the others."""
    manager = Manager()
    var = settings.BASE_DIR / "var"
    # Beat's own notes of when it last ticked. A kill may leave them half written, and beat then never starts again;
    # nothing rests on them, for what is due stands in the database.
    for notes in var.glob("demo.beat*"):
        notes.unlink()
    for name, command in PROCESSES.items():
        manager.add_process(name, command.format(python=f"{shlex.quote(sys.executable)} -m", port=port, var=var))
    manager.loop()
    return 0 if manager.returncode in {130, 143} else int(manager.returncode or 0)
