"""Keeping each definition as it was when it was first used.

A file that changed without a new version would change what old answers mean, so it is refused at start.
"""

from collections.abc import Callable
from typing import Any, Self

from django.core import checks
from django.db import DatabaseError, connection, models

from tracker.definitions import D, Written, line_of

# What each stored text says, by kind and hash. A text never changes, so reading it once in a process is enough.
_read: dict[tuple[type, str], Any] = {}


class StoredDefinition(models.Model):
    """A definition as it was when it was first used. Rows that used it keep this version."""

    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    body = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.code}, version {self.version}"

    def definition_by(self, read: Callable[[str], D]) -> D:
        """What `body` says. Rows may be fetched without their body, kilobytes each: it is asked for when first needed."""
        key = (type(self), self.sha256)
        if key not in _read:
            _read[key] = read(self.body)
        return _read[key]

    @classmethod
    def store(cls, written: Written[D]) -> Self:
        """The row of this version, made on first use."""
        definition = written.definition
        row, _made = cls._default_manager.get_or_create(
            code=definition.code, version=definition.version, defaults={"sha256": written.sha256, "body": written.body}
        )
        return row


def changed_without_a_version(stored: type[StoredDefinition], files: dict[str, Written[D]]) -> list[checks.CheckMessage]:
    """A check error for each file that is not what its version was when it was first used."""
    try:
        if stored._meta.db_table not in connection.introspection.table_names():
            return []
        used = {(row.code, row.version): row.sha256 for row in stored._default_manager.all()}
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
