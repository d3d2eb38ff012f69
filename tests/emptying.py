"""Emptying the tables of a PostgreSQL after a test whose rows were committed, for processes beside it to see."""

from django.db import IntegrityError, OperationalError, connection, transaction

# Which models there are: migrating fills these, no test changes them.
KEPT = {"django_content_type", "auth_permission", "django_migrations"}
WITH_TRIGGERS = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
TRIES = 5


def empty_tables() -> None:
    """Delete every row, those of the ledger too, which are only added otherwise.

    What a closed page sent at the last moment may be written meanwhile, and then points at rows that are gone: once more.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            _delete_all()
        except (IntegrityError, OperationalError):
            if not tries_left:
                raise
        else:
            return


def _delete_all() -> None:
    """To truncate takes six times as long, as it makes each table and index anew, and one who still reads blocks it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WITH_TRIGGERS)
        guarded = [table for (table,) in cursor.fetchall()]
        tables = set(connection.introspection.table_names(cursor)) - KEPT
        statements = [
            "SET LOCAL statement_timeout = 0",  # no limit of a page's statement holds here
            "SET LOCAL lock_timeout = 0",
            *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in guarded),
            *(f"DELETE FROM {table}" for table in sorted(tables)),
            "SET CONSTRAINTS ALL IMMEDIATE",
            *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in guarded),
        ]
        cursor.execute(";".join(statements))
