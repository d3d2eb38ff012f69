"""Runs the tests: `python -m tests.run test|check|prove|reference`. It brings the servers that they need.

test       lint, types, layers, and every test: on PostgreSQL, on SQLite, in a browser, on servers; all at once
check      lint, types, layers and the pure tests
prove      counts that take too long for every run
reference  against data that may not be copied into the repository
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from tests.chromium import chromium_path
from tests.environment import DEFAULTS
from tests.postgres import running_postgres
from tests.redis_server import running_redis

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "-n0"]
TABLES_OF_MODELS = [*PYTEST, "--no-migrations"]

LINT = {
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "types": [sys.executable, "-m", "mypy", "manage.py", "tracker", "programs", "assessments", "frontend", "bench"],
    "layers": [str(BIN / "lint-imports"), "--no-logo"],
}


def check() -> int:
    """Lint, types, layers and pure tests, all at once."""
    return run_together(LINT | {"pure tests": [*PYTEST, "tests/pure"]}, {})


def test() -> int:
    """Everything. Database tests run on both databases, the others once."""
    collect_static()
    with ExitStack() as stack:
        servers = start_servers(stack)
        # Processes on one server need a database each.
        beside = "SEXTANT_DATABASE_URL=" + servers["SEXTANT_DATABASE_URL"].rpartition("/")[0]
        suites = {
            "PostgreSQL": [*TABLES_OF_MODELS, "tests/db"],
            "pure, and SQLite": ["env", "SEXTANT_DATABASE_URL=sqlite:///:memory:", *TABLES_OF_MODELS, "tests/pure", "tests/db"],
            "browser": ["env", f"{beside}/browser", *TABLES_OF_MODELS, "tests/browser"],
            "servers": ["env", f"{beside}/servers", *PYTEST, "tests/servers"],
        }
        return run_together(LINT | suites, servers, at_once=5)


def prove() -> int:
    """Long property tests and fault counts."""
    collect_static()
    with ExitStack() as stack:
        return run_together({"proofs": [*PYTEST, "tests/prove"]}, start_servers(stack))


def reference() -> int:
    """Against data of others, where it lies."""
    return run_together({"reference": [*PYTEST, "tests/reference"]}, {})


def start_servers(stack: ExitStack) -> dict[str, str]:
    """PostgreSQL, a Redis and a Chromium, found or fetched; what the tests need to reach them."""
    return {
        "SEXTANT_DATABASE_URL": stack.enter_context(running_postgres()),
        "SEXTANT_TEST_REDIS_URL": stack.enter_context(running_redis()),
        "SEXTANT_TEST_CHROMIUM": chromium_path(),
    }


def collect_static() -> None:
    """Pages name hashed files, so these must be there."""
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env={**DEFAULTS, **os.environ}, check=True)


def run_together(commands: dict[str, list[str]], more: dict[str, str], at_once: int = 8) -> int:
    """Run the commands side by side, the first ones first, print what each said; 1 when any failed."""
    began = time.monotonic()
    environment = {**DEFAULTS, **os.environ, **more}

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )

    failed = 0
    with ThreadPoolExecutor(at_once) as pool:
        running = {pool.submit(run, command): name for name, command in commands.items()}
        for done in as_completed(running):
            ended = done.result()
            verdict = "FAILED" if ended.returncode else "ok"
            sys.stdout.write(f"── {running[done]}: {verdict}, {time.monotonic() - began:.0f} s\n{ended.stdout}")
            sys.stdout.flush()
            failed |= bool(ended.returncode)
    return int(failed)


WHAT: dict[str, Callable[[], int]] = {"test": test, "check": check, "prove": prove, "reference": reference}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in WHAT:
        sys.exit(f"Say what to run: {', '.join(WHAT)}.")
    sys.exit(WHAT[sys.argv[1]]())
