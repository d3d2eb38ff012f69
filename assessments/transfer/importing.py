"""Scores that a clinic brings: what would happen, then all of it or nothing.

Nothing is guessed: a date that could be two days is asked about, a row that cannot be read is named with its
line, column, value and reason, and a score that stands already is known, not doubled.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from assessments import scoring
from assessments.models import ScaleVersion, Score, ScoreImport, ScoreQuerySet
from assessments.scales import Scale
from assessments.services.answering import Taken, raise_if_unsafe, score_row
from assessments.services.scales import scale_named, stored_versions
from assessments.services.standing import doses_of, outcome_rows, save_outcomes
from assessments.transfer.scores_csv import (
    FileUnreadable,
    Incoming,
    MappingRefused,
    Problem,
    check_columns,
    decode,
    read_mapping,
    read_rows,
    read_table,
)
from programs.models import Enrolment, Program
from programs.schedule import utc_of
from programs.services.offering import program_named, stored_program
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert
from tracker.alerts.services import raise_alert
from tracker.audit.services import record_act, record_each
from tracker.errors import Refused
from tracker.people.models import Patient
from tracker.people.services import add_unnamed_patients

# A score without a clock time stands at this hour of its day, a dose of that day after it: what was asked on
# the day of the first dose was asked before it.
SCORE_TIME, DOSE_TIME = time(8), time(12)
OLD_ANSWER = timedelta(days=14)


@dataclass
class Plan:
    """What an import would do."""

    new_patients: list[str] = field(default_factory=list)
    known_patients: list[str] = field(default_factory=list)
    adds: list[Incoming] = field(default_factory=list)
    known: int = 0
    blank: int = 0
    refused: list[Problem] = field(default_factory=list)

    @property
    def safety_answers(self) -> int:
        return sum(bool(row.scored.safety) for row in self.adds)


@transaction.atomic
def upload_scores(
    clinic: Clinic, *, content: bytes, file_name: str, program: str, scale: str, actor: Actor, at: datetime | None = None
) -> ScoreImport:
    """Keep a file that somebody brought, unread. Raises Refused for what is no table."""
    actor.require("import_scores", clinic_id=clinic.pk)
    program_named(program, clinic.pk)
    scale_named(scale, clinic.pk)
    try:
        text = decode(content)
        read_table(text)
    except FileUnreadable as error:
        raise Refused(str(error), "file") from error
    now = at or timezone.now()
    row = ScoreImport(
        clinic=clinic,
        program_code=program,
        scale_code=scale,
        file_name=file_name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        text=text,
        brought_by=actor.name or str(actor.role.label),
        brought_at=now,
    )
    row.save(force_insert=True)
    record_act(actor, "uploaded", row, at=now, now=row.file_name)
    return row


def plan_import(row: ScoreImport, mapping_text: str, *, actor: Actor, at: datetime | None = None) -> Plan:
    """What would happen with this file under this mapping. Writes nothing. Raises Refused with what has to be answered."""
    actor.require("import_scores", clinic_id=row.clinic_id)
    scale = scale_named(row.scale_code, row.clinic_id)
    now = at or timezone.now()
    try:
        mapping = read_mapping(mapping_text)
        table = read_table(row.text)
        check_columns(mapping, table, scale)
        incoming, problems, blank = read_rows(table, mapping, scale, today=now.astimezone(row.clinic.tz).date())
    except (MappingRefused, FileUnreadable) as error:
        raise Refused(str(error), "mapping") from error
    plan = Plan(blank=blank, refused=problems)
    _sort_out(plan, incoming, row)
    return plan


def _sort_out(plan: Plan, incoming: Collection[Incoming], row: ScoreImport) -> None:
    """What of it is new, what stands already, and what contradicts what stands."""
    keys = dict.fromkeys(one.patient for one in incoming)
    here = set(Patient.objects.filter(clinic_id=row.clinic_id, mrn__in=keys).values_list("mrn", flat=True))
    plan.known_patients = [key for key in keys if key in here]
    plan.new_patients = [key for key in keys if key not in here]
    standing = {(score.patient.mrn, score.day, score.is_baseline): score for score in _standing(row).select_related("patient")}
    for one in incoming:
        score = standing.get((one.patient, one.day, one.is_baseline))
        if score is None:
            plan.adds.append(one)
        elif score.points == one.points:
            plan.known += 1
        else:
            why = f"{score.points} stands for {one.patient} on {one.day} already, brought earlier"
            plan.refused.append(Problem(one.line, one.column, str(one.points), why))


def _standing(row: ScoreImport) -> ScoreQuerySet:
    return Score.objects.standing().filter(
        clinic_id=row.clinic_id, code=row.scale_code, enrolment__is_imported=True, enrolment__program__code=row.program_code
    )


@transaction.atomic
def publish_import(
    row: ScoreImport, mapping_text: str, *, actor: Actor, takes_good_rows: bool = False, at: datetime | None = None
) -> Plan:
    """Bring the scores in: patients, courses, scores, outcomes, history of safety answers, in one transaction.

    Raises Refused when a row is refused, unless the person asked for the good ones. The same file again
    changes nothing.
    """
    now = at or timezone.now()
    # A second click waits here, and then finds every score known.
    earlier = ScoreImport.objects.select_for_update().only("patients_added", "scores_added").get(pk=row.pk)
    plan = plan_import(row, mapping_text, actor=actor, at=now)
    if plan.refused and not takes_good_rows:
        raise Refused(f"{len(plan.refused)} rows cannot be read. Mend the file, or ask for the good rows only.", "rows")
    if plan.adds:
        _write(row, plan, actor=actor, at=now)
    row.mapping, row.state, row.published_at = mapping_text, ScoreImport.State.PUBLISHED, now
    # Added up: the same file brought a second time adds nothing, and the first time must stay readable.
    row.patients_added = earlier.patients_added + len(plan.new_patients)
    row.scores_added = earlier.scores_added + len(plan.adds)
    row.rows_refused = len(plan.refused)
    row.save()
    record_act(actor, "imported", row, at=now, now=f"{row.scores_added} scores, {row.patients_added} new patients")
    return plan


def _write(row: ScoreImport, plan: Plan, *, actor: Actor, at: datetime) -> None:
    version = stored_versions([row.scale_code], row.clinic_id)[row.scale_code]
    add_unnamed_patients(row.clinic, plan.new_patients, actor=actor, at=at)
    courses = _courses(row, plan, at=at)
    scores = [_score(row, one, courses[one.patient], version, actor, at) for one in plan.adds]
    Score.objects.bulk_create(scores, batch_size=500)
    _write_outcomes(row, list(courses.values()), at=at)
    _raise_alerts(scores, version.scale, courses, actor=actor, at=at)
    record_each(actor, "imported", "score", {score.patient_id for score in scores}, at=at)


def _courses(row: ScoreImport, plan: Plan, *, at: datetime) -> dict[str, Enrolment]:
    """The imported course of each patient, by record number; made where there is none."""
    program = stored_program(row.program_code, row.clinic_id)
    mrns = {one.patient for one in plan.adds}
    starts = {one.patient: one.start for one in plan.adds if one.start}
    first_days: dict[str, date] = {}
    for one in plan.adds:
        first_days[one.patient] = min(one.day, first_days.get(one.patient, one.day))
    patients = {patient.mrn: patient for patient in Patient.objects.filter(clinic_id=row.clinic_id, mrn__in=mrns)}
    existing = Enrolment.objects.filter(clinic_id=row.clinic_id, is_imported=True, program__code=row.program_code)
    courses = {course.patient.mrn: course for course in existing.filter(patient__mrn__in=mrns).select_related("patient")}
    new = [_course(row, patients[mrn], program, starts.get(mrn), first_days[mrn], at) for mrn in mrns if mrn not in courses]
    Enrolment.objects.bulk_create(new, batch_size=500)
    courses |= {course.patient.mrn: course for course in new}
    for course in courses.values():
        course.clinic = row.clinic
    return courses


def _course(row: ScoreImport, patient: Patient, program: Program, start: date | None, first: date, at: datetime) -> Enrolment:
    dose_at = utc_of(start, DOSE_TIME, row.clinic.tz) if start else None
    return Enrolment(
        clinic=row.clinic,
        patient=patient,
        program=program,
        indication=next(iter(program.protocol.indications)),
        state=Enrolment.State.COMPLETED,
        state_reason="imported",
        starts_on=start or first,
        clock=DOSE_TIME,
        infusions=program.protocol.infusions,
        primary_scale=row.scale_code,
        enrolled_at=at,
        first_dose_at=dose_at,
        last_dose_at=dose_at,
        is_imported=True,
    )


def _score(row: ScoreImport, one: Incoming, course: Enrolment, version: ScaleVersion, actor: Actor, at: datetime) -> Score:
    taken = Taken(utc_of(one.day, SCORE_TIME, row.clinic.tz), Score.Mode.IMPORTED, "", actor, at)
    score = score_row(course, version, one.answers, one.scored, taken)
    score.is_baseline, score.brought_in = one.is_baseline, row
    return score


def _write_outcomes(row: ScoreImport, courses: list[Enrolment], *, at: datetime) -> None:
    """In pieces, by the index on the course alone: of rows just written PostgreSQL has no figures yet, and
    with one more condition it once chose a plan that read every row for every row.
    """
    for first in range(0, len(courses), 500):
        some = courses[first : first + 500]
        by_course: dict[int, list[Score]] = {course.pk: [] for course in some}
        for score in Score.objects.standing().filter(enrolment__in=some).in_time().with_scale():
            if score.code == row.scale_code:
                by_course[score.enrolment_id].append(score)
        made = [outcome_rows(course, by_course[course.pk], doses_of(course), at=at) for course in some]
        save_outcomes([outcome for rows in made for outcome in rows])


def _raise_alerts(scores: list[Score], scale: Scale, courses: dict[str, Enrolment], *, actor: Actor, at: datetime) -> None:
    """Recent safety answers page somebody; old ones make one history item for each patient and page nobody."""
    by_id = {course.pk: course for course in courses.values()}
    told: set[int] = set()
    for score in scores:
        course = by_id[score.enrolment_id]
        rule = scoring.safety_rule(scale, score.answers, score.total)
        if rule is None:
            continue
        if at - score.taken_at <= OLD_ANSWER:
            raise_if_unsafe(score, course, Taken(score.taken_at, score.mode, "", actor, at))
        elif course.patient_id not in told:
            told.add(course.patient_id)
            raise_alert(
                course.patient, actor=actor, level=Alert.Level.HISTORY, rule=f"{rule.words} (imported, {score.day})",
                cause=f"score:{score.public_id}:{rule.item or 'total'}", course_id=course.pk, at=at,
            )  # fmt: skip
