"""Which scales there are, and which version of one a course keeps."""

from collections.abc import Collection

from django.conf import settings

from assessments.models import ScaleVersion, Score
from assessments.scales import Scale, read_scales
from programs.models import Enrolment
from tracker.definitions import Written
from tracker.errors import Refused


def known_scales() -> dict[str, Written[Scale]]:
    """Every scale that can be asked or entered now, by code: the files that are there."""
    return read_scales(settings.SCALE_DIRS)


def scale_named(code: str) -> Written[Scale]:
    """The scale with this code. Raises Refused when there is none."""
    try:
        return known_scales()[code]
    except KeyError:
        raise Refused(f"There is no scale called {code}.", "scale") from None


def versions_for(enrolment: Enrolment, codes: Collection[str]) -> dict[str, ScaleVersion]:
    """The version of each scale that this course keeps: the one it began with, else the newest.

    Two statements once every version was used before.
    """
    begun = Score.objects.filter(enrolment=enrolment, code__in=codes).values("scale")
    kept = {row.code: row for row in ScaleVersion.objects.filter(pk__in=begun).order_by("-version").defer("body")}
    missing = [code for code in codes if code not in kept]
    return {**stored_versions(missing), **kept}


def stored_versions(codes: Collection[str]) -> dict[str, ScaleVersion]:
    """The newest version of each scale as a stored row, stored now if it never was."""
    files = {code: scale_named(code) for code in codes}
    wanted = {(code, file.definition.version) for code, file in files.items()}
    rows = {
        row.code: row for row in ScaleVersion.objects.filter(code__in=codes).defer("body") if (row.code, row.version) in wanted
    }
    return {code: rows.get(code) or ScaleVersion.store(file) for code, file in files.items()}
