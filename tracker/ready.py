"""Statements that are built once in a process, for the few paths that everybody waits on.

Django builds the SQL of a queryset anew each time it is read: four fifths of what a small read costs. Here the
queryset is written as everywhere, built once, and asked again with other values.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState

from tracker.accounts.roles import Actor, Role
from tracker.prepared import fetch_all, fetch_each, here

T = TypeVar("T")


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
        question = self.asking(actor, **values)
        return question.rows(fetch_all(question.sql, question.params)) if question else []

    def asking(self, actor: Actor | None = None, **values: Any) -> "Question | None":
        """The statement with these values, to be asked with others; None where no row can be seen."""
        key = (here().vendor, actor.role if actor else None, frozenset(values))
        if key not in self._plans:
            self._plans[key] = self._plan(actor, values)
        plan = self._plans[key]
        if actor is not None:
            values = {**values, "actor's clinic": actor.clinic_id, "actor's patient": actor.patient_id}
        return Question(plan.sql, plan.params_with(values), plan.rows) if plan else None

    def first(self, actor: Actor | None = None, **values: Any) -> T | None:
        """The first row, or None."""
        return next(iter(self(actor, **values)), None)

    def _plan(self, actor: Actor | None, values: Collection[str]) -> "_Plan | None":
        places: dict[str, Any] = {name: Given(name) for name in values}
        try:
            return _Plan(self.build(*([_stand_in(actor)] if actor else []), **places))
        except EmptyResultSet:  # a role that may see none of these rows
            return None


class Question(NamedTuple):
    """One statement with its values, and how its rows become objects."""

    sql: str
    params: list[Any]
    rows: Callable[[list[Any]], list[Any]]


def answers(*questions: Question | None) -> list[list[Any]]:
    """The rows of each question, asked in one go: none may need what another answers."""
    asked = [one for one in questions if one]
    found = iter(fetch_each([(one.sql, one.params) for one in asked]))
    return [one.rows(next(found)) if one else [] for one in questions]


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

    def params_with(self, values: dict[str, Any]) -> list[Any]:
        """What is sent with the statement for these values."""
        return [values[one.name] if isinstance(one, Given) else one for one in self.params]

    def rows(self, found: list[Any]) -> list[Any]:
        """What the database gave, as objects or as one column."""
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
