"""What was agreed before a dose: consent, and the clinician's order."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.dosing import show
from programs.models.plans import Enrolment, Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class ConsentQuerySet(ClinicalQuerySet):
    seen_with = "see_plan"


class TreatmentConsent(ClinicalRow):
    """A consent that the patient gave, in which version, on which day. Added; taken back by another row."""

    class To(models.TextChoices):
        PROGRAM = "program", _("this program")
        OFF_LABEL = "off-label", _("off-label use")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="consents")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    to = models.CharField(max_length=10, choices=To)
    version = models.CharField(max_length=20)
    given_on = models.DateField()
    is_withdrawal = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    objects: ClassVar[ConsentQuerySet] = ConsentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(to__in=["program", "off-label"]), name="consent_is_to_something")]

    def __str__(self) -> str:
        return f"consent to {self.get_to_display()}, version {self.version}"


class OrderQuerySet(ClinicalQuerySet):
    seen_with = "see_record"


class DoseOrder(ClinicalRow):
    """A clinician's signed order for one session. A new order replaces the one before; both stay.

    By weight (`ug_per_kg` and `weight_g`), a fixed number of mg for somebody of that weight (`weight_g` alone), or by
    device (`device_ug`). Amounts are integers (micrograms, grams): the database compares them exactly.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="orders")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    drug = models.CharField(max_length=12, default="ketamine")
    route = models.CharField(max_length=4)
    ug_per_kg = models.PositiveIntegerField(null=True, blank=True)
    weight_g = models.PositiveIntegerField(null=True, blank=True, help_text="the dosing weight")
    device_ug = models.PositiveIntegerField(null=True, blank=True, help_text="what one nasal device holds")
    dose_ug = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField()
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)
    signer_user_id = models.BigIntegerField()

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dose_ug__gt=0)
                & (Q(ug_per_kg=None) | Q(ug_per_kg__gt=0, weight_g__gt=0))
                & (Q(device_ug=None, weight_g__gt=0) | Q(device_ug__gt=0, weight_g=None, ug_per_kg=None)),
                name="order_is_of_something",
            )
        ]

    def __str__(self) -> str:
        return f"{show(self.dose_mg)} mg {self.route}"

    @property
    def dose_mg(self) -> Decimal:
        return Decimal(self.dose_ug) / 1000

    @property
    def mg_per_kg(self) -> Decimal | None:
        return _thousandth(self.ug_per_kg)

    @property
    def weight_kg(self) -> Decimal | None:
        return _thousandth(self.weight_g)

    @property
    def device_mg(self) -> Decimal | None:
        return _thousandth(self.device_ug)


def _thousandth(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount) / 1000
