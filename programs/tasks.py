"""The worker's part of programs."""

from celery import shared_task

from programs.services import checkins


@shared_task
def close_missed() -> None:
    checkins.close_missed()
