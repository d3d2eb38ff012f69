"""A program that a clinic copied and changed: the plan it would give, and each change as a version of its own.

Who may change what: how a course goes (sessions, spacing, windows, gaps, check-ins, words, reviews) is the clinic's
organisation, so a manager changes it. What is given, beyond what nobody orders, and how often a patient may have it are
medicine: a clinician changes those, and their name stands under the version.
"""

from dataclasses import replace
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from assessments.services.scales import scales_of
from programs.models import Program
from programs.protocols import OWN, Protocol
from programs.schedule import CannotPlan, Course, plan_course
from programs.services.offering import programs_of
from programs.services.places import calendar_of, places_of
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.definitions import read_text, write_text
from tracker.errors import Overtaken, Refused


def plan_draft(draft: Protocol, clinic: Clinic, start: date, clock: time, *, at: datetime | None = None) -> Course:
    """The course that `draft` would give here from `start`, in the clinic's calendar, were every place free.

    Raises Refused when it finds no place even so.
    """
    places = replace(places_of(clinic, at or timezone.now()), taken=frozenset())
    try:
        return plan_course(draft, start, clock, calendar_of(clinic), places, patient_zone=clinic.tz, checkin_time=clinic.opens_at)
    except CannotPlan as error:
        raise Refused(str(error), "plan-start") from error


@transaction.atomic
def save_program(draft: Protocol, base: Protocol, *, actor: Actor, at: datetime | None = None) -> Program:
    """Keep `draft`, which somebody made from `base`: as a program of the clinic's own, or the next version of one.

    A copy is off until it is switched on. Raises Refused for a title in use, a scale there is none of, or a draft that
    changes nothing; NotAllowed for a dose changed by a manager; Overtaken when somebody saved a version meanwhile.
    """
    actor.require("change_program", clinic_id=actor.clinic_id)
    if (draft.dose, draft.frequency) != (base.dose, base.frequency):
        actor.require("set_dose_limits", clinic_id=actor.clinic_id)
    now = at or timezone.now()
    _check(draft, base, actor.clinic_id)
    written = read_text(write_text(named(draft, base, actor.clinic_id)), Protocol, "this program")
    row = Program.of_clinic(written, actor=actor, at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise _overtaken(base) from None
    verb = "copied" if row.version == 1 else "changed"
    record_act(actor, verb, row, at=now, was=f"{base.code}, version {base.version}", now=str(row))
    return row


def _check(draft: Protocol, base: Protocol, clinic_id: int) -> None:
    programs = programs_of(clinic_id)
    if programs.get(base.code, base).version != base.version:
        raise _overtaken(base)
    if draft == base:
        raise Refused("Nothing is changed yet.")
    titles = {found.words["en"].title.casefold() for code, found in programs.items() if not _is_next(base, code)}
    if draft.words["en"].title.casefold() in titles:
        raise Refused("Another program here has this title. Give it one of its own.", "words-en-title")
    unknown = sorted(set(draft.scales) - set(scales_of(clinic_id)))
    if unknown:
        raise Refused(f"There is no scale called {', '.join(unknown)}.")


def _is_next(base: Protocol, code: str) -> bool:
    """Whether a change of `base` is the next version of the program `code`, whose title it may keep."""
    return base.code == code and code.startswith(OWN)


def _overtaken(base: Protocol) -> Overtaken:
    return Overtaken(f"Somebody saved another version after version {base.version}. Open the program again to see it.")


def named(draft: Protocol, base: Protocol, clinic_id: int) -> Protocol:
    """`draft` with its code and version; another consent when its words changed, because patients agreed to the old ones."""
    is_next = base.code.startswith(OWN)
    version = base.version + 1 if is_next else 1
    keeps_consent = all(draft.words_in(language).consent == base.words_in(language).consent for language in ("en", "es"))
    update = {
        "code": base.code if is_next else _free_code(draft, clinic_id),
        "version": version,
        "consent_version": base.consent_version if keeps_consent else f"own version {version}",
        "on_by_default": False,
    }
    return draft.model_copy(update=update)


def _free_code(draft: Protocol, clinic_id: int) -> str:
    code = OWN + (slugify(draft.words["en"].title)[:40] or "program")
    taken = programs_of(clinic_id)
    return next(found for found in (code, *(f"{code}-{n}" for n in range(2, 1000))) if found not in taken)
