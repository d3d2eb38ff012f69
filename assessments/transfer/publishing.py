"""From staged rows to patients, courses, sessions and scores: in one transaction, all of it or nothing.

Inside the transaction the work is done in pieces and by index: no single statement may last five seconds, and of rows
just written PostgreSQL has no figures until it is told to look.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from assessments.models import Import, Outcome, Score, StagedRow
from assessments.services.standing import doses_of_each, outcome_rows, save_outcomes, scores_of_each
from assessments.transfer.kinds import KINDS
from assessments.transfer.kinds.job import Job
from assessments.transfer.pieces import PIECE, in_pieces
from assessments.transfer.sorting import MUTE, sort_again
from assessments.transfer.staging import renew_statistics
from assessments.transfer.states import move
from programs.models import Enrolment, Session
from programs.services.importing import count_imported
from tracker.accounts.roles import Actor
from tracker.audit.services import record_each
from tracker.errors import Refused

Verdict, Answer = StagedRow.Verdict, StagedRow.Answer
QUESTIONS = Q(verdict__in=[Verdict.TWIN, Verdict.DIFFERS], answer="") | Q(verdict=Verdict.DISAGREES, answer="")
COMES_IN = Q(verdict=Verdict.NEW) | Q(verdict__in=[Verdict.TWIN, Verdict.DIFFERS], answer=Answer.TAKE)


@transaction.atomic
def ask_to_publish(
    row: Import, *, actor: Actor, takes_good_rows: bool = False, reason: str = "", at: datetime | None = None
) -> None:
    """Ask for what was read to be brought in. Raises Refused while a question is open or a row is refused, unless only
    the good rows are wanted, and where something would be replaced without a reason.
    """
    actor.require("import_scores", clinic_id=row.clinic_id)
    _refuse_open(row, takes_good_rows)
    if len(reason) > 200:
        raise Refused(f"Write why in 200 letters or fewer; these are {len(reason)}.", "reason")
    row.reason = reason.strip()
    if not row.reason and _staged(row).filter(verdict=Verdict.DIFFERS, answer=Answer.TAKE).exists():
        raise Refused("Write why what stands is replaced.", "reason")
    move(
        row, Import.State.PUBLISHING, verb="asked to bring in", actor=actor, at=at or timezone.now(),
        takes_good_rows=takes_good_rows, reason=row.reason, asked_by_member=actor.membership_id, held_until=None, tries=0,
        trouble="",
    )  # fmt: skip


def _staged(row: Import) -> QuerySet[StagedRow]:
    return StagedRow.objects.filter(brought_in=row)


def _refuse_open(row: Import, takes_good_rows: bool) -> None:
    questions = _staged(row).filter(QUESTIONS).count()
    if questions:
        raise Refused(f"{_rows(questions)} a question that has to be answered first.", "questions")
    refused = _staged(row).filter(verdict=Verdict.REFUSED).count()
    if refused and not takes_good_rows:
        word = "row" if refused == 1 else "rows"
        raise Refused(f"{refused} {word} cannot be read. Mend the file, or ask for the good rows only.", "rows")


def _rows(count: int) -> str:
    return "One row asks" if count == 1 else f"{count} rows ask"


@transaction.atomic
def publish(row: Import, *, actor: Actor, at: datetime) -> Job:
    """Bring in what was asked for. Raises Refused where something changed since, so that a question stands again."""
    Import.objects.select_for_update().get(pk=row.pk, state=Import.State.PUBLISHING)
    for piece in in_pieces(_staged(row).exclude(verdict__in=MUTE)):
        sort_again(row, piece)
    _refuse_open(row, row.takes_good_rows)
    job = Job(row, actor, at)
    for piece in in_pieces(_staged(row).filter(COMES_IN)):
        KINDS[row.kind].bring(job, piece)
    renew_statistics(Score, Session, Enrolment)
    refresh_courses(row, job.courses, at=at)
    refused = _staged(row).filter(verdict=Verdict.REFUSED).count()
    record_each(actor, "imported", row.kind, sorted(job.patients), at=at)
    _say_done(row, job, refused)
    return job


def _say_done(row: Import, job: Job, refused: int) -> None:
    said = f"{job.patients_added} new patients, {job.sessions_added} sessions, {job.scores_added} scores"
    move(
        row, Import.State.PUBLISHED, verb="imported", actor=job.actor, at=job.at, said=said, published_at=job.at, held_until=None,
        patients_added=job.patients_added, sessions_added=job.sessions_added, scores_added=job.scores_added,
        rows_replaced=job.rows_replaced, rows_refused=refused,
    )  # fmt: skip


def refresh_courses(row: Import, course_ids: Iterable[int], *, at: datetime) -> None:
    """Doses counted and outcomes worked out anew, for each of these courses. In pieces, by the index on the course alone."""
    ahead = iter(sorted(course_ids))
    while some := list(islice(ahead, PIECE)):
        courses = list(Enrolment.objects.filter(pk__in=some))
        for course in courses:
            course.clinic = row.clinic
        count_imported(courses)
        scores, doses = scores_of_each(some), doses_of_each(courses)
        Outcome.objects.filter(enrolment__in=[pk for pk in some if not scores[pk]]).delete()
        made = [outcome_rows(course, scores[course.pk], doses[course.pk], at=at) for course in courses]
        save_outcomes([outcome for rows in made for outcome in rows])
