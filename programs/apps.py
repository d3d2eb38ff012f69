from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        checks.register(check_files)
        checks.register(check_versions, checks.Tags.database)


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
