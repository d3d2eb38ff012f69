"""Writing messages with their cause, and sending what is due.

Nothing here names a person, a drug, a scale or a score: a message may stand on a lock screen.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracker.accounts.models import Clinic, User
from tracker.alerts.models import Alert
from tracker.messaging.models import Message

log = logging.getLogger(__name__)

BATCH = 100
# The longest wait between tries: a mail server that was down for a night is found again in a quarter of an hour.
LONGEST_WAIT = timedelta(minutes=15)


def tell_clinic_of(alert: Alert, clinic: Clinic, *, at: datetime) -> None:
    """Put an e-mail to the clinic into the outbox, in the transaction that raised the alert."""
    with override("en"):
        subject = _("A check-in needs you now")
        body = _("Somebody answered a safety question. Read it, and write what was done:") + (
            f"\n\n{settings.SITE_URL}{reverse('alert', args=[alert.public_id])}\n"
        )
    _message(clinic, f"alert:{alert.public_id}", clinic.alert_email, subject, body, at).save(force_insert=True)


def remind_to_sign(clinic: Clinic, prescriber: User, *, key: str, at: datetime) -> None:
    """Put an e-mail to the prescriber into the outbox: an order waits for their signature. Once for each key."""
    subject = "An order waits for your signature"
    body = (
        "You gave an order by word of mouth. The time to sign it has passed. Read it, and sign:"
        f"\n\n{settings.SITE_URL}{reverse('worklist')}\n"
    )
    Message.objects.bulk_create([_message(clinic, key, prescriber.email, subject, body, at)], ignore_conflicts=True)


def _message(clinic: Clinic, key: str, to: str, subject: str, body: str, at: datetime) -> Message:
    return Message(clinic=clinic, key=key, to=to, subject=subject, body=body, written_at=at, next_try_at=at)


def send_due(at: datetime | None = None) -> int:
    """Send what is due; gives how many the mail server took.

    A row is claimed by pushing its next try ahead, so two workers never hold the same one, and a worker
    that dies in between leaves it to the next: sent at least once, a double carries the same key.
    """
    now = at or timezone.now()
    sent = 0
    for message in Message.objects.due(now).order_by("pk")[:BATCH]:
        wait = min(timedelta(seconds=15) * 2 ** min(message.tries, 6), LONGEST_WAIT)
        claimed = Message.objects.due(now).filter(pk=message.pk).update(next_try_at=now + wait, tries=F("tries") + 1)
        if claimed and _send(message):
            sent += 1
    return sent


def _send(message: Message) -> bool:
    email = EmailMessage(
        message.subject, message.body, to=[message.to], headers={"X-Sextant-Key": message.key, "Auto-Submitted": "auto-generated"}
    )
    try:
        email.send()
    except OSError as error:  # smtplib's errors and the network's are OSErrors
        log.warning("message %s not sent: %s", message.pk, type(error).__name__)
        Message.objects.filter(pk=message.pk).update(last_error=type(error).__name__)
        return False
    Message.objects.filter(pk=message.pk).update(sent_at=timezone.now())
    return True
