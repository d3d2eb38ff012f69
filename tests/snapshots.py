"""Rows that services made once in this process, put back for each test that begins with them.

To enrol a patient and start her infusion takes some two hundred statements; to put the same rows back takes one for
each table. The services still make them, once, and what a test does is still gone after it.
"""

import pickle
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.apps import apps
from django.db import connection, models, transaction

P = ParamSpec("P")
T = TypeVar("T")


class Snapshot(NamedTuple):
    """What was made, as bytes so that no two tests share an object, and the statements that put its rows back."""

    made: bytes
    statements: list[tuple[str, Any]]


class Snapshots:
    """The snapshots of one process, by the function that made each."""

    def __init__(self) -> None:
        self.taken: dict[str, Snapshot] = {}

    def begin_with(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `make` gives, with its rows in the database. It must stand on the same rows in every test."""
        name = f"{make.__module__}.{make.__qualname__}"
        if name not in self.taken:
            self.taken[name] = take(lambda: make(*args, **kwargs))
        with connection.cursor() as cursor:
            for sql, params in self.taken[name].statements:
                cursor.execute(sql, params)
        return pickle.loads(self.taken[name].made)


def take(make: Callable[[], Any]) -> Snapshot:
    """Let the services make it, and note what came and what changed; nothing of it stays."""
    before = all_rows()
    with transaction.atomic():
        made = pickle.dumps(make())
        after = all_rows()
        transaction.set_rollback(True)
    with transaction.atomic():
        statements = recorded(lambda: put_back(before, after))
        transaction.set_rollback(True)
    return Snapshot(made, in_one(statements) if connection.vendor == "postgresql" else statements)


Rows = dict[type[models.Model], dict[Any, models.Model]]


def all_rows() -> Rows:
    """Every row of every table, by its key."""
    kinds = [kind for kind in apps.get_models(include_auto_created=True) if not kind._meta.proxy]
    return {kind: kind._base_manager.in_bulk() for kind in kinds}


def put_back(before: Rows, after: Rows) -> None:
    """Add the rows that came, and write again those that changed."""
    for kind, rows in after.items():
        columns = [field.attname for field in kind._meta.concrete_fields]
        old = before[kind]
        kind._base_manager.bulk_create(row for key, row in rows.items() if key not in old)
        for key in rows.keys() & old.keys():
            if any(getattr(rows[key], name) != getattr(old[key], name) for name in columns):
                models.Model.save_base(rows[key], raw=True, force_update=True)


def in_one(statements: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """One text with the values written in: sent at once, and nothing is left to work out for each test."""
    with connection.cursor() as cursor:
        return [(";".join(cursor.mogrify(sql, params) for sql, params in statements), None)]


def recorded(write: Callable[[], None]) -> list[tuple[str, Any]]:
    """The statements that wrote, as they went to the database."""
    statements: list[tuple[str, Any]] = []

    def note(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        if sql.startswith(("INSERT", "UPDATE")):
            statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        write()
    return statements
