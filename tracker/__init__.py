"""The ground floor: wiring, and what every floor needs."""

from tracker.celery import app as celery_app

__all__ = ["celery_app"]
