"""A command at the end of whose pipe nobody reads any more."""

import os
import subprocess
import sys

from tests.cast import Cast
from tests.processes import ROOT


def test_outcomes_end_quietly_when_head_has_seen_enough(cast: Cast, environment: dict) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "manage.py", "outcomes", "--clinic", "north", "--scale", "phq-9"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
