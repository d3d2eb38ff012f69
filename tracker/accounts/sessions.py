"""Where sign-ins are kept: Django's table, read at every request, so that one which was ended opens nothing more."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from tracker.ready import Ready


def _running(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


running = Ready(_running)


class SessionStore(InDatabase):
    """Django's, with its one statement built once."""

    def _get_session_from_db(self) -> Session | None:
        found = running.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found
