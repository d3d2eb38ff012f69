"""make demo, as somebody tries it first: in a folder of its own, with nothing there but what is in the repository."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.postgres import free_port
from tests.processes import ROOT, end, is_up, wait_for

PARTS = ("tracker", "programs", "assessments", "frontend", "requirements", "Makefile", "manage.py", "pyproject.toml")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's own files, copied, and the packages that are installed."""
    house = tmp_path_factory.mktemp("demo")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, house / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy2(source, house / part)
    (house / ".venv").symlink_to(sys.prefix)
    return house


def bare() -> dict[str, str]:
    """An environment in which nothing of Sextant is set."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SEXTANT_", "DJANGO_", "MAKE"))}


@contextmanager
def demo(house: Path, port: int) -> Iterator[subprocess.Popen]:
    """make demo, until it says that it is up."""
    (house / "var" / "demo.json").unlink(missing_ok=True)
    with (house / "log").open("wb") as log:
        process = subprocess.Popen(
            ["make", "demo", f"PORT={port}"], cwd=house, env=bare(), stdout=log, stderr=log, start_new_session=True
        )
    try:
        up = house / "var" / "demo.json"
        wait_for(lambda: up.exists() or process.poll() is not None, f"the demo: {house / 'log'}", seconds=240)
        assert process.poll() is None, (house / "log").read_text()
        yield process
    finally:
        end(process)


def patients_in(house: Path) -> int:
    with sqlite3.connect(house / "var" / "demo.sqlite3") as database:
        count = database.execute("SELECT count(*) FROM people_patient").fetchone()[0]
    database.close()
    return count


def left_after(process: psutil.Process, how: signal.Signals) -> list[list[str]]:
    """Signal this one process; what still runs of it and its children a while later."""
    started = [process, *process.children(recursive=True)]
    process.send_signal(how)
    _gone, alive = psutil.wait_procs(started, timeout=20)
    return [left.cmdline() for left in alive]


def test_the_demo_comes_up_says_who_is_there_ends_whole_and_keeps_its_data(house: Path) -> None:
    port = free_port()
    with demo(house, port) as process:
        written = json.loads((house / "var" / "demo.json").read_text())
        assert written["url"] == f"http://localhost:{port}/"
        assert is_up(f"http://localhost:{port}")
        roles = {person["role"] for person in written["people"]}
        assert roles == {"manager", "nurse", "clinician", "therapist", "desk", "patient"}
        # Ctrl-C as the demo itself sees it. make passes no SIGINT on: in a terminal each of them gets its own.
        demo_itself = next(child for child in psutil.Process(process.pid).children() if "demo" in child.cmdline())
        assert left_after(demo_itself, signal.SIGINT) == []
    count = patients_in(house)
    with demo(house, free_port()) as process:
        assert "Making two clinics" not in (house / "log").read_text()
        assert left_after(psutil.Process(process.pid), signal.SIGTERM) == []
    assert count > 0
    assert patients_in(house) == count


def test_a_port_that_is_taken_is_said_in_one_line(house: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = subprocess.run(
            ["make", "demo", f"PORT={port}"], cwd=house, env=bare(), capture_output=True, text=True, check=False
        )
    lines = [line for line in said.stderr.splitlines() if not line.startswith("make")]
    assert said.returncode != 0
    assert lines == [f"CommandError: Port {port} is taken. Choose another: make demo PORT={port + 1}"]
