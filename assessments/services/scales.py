"""Which scales a clinic can use, and which version of one a course keeps.

A scale comes from a file, for everybody, or a clinic made it here, for itself alone. Where a clinic loaded the
official text of a scale that comes without, its version stands in place of the file's, for that clinic.
"""

from collections.abc import Collection, Iterable

from django.conf import settings
from django.db.models import QuerySet

from assessments.models import ScaleVersion, Score
from assessments.scales import Scale, read_scales
from programs.models import Enrolment
from tracker.definitions import Written
from tracker.errors import Refused
from tracker.ready import Question, Ready


def known_scales() -> dict[str, Written[Scale]]:
    """The scales of the installation by code: the files that are there."""
    return read_scales(settings.SCALE_DIRS)


def scales_of(clinic_id: int) -> dict[str, Scale]:
    """Every scale that this clinic can ask or enter now, by code: those of the files, and its own."""
    return scales_with(_own(clinic=clinic_id))


def about_scales(clinic_id: int) -> Question | None:
    """What has to be asked for them, where a page asks it with the rest."""
    return _own.asking(clinic=clinic_id)


def scales_with(own: Iterable[ScaleVersion]) -> dict[str, Scale]:
    """The scales of the files, and those that a clinic has of its own."""
    files = {code: file.definition for code, file in known_scales().items()}
    return files | {row.code: row.scale for row in own}


_own = Ready(lambda clinic: ScaleVersion.objects.filter(clinic_id=clinic).order_by("version").defer("body"))


def scale_named(code: str, clinic_id: int) -> Scale:
    """The scale that this clinic calls so. Raises Refused when there is none."""
    try:
        return scales_of(clinic_id)[code]
    except KeyError:
        raise Refused(f"There is no scale called {code}.", "scale") from None


def versions_for(enrolment: Enrolment, codes: Collection[str]) -> dict[str, ScaleVersion]:
    """The version of each scale that this course keeps: the one it began with, else the newest.

    One statement once every scale was answered before.
    """
    kept = {row.code: row for row in _begun(course=enrolment.pk) if row.code in codes}
    missing = [code for code in codes if code not in kept]
    return {**stored_versions(missing, enrolment.clinic_id), **kept} if missing else kept


def _versions_in(course: int) -> QuerySet[ScaleVersion]:
    begun = Score.objects.filter(enrolment=course).values("scale")
    return ScaleVersion.objects.filter(pk__in=begun).order_by("-version").defer("body")


_begun = Ready(_versions_in)


def stored_versions(codes: Collection[str], clinic_id: int) -> dict[str, ScaleVersion]:
    """The newest version of each scale at this clinic as a stored row; that of a file is stored now if it never was."""
    rows = list(ScaleVersion.objects.for_clinic(clinic_id).filter(code__in=codes).order_by("version").defer("body"))
    stored = {(row.code, row.version): row for row in rows if row.clinic_id is None}
    own = {row.code: row for row in rows if row.clinic_id is not None}
    return {code: own.get(code) or _stored_file(code, stored) for code in codes}


def _stored_file(code: str, stored: dict[tuple[str, int], ScaleVersion]) -> ScaleVersion:
    if code not in known_scales():
        raise Refused(f"There is no scale called {code}.", "scale")
    file = known_scales()[code]
    return stored.get((code, file.definition.version)) or ScaleVersion.store(file)
