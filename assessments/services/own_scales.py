"""The scales that a clinic makes for itself. Each change is a new version with its author; old answers keep theirs."""

from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from assessments.models import ScaleVersion
from assessments.scales import OWN, Permission, Scale
from assessments.scales.texts import Words, with_text
from assessments.scales.totals import NotAScale, TotalScale, scale_of_total, with_rules
from assessments.services.scales import known_scales, scales_of
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.definitions import Written, write_text
from tracker.errors import Overtaken, Refused

# Leaves room in a program, a mapping, an audit row.
LONGEST_CODE = 30


@transaction.atomic
def define_total(typed: TotalScale, *, actor: Actor, at: datetime | None = None) -> ScaleVersion:
    """A new scale of the actor's clinic, of which only the total is kept.

    Raises Refused for what makes no scale, and for a name that a scale of the clinic bears already.
    """
    actor.require("define_scale", clinic_id=actor.clinic_id)
    code = free_code(typed.title, actor.clinic_id)
    return keep_version(_definition(typed, code, 1), verb="defined", actor=actor, at=at or timezone.now())


@transaction.atomic
def change_own(code: str, typed: TotalScale, *, seen: int, actor: Actor, at: datetime | None = None) -> ScaleVersion:
    """The next version of a scale that the clinic defined or took. `seen` is the version that the person was shown.

    What changes nothing makes no version. Raises Overtaken when somebody changed it meanwhile.
    """
    actor.require("define_scale", clinic_id=actor.clinic_id)
    newest = newest_own(code, actor)
    if newest is None or not is_changed_here(newest.scale):
        raise Refused("There is no such scale to change.")
    if newest.version != seen:
        raise Overtaken(f"{newest.author} changed this scale meanwhile: it is version {newest.version} now. Look at that first.")
    if typed.title.casefold() != newest.scale.title.casefold():
        free_code(typed.title, actor.clinic_id)
    if _changed(newest.scale, typed, seen) == newest.scale:
        return newest
    return keep_version(_changed(newest.scale, typed, seen + 1), verb="changed", actor=actor, at=at or timezone.now())


def is_changed_here(scale: Scale) -> bool:
    """Whether a clinic's own scale has rules that the clinic typed. Of a loaded text the rules stand in the file."""
    return scale.text == "here"


def _changed(standing: Scale, typed: TotalScale, version: int) -> Scale:
    if standing.scoring == "total":
        return _definition(typed, standing.code, version)
    try:
        return with_rules(standing, typed, version=version)
    except NotAScale as error:
        raise Refused(str(error), error.field or None) from error


@transaction.atomic
def load_text(
    code: str,
    words: Words,
    permission: Permission,
    *,
    rater: Literal["patient", "clinician"],
    seen: int,
    actor: Actor,
    at: datetime | None = None,
) -> ScaleVersion:
    """The official text of a scale that comes without it, for the actor's clinic alone, with the right to use it.

    `seen` is the version that the person was shown, 0 for none. Raises Refused for a text that is not whole.
    """
    actor.require("define_scale", clinic_id=actor.clinic_id)
    now = at or timezone.now()
    structure = structure_of(code)
    if structure is None:
        raise Refused("This scale needs no text to be loaded.")
    if permission.dated > now.date():
        raise Refused("A licence cannot be dated in the future.", "dated")
    newest = newest_own(code, actor)
    version = newest.version if newest else 0
    if version != seen:
        raise Overtaken("A colleague loaded a text meanwhile. Look at that first.")
    try:
        scale = with_text(structure, words, permission, rater=rater, version=version + 1)
    except NotAScale as error:
        raise Refused(str(error), error.field or None) from error
    return keep_version(scale, verb="loaded text", actor=actor, at=now)


def structure_of(code: str) -> Scale | None:
    """The scale of a file that comes without its text, None where there is no such scale."""
    file = known_scales().get(code)
    return file.definition if file and file.definition.text == "licensed" else None


def newest_own(code: str, actor: Actor) -> ScaleVersion | None:
    """The version in use of a scale that the actor's clinic made or loaded, None where it has no such scale."""
    return ScaleVersion.objects.visible_to(actor).filter(code=code).order_by("-version").first()


def free_code(title: str, clinic_id: int) -> str:
    """The code of a new scale with this name. Raises Refused when a scale of the clinic bears the name already."""
    known = scales_of(clinic_id)
    if any(scale.title.casefold() == title.casefold() for scale in known.values()):
        raise Refused(f"There is a scale called {title} already.", "title")
    stem = (OWN + (slugify(title) or "scale"))[:LONGEST_CODE].rstrip("-")
    code, number = stem, 1
    while code in known:
        number += 1
        code = f"{stem[: LONGEST_CODE - 3]}-{number}"
    return code


def keep_version(scale: Scale, *, verb: str, actor: Actor, at: datetime) -> ScaleVersion:
    """Write one version for the actor's clinic, with its audit row. Raises Overtaken when a colleague was first."""
    row = ScaleVersion.of_clinic(Written(scale, write_text(scale)), actor=actor, at=at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Overtaken("A colleague saved this scale at the same moment. Look at theirs first.") from None
    record_act(actor, verb, row, at=at, now=f"{scale.title}, version {scale.version}")
    return row


def _definition(typed: TotalScale, code: str, version: int) -> Scale:
    try:
        return scale_of_total(typed, code=code, version=version)
    except NotAScale as error:
        raise Refused(str(error), error.field or None) from error
