"""Sessions: one of a patient, at a time."""

from collections.abc import Iterable, Sequence
from datetime import time
from decimal import ROUND_HALF_UP, Decimal

from assessments.models import BroughtRow, Import, StagedRow
from assessments.transfer.incoming import IncomingSession
from assessments.transfer.kinds.job import Job
from programs.dosing import show
from programs.models import ImportedDose, Session
from programs.schedule import utc_of
from programs.services.importing import DOSE_TIME, Begin, ImportedSession, bring_sessions, correct_session
from tracker.people.models import Patient

Verdict, Total = StagedRow.Verdict, StagedRow.Total
Key = tuple[str, str, object, time]


def read_back(staged: StagedRow) -> IncomingSession:
    """The session of a staged row."""
    return staged.said or IncomingSession.from_json(staged.data)


def key(one: IncomingSession) -> str:
    """What may stand once only in a file."""
    return f"{one.patient}|{one.program}|{one.day}|{_clock(one)}"


def _clock(one: IncomingSession) -> time:
    return one.clock or DOSE_TIME


def describe(staged: StagedRow, one: IncomingSession) -> None:
    """What the lists and the counts read of a staged row."""
    staged.value = f"{one.day} {_typed(one, '')}".strip()


def is_repeated(one: IncomingSession, first: IncomingSession) -> bool:
    """A second row of one time is never taken for the first one said again."""
    return False


def twice(one: IncomingSession, line: int) -> str:
    """Why the second of two rows of one key cannot come in."""
    return f"line {line} has a session of {one.patient} on {one.day} at {_clock(one):%H:%M} already"


def sort(row: Import, staged: Sequence[StagedRow]) -> None:
    """Set what each row is beside what stands."""
    ones = {id(found): read_back(found) for found in staged}
    standing = _standing(row, ones.values())
    for found in staged:
        one = ones[id(found)]
        there = standing.get(_key_of(one))
        if one.disagrees and not found.total:
            found.verdict = Verdict.DISAGREES
            found.why = f"the dose is {one.disagrees.stored} mg, mg/kg times the weight make {one.disagrees.worked_out} mg"
        elif there is None:
            found.verdict, found.why = Verdict.NEW, ""
        elif _same(there, one, found.total):
            found.verdict, found.why = Verdict.KNOWN, ""
        else:
            found.verdict = Verdict.DIFFERS
            said = _typed(one, found.total) or "none"
            found.why = f"{there.typed or 'no dose'} stands for {one.patient} on {one.day}, the file says {said}"


def _key_of(one: IncomingSession) -> Key:
    return one.patient, one.program, one.day, _clock(one)


def _standing(row: Import, ones: Iterable[IncomingSession]) -> dict[Key, ImportedDose]:
    found = ImportedDose.objects.standing().filter(
        clinic_id=row.clinic_id,
        session__patient__clinic_id=row.clinic_id,
        session__patient__mrn__in={one.patient for one in ones},
        session__state=Session.State.DONE,
    )
    rows = found.select_related("session__patient", "session__enrolment__program").defer("session__enrolment__program__body")
    return {_key_standing(dose.session): dose for dose in rows}


def _key_standing(session: Session) -> Key:
    return session.patient.mrn, session.enrolment.program.code, session.day, session.clock


def _same(there: ImportedDose, one: IncomingSession, total: str) -> bool:
    said = (_dose_ug(one, total), one.route, _grams(one), one.lot)
    return (there.dose_ug, there.route, there.weight_g, there.lot) == said


def _dose_ug(one: IncomingSession, total: str) -> int | None:
    """The dose in micrograms: as the file has it, or mg/kg times the weight where it has only those, or was believed."""
    mg = one.dose_mg
    if one.disagrees and total == Total.ITEMS:
        mg = one.disagrees.worked_out
    elif mg is None and one.dose_mg_per_kg is not None and one.weight_kg is not None:
        mg = one.dose_mg_per_kg * one.weight_kg
    return None if mg is None else int((mg * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def _grams(one: IncomingSession) -> int | None:
    return None if one.weight_kg is None else int((one.weight_kg * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def _typed(one: IncomingSession, total: str) -> str:
    dose = _dose_ug(one, total)
    if dose is None:
        return "" if one.dose_mg_per_kg is None else f"{show(one.dose_mg_per_kg)} mg/kg"
    return f"{show(Decimal(dose) / 1000)} mg {one.route}".strip()


def bring(job: Job, staged: Sequence[StagedRow]) -> None:
    """Write the sessions of these rows, with the patients and courses that they need."""
    ones = {id(found): read_back(found) for found in staged}
    patients = job.bring_patients(one.patient for one in ones.values())
    courses = job.bring_courses(Begin(patients[one.patient].pk, one.program, one.day) for one in ones.values())
    standing = _standing(job.row, ones.values()) if any(found.verdict == Verdict.DIFFERS for found in staged) else {}
    new = []
    for found in staged:
        one = ones[id(found)]
        session = _session(job, one, patients[one.patient], found.total)
        if there := standing.get(_key_of(one)):
            dose = correct_session(there.session, session, reason=job.row.reason, actor=job.actor, at=job.at)
            job.keep(BroughtRow.What.DOSE, [dose.pk])
            job.rows_replaced += 1
        else:
            new.append((courses[session.patient_id, one.program], session))
    rows = bring_sessions(job.row.clinic, new, actor=job.actor, at=job.at)
    job.keep(BroughtRow.What.SESSION, [row.pk for row in rows])
    job.sessions_added += len(rows)


def _session(job: Job, one: IncomingSession, patient: Patient, total: str) -> ImportedSession:
    return ImportedSession(
        patient_id=patient.pk,
        starts_at=utc_of(one.day, _clock(one), job.row.clinic.tz),
        ends_at=None,
        dose_ug=_dose_ug(one, total),
        typed=_typed(one, total),
        route=one.route,
        weight_g=_grams(one),
        lot=one.lot,
    )
