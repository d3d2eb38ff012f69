"""The worker's part of programs."""

from celery import shared_task

from programs.services import checkins, overdue


@shared_task
def close_missed() -> None:
    checkins.close_missed()


@shared_task
def remind_overdue() -> None:
    overdue.remind_overdue()
