"""The clinic's lists before a dose and before going home: written by its clinicians, answered at the chair, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
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

Asked = ChecklistLine.Asked
IDENTITY = "Name and birth date read back"
# Stands in the list before going home where the clinic asks the score beside its own lines.
ALDRETE = "Aldrete score of at least 9"

# Proposed to a clinic that has no list yet; True: a "no" stops. Before a dose: from the fields that published checklists
# name (clinical guidance of the FDA label, APA 2017, ASA); name and birth date always stand first. Before going home:
# what the Post-Anesthetic Discharge Scoring System (Chung 1995, PubMed 8534468) asks and everybody's criteria do not.
PROPOSED = {
    Asked.BEFORE_DOSE: (
        (IDENTITY, True),
        ("Consent on file is still what the patient wants", True),
        ("Ride home by a responsible adult: name and phone", True),
        ("Last food and drink long enough ago", True),
        ("Not pregnant: test, or why none is needed", True),
        ("Medicines unchanged since the last dose", False),
        ("IV in place: site and gauge", True),
        ("Emergency kit and pump checked", True),
        ("Prescriber on site", True),
    ),
    Asked.GOING_HOME: (
        (ALDRETE, True),
        ("Pain is none or little", True),
        ("Where the needle was is dry", True),
        ("Has drunk, and passed water", False),
    ),
}  # fmt: skip
MOST_LINES = 20


@dataclass(frozen=True)
class GoingHome:
    """What a clinic asks before the door beside the criteria that hold everywhere: its own lines, and whether the score."""

    lines: tuple[ChecklistLine, ...]
    asks_aldrete: bool
    version: int | None


def checklist_of(clinic_id: int, asked: str = Asked.BEFORE_DOSE) -> list[ChecklistLine]:
    """The lines in force, in order; empty where the clinic has written none."""
    return _in_force(clinic_id=clinic_id, asked=asked)


def going_home_of(clinic_id: int, version: int | None = None) -> GoingHome:
    """The list before going home: the version that a discharge was answered by, or the one in force.

    A clinic without one asks the score.
    """
    rows = _of_version(clinic_id=clinic_id, version=version) if version else checklist_of(clinic_id, Asked.GOING_HOME)
    own = tuple(row for row in rows if row.words != ALDRETE)
    return GoingHome(own, asks_aldrete=not rows or len(own) < len(rows), version=rows[0].version if rows else None)


_in_force = Ready(ChecklistLine.objects.in_force)
_of_version = Ready(
    lambda clinic_id, version: ChecklistLine.objects.filter(
        clinic_id=clinic_id, asked=Asked.GOING_HOME, version=version
    ).order_by("place")
)


@transaction.atomic
def write_checklist(
    clinic: Clinic,
    *,
    asked: str = Asked.BEFORE_DOSE,
    lines: Sequence[tuple[str, bool]],
    actor: Actor,
    at: datetime | None = None,
) -> list[ChecklistLine]:
    """A new version of a list: words, and whether a "no" stops. Raises Refused for a list that would let harm pass."""
    actor.require("sign_limits", clinic_id=clinic.pk)
    written = [(words.strip(), stops or words.strip() in {IDENTITY, ALDRETE}) for words, stops in lines if words.strip()]
    _check_lines([words for words, _stops in written])
    _check_what_must_stand(asked, written)
    now = at or timezone.now()
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # two who sign at once make two versions
    before = checklist_of(clinic.pk, asked)
    version = before[0].version + 1 if before else 1
    rows = [
        ChecklistLine(
            clinic=clinic, asked=asked, version=version, place=place, words=words, stops=stops,
            written_at=now, written_by=actor.name,
        )
        for place, (words, stops) in enumerate(written, 1)
    ]  # fmt: skip
    ChecklistLine.objects.bulk_create(rows)
    record_act(actor, "wrote", rows[0], at=now, was=f"version {version - 1}", now=f"version {version}, {len(rows)} lines")
    return rows


def _check_lines(words: list[str]) -> None:
    if len(words) > MOST_LINES:
        raise Refused(f"{len(words)} lines; nobody reads more than {MOST_LINES} each time.", "lines")
    if twice := next((line for line in words if words.count(line) > 1), ""):
        raise Refused(f"“{twice}” stands twice.", "lines")
    if long := next((line for line in words if len(line) > 120), ""):
        raise Refused(f"“{long[:40]}…” is longer than 120 letters.", "lines")


def _check_what_must_stand(asked: str, lines: list[tuple[str, bool]]) -> None:
    words = [line for line, _stops in lines]
    if asked == Asked.BEFORE_DOSE and IDENTITY not in words:
        raise Refused(f"“{IDENTITY}” cannot be left out: nobody is dosed without it.", "lines")
    if asked == Asked.GOING_HOME and not any(stops for _line, stops in lines):
        raise Refused("Without the Aldrete score at least one line must keep the patient here when it is answered “no”.", "lines")
    if typed := next((line for line in words if "aldrete" in line.casefold() and line != ALDRETE), ""):
        raise Refused(f"“{typed}”: the Aldrete score is asked before going home, with points. Tick it there instead.", "lines")


@transaction.atomic
def record_check(session: Session, line: ChecklistLine, *, answer: str, detail: str, stamp: Stamp) -> Check:
    """Answer one line before the dose. The newest answer to a line counts; the earlier ones stay in sight."""
    require_open(session, Session.State.ARRIVED, Session.State.HELD)
    return answer_line(session, line, answer=answer, detail=detail, stamp=stamp)


def answer_line(session: Session, line: ChecklistLine, *, answer: str, detail: str, stamp: Stamp) -> Check:
    """The row of one answer. Raises Refused for "does not apply" without a word."""
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
