"""The worker's part of messaging."""

from celery import shared_task

from tracker.messaging import services


@shared_task
def send_due() -> None:
    services.send_due()
