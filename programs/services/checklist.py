"""The clinic's list before a dose: written by its clinicians, answered at the chair, line by line."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.models import Check, ChecklistLine, Session
from programs.services.record import Stamp, add_row, require_open
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.ready import Ready

# Proposed to a clinic that has no list yet; True: a "no" stops the start. From the fields that published
# checklists name (clinical guidance of the FDA label, APA 2017, ASA). Name and birth date always stand first.
IDENTITY = "Name and birth date read back"
PROPOSED = (
    (IDENTITY, True),
    ("Consent on file is still what the patient wants", True),
    ("Ride home by a responsible adult: name and phone", True),
    ("Last food and drink long enough ago", True),
    ("Not pregnant: test, or why none is needed", True),
    ("Medicines unchanged since the last dose", False),
    ("IV in place: site and gauge", True),
    ("Emergency kit and pump checked", True),
    ("Prescriber on site", True),
)
MOST_LINES = 20


def checklist_of(clinic_id: int) -> list[ChecklistLine]:
    """The lines in force, in order; empty where the clinic has written none."""
    return _in_force(clinic_id=clinic_id)


_in_force = Ready(ChecklistLine.objects.in_force)


@transaction.atomic
def write_checklist(
    clinic: Clinic, *, lines: Sequence[tuple[str, bool]], actor: Actor, at: datetime | None = None
) -> list[ChecklistLine]:
    """A new version of the list: words, and whether a "no" stops the start. Raises Refused without the identity line."""
    actor.require("sign_limits", clinic_id=clinic.pk)
    written = [(words.strip(), stops) for words, stops in lines if words.strip()]
    _check_lines([words for words, _stops in written])
    now = at or timezone.now()
    before = checklist_of(clinic.pk)
    version = before[0].version + 1 if before else 1
    rows = [
        ChecklistLine(
            clinic=clinic, version=version, place=place, words=words, stops=stops or words == IDENTITY,
            written_at=now, written_by=actor.name,
        )
        for place, (words, stops) in enumerate(written, 1)
    ]  # fmt: skip
    ChecklistLine.objects.bulk_create(rows)
    record_act(actor, "wrote", rows[0], at=now, was=f"version {version - 1}", now=f"version {version}, {len(rows)} lines")
    return rows


def _check_lines(words: list[str]) -> None:
    if IDENTITY not in words:
        raise Refused(f"“{IDENTITY}” cannot be left out: nobody is dosed without it.", "lines")
    if len(words) > MOST_LINES:
        raise Refused(f"{len(words)} lines; nobody reads more than {MOST_LINES} before each dose.", "lines")
    if twice := next((line for line in words if words.count(line) > 1), ""):
        raise Refused(f"“{twice}” stands twice.", "lines")
    if long := next((line for line in words if len(line) > 120), ""):
        raise Refused(f"“{long[:40]}…” is longer than 120 letters.", "lines")


@transaction.atomic
def record_check(session: Session, line: ChecklistLine, *, answer: str, detail: str, stamp: Stamp) -> Check:
    """Answer one line. The newest answer to a line counts; the earlier ones stay in sight."""
    require_open(session, Session.State.ARRIVED, Session.State.HELD)
    if answer not in Check.Answer.values:
        raise Refused(f"{line.words}: choose yes, no, or does not apply.", "answer")
    if answer == Check.Answer.NOT_APPLICABLE and not detail.strip():
        raise Refused(f"{line.words}: write why it does not apply.", "detail")
    if line.words == IDENTITY and answer == Check.Answer.NOT_APPLICABLE:
        raise Refused("Name and birth date are read back before every dose.", "answer")
    return add_row(session, Check, stamp, line=line, answer=answer, detail=detail.strip())


def answers_of(session: Session) -> dict[int, Check]:
    """The newest answer of this session to each line, by the line's id."""
    return {row.line_id: row for row in _answers(session=session.pk)}


_answers = Ready(
    lambda session: Check.objects.standing().filter(session=session).select_related("line").order_by("happened_at", "pk")
)
