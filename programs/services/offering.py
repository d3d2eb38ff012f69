"""Which programs a clinic has, and which of them it offers.

A program comes from a file, for everybody, or a clinic wrote it here, for itself alone. A clinic switches each on or
off; that decides about enrolling only: courses that have begun go on, and courses of the past can be brought in.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from programs.models import Program, ProgramSwitch, is_offered
from programs.protocols import Protocol, read_protocols
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused


def programs_of(clinic_id: int) -> dict[str, Protocol]:
    """Every program of this clinic by code: those of the files, and the newest version of each of its own."""
    files = {code: file.definition for code, file in read_protocols(settings.PROGRAM_DIRS).items()}
    own = {row.code: row for row in Program.objects.filter(clinic_id=clinic_id).order_by("version").defer("body")}
    return files | {code: row.protocol for code, row in own.items()}


def switches_of(clinic_id: int) -> dict[str, ProgramSwitch]:
    """What this clinic decided, by the program's code."""
    return {row.code: row for row in ProgramSwitch.objects.filter(clinic_id=clinic_id)}


def offered_programs(clinic_id: int) -> dict[str, Protocol]:
    """Every program that can be begun here now."""
    switches = switches_of(clinic_id)
    return {code: found for code, found in programs_of(clinic_id).items() if is_offered(found, switches.get(code))}


def program_named(code: str, clinic_id: int) -> Protocol:
    """The program that this clinic calls so, offered or not. Raises Refused when there is none."""
    try:
        return programs_of(clinic_id)[code]
    except KeyError:
        raise Refused("Choose a program from the list.", "program") from None


def stored_program(code: str, clinic_id: int) -> Program:
    """Its newest version as a stored row; that of a file is stored now if it never was."""
    own = Program.objects.filter(clinic_id=clinic_id, code=code).order_by("version").last()
    if own:
        return own
    try:
        return Program.store(read_protocols(settings.PROGRAM_DIRS)[code])
    except KeyError:
        raise Refused("Choose a program from the list.", "program") from None


@transaction.atomic
def switch_program(code: str, *, is_on: bool, actor: Actor, at: datetime | None = None) -> None:
    """Offer a program at the actor's clinic, or no longer. Nothing is written when it is so already."""
    actor.require("switch_program", clinic_id=actor.clinic_id)
    now = at or timezone.now()
    protocol = program_named(code, actor.clinic_id)
    row = ProgramSwitch.objects.select_for_update().filter(clinic_id=actor.clinic_id, code=code).first()
    if is_offered(protocol, row) == is_on:
        return
    row = row or ProgramSwitch(clinic_id=actor.clinic_id, code=code)
    row.is_on, row.changed_at, row.changed_by = is_on, now, actor.name
    row.save()
    record_act(actor, f"switched {'on' if is_on else 'off'}", row, at=now, now=f"{protocol.words['en'].title}")
