"""Sign-ins and sign-outs, as django-allauth and Django tell of them."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from tracker.accounts.models import User
from tracker.audit.middleware import source
from tracker.audit.models import AuditRow


def _write(verb: str, user: User | None) -> None:
    here = source.get()
    AuditRow.objects.create(
        at=timezone.now(),
        user_id=user.pk if user else None,
        verb=verb,
        subject="user",
        request_id=here.request_id,
        address=here.address,
    )


@receiver(user_logged_in)
def signed_in(sender: object, user: User, **kwargs: Any) -> None:
    _write("signed in", user)


@receiver(user_logged_out)
def signed_out(sender: object, user: User | None, **kwargs: Any) -> None:
    _write("signed out", user)


@receiver(user_login_failed)
def sign_in_failed(sender: object, **kwargs: Any) -> None:
    # Neither the address that was tried nor its password: a mistyped password often stands in the wrong box.
    _write("sign-in failed", None)
