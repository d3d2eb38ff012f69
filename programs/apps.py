from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections
from django.db.models.signals import post_migrate


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        checks.register(check_files)
        checks.register(check_versions, checks.Tags.database)
        post_migrate.connect(keep_ledger, sender=self)


def keep_ledger(*, using: str, **kwargs: Any) -> None:
    """After each migrate: nothing in the drug ledger can be changed or deleted."""
    from programs.models import Counted, DrugLot, LedgerLine, StockCount, Vial
    from tracker.only_added import keep_rows

    if LedgerLine._meta.db_table in connections[using].introspection.table_names():
        keep_rows(DrugLot, Vial, LedgerLine, StockCount, Counted, using=using)


def check_files(**kwargs: Any) -> list[CheckMessage]:
    """A program file that cannot be read stops the start, with file, line and reason."""
    from programs.protocols import OWN, read_protocols
    from tracker.definitions import FileRefused

    try:
        codes = read_protocols(settings.PROGRAM_DIRS)
    except FileRefused as error:
        return [checks.Error(str(error))]
    return [
        checks.Error(f"{code}.toml, line 1: codes that begin with {OWN!r} are those of programs that a clinic wrote in the app.")
        for code in codes
        if code.startswith(OWN)
    ]


def check_versions(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A program file that changed under the version that patients were enrolled with stops the start."""
    from programs.models import Program
    from programs.protocols import read_protocols
    from tracker.stored import changed_without_a_version

    if not databases or check_files():
        return []
    return changed_without_a_version(Program, read_protocols(settings.PROGRAM_DIRS))
