"""The worker and the clock: `celery -A tracker worker`, `celery -A tracker beat`."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
app = Celery("sextant")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
@signals.beat_init.connect
def refuse_unless_sound(**kwargs: Any) -> None:
    # Imported here: the registry of apps is only ready once Celery has set Django up.
    from tracker.startup import refuse_unless_sound

    refuse_unless_sound()
