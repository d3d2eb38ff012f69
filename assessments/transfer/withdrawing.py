"""Taking an import back, whole: rows that withdraw what it brought. Nothing vanishes, and nothing is taken from under
what somebody built on it.
"""

import copy
import json
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from assessments.models import BroughtRow, Import, Score
from assessments.transfer.pieces import PIECE, in_pieces
from assessments.transfer.publishing import refresh_courses
from assessments.transfer.staging import renew_statistics
from assessments.transfer.states import move
from programs.models import Enrolment, ImportedDose, Session
from programs.services.importing import restore_dose, withdraw_courses, withdraw_sessions
from programs.services.states import demand_reason
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert
from tracker.audit.services import Change, record_acts
from tracker.errors import Refused
from tracker.people.importing import restore_details, withdraw_patients
from tracker.people.models import Patient

What = BroughtRow.What


@transaction.atomic
def ask_to_withdraw(row: Import, *, reason: str, actor: Actor, at: datetime | None = None) -> None:
    """Ask for all that came in with this file to be taken back. Raises Refused without a reason, or where somebody has
    built on it.
    """
    actor.require("import_scores", clinic_id=row.clinic_id)
    demand_reason(reason)
    _refuse_built_on(row)
    row.reason = reason.strip()
    move(
        row, Import.State.WITHDRAWING, verb="asked to take back", actor=actor, at=at or timezone.now(), reason=row.reason,
        asked_by_member=actor.membership_id, held_until=None, tries=0, trouble="",
    )  # fmt: skip


def _refuse_built_on(row: Import) -> None:
    if found := what_was_built(row):
        raise Refused("It cannot be taken back: " + "; ".join(found) + ".")


def what_was_built(row: Import) -> list[str]:
    """What rests on this import by now, in words; empty when it can be taken back."""
    courses, patients = courses_of(row), _brought(row, What.PATIENT)
    others = Score.objects.standing().exclude(brought_in=row)
    built = {
        "a course that it made goes on here": Enrolment.objects.filter(pk__in=courses).exclude(
            state__in=[Enrolment.State.COMPLETED, Enrolment.State.WITHDRAWN]
        ),
        "a patient whom it added has a course here": Enrolment.objects.filter(patient__in=patients, is_imported=False),
        "a patient whom it added signs in": Patient.objects.filter(pk__in=patients).exclude(user=None),
        "a session was held in one of its courses": Session.objects.filter(enrolment__in=courses, is_imported=False),
        "a check-in was answered in one of its courses": Score.objects.filter(enrolment__in=courses).exclude(
            mode=Score.Mode.IMPORTED
        ),
        "a later file corrected its scores": Score.objects.filter(replaces__brought_in=row).exclude(brought_in=row),
        "a later file corrected its sessions": ImportedDose.objects.filter(replaces__session__in=_brought(row, What.SESSION)),
        "a later file brought scores of the patients that it added": others.filter(patient__in=patients),
        "a later file brought scores into a course that it made": others.filter(enrolment__in=_brought(row, What.COURSE)),
        "a later file brought sessions into a course that it made": Session.objects.standing()
        .filter(enrolment__in=_brought(row, What.COURSE))
        .exclude(pk__in=_brought(row, What.SESSION)),
        "a later file changed what it said of a patient": BroughtRow.objects.filter(
            what=What.DETAILS, row_id__in=_described(row), pk__gt=_last(row)
        ),
        "a safety answer that it brought was passed on": _alerts(row, courses).exclude(level=Alert.Level.HISTORY),
    }
    return [words for words, rows in built.items() if rows.exists()]


def _brought(row: Import, what: str) -> QuerySet:
    return BroughtRow.objects.filter(brought_in=row, what=what).values_list("row_id", flat=True)


def _described(row: Import) -> QuerySet:
    return BroughtRow.objects.filter(brought_in=row, what__in=[What.PATIENT, What.DETAILS]).values_list("row_id", flat=True)


def _last(row: Import) -> int:
    return BroughtRow.objects.filter(brought_in=row).order_by("-pk").values_list("pk", flat=True).first() or 0


def _alerts(row: Import, courses: Collection[int]) -> QuerySet[Alert]:
    assert row.published_at
    return Alert.objects.filter(course_id__in=courses, raised_at=row.published_at)


def courses_of(row: Import) -> set[int]:
    """The courses that this import made or wrote into."""
    made = set(_brought(row, What.COURSE))
    scored = Score.objects.filter(brought_in=row).order_by().values_list("enrolment", flat=True).distinct()
    held = Session.objects.filter(pk__in=_brought(row, What.SESSION)).order_by().values_list("enrolment", flat=True).distinct()
    dosed = ImportedDose.objects.filter(pk__in=_brought(row, What.DOSE)).values_list("session__enrolment", flat=True)
    return made | set(scored) | set(held) | set(dosed)


@transaction.atomic
def withdraw(row: Import, *, actor: Actor, at: datetime) -> None:
    """Take back what was asked for, in one transaction. Raises Refused where somebody has built on it since."""
    Import.objects.select_for_update().get(pk=row.pk, state=Import.State.WITHDRAWING)
    _refuse_built_on(row)
    courses = courses_of(row)
    scores = Score.objects.standing().filter(brought_in=row)
    for piece in in_pieces(scores.select_related("replaces")):
        _withdraw_scores(piece, row, actor, at)
    for dose in ImportedDose.objects.filter(pk__in=_brought(row, What.DOSE)).select_related("replaces__session"):
        restore_dose(dose, reason=row.reason, actor=actor, at=at)
    for some in in_pieces(Session.objects.filter(pk__in=_brought(row, What.SESSION))):
        withdraw_sessions(some, reason=row.reason, actor=actor, at=at)
    for made in in_pieces(Enrolment.objects.filter(pk__in=_brought(row, What.COURSE))):
        withdraw_courses(made, reason=row.reason, actor=actor, at=at)
    was = {one.row_id: json.loads(one.was) for one in BroughtRow.objects.filter(brought_in=row, what=What.DETAILS)}
    restore_details(was, reason=row.reason, actor=actor, at=at)
    for patients in in_pieces(Patient.objects.filter(pk__in=_brought(row, What.PATIENT))):
        withdraw_patients(patients, reason=row.reason, actor=actor, at=at)
    _alerts(row, courses).update(note="Taken back with its import.")
    renew_statistics(Score)
    refresh_courses(row, courses, at=at)
    move(row, Import.State.WITHDRAWN, verb="took back", actor=actor, at=at, withdrawn_at=at, held_until=None)


def _withdraw_scores(scores: Sequence[Score], row: Import, actor: Actor, at: datetime) -> None:
    """For each a new row: what stood before a correction stands again, anything else says that it was taken back."""
    Score.objects.bulk_create([_without(score, actor, at) for score in scores], batch_size=PIECE)
    changes = [
        Change(score, score.patient_id, score.enrolment_id, f"{score.code} {score.points}", "taken back") for score in scores
    ]
    record_acts(actor, "took back", changes, at=at, reason=row.reason)


def _without(score: Score, actor: Actor, at: datetime) -> Score:
    new = _copy(score.replaces or score)
    new.is_withdrawal = score.replaces is None
    new.replaces, new.recorded_at, new.author, new.author_user_id = score, at, actor.name, actor.user_id
    return new


def _copy(score: Score) -> Score:
    new = copy.copy(score)
    new.pk, new.public_id = None, uuid.uuid4()
    new._state = copy.copy(score._state)
    new._state.adding = True
    return new
