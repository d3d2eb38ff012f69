"""The same as in tests/servers, two hundred times."""

from pathlib import Path

from tests.cast import Cast
from tests.servers.conftest import cast, environment  # noqa: F401 - the fixtures
from tests.servers.killing import kill_under_submits
from tests.servers.test_killed_worker import found_once, nothing_went_wrong


def test_two_hundred_killed_workers_lose_and_double_nothing(cast: Cast, environment: dict, tmp_path: Path) -> None:  # noqa: F811
    phones = kill_under_submits(cast, environment, tmp_path / "log", times=200)
    nothing_went_wrong(phones)
    found_once(phones)
