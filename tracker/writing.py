"""New rows, and changed ones, by statements that are built once in a process."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple, cast

from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models.constants import OnConflict

from tracker.prepared import carry_out, here, taken_as_it_is


def insert(*rows: models.Model, instead_of: tuple[str, ...] = ()) -> None:
    """Save new rows of one kind in one statement, as `bulk_create` does.

    With `instead_of`, the names of the fields of a unique constraint, each takes the place of the row that has the
    same values there, and keeps that one's ids.
    """
    sql, columns = _insertion(type(rows[0]), here().vendor, len(rows), instead_of)
    keys = carry_out(sql, list(chain.from_iterable(_values(columns, rows)))).rows
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def insert_all(rows: Sequence[models.Model]) -> None:
    """Save many new rows of one kind, without asking for their ids: by COPY where the database has it.

    `bulk_create` builds its statement anew for every piece, which takes longer than the database does to write it.
    """
    if not rows:
        return
    columns = _columns_of(type(rows[0]))
    values = list(_values(columns, rows))
    into = f"{here().ops.quote_name(rows[0]._meta.db_table)} ({_names(columns)})"
    database = here()
    with transaction.atomic(savepoint=False), database.cursor() as cursor:
        if database.vendor == "postgresql":
            with database.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for one in values:
                    copy.write_row(one)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", values)  # noqa: S608 - our own names


def change(model: type[models.Model], to: Mapping[str, Any], *, where: Mapping[str, Any]) -> int:
    """Change the rows whose fields are as `where` says, as `filter(**where).update(**to)` does; gives how many."""
    sql, fields = _change(model, here().vendor, tuple(to), tuple(where))
    values = [*to.values(), *where.values()]
    taken = [field.get_db_prep_save(value, here()) for field, value in zip(fields, values, strict=True)]
    return carry_out(sql, taken).rowcount


@cache
def _change(
    model: type[models.Model], vendor: str, to: tuple[str, ...], where: tuple[str, ...]
) -> "tuple[str, list[models.Field[Any, Any]]]":
    quote = here().ops.quote_name
    fields = cast("list[models.Field[Any, Any]]", [model._meta.get_field(name) for name in (*to, *where)])
    equal = [f"{quote(field.column)} = %s" for field in fields]
    becomes, are = ", ".join(equal[: len(to)]), " AND ".join(equal[len(to) :])
    return f"UPDATE {quote(model._meta.db_table)} SET {becomes} WHERE {are}", fields  # noqa: S608 - our own names


class _Column(NamedTuple):
    """A field that is written, and whether its value stands in the row as it goes to the database."""

    field: "models.Field[Any, Any]"
    name: str
    # Not one that works its value out when it is saved, or that stores something else than it shows.
    is_kept: bool
    is_json: bool


@cache
def _columns_of(model: type[models.Model]) -> list[_Column]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    plain = models.Field.pre_save
    return [_Column(one, one.attname, type(one).pre_save is plain, isinstance(one, models.JSONField)) for one in fields]


def _values(columns: Sequence[_Column], rows: Iterable[models.Model]) -> Iterator[list[Any]]:
    """What is handed to the database, row by row."""
    database, plain = here(), taken_as_it_is()
    for row in rows:
        kept, line = row.__dict__, []
        for field, name, is_kept, is_json in columns:
            value = kept[name] if is_kept else field.pre_save(row, add=True)
            line.append(value if type(value) in plain and not is_json else field.get_db_prep_save(value, database))
        yield line


def _names(columns: Iterable[_Column]) -> str:
    return ", ".join(here().ops.quote_name(one.field.column) for one in columns)


@cache
def _insertion(model: type[models.Model], vendor: str, rows: int, unique: tuple[str, ...]) -> tuple[str, list[_Column]]:
    quote, meta, columns = here().ops.quote_name, model._meta, _columns_of(model)
    marks = f"({', '.join(['%s'] * len(columns))})"
    sql = f"INSERT INTO {quote(meta.db_table)} ({_names(columns)}) VALUES {', '.join([marks] * rows)}"  # noqa: S608 - our own names
    if unique:
        fields = [one.field for one in columns]
        changing = [field.column for field in fields if field.name not in {*unique, "public_id"}]
        where = [field.column for field in fields if field.name in unique]
        sql += " " + here().ops.on_conflict_suffix_sql(fields, OnConflict.UPDATE, changing, where)
    return f"{sql} RETURNING {quote(meta.pk.column)}", columns
