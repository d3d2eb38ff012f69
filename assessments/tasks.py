"""The worker's part of assessments."""

from celery import shared_task

from assessments.transfer import working


@shared_task
def work_on_imports() -> None:
    working.work_due()
