"""Statements that are built once in a process, for the few paths that everybody waits on.

Django builds the SQL of a queryset anew each time it is read: four fifths of what a small read costs. Here the
queryset is written as everywhere, built once, and asked again with other values.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, Generic, Self, TypeVar

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.models.base import ModelState
from django.db.models.constants import OnConflict

from tracker.accounts.roles import Actor, Role

T = TypeVar("T")

# How a value is handed to the database when its type is not one that every database takes as it is.
_FIELDS: dict[type, "models.Field[Any, Any]"] = {
    uuid.UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
    date: models.DateField(),
    time: models.TimeField(),
}

_TAKEN_AS_IT_IS = {str, int, bool, type(None)}
_TAKEN_BY_POSTGRESQL = {datetime, date, time, Decimal, uuid.UUID}


class Given(models.Expression):
    """The place of a value that is not known before the statement is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class Ready(Generic[T]):
    """A queryset of rows, or of one column (`values_list(..., flat=True)`), that is built once.

        scores_of = Ready(lambda actor, course: Score.objects.visible_to(actor).filter(enrolment_id=course))
        rows = scores_of(request.actor, course=7)

    Whatever differs from call to call must come in as an argument, the time above all: what stands in the
    function itself is built in for good. `actor` stands for any actor of the same role.
    """

    def __init__(self, build: Callable[..., "models.QuerySet[Any, T]"]) -> None:
        self.build = build
        self._plans: dict[tuple[str, Role | None, frozenset[str]], _Plan | None] = {}

    def __call__(self, actor: Actor | None = None, **values: Any) -> list[T]:
        """The rows for these values."""
        key = (connection.vendor, actor.role if actor else None, frozenset(values))
        if key not in self._plans:
            self._plans[key] = self._plan(actor, values)
        plan = self._plans[key]
        if actor is not None:
            values = {**values, "actor's clinic": actor.clinic_id, "actor's patient": actor.patient_id}
        return plan.rows(values) if plan else []

    def first(self, actor: Actor | None = None, **values: Any) -> T | None:
        """The first row, or None."""
        return next(iter(self(actor, **values)), None)

    def _plan(self, actor: Actor | None, values: Collection[str]) -> "_Plan | None":
        places: dict[str, Any] = {name: Given(name) for name in values}
        try:
            return _Plan(self.build(*([_stand_in(actor)] if actor else []), **places))
        except EmptyResultSet:  # a role that may see none of these rows
            return None


def _stand_in(actor: Actor) -> Actor:
    patient: Any = None if actor.patient_id is None else Given("actor's patient")
    clinic: Any = Given("actor's clinic")
    return Actor(role=actor.role, clinic_id=clinic, patient_id=patient)


class _Plan:
    """The SQL of one queryset, and how its rows become objects."""

    def __init__(self, queryset: "models.QuerySet[Any, Any]") -> None:
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.params = compiler.as_sql()
        self.compiler = compiler
        self.converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        self.is_flat = queryset._fields is not None  # type: ignore[attr-defined]
        if not self.is_flat:
            self.kind = _Kind(compiler.klass_info, compiler.select)
            self.annotations = compiler.annotation_col_map

    def rows(self, values: dict[str, Any]) -> list[Any]:
        found = fetch_all(self.sql, [values[one.name] if isinstance(one, Given) else one for one in self.params])
        if self.converters:
            found = list(self.compiler.apply_converters(found, self.converters))
        if self.is_flat:
            return [row[0] for row in found]
        known: dict[tuple[_Kind, Any], models.Model] = {}
        return [self._object(row, known) for row in found]

    def _object(self, row: Sequence[Any], known: "dict[tuple[_Kind, Any], models.Model]") -> models.Model:
        made = self.kind.object_of(row, known)
        for name, place in self.annotations.items():
            setattr(made, name, row[place])
        return made


class _Kind:
    """How some columns of a row become an object, and others those that it points to.

    As Django's `from_db` makes it, without a setter for each value; and what many rows point to is made once.
    """

    def __init__(self, info: dict[str, Any], select: Sequence[Any]) -> None:
        first, last = info["select_fields"][0], info["select_fields"][-1]
        self.model: type[models.Model] = info["model"]
        self.columns = slice(first, last + 1)
        self.names = [column[0].target.attname for column in select[self.columns]]
        self.key = first + self.names.index(self.model._meta.pk.attname)
        self.points_to = [
            (_Kind(one, select), one["local_setter"], one["remote_setter"]) for one in info.get("related_klass_infos", ())
        ]

    def object_of(self, row: Sequence[Any], known: "dict[tuple[_Kind, Any], models.Model]") -> models.Model:
        """The row as an object. `known` is what rows before it pointed to."""
        made = self.model.__new__(self.model)
        made._state = ModelState()
        made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
        made.__dict__.update(zip(self.names, row[self.columns], strict=True))
        for kind, set_here, set_there in self.points_to:
            other = kind._pointed_to(row, known)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made

    def _pointed_to(self, row: Sequence[Any], known: "dict[tuple[_Kind, Any], models.Model]") -> models.Model | None:
        key = row[self.key]
        if key is None:
            return None
        if (self, key) not in known:
            known[self, key] = self.object_of(row, known)
        return known[self, key]


def fetch_all(sql: str, params: Collection[Any]) -> list[Any]:
    """Ask this; its rows as the database gives them."""
    with _preparing() as cursor:
        cursor.execute(sql, [_in_database(value) for value in params])
        return cursor.fetchall()


class _Preparing(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Self:
        return super().execute(query, params, prepare=True, **kwargs)


@contextmanager
def _preparing() -> Iterator[Any]:
    """A cursor whose statements the database keeps parsed and planned, where it can: what is asked is built once, too.

    Any other cursor writes the values into the text, which is then new to the database each time.
    """
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    driver = connection.connection
    usual, driver.cursor_factory = driver.cursor_factory, _Preparing
    try:
        cursor = connection.cursor()
    finally:
        driver.cursor_factory = usual
    with cursor:
        yield cursor


def _in_database(value: Any) -> Any:
    field = _FIELDS.get(type(value))
    return field.get_db_prep_value(value, connection) if field else value


def insert(*rows: models.Model, instead_of: tuple[str, ...] = ()) -> None:
    """Save new rows of one kind in one statement, as `bulk_create` does.

    With `instead_of`, the names of the fields of a unique constraint, each takes the place of the row that has the
    same values there, and keeps that one's ids.
    """
    sql, fields = _insertion(type(rows[0]), connection.vendor, len(rows), instead_of)
    params = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields]
    with _preparing() as cursor:
        cursor.execute(sql, params)
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def insert_all(rows: Sequence[models.Model]) -> None:
    """Save many new rows of one kind, without asking for their ids: by COPY where the database has it.

    `bulk_create` builds its statement anew for every piece, which takes longer than the database does to write it.
    """
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
    values = list(_values(fields, rows))
    into = f"{connection.ops.quote_name(rows[0]._meta.db_table)} ({_names(fields)})"
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for one in values:
                    copy.write_row(one)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", values)  # noqa: S608 - our own names


def _values(fields: "Sequence[models.Field[Any, Any]]", rows: Iterable[models.Model]) -> Iterator[list[Any]]:
    """What is handed to the database, row by row; Django's way to it is long, and of no use to what it takes as it is."""
    plain = _TAKEN_AS_IT_IS | (_TAKEN_BY_POSTGRESQL if connection.vendor == "postgresql" else set())
    here = connections[DEFAULT_DB_ALIAS]
    # A field that works its value out when it is saved, or that stores something else than it shows, goes Django's way.
    asked = [
        (field, field.attname, type(field).pre_save is models.Field.pre_save, isinstance(field, models.JSONField))
        for field in fields
    ]
    for row in rows:
        kept, line = row.__dict__, []
        for field, name, is_plain, is_json in asked:
            value = kept[name] if is_plain else field.pre_save(row, add=True)
            line.append(value if type(value) in plain and not is_json else field.get_db_prep_save(value, here))
        yield line


def _names(fields: Iterable[Any]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)


@cache
def _insertion(model: type[models.Model], vendor: str, rows: int, unique: tuple[str, ...]) -> tuple[str, list[Any]]:
    quote, meta = connection.ops.quote_name, model._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    marks = f"({', '.join(['%s'] * len(fields))})"
    sql = f"INSERT INTO {quote(meta.db_table)} ({_names(fields)}) VALUES {', '.join([marks] * rows)}"  # noqa: S608 - our own names
    if unique:
        changing = [field.column for field in fields if field.name not in {*unique, "public_id"}]
        where = [field.column for field in fields if field.name in unique]
        sql += " " + connection.ops.on_conflict_suffix_sql(fields, OnConflict.UPDATE, changing, where)
    return f"{sql} RETURNING {quote(meta.pk.column)}", fields
