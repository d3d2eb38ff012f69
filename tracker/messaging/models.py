"""What is to be sent, and whether it went."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from tracker.accounts.models import Clinic


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, at: datetime | None = None) -> "MessageQuerySet":
        """Not yet accepted by the mail server, and its next try has come."""
        return self.filter(sent_at=None, next_try_at__lte=at or timezone.now())


class Message(models.Model):
    """An e-mail in the outbox: written with its cause, sent by the worker, marked after it was accepted."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    # The same cause never writes two; it also stands in the e-mail, so that a double can be told.
    key = models.CharField(max_length=80, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=120)
    body = models.TextField()
    written_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], name="messages_to_send", condition=models.Q(sent_at=None))]

    def __str__(self) -> str:
        return self.key
