"""Starting and ending the processes of Sextant, as a server would run them."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 30
GUNICORN = "-m gunicorn tracker.wsgi --preload --workers {workers} --threads 2 --no-control-socket --log-level warning"


@contextmanager
def running(command: list[str], environment: dict[str, str], *, log: Path, cwd: Path = ROOT) -> Iterator[subprocess.Popen]:
    """A process and everything it starts; all of it has ended when the block is left."""
    with log.open("ab") as lines:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen) -> None:
    """Ask it to end, then end its whole group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def web(environment: dict[str, str], *, log: Path, workers: int = 1) -> Iterator[tuple[str, subprocess.Popen]]:
    """gunicorn on a free port of this machine, up: its address and its first process."""
    port = free_port()
    url = f"http://localhost:{port}"
    command = [sys.executable, *GUNICORN.format(workers=workers).split(), "--bind", f"127.0.0.1:{port}"]
    with running(command, environment | {"SEXTANT_SITE_URL": url}, log=log) as process:
        wait_for(lambda: process.poll() is not None or is_up(url), f"the web server: {log}")
        assert process.poll() is None, log.read_text()
        yield url, process


def is_up(url: str) -> bool:
    """Whether its /healthz says ok."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_for(is_so: Callable[[], object], what: str, *, seconds: float = SECONDS_TO_START) -> None:
    """Until `is_so()`; fails naming `what` did not come."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"Waited {seconds:.0f} s for {what}"
        time.sleep(0.05)
