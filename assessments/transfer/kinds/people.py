"""People, each with the course they were in where the file names one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from django.db.models import Q
from django.utils import timezone

from assessments.models import Import, StagedRow
from assessments.transfer.incoming import IncomingPerson
from assessments.transfer.kinds.job import Job
from programs.services.importing import Begin, imported_courses
from tracker.errors import Refused
from tracker.people.importing import Described, check_described, describe_patients, differences, is_completed_by
from tracker.people.models import Patient
from tracker.people.names import fold

Verdict = StagedRow.Verdict


def read_back(staged: StagedRow) -> IncomingPerson:
    """The person of a staged row."""
    return staged.said or IncomingPerson.from_json(staged.data)


def key(one: IncomingPerson) -> str:
    """What may stand once only in a file: a person in a program."""
    return f"{one.patient}|{one.program}"


def describe(staged: StagedRow, one: IncomingPerson) -> None:
    """What the lists and the counts read of a staged row."""
    staged.value = f"{one.legal_name}, {one.birth_date or 'no birth date'}"[:200]
    staged.twin = f"{fold(one.legal_name)}|{one.birth_date}" if one.birth_date else ""


def is_repeated(one: IncomingPerson, first: IncomingPerson) -> bool:
    """A line that says of a person what an earlier one said."""
    return replace(one, line=first.line) == first


def twice(one: IncomingPerson, line: int) -> str:
    """Why the second of two rows of one key cannot come in."""
    return f"line {line} says something else of record number {one.patient}"


def described(one: IncomingPerson) -> Described:
    """The person as the people of the clinic are described."""
    return Described(one.patient, one.legal_name, one.preferred_name, one.birth_date, one.language, one.email, one.phone)


def sort(row: Import, staged: Sequence[StagedRow]) -> None:
    """Set what each row is beside what stands; the same name and birth date under another number is a question."""
    ones = {id(found): read_back(found) for found in staged}
    standing = Patient.objects.filter(clinic=row.clinic, is_withdrawn=False)
    here = {patient.mrn: patient for patient in standing.filter(mrn__in={one.patient for one in ones.values()})}
    enrolled = imported_courses(row.clinic, [patient.pk for patient in here.values()])
    twins = _twins(row, staged, ones.values())
    today = timezone.now().astimezone(row.clinic.tz).date()
    for found in staged:
        one = ones[id(found)]
        patient, twin = here.get(one.patient), twins.get(found.twin, "")
        if (wrong := _wrong(row, one, today)) is not None:
            found.verdict, found.why = Verdict.REFUSED, wrong
        elif patient is None and twin and twin != one.patient:
            found.verdict = Verdict.TWIN
            found.why = f"{one.legal_name}, born {one.birth_date}, is record number {twin} already; the file says {one.patient}"
        elif patient is None:
            found.verdict, found.why = Verdict.NEW, ""
        elif not is_completed_by(patient, described(one)):
            found.verdict, found.why = Verdict.DIFFERS, _said(patient, one)
        elif differences(patient, described(one)) or (one.program and (patient.pk, one.program) not in enrolled):
            found.verdict, found.why = Verdict.NEW, "known by number; the file says more"
        else:
            found.verdict, found.why = Verdict.KNOWN, ""


def _wrong(row: Import, one: IncomingPerson, today: date) -> str | None:
    try:
        check_described(described(one), row.clinic.country, today)
    except Refused as refusal:
        return str(refusal)
    return None


def _said(patient: Patient, one: IncomingPerson) -> str:
    both = differences(patient, described(one)).values()
    was, now = ", ".join(str(was) for was, _ in both), ", ".join(str(now) for _, now in both)
    return f"{patient.mrn} stands as {was}; the file says {now}"


def _twins(row: Import, staged: Sequence[StagedRow], ones: Iterable[IncomingPerson]) -> dict[str, str]:
    """Name and birth date -> the record number that has them: of the clinic, else of a row of the file that completes
    somebody of the clinic, else of an earlier row.
    """
    births = {one.birth_date for one in ones if one.birth_date}
    standing = Patient.objects.filter(clinic=row.clinic, is_withdrawn=False)
    of_clinic = {
        f"{fold(patient.legal_name)}|{patient.birth_date}": patient.mrn for patient in standing.filter(birth_date__in=births)
    }
    wanted = {found.twin for found in staged if found.twin}
    of_file: dict[str, str] = {}
    earlier = Q(brought_in=row, twin__in=wanted) & ~Q(verdict=Verdict.REFUSED)
    said = list(StagedRow.objects.filter(earlier).order_by("line", "part").values_list("twin", "mrn"))
    said += [(found.twin, found.mrn) for found in staged]
    here = set(standing.filter(mrn__in={mrn for _, mrn in said}).values_list("mrn", flat=True))
    for twin, mrn in sorted(said, key=lambda one: one[1] not in here):
        of_file.setdefault(twin, mrn)
    return of_file | of_clinic | {"": ""}


def bring(job: Job, staged: Sequence[StagedRow]) -> None:
    """Add or complete these people, with the courses that the file names."""
    ones = [read_back(found) for found in staged]
    patients = job.bring_patients(one.patient for one in ones)
    was = describe_patients(
        [(patients[one.patient], described(one)) for one in ones], reason=job.row.reason or "imported", actor=job.actor, at=job.at
    )
    job.rows_replaced += sum(found.verdict == Verdict.DIFFERS for found in staged)
    job.keep_was(was)
    enrolled = [one for one in ones if one.program and one.starts_on]
    job.bring_courses(Begin(patients[one.patient].pk, one.program, _start(one), _start(one)) for one in enrolled)


def _start(one: IncomingPerson) -> date:
    assert one.starts_on is not None
    return one.starts_on
