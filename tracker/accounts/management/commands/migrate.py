"""manage.py migrate: Django's own, without the limit of five seconds that a statement of a page has."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def unlimited(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """This connection without a limit of time for a statement."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")


class Command(migrate.Command):
    """A migration may rewrite a large table for minutes. How long it may wait for a lock stays limited: that stops the clinic."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with unlimited(connection) if connection.vendor == "postgresql" else nullcontext():
            super().handle(*args, **options)
