"""Not set up, or set up wrong, Sextant does not start, and says what to set."""

import os
import subprocess
import sys
from pathlib import Path

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


GAD_7 = (ROOT / "assessments" / "scales" / "gad-7.toml").read_text()


def folder_of(tmp_path: Path, name: str, text: str) -> dict[str, str]:
    """Everything set, and a folder of scales with one file."""
    (tmp_path / name).write_text(text)
    return DEFAULTS | {"SEXTANT_SCALES_FOLDER": str(tmp_path)}


def test_a_scale_file_of_the_installation_is_read_beside_the_built_in_ones(tmp_path: Path) -> None:
    code, said = start(STARTS["manage.py"], **folder_of(tmp_path, "worry.toml", GAD_7.replace('"gad-7"', '"worry"', 1)))
    assert (code, "no issues" in said) == (0, True)


@pytest.mark.parametrize("process", STARTS)
def test_a_bad_scale_file_of_the_installation_stops_each_process_with_file_line_and_reason(process: str, tmp_path: Path) -> None:
    text = GAD_7.replace('"gad-7"', '"worry"', 1).replace("from = 5", "from = 6", 1)
    line = text[: text.index("from = 6")].count("\n") + 1
    command = [word.replace("/nowhere", str(tmp_path)) for word in STARTS[process]]
    code, said = start(command, **folder_of(tmp_path, "worry.toml", text))
    assert code != 0
    assert f"worry.toml, line {line}: the bands leave a gap or overlap between 4 and 6" in said


def test_a_scale_file_with_a_code_that_is_taken_is_refused(tmp_path: Path) -> None:
    code, said = start(STARTS["manage.py"], **folder_of(tmp_path, "gad-7.toml", GAD_7))
    assert code != 0
    assert "gad-7.toml, line 1: 'gad-7' is defined in two folders" in said


def test_a_folder_of_scales_that_is_not_there_is_refused(tmp_path: Path) -> None:
    code, said = start(STARTS["manage.py"], **DEFAULTS | {"SEXTANT_SCALES_FOLDER": str(tmp_path / "nowhere")})
    assert code != 0
    assert "there is no such folder" in said


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SEXTANT_SECRET_KEY", "change-me", "SEXTANT_SECRET_KEY can be guessed"),
        ("SEXTANT_TABLET_KEY", "0" * 64, "SEXTANT_TABLET_KEY must be 64 random hexadecimal digits"),
        ("SEXTANT_SECRET_KEY", "x" * 60, "SEXTANT_SECRET_KEY can be guessed"),
        ("SEXTANT_BROKER_URL", "redis://redis:6379/0", "SEXTANT_BROKER_URL names a server on another machine without a password"),
        ("SEXTANT_DATABASE_URL", "postgres://sextant@db/sextant", "SEXTANT_DATABASE_URL names a server on another machine"),
    ],
)
def test_what_lets_anybody_in_is_refused(name: str, value: str, why: str) -> None:
    code, said = start(STARTS["manage.py"], **DEFAULTS | {name: value})
    assert code != 0
    assert why in said


def test_a_redis_of_this_machine_needs_no_password() -> None:
    code, said = start(STARTS["manage.py"], **DEFAULTS | {"SEXTANT_BROKER_URL": "redis://localhost:6379/0"})
    assert (code, said) == (0, "System check identified no issues (0 silenced).\n")
