"""Migrations make what the models describe; a long one is not cut, and the pages keep their limit."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import pre_migrate


def statement_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


@pytest.fixture
def seen() -> list[str]:
    """The limit as it is while a migration runs."""
    found: list[str] = []

    def look(**kwargs: object) -> None:
        found.append(statement_timeout())

    pre_migrate.connect(look)
    yield found
    pre_migrate.disconnect(look)


def test_a_migration_has_no_limit_and_what_comes_after_it_has(transactional_db: None, seen: list[str]) -> None:
    call_command("migrate", verbosity=0)
    assert set(seen) == {"0"}
    assert statement_timeout() == "5s"


def test_the_migrations_leave_nothing_to_the_models(transactional_db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
