"""Keeping each definition as it was when it was first used, whether it came in a file or a clinic wrote it here.

A file that changed without a new version would change what old answers mean, so it is refused at start. What a
clinic writes is a row of its own: each change is a new version, with its author and its date.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.core import checks
from django.db import DatabaseError, connection, models

from tracker.accounts.roles import Actor
from tracker.definitions import D, Written, line_of

# What each stored text says, by kind and hash. A text never changes, so reading it once in a process is enough.
_read: dict[tuple[type, str], Any] = {}


class StoredQuerySet(models.QuerySet):
    """Definitions of nobody, which came in files, and of clinics, which are theirs alone."""

    def visible_to(self, actor: Actor) -> Self:
        """What the actor's clinic wrote itself: each version. Nobody else sees it."""
        return self.filter(clinic_id=actor.clinic_id) if actor.may("work_here") else self.none()

    def for_clinic(self, clinic_id: int) -> Self:
        """What this clinic may use: what came in files, and its own."""
        return self.filter(models.Q(clinic=None) | models.Q(clinic_id=clinic_id))


class StoredDefinition(models.Model):
    """One version of a definition. Rows that used it keep this version.

    Without a `clinic` it came in a file and was stored when it was first used. A clinic's own has an author and
    a date, and its code is unique within the clinic only.
    """

    clinic = models.ForeignKey("accounts.Clinic", null=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    body = models.TextField()
    author = models.CharField(max_length=120, blank=True)
    author_user_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(null=True)

    objects: ClassVar[StoredQuerySet] = StoredQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"], condition=models.Q(clinic=None), name="%(class)s_of_a_file_is_one"
            ),
            models.UniqueConstraint(fields=["clinic", "code", "version"], name="%(class)s_of_a_clinic_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.code}, version {self.version}"

    @property
    def public_id(self) -> str:
        """What the audit calls it: code and version name it within its clinic."""
        return f"{self.code}:{self.version}"

    def definition_by(self, read: Callable[[str], D]) -> D:
        """What `body` says. Rows may be fetched without their body, kilobytes each: it is asked for when first needed."""
        key = (type(self), self.sha256)
        if key not in _read:
            _read[key] = read(self.body)
        return _read[key]

    @classmethod
    def store(cls, written: Written[D]) -> Self:
        """The row of this version of a file, made on first use."""
        definition = written.definition
        row, _made = cls._default_manager.get_or_create(
            clinic=None,
            code=definition.code,
            version=definition.version,
            defaults={"sha256": written.sha256, "body": written.body},
        )
        return row  # type: ignore[return-value]

    @classmethod
    def of_clinic(cls, written: Written[D], *, actor: Actor, at: datetime) -> Self:
        """The row of a version that somebody wrote for their clinic, not saved."""
        definition = written.definition
        return cls(
            clinic_id=actor.clinic_id,
            code=definition.code,
            version=definition.version,
            sha256=written.sha256,
            body=written.body,
            author=actor.name,
            author_user_id=actor.user_id,
            made_at=at,
        )


def changed_without_a_version(stored: type[StoredDefinition], files: dict[str, Written[D]]) -> list[checks.CheckMessage]:
    """A check error for each file that is not what its version was when it was first used."""
    try:
        if stored._meta.db_table not in connection.introspection.table_names():
            return []
        used = {(row.code, row.version): row.sha256 for row in stored._default_manager.filter(clinic=None).defer("body")}
    except DatabaseError as error:
        return [checks.Error(f"The database does not answer: {error}")]
    return [
        checks.Error(
            f"{code}.toml, line {line_of(file.body, ('version',))}: it changed, but its version is still"
            f" {file.definition.version}, and patients have used that.",
            hint="Give it the next version number.",
        )
        for code, file in files.items()
        if used.get((code, file.definition.version), file.sha256) != file.sha256
    ]
