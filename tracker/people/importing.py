"""Patients who come in with a file, many at once: by record number alone, or with what the file says of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import Change, record_act, record_acts, record_each
from tracker.errors import Refused
from tracker.people.models import Contact, Patient
from tracker.people.names import fold
from tracker.people.services import phone_of

PIECE = 500
# What a file may say of a person, and how a patient's row calls it.
DETAILS = ("legal_name", "preferred_name", "birth_date", "language")


@dataclass(frozen=True)
class Described:
    """A person as a file describes them; what it does not say is empty."""

    mrn: str
    legal_name: str
    preferred_name: str = ""
    birth_date: date | None = None
    language: str = ""
    email: str = ""
    phone: str = ""


def unnamed(mrn: str) -> str:
    """What stands for the name of somebody who is known by record number only."""
    return f"No. {mrn}"


def bring_patients(
    clinic: Clinic, mrns: Collection[str], *, actor: Actor, at: datetime
) -> tuple[dict[str, Patient], list[Patient]]:
    """The patients of these record numbers, and those among them who were not here and are added without a name.

    Call it inside the import's transaction.
    """
    actor.require("add_patient", clinic_id=clinic.pk)
    here = {patient.mrn: patient for patient in Patient.objects.filter(clinic=clinic, mrn__in=mrns)}
    again = [patient for patient in here.values() if patient.is_withdrawn]
    for patient in again:
        patient.is_withdrawn = False
    Patient.objects.bulk_update(again, ["is_withdrawn"], batch_size=PIECE)
    new = [
        Patient(clinic=clinic, mrn=mrn, legal_name=unnamed(mrn), name_key=fold(unnamed(mrn)), zone=clinic.zone)
        for mrn in sorted(mrns)
        if mrn not in here
    ]
    Patient.objects.bulk_create(new, batch_size=PIECE)
    for patient in (*here.values(), *new):
        patient.clinic = clinic
    record_each(actor, "added", "patient", [patient.pk for patient in (*again, *new)], at=at)
    return here | {patient.mrn: patient for patient in new}, [*again, *new]


def differences(patient: Patient, said: Described) -> dict[str, tuple[object, object]]:
    """What a file says otherwise than the patient's row: detail -> (what stands, what the file says)."""
    found = {name: (getattr(patient, name), getattr(said, name)) for name in DETAILS if getattr(said, name)}
    return {name: both for name, both in found.items() if both[0] != both[1]}


def is_completed_by(patient: Patient, said: Described) -> bool:
    """Whether what the file says otherwise only fills what was not known."""
    empty = {"legal_name": unnamed(patient.mrn), "preferred_name": "", "birth_date": None}
    return all(name in empty and was == empty[name] for name, (was, _) in differences(patient, said).items())


def describe_patients(
    patients: Sequence[tuple[Patient, Described]], *, reason: str, actor: Actor, at: datetime
) -> dict[int, dict[str, str | None]]:
    """Write what a file says of these patients, each change with its event; gives what was known of those who changed."""
    changed: dict[int, Patient] = {}
    known: dict[int, dict[str, str | None]] = {}
    for patient, said in patients:
        found = differences(patient, said)
        if not found:
            continue
        changed[patient.pk] = patient
        known.setdefault(patient.pk, details_of(patient))
        for name, (_, new) in found.items():
            setattr(patient, name, new)
        _record(patient, found, reason, actor, at)
    _save(changed.values())
    _reach(patients)
    return known


def _record(patient: Patient, found: dict[str, tuple[object, object]], reason: str, actor: Actor, at: datetime) -> None:
    was, now = ("; ".join(str(both[side] or "–") for both in found.values()) for side in (0, 1))
    record_act(actor, "described", patient, at=at, patient_id=patient.pk, was=was, now=now, reason=reason)


def _save(patients: Collection[Patient]) -> None:
    for patient in patients:
        patient.name_key = fold(f"{patient.legal_name} {patient.preferred_name}")
    Patient.objects.bulk_update(patients, [*DETAILS, "name_key"], batch_size=PIECE)


def details_of(patient: Patient) -> dict[str, str | None]:
    """What is known of a patient, as plain text."""
    return {name: None if (value := getattr(patient, name)) is None else str(value) for name in DETAILS}


def restore_details(was: dict[int, dict[str, str | None]], *, reason: str, actor: Actor, at: datetime) -> None:
    """What was known of these patients stands again, each with its event."""
    patients = list(Patient.objects.filter(pk__in=was))
    for patient in patients:
        before = Described("", **{name: _plain(name, was[patient.pk][name]) for name in DETAILS})  # type: ignore[arg-type]
        found = {name: (getattr(patient, name), getattr(before, name)) for name in DETAILS}
        for name, (_, old) in found.items():
            setattr(patient, name, old)
        _record(patient, found, reason, actor, at)
    _save(patients)


def _plain(name: str, text: str | None) -> object:
    return date.fromisoformat(text) if name == "birth_date" and text else text


def _reach(patients: Sequence[tuple[Patient, Described]]) -> None:
    """How to reach those of whom nothing was known."""
    reached = Contact.objects.filter(patient__in=[patient for patient, _ in patients], who=Contact.Who.SELF)
    known = set(reached.values_list("patient", flat=True))
    Contact.objects.bulk_create(
        [
            Contact(
                clinic_id=patient.clinic_id, patient=patient, who=Contact.Who.SELF,
                phone=phone_of(said.phone, patient.clinic.country), email=said.email,
            )
            for patient, said in patients
            if (said.phone or said.email) and patient.pk not in known
        ],
        batch_size=PIECE,
    )  # fmt: skip


def check_described(said: Described, country: str, today: date) -> None:
    """Raise Refused, with the detail at fault, for what no patient can be."""
    if said.birth_date and not date(1900, 1, 1) <= said.birth_date <= today:
        raise Refused("a birth date lies between 1900 and today", "birth_date")
    for name, most in (("legal_name", 120), ("preferred_name", 60)):
        if len(getattr(said, name)) > most:
            raise Refused(f"longer than {most} letters", name)
    phone_of(said.phone, country)


def withdraw_patients(patients: Sequence[Patient], *, reason: str, actor: Actor, at: datetime) -> None:
    """Patients whom an import added and that is taken back: no list shows them, and their number brings them back."""
    Patient.objects.filter(pk__in=[patient.pk for patient in patients]).update(is_withdrawn=True)
    record_acts(actor, "took back", [Change(patient, patient.pk) for patient in patients], at=at, reason=reason)
