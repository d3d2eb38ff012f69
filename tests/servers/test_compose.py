"""docker-compose.yml, without Docker: its own commands and health checks, on the servers of this run."""

import os
import re
import shutil
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from tests.environment import DEFAULTS
from tests.postgres import free_port
from tests.processes import ROOT, is_up, running, wait_for

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
SEXTANT = ("web", "worker", "beat")
# ${NAME:?why}: docker compose refuses to start, with `why`, when NAME is not set or empty.
DEMANDED = dict(re.findall(r"\$\{(\w+):\?([^}]*)\}", COMPOSE))


def as_here(words: list[str]) -> list[str]:
    """A command of an image, with the programs of this machine's environment."""
    programs = Path(sys.executable).parent
    return [str(programs / words[0]), *words[1:]]


def is_well(name: str, folder: Path, **environment: str) -> bool:
    """What docker would find: the service's own health check."""
    kind, *words = SERVICES[name]["healthcheck"]["test"]
    assert kind == "CMD"
    done = subprocess.run(as_here(words), env={**os.environ, **environment}, cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """What make env writes, in a folder of its own."""
    (tmp_path / "tracker").mkdir()
    shutil.copy(ROOT / "tracker" / "write_env.py", tmp_path / "tracker")
    shutil.copy(ROOT / "Makefile", tmp_path)
    subprocess.run(["make", "env", f"PYTHON={sys.executable}"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / ".env"


def values_of(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_commands_run_and_their_health_checks_find_them_well(environment: dict, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "var" / "beat").mkdir(parents=True)
    environment |= {"PORT": str(port), "SEXTANT_SITE_URL": f"http://localhost:{port}", "PYTHONPATH": str(ROOT)}
    assert not is_well("web", tmp_path, **environment)
    with ExitStack() as stack:
        for name in SEXTANT:
            command = as_here(SERVICES[name]["command"])
            stack.enter_context(running(command, environment, log=tmp_path / name, cwd=tmp_path))
        # A health check is a process of its own: not one after the other while all of them are still starting.
        wait_for(lambda: is_up(environment["SEXTANT_SITE_URL"]), f"web: {tmp_path / 'web'}", seconds=60)
        for name in SEXTANT:
            wait_for(lambda: is_well(name, tmp_path, **environment), f"{name}: {tmp_path / name}", seconds=60)  # noqa: B023
    assert [name for name in SEXTANT if name != "beat" and is_well(name, tmp_path, **environment)] == []


def test_the_image_can_collect_its_static_files() -> None:
    steps = (ROOT / "Dockerfile").read_text().replace("\\\n", "").splitlines()
    (collect,) = [step.removeprefix("RUN ") for step in steps if "collectstatic" in step]
    bare = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(f"{collect} --dry-run", shell=True, env=bare, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_starts_without_an_env_and_each_refusal_names_make_env() -> None:
    assert {"SEXTANT_SECRET_KEY", "SEXTANT_POSTGRES_PASSWORD", "SEXTANT_SITE_URL"} <= set(DEMANDED)
    assert [name for name, why in DEMANDED.items() if "make env" not in why] == []
    assert re.findall(r"\$\{?(\w+)(?!\w|:\?)", COMPOSE) == []


def test_every_process_gets_all_that_sextant_demands() -> None:
    for name in (*SEXTANT, "migrate"):
        assert set(DEFAULTS) <= set(SERVICES[name]["environment"])


def test_make_env_writes_all_that_compose_demands(written: Path) -> None:
    values = values_of(written)
    assert set(values) == set(DEMANDED)
    made_up = {name: value for name, value in values.items() if name.endswith(("_KEY", "_PASSWORD"))}
    assert all(len(value) >= 50 for value in made_up.values())


def test_only_its_owner_may_read_it(written: Path) -> None:
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_a_second_make_env_changes_nothing(written: Path) -> None:
    before = written.read_text()
    said = subprocess.run(
        ["make", "env", f"PYTHON={sys.executable}"], cwd=written.parent, check=True, capture_output=True, text=True
    )
    assert written.read_text() == before
    assert "was not changed" in said.stdout
