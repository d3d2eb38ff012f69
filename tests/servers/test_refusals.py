"""Not set up, or set up wrong, Sextant does not start, and says what to set."""

import os
import subprocess
import sys

import pytest

from tests.environment import DEFAULTS
from tests.processes import ROOT

STARTS = {
    "manage.py": ["manage.py", "check"],
    "web": ["-m", "gunicorn", "tracker.wsgi", "--check-config"],
    "worker": ["-m", "celery", "-A", "tracker", "worker"],
    "beat": ["-m", "celery", "-A", "tracker", "beat", "--schedule", "/nowhere/beat"],
}


def start(command: list[str], **environment: str) -> tuple[int, str]:
    """Exit code and what was said, with nothing of Sextant set but `environment`."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("SEXTANT_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("process", STARTS)
def test_with_nothing_set_no_process_starts_and_each_names_every_variable(process: str) -> None:
    code, said = start(STARTS[process])
    assert code != 0
    assert [name for name in DEFAULTS if name not in said] == []


@pytest.mark.parametrize("name", DEFAULTS)
def test_one_variable_that_is_missing_is_named_alone(name: str) -> None:
    code, said = start(STARTS["manage.py"], **{other: value for other, value in DEFAULTS.items() if other != name})
    assert code != 0
    assert [other for other in DEFAULTS if f"  {other}  " in said] == [name]


def test_a_site_without_https_is_refused_unless_it_is_this_machine() -> None:
    code, said = start(STARTS["manage.py"], **DEFAULTS | {"SEXTANT_SITE_URL": "http://clinic.example"})
    assert code != 0
    assert "it must begin with https://" in said
