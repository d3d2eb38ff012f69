"""Housekeeping by the clock."""

from celery import shared_task

from tracker.audit import services


@shared_task
def forget_old_keys() -> None:
    services.forget_old_keys()
