"""Statements that the database keeps parsed and planned; what asks and what writes on the hot paths goes through here."""

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Self

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, models

# How a value is handed to the database when its type is not one that every database takes as it is.
_FIELDS: dict[type, "models.Field[Any, Any]"] = {
    uuid.UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
    date: models.DateField(),
    time: models.TimeField(),
}

_TAKEN_AS_IT_IS = {str, int, bool, type(None)}
_TAKEN_BY_POSTGRESQL = _TAKEN_AS_IT_IS | {datetime, date, time, Decimal, uuid.UUID}


def fetch_all(sql: str, params: Collection[Any]) -> list[Any]:
    """Ask this; its rows as the database gives them."""
    with preparing() as cursor:
        cursor.execute(sql, _in_database(params))
        return cursor.fetchall()


class _Preparing(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Self:
        return super().execute(query, params, prepare=True, **kwargs)


@contextmanager
def preparing() -> Iterator[Any]:
    """A cursor whose statements the database keeps parsed and planned, where it can: what is asked is built once, too.

    Any other cursor writes the values into the text, which is then new to the database each time.
    """
    database = here()
    database.ensure_connection()
    if database.vendor != "postgresql":
        with database.cursor() as cursor:
            yield cursor
        return
    driver = database.connection
    usual, driver.cursor_factory = driver.cursor_factory, _Preparing
    try:
        cursor = database.cursor()
    finally:
        driver.cursor_factory = usual
    with cursor:
        yield cursor


def here() -> Any:
    """The connection itself: each look at `django.db.connection` finds it anew, and a statement takes a dozen."""
    return connections[DEFAULT_DB_ALIAS]


def taken_as_it_is() -> set[type]:
    """What this database takes as Python has it. Django's way to it is long."""
    return _TAKEN_BY_POSTGRESQL if here().vendor == "postgresql" else _TAKEN_AS_IT_IS


def _in_database(values: Collection[Any]) -> list[Any]:
    database, plain = here(), taken_as_it_is()
    return [
        value if type(value) in plain or not (field := _FIELDS.get(type(value))) else field.get_db_prep_value(value, database)
        for value in values
    ]
