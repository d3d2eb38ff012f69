"""Celery's filesystem broker, for the demo: no server to install, the same tasks as in production."""

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """kombu's channel, with messages that appear whole or not at all.

    kombu writes in place, and a worker that polls often reads half a message and stops. So: write beside,
    then rename.
    """

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        half = Path(self.control_folder) / f"{name}.half"
        half.write_text(dumps(payload))  # type: ignore[no-untyped-call]
        os.replace(half, Path(self.data_folder_out) / name)


class Transport(filesystem.Transport):
    Channel = Channel


def filesystem_options(folder: str) -> dict[str, Any]:
    """Celery's transport options for a broker in `folder`, which is made if it is not there."""
    for name in ("queue", "control", "done"):
        (Path(folder) / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": f"{folder}/queue",
        "data_folder_out": f"{folder}/queue",
        "control_folder": f"{folder}/control",
        "processed_folder": f"{folder}/done",
        "polling_interval": 0.2,
    }
