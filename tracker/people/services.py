"""Adding people, and finding who somebody is when they sign in."""

from dataclasses import dataclass
from datetime import date, datetime

import phonenumbers
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.accounts.models import Clinic, Membership, User
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.people.models import Contact, Patient
from tracker.people.names import fold
from tracker.ready import Ready


@dataclass(frozen=True)
class Reach:
    """A phone number and an e-mail address, as typed; either may be empty."""

    who: str
    phone: str = ""
    email: str = ""
    name: str = ""


def phone_of(text: str, country: str) -> str:
    """`text` as an international number, "+12065550100"; "" stays "". Raises Refused for what is no number."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Refused(_("“%(text)s” is not a phone number that can be called.") % {"text": text}, "phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@transaction.atomic
def add_patient(
    clinic: Clinic,
    *,
    actor: Actor,
    mrn: str,
    legal_name: str,
    birth_date: date,
    preferred_name: str = "",
    zone: str = "",
    language: str = "en",
    reach: tuple[Reach, ...] = (),
    user: User | None = None,
    at: datetime | None = None,
) -> Patient:
    """A new patient of `clinic`, with how to reach them. `zone` defaults to the clinic's.

    Raises Refused for a record number that is taken, a birth date that cannot be, a phone that is none.
    """
    actor.require("add_patient", clinic_id=clinic.pk)
    now = at or timezone.now()
    _check_birth_date(birth_date, now)
    patient = Patient(
        clinic=clinic,
        user=user,
        mrn=mrn,
        legal_name=legal_name,
        preferred_name=preferred_name,
        name_key=fold(f"{legal_name} {preferred_name}"),
        birth_date=birth_date,
        zone=zone or clinic.zone,
        language=language,
    )
    _save_unless_known(patient)
    _add_contacts(patient, reach)
    record_act(actor, "added", patient, at=now, patient_id=patient.pk)
    return patient


def _check_birth_date(birth_date: date, now: datetime) -> None:
    if not date(1900, 1, 1) <= birth_date <= now.date():
        raise Refused(_("A birth date lies between 1900 and today."), "birth_date")


def _add_contacts(patient: Patient, reach: tuple[Reach, ...]) -> None:
    clinic = patient.clinic
    Contact.objects.bulk_create(
        Contact(
            clinic=clinic,
            patient=patient,
            who=one.who,
            name=one.name,
            phone=phone_of(one.phone, clinic.country),
            email=one.email,
        )
        for one in reach
        if one.phone or one.email
    )


def _save_unless_known(patient: Patient) -> None:
    """The database decides, so that two desks which add one number at once cannot both succeed."""
    try:
        with transaction.atomic():
            patient.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("Record number %(mrn)s belongs to another patient here.") % {"mrn": patient.mrn}, "mrn") from None


@dataclass(frozen=True)
class Hat:
    """One of the people that a user can be here: a role at a clinic, or themselves as its patient."""

    key: str
    user: User
    actor: Actor
    clinic: Clinic
    language: str = "en"

    @property
    def label(self) -> str:
        return f"{self.actor.role.label}, {self.clinic}"


def hats_of(user: User) -> list[Hat]:
    """Everything this user may be, roles first, in a steady order."""
    roles, patients = _all_members(user_id=user.pk), _all_patients(user_id=user.pk)
    return [*map(_hat_of_member, roles), *map(_hat_of_patient, patients)]


def wearing(user_id: int, key: str) -> Hat | None:
    """The hat that was put on earlier, or None when it has been taken away since. One statement."""
    kind, number = key[:1], int(key[1:])
    if kind == "m":
        member = _member.first(user_id=user_id, pk=number)
        return _hat_of_member(member) if member else None
    patient = _patient.first(user_id=user_id, pk=number)
    return _hat_of_patient(patient) if patient else None


def _members(user_id: int) -> QuerySet[Membership]:
    return Membership.objects.filter(user_id=user_id, is_active=True).select_related("clinic", "user")


def _patients(user_id: int) -> QuerySet[Patient]:
    return Patient.objects.filter(user_id=user_id).select_related("clinic", "user")


_all_members = Ready(lambda user_id: _members(user_id).order_by("pk"))
_all_patients = Ready(lambda user_id: _patients(user_id).order_by("pk"))
_member = Ready(lambda user_id, pk: _members(user_id).filter(pk=pk))
_patient = Ready(lambda user_id, pk: _patients(user_id).filter(pk=pk))


def _hat_of_member(member: Membership) -> Hat:
    return Hat(f"m{member.pk}", member.user, member.as_actor(), member.clinic)


def _hat_of_patient(patient: Patient) -> Hat:
    assert patient.user is not None
    return Hat(f"p{patient.pk}", patient.user, patient.as_actor(), patient.clinic, patient.language)
