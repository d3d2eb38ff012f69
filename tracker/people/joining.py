"""How a clinic begins: it opens, people are given roles in it, patients may sign in. Run from the server, by its operator."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.accounts.models import Chair, Clinic, Membership, User
from tracker.accounts.roles import STAFF, Actor, Role
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.people.models import Patient
from tracker.people.services import phone_of


def operator_of(clinic: Clinic) -> Actor:
    """Whoever runs a command on the server itself, acting at `clinic`."""
    return Actor(Role.OPERATOR, clinic.pk, name="operator")


@transaction.atomic
def open_clinic(clinic: Clinic, *, chairs: int, at: datetime | None = None) -> Clinic:
    """Store a new clinic with its chairs. Raises Refused with the field that is wrong, for a slug that is taken too."""
    clinic.phone = phone_of(clinic.phone, clinic.country)
    try:
        clinic.full_clean()
    except ValidationError as error:
        field, found = next(iter(error.message_dict.items()))
        raise Refused(f"{field}: {found[0]}", field) from error
    clinic.save(force_insert=True)
    actor = operator_of(clinic)
    actor.require("open_clinic", clinic_id=clinic.pk)
    Chair.objects.bulk_create(Chair(clinic=clinic, name=_("Chair %(number)s") % {"number": n}) for n in range(1, chairs + 1))
    record_act(actor, "opened", clinic, at=at or timezone.now(), now=clinic.name)
    return clinic


@transaction.atomic
def add_member(clinic: Clinic, *, email: str, role: Role, actor: Actor, name: str = "", at: datetime | None = None) -> Membership:
    """Give somebody a role at `clinic`; who is new gets a user without a password.

    Raises Refused for a role that they hold already, or somebody new without a name.
    """
    actor.require("add_member", clinic_id=clinic.pk)
    if role not in STAFF:
        raise Refused(_("%(role)s is not a role of the staff.") % {"role": role.label}, "role")
    user = _user(email, name)
    member, is_new = Membership.objects.get_or_create(user=user, clinic=clinic, role=role)
    if not is_new and member.is_active:
        raise Refused(_("%(user)s is %(role)s there already.") % {"user": user, "role": role.label}, "role")
    member.is_active = True
    member.save(update_fields=["is_active"])
    record_act(actor, "added member", clinic, at=at or timezone.now(), now=f"{user}, {role.label}")
    return member


@transaction.atomic
def let_patient_sign_in(patient: Patient, *, email: str, actor: Actor, at: datetime | None = None) -> User:
    """Give a patient a user without a password. Raises Refused when they have one, or the user is another patient here."""
    actor.require("let_patient_sign_in", clinic_id=patient.clinic_id)
    if patient.user is not None:
        raise Refused(_("This patient signs in already, as %(email)s.") % {"email": patient.user.email}, "email")
    user = _user(email, patient.legal_name)
    if Patient.objects.filter(clinic_id=patient.clinic_id, user=user).exists():
        raise Refused(_("%(email)s belongs to another patient here.") % {"email": user.email}, "email")
    patient.user = user
    patient.save(update_fields=["user"])
    record_act(actor, "may sign in", patient, at=at or timezone.now(), patient_id=patient.pk)
    return user


def _user(email: str, name: str) -> User:
    """Who signs in with `email`, made when there is nobody, with the e-mail row that allauth keeps for each user."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(_("“%(email)s” is not an e-mail address.") % {"email": email}, "email") from error
    user = User.objects.filter(email=email).first()
    if user is None:
        if not name.strip():
            raise Refused(_("Nobody signs in as %(email)s yet: say their name too.") % {"email": email}, "name")
        user = User.objects.create_user(email, name=name.strip())
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user
