"""Whether a process of the production shape is well: python -m tracker.health web | worker | beat FILE.

Exits with 0 or 1, for the health checks of docker-compose.yml. Each asks the process for what it is there for:
web a page, the worker an answer, beat a sign of its last tick.
"""

import os
import socket
import sys
import time
import urllib.request
from http import HTTPStatus
from pathlib import Path

# Beat sends something every five seconds and writes its file each time; a minute of silence is a fault.
LONGEST_SILENCE = 60
PATIENCE = 5


def web_answers() -> bool:
    """Whether this machine's web process and its database answer."""
    address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def worker_answers() -> bool:
    """Whether the worker of this machine answers a ping that goes through the broker."""
    from kombu.exceptions import OperationalError

    from tracker.celery import app

    try:
        return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=PATIENCE))
    except OperationalError:
        return False


def beat_ticks(schedule: Path, now: float | None = None) -> bool:
    """Whether beat wrote its schedule file in the last minute. Some databases add an ending to its name."""
    written = [file.stat().st_mtime for file in schedule.parent.glob(f"{schedule.name}*")]
    return bool(written) and (now or time.time()) - max(written) < LONGEST_SILENCE


def main(arguments: list[str]) -> bool:
    """The verdict on the process that is named."""
    match arguments:
        case ["web"]:
            return web_answers()
        case ["worker"]:
            return worker_answers()
        case ["beat", schedule]:
            return beat_ticks(Path(schedule))
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
