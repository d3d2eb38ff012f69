"""Who signs in, and where they work."""

import uuid
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tracker.accounts.roles import STAFF, Actor, Role

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def validate_zone(name: str) -> None:
    """Refuse a time zone that the IANA database does not know."""
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone. For example: America/New_York.") % {"name": name})


class UserManager(BaseUserManager["User"]):
    """People by e-mail address, whatever its case."""

    def create_user(self, email: str, password: str | None = None, *, name: str = "") -> "User":
        """A user who signs in with `email`; without a password only a reset e-mail lets them in."""
        user = self.model(email=email.strip().lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """One person, whatever they do and wherever: roles are memberships, being treated is a Patient row."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case")]

    def __str__(self) -> str:
        return self.name or self.email


class Clinic(models.Model):
    """A clinic: where its clock stands, when it is open, who is told, and what patients read about it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, validators=[validate_zone])
    country = models.CharField(max_length=2, default="US", help_text="decides how phone numbers are read")
    # One letter a day, Monday first: "1111100" is Monday to Friday.
    open_days = models.CharField(max_length=7, default="1111100", validators=[RegexValidator(r"^[01]{7}$")])
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    # A nurse may watch this many chairs at once; one nurse is never booked beyond it.
    chairs_per_nurse = models.PositiveSmallIntegerField(default=1)
    phone = models.CharField(max_length=20)
    hours_en = models.TextField(help_text="who reads check-ins and when, in words")
    hours_es = models.TextField(blank=True)
    crisis_call = models.CharField(max_length=20, default="988")
    crisis_text = models.CharField(max_length=20, default="988")
    emergency_call = models.CharField(max_length=20, default="911")
    alert_email = models.EmailField(help_text="who is told of a safety answer")
    vial_days = models.PositiveSmallIntegerField(default=28, help_text="how long an opened vial is used")
    cover_minutes = models.PositiveSmallIntegerField(default=15, help_text="after how long a tablet left alone covers its page")
    is_training = models.BooleanField(default=False, help_text="for practising only: nobody in it is real")
    off_label_consent = models.CharField(max_length=20, default="1", help_text="version of the off-label consent in use")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="clinic_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(chairs_per_nurse__gte=1), name="clinic_nurse_watches_a_chair"),
            models.CheckConstraint(condition=Q(vial_days__range=(0, 28)), name="clinic_uses_a_vial_28_days_at_most"),
            models.CheckConstraint(condition=Q(cover_minutes__range=(1, 60)), name="clinic_covers_a_tablet_within_the_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (training)" if self.is_training else self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Holiday(models.Model):
    """A day on which a clinic is closed although its week says open."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "day"], name="one_holiday_a_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"


class Chair(models.Model):
    """A place where one patient at a time is treated."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="chairs")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["clinic", "name"], name="chair_name_is_unique_in_clinic")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person at one clinic. Ended, it opens nothing from the next request on."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=[(role.value, role.label) for role in Role if role in STAFF])
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "clinic", "role"], name="role_held_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    def as_actor(self) -> Actor:
        """The actor that this membership lets its user be."""
        return Actor(
            role=Role(self.role), clinic_id=self.clinic_id, user_id=self.user_id, name=str(self.user), membership_id=self.pk
        )
