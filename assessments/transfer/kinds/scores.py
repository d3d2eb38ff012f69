"""Scores: one of a patient, on a scale, of a day."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction

from assessments import scoring
from assessments.models import Import, ScaleVersion, Score, StagedRow
from assessments.scales import SafetyRule
from assessments.services.answering import Taken, raise_if_unsafe, score_row, written_subscores
from assessments.services.scales import stored_versions
from assessments.transfer.incoming import IncomingScore
from assessments.transfer.kinds.job import Job
from programs.dosing import show
from programs.models import Enrolment
from programs.schedule import utc_of
from programs.services.importing import Begin
from tracker.alerts.models import Alert
from tracker.alerts.services import raise_alert
from tracker.audit.services import Change, record_acts
from tracker.people.models import Patient
from tracker.writing import insert_all

# A score without a clock time stands at this hour of its day: before the dose of that day.
SCORE_TIME = time(8)
OLD_ANSWER = timedelta(days=14)

Verdict, Answer, Total = StagedRow.Verdict, StagedRow.Answer, StagedRow.Total
Key = tuple[str, str, str, date, bool]


def read_back(staged: StagedRow) -> IncomingScore:
    """The score of a staged row, with the total that a person chose where two disagree."""
    one = staged.said or IncomingScore.from_json(staged.data)
    if one.disagrees and staged.total == Total.TOTAL:
        return replace(one, scored=replace(one.scored, total=Fraction(one.disagrees.stored), why=""))
    return one


def key(one: IncomingScore) -> str:
    """What may stand once only in a file."""
    return f"{one.patient}|{one.program}|{one.scale}|{one.day}|{'baseline' if one.is_baseline else ''}"


def describe(staged: StagedRow, one: IncomingScore) -> None:
    """What the lists and the counts read of a staged row."""
    staged.column, staged.value = one.column, ("no total" if one.points is None else show(one.points))[:200]
    staged.has_safety, staged.has_start = bool(one.scored.safety), one.start is not None


def is_repeated(one: IncomingScore, first: IncomingScore) -> bool:
    """A baseline stands on every line of its patient; said again, it is the same one."""
    return one.is_baseline and one.points == first.points


def twice(one: IncomingScore, line: int) -> str:
    """Why the second of two rows of one key cannot come in."""
    return f"line {line} has a score of {one.patient} for {one.day} already"


def sort(row: Import, staged: Sequence[StagedRow]) -> None:
    """Set what each row is beside what stands: new, known, different, or in disagreement with itself."""
    ones = {id(found): read_back(found) for found in staged}
    standing = _standing(row, ones.values())
    for found in staged:
        one = ones[id(found)]
        score = standing.get(_key_of(one))
        if one.disagrees and not found.total:
            found.verdict = Verdict.DISAGREES
            found.why = f"the answers make {_or_none(one.disagrees.worked_out)}, the file's total is {one.disagrees.stored}"
        elif score is None:
            found.verdict, found.why = Verdict.NEW, ""
        else:
            found.why = _difference(score, one)
            found.verdict = Verdict.DIFFERS if found.why else Verdict.KNOWN


def _difference(score: Score, one: IncomingScore) -> str:
    """In what the file says something else than what stands: in the total, a subscore or an answer. What it does not
    hold at all, it does not contradict.
    """
    who = f"for {one.patient} on {one.day}"
    if score.points != one.points:
        return f"{_or_none(score.points)} stands {who}, the file says {_or_none(one.points)}"
    for code, part in written_subscores(one.scored).items():
        if score.subscores.get(code) != part:
            stands = score.subscores.get(code, "nothing")
            name = score.definition.subscores[code].name["en"]
            return f"{name}: {stands} stands {who}, the file says {part}; the total is the same"
    changed = [item for item, value in one.answers.items() if score.answers.get(item) != value]
    if changed:
        stands = "another answer" if changed[0] in score.answers else "no answer"
        return f"question {changed[0]}: {stands} stands {who}; the total is the same"
    return ""


def _or_none(number: Decimal | None) -> str:
    return "no score" if number is None else str(number)


def _key_of(one: IncomingScore) -> Key:
    return one.patient, one.program, one.scale, one.day, one.is_baseline


def _standing(row: Import, ones: Iterable[IncomingScore]) -> dict[Key, Score]:
    found = Score.objects.standing().filter(
        clinic_id=row.clinic_id,
        patient__clinic_id=row.clinic_id,
        patient__mrn__in={one.patient for one in ones},
        enrolment__is_imported=True,
    )
    rows = found.select_related("patient", "enrolment__program").defer("enrolment__program__body")
    return {(score.patient.mrn, score.enrolment.program.code, score.code, score.day, score.is_baseline): score for score in rows}


def bring(job: Job, staged: Sequence[StagedRow]) -> None:
    """Write the scores of these rows, with the patients and courses that they need."""
    ones = {id(found): read_back(found) for found in staged}
    patients = job.bring_patients(one.patient for one in ones.values())
    courses = job.bring_courses(_begins(one, patients[one.patient]) for one in ones.values())
    versions = stored_versions({one.scale for one in ones.values()}, job.row.clinic_id)
    standing = _standing(job.row, ones.values()) if any(found.verdict == Verdict.DIFFERS for found in staged) else {}
    scores = []
    for found in staged:
        one = ones[id(found)]
        course = courses[patients[one.patient].pk, one.program]
        course.patient = patients[one.patient]
        score = _score(job, one, course, versions[one.scale])
        score.replaces = standing.get(_key_of(one))
        scores.append(score)
    insert_all([score for score in scores if not score.replaces])
    # What is replaced is written down by its id.
    Score.objects.bulk_create(score for score in scores if score.replaces)
    job.scores_added += len(scores)
    _record_replaced(job, scores)
    _raise_alerts(job, scores)


def _begins(one: IncomingScore, patient: Patient) -> Begin:
    return Begin(patient.pk, one.program, one.day, one.start, one.scale)


def _score(job: Job, one: IncomingScore, course: Enrolment, version: ScaleVersion) -> Score:
    taken = Taken(utc_of(one.day, SCORE_TIME, job.row.clinic.tz), Score.Mode.IMPORTED, "", job.actor, job.at)
    score = score_row(course, version, one.answers, one.scored, taken)
    score.is_baseline, score.brought_in = one.is_baseline, job.row
    return score


def _record_replaced(job: Job, scores: Sequence[Score]) -> None:
    changes = [
        Change(
            score, score.patient_id, score.enrolment_id, f"{score.code} {score.replaces.points}", f"{score.code} {score.points}"
        )
        for score in scores
        if score.replaces
    ]
    job.rows_replaced += len(changes)
    record_acts(job.actor, "corrected", changes, at=job.at, reason=job.row.reason)


def _raise_alerts(job: Job, scores: Sequence[Score]) -> None:
    """Recent safety answers page somebody; old ones make one history item for each patient and page nobody."""
    for score in scores:
        rule = scoring.safety_rule(score.definition, score.answers, score.total)
        if rule is None:
            continue
        if job.at - score.taken_at <= OLD_ANSWER:
            raise_if_unsafe(score, score.enrolment, Taken(score.taken_at, score.mode, "", job.actor, job.at))
        elif score.patient_id not in job.told:
            job.told.add(score.patient_id)
            _tell_history(job, score, rule)


def _tell_history(job: Job, score: Score, rule: SafetyRule) -> None:
    raise_alert(
        score.enrolment.patient,
        actor=job.actor,
        level=Alert.Level.HISTORY,
        rule=f"{rule.words} (imported, {score.day})"[:200],
        cause=f"score:{score.public_id}:{rule.item}",
        course_id=score.enrolment_id,
        at=job.at,
    )
