from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self) -> None:
        checks.register(check_files)
        checks.register(check_versions, checks.Tags.database)


def check_files(**kwargs: Any) -> list[CheckMessage]:
    """A scale file that cannot be read, or a program that asks a scale there is none of, stops the start."""
    from assessments.scales import OWN, read_scales
    from programs.protocols import read_protocols
    from tracker.definitions import FileRefused, line_of

    try:
        scales = read_scales(settings.SCALE_DIRS)
    except FileRefused as error:
        return [checks.Error(str(error))]
    try:
        programs = read_protocols(settings.PROGRAM_DIRS)
    except FileRefused:
        return []  # Said once, by the check of the programs.
    taken: list[CheckMessage] = [
        checks.Error(f"{code}.toml, line {line_of(scale.body, ('code',))}: codes in {OWN} are for what clinics make.")
        for code, scale in scales.items()
        if code.startswith(OWN)
    ]
    return taken + [
        checks.Error(f"{code}.toml, line {line_of(program.body, where)}: it asks {scale!r}, and there is no such scale.")
        for code, program in programs.items()
        for number, rule in enumerate(program.definition.checkins)
        for scale in rule.scales
        if scale not in scales and (where := ("checkins", str(number), "scales"))
    ]


def check_versions(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A scale file that changed under the version that answers were given to stops the start."""
    from assessments.models import ScaleVersion
    from assessments.scales import read_scales
    from tracker.stored import changed_without_a_version

    if not databases or check_files():
        return []
    return changed_without_a_version(ScaleVersion, read_scales(settings.SCALE_DIRS))
