"""The people who are treated, and whom to reach about them."""

from datetime import time
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.accounts.models import User, validate_zone
from tracker.accounts.roles import Actor, Role
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow

CHECKIN_TIME = time(9, 30)


class PatientQuerySet(ClinicalQuerySet):
    seen_with = "see_people"
    patient_path = "pk"

    def visible_to(self, actor: Actor) -> "PatientQuerySet":
        return super().visible_to(actor).filter(is_withdrawn=False)

    def by_name(self) -> "PatientQuerySet":
        """In the order of a paper register, whatever the database thinks of accents."""
        return self.order_by("name_key", "pk")


class Patient(ClinicalRow):
    """One person as one clinic knows them. `user` is set once they sign in themselves."""

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="patients")
    mrn = models.CharField(_("record number"), max_length=64)
    legal_name = models.CharField(_("legal name"), max_length=120)
    preferred_name = models.CharField(_("preferred name"), max_length=60, blank=True)
    name_key = models.CharField(max_length=240, editable=False, db_index=True)
    # Unknown for somebody who came in with an import; no dose is started without it.
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    language = models.CharField(_("language"), max_length=2, choices=[("en", "English"), ("es", "Español")], default="en")
    # When this person wants the morning question.
    checkin_time = models.TimeField(default=CHECKIN_TIME)
    # Came in with an import that was taken back: on no list any more, and here again when the number is.
    is_withdrawn = models.BooleanField(default=False)

    objects: ClassVar[PatientQuerySet] = PatientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "mrn"], name="mrn_is_unique_in_clinic"),
            models.UniqueConstraint(fields=["clinic", "user"], name="one_patient_row_for_a_user_in_clinic"),
        ]

    def __str__(self) -> str:
        return self.legal_name

    @property
    def called(self) -> str:
        """What to call this person: the name they prefer, else the first of the legal one."""
        return self.preferred_name or self.legal_name.split()[0]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def as_actor(self) -> Actor:
        """The actor that this person is on their own pages."""
        return Actor(role=Role.PATIENT, clinic_id=self.clinic_id, user_id=self.user_id, name=self.called, patient_id=self.pk)


class ContactQuerySet(ClinicalQuerySet):
    seen_with = "see_people"


class Contact(ClinicalRow):
    """How to reach a patient, or somebody about them."""

    class Who(models.TextChoices):
        SELF = "self", _("Patient")
        RIDE = "ride", _("Ride home")
        EMERGENCY = "emergency", _("In an emergency")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    who = models.CharField(max_length=10, choices=Who)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)

    objects: ClassVar[ContactQuerySet] = ContactQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(phone="") | ~models.Q(email=""), name="contact_can_be_reached")]

    def __str__(self) -> str:
        return self.phone or self.email
