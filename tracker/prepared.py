"""Statements that the database keeps parsed and planned; what asks and what writes on the hot paths goes through here."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, models
from psycopg import pq
from psycopg.adapt import Loader, PyFormat, Transformer

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
    return carry_out(sql, _in_database(params)).rows


def carry_out(sql: str, params: Collection[Any]) -> "Answer":
    """Ask or write this, with values as the database takes them."""
    database = here()
    if database.vendor != "postgresql":
        with database.cursor() as plain:
            plain.execute(sql, params)
            return Answer(plain.fetchall() if plain.description else [], plain.rowcount)
    asking = _asking(database)
    # Within what Django wraps a cursor in: it counts the statement, and makes Django's errors of the driver's.
    cursor = database.make_debug_cursor(asking) if database.queries_logged else database.make_cursor(asking)
    cursor.execute(sql, params)
    return asking.answer


def fetch_each(questions: Sequence[tuple[str, Collection[Any]]]) -> list[list[Any]]:
    """The rows of each of these, in one go: the way to the database and back costs as much as a small read."""
    database = here()
    if database.vendor != "postgresql" or database.queries_logged:
        return [fetch_all(sql, params) for sql, params in questions]
    asking = _asking(database)
    with database.wrap_database_errors:
        return asking.ask_each([(sql, _in_database(params)) for sql, params in questions])


class Answer(NamedTuple):
    """What came back: rows, or how many were written."""

    rows: list[Any]
    rowcount: int


class _JsonText(Loader):
    """Leaves JSON as its text, which Django's field reads. Before it the binary form has one byte for its version."""

    format = pq.Format.BINARY

    def load(self, data: Any) -> str:
        return bytes(data)[1:].decode()


def _asking(database: Any) -> "_Asking":
    """The statements of the connection as it is now."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    kept: _Asking | None = vars(database).get("asking")
    if kept is None or kept.driver is not database.connection:
        kept = database.asking = _Asking(database.connection)
    return kept


class _Asking:
    """What one connection to PostgreSQL keeps parsed and planned, asked straight through libpq.

    A cursor of the driver costs five times as much as to ask and to read the answer, and reads times as text, in
    Python. The driver itself prepares nothing (settings.py), so it never tells the database to forget these.
    """

    MOST = 300
    # Django looks here for the text of what a driver's cursor asked, when it counts statements.
    _query = None

    def __init__(self, driver: Any) -> None:
        self.driver, self.pgconn = driver, driver.pgconn
        self.names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        driver.adapters.register_loader("jsonb", _JsonText)
        self.adapter = Transformer(driver)
        self.answer = Answer([], -1)

    def execute(self, sql: str, params: Collection[Any]) -> None:
        """One statement, as a cursor does it; the answer stays in `answer`."""
        self._begin()
        name, values, formats = self._ready(sql, params)
        self.answer = self._read(self.pgconn.exec_prepared(name, values, formats, pq.Format.BINARY))

    def close(self) -> None:
        """Nothing: the statements stay with the connection."""

    def ask_each(self, questions: Iterable[tuple[str, Collection[Any]]]) -> list[list[Any]]:
        """All of them sent before the first is read. If one fails, all do."""
        self._begin()
        ready = [self._ready(sql, params) for sql, params in questions]
        self.pgconn.enter_pipeline_mode()
        try:
            for name, values, formats in ready:
                self.pgconn.send_query_prepared(name, values, formats, pq.Format.BINARY)
            self.pgconn.pipeline_sync()
            results = [self._next_result() for _ in ready]
            self.pgconn.get_result()  # of the sync
        finally:
            self.pgconn.exit_pipeline_mode()
        return [self._read(result).rows for result in results]

    def _next_result(self) -> Any:
        result = self.pgconn.get_result()
        self.pgconn.get_result()  # None: the end of its rows
        return result

    def _begin(self) -> None:
        """The driver begins a transaction with its first statement; this may be it."""
        if not self.driver.autocommit and self.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            self._read(self.pgconn.exec_(b"BEGIN"))

    def _ready(self, sql: str, params: Collection[Any]) -> tuple[bytes, Sequence[Any], Sequence[Any]]:
        """The name under which the database knows it, and the values as they are sent."""
        values = self.adapter.dump_sequence(list(params), [PyFormat.AUTO] * len(params))
        types, formats = self.adapter.types or (), self.adapter.formats or ()
        name = self.names.get((sql, types))
        return name or self._prepare(sql, types), values, formats

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        if len(self.names) >= self.MOST:
            self._read(self.pgconn.exec_(b"DEALLOCATE ALL"))
            self.names.clear()
        name = b"kept %d" % len(self.names)
        self._read(self.pgconn.prepare(name, _numbered(sql), types))
        self.names[sql, types] = name
        return name

    def _read(self, result: Any) -> Answer:
        if result.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
            raise psycopg.errors.error_from_result(result)
        self.adapter.set_pgresult(result)
        return Answer(self.adapter.load_rows(0, result.ntuples, tuple), result.command_tuples or 0)


def _numbered(sql: str) -> bytes:
    """Django's marks for values as PostgreSQL numbers them."""
    first, *rest = sql.split("%s")
    return "".join([first, *(f"${number}{part}" for number, part in enumerate(rest, 1))]).replace("%%", "%").encode()


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
