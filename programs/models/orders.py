"""What was agreed before a dose: consent, and the clinician's order."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from programs.dose_limits import Figures
from programs.dosing import show
from programs.models.dose_limits import DoseLimits
from programs.models.plans import Enrolment, Session
from programs.preparation import Bag, Preparation, bag_words
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


# The order that counts in its session comes first: the one signed last, or that came last with a record moved there.
NEWEST_ORDER = (Coalesce("moved_at", "signed_at").desc(), "-pk")


class DoseOrder(ClinicalRow):
    """A clinician's signed order for one session. A new order replaces the one before; both stay.

    By weight (`ug_per_kg` and `weight_g`), a fixed number of mg for somebody of that weight (`weight_g` alone), or by
    device (`device_ug`). From a vial: `ug_per_ml`, and how it is drawn up and pumped. Amounts are integers (micrograms,
    microlitres, grams): the database compares them exactly.
    """

    class Basis(models.TextChoices):
        ACTUAL = "actual", _("actual")
        IDEAL = "ideal", _("ideal")
        ADJUSTED = "adjusted", _("adjusted")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="orders")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    drug = models.CharField(max_length=12, default="ketamine")
    route = models.CharField(max_length=4)
    ug_per_kg = models.PositiveIntegerField(null=True, blank=True)
    weight_g = models.PositiveIntegerField(null=True, blank=True, help_text="the dosing weight")
    weight_basis = models.CharField(max_length=8, choices=Basis, default=Basis.ACTUAL)
    weight_why = models.CharField(max_length=200, blank=True, help_text="why not the actual weight")
    actual_g = models.PositiveIntegerField(null=True, blank=True, help_text="what the patient weighs")
    height_mm = models.PositiveSmallIntegerField(null=True, blank=True)
    sex = models.CharField(max_length=6, blank=True, help_text="as the formula of the ideal weight asks")
    device_ug = models.PositiveIntegerField(null=True, blank=True, help_text="what one nasal device holds")
    dose_ug = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField()
    ug_per_ml = models.PositiveIntegerField(null=True, blank=True, help_text="the vial: 10 mg/mL is 10,000")
    draw_ul = models.PositiveIntegerField(null=True, blank=True)
    bag_ul = models.PositiveIntegerField(null=True, blank=True, help_text="what it is diluted in; none is undiluted")
    bag_includes_drug = models.BooleanField(default=False)
    ul_per_h = models.PositiveIntegerField(null=True, blank=True)
    ug_per_h = models.PositiveIntegerField(null=True, blank=True)
    # Between these a nurse may set the pump without asking again; none: only the rate above.
    from_ug_per_h = models.PositiveIntegerField(null=True, blank=True)
    to_ug_per_h = models.PositiveIntegerField(null=True, blank=True)
    limits = models.ForeignKey(DoseLimits, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    look_for = models.TextField(blank=True, help_text="why another person has to look, a line each")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)
    signer_user_id = models.BigIntegerField()
    # It was signed for another patient, and came here with the record of the dose that was given under it.
    moved_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = [*NEWEST_ORDER]
        constraints = [
            models.CheckConstraint(
                condition=Q(dose_ug__gt=0)
                # To a database an unknown number is not less than anything, so each says that it is known.
                & (Q(ug_per_kg=None) | Q(ug_per_kg__gt=0, weight_g__isnull=False))
                & (
                    Q(device_ug=None, weight_g__isnull=False, weight_g__gt=0)
                    | Q(device_ug__isnull=False, device_ug__gt=0, weight_g=None, ug_per_kg=None)
                ),
                name="order_is_of_something",
            ),
            models.CheckConstraint(
                condition=Q(ug_per_ml=None, draw_ul=None, bag_ul=None)
                | Q(ug_per_ml__gt=0, draw_ul__gt=0, ug_per_ml__isnull=False, draw_ul__isnull=False),
                name="order_from_a_vial",
            ),
            # The label: 100 mg/mL never goes into a vein undiluted. (To a database, nothing is not less than anything.)
            models.CheckConstraint(
                condition=~Q(route="IV") | Q(ug_per_ml=None) | Q(ug_per_ml__lt=100_000) | Q(bag_ul__isnull=False),
                name="order_is_diluted_for_a_vein",
            ),
            models.CheckConstraint(
                condition=Q(from_ug_per_h=None, to_ug_per_h=None)
                | Q(from_ug_per_h__gt=0, ug_per_h__gte=F("from_ug_per_h"), to_ug_per_h__gte=F("ug_per_h"))
                & Q(from_ug_per_h__isnull=False, to_ug_per_h__isnull=False, ug_per_h__isnull=False),
                name="order_rate_lies_in_its_range",
            ),
            models.CheckConstraint(
                condition=Q(weight_basis="actual") | (~Q(weight_why="") & Q(actual_g__isnull=False, height_mm__isnull=False)),
                name="order_says_why_not_actual_weight",
            ),
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
    def measured_kg(self) -> Decimal | None:
        """What the patient weighed when it was ordered; the dosing weight may be another."""
        return _thousandth(self.actual_g or self.weight_g)

    @property
    def device_mg(self) -> Decimal | None:
        return _thousandth(self.device_ug)

    @property
    def is_at_times(self) -> bool:
        """Whether it is given at times, a dose each, and not over minutes by a pump."""
        return not self.minutes

    @property
    def preparation(self) -> Preparation | None:
        """How it is drawn up and pumped; None for devices, and for an order of the time before this was asked."""
        mg_per_ml, draw_ml = _thousandth(self.ug_per_ml), _thousandth(self.draw_ul)
        if mg_per_ml is None or draw_ml is None:
            return None
        bag_ml = _thousandth(self.bag_ul)
        bag = None if bag_ml is None else Bag(bag_ml, self.bag_includes_drug)
        total_ml = bag.total_ml(draw_ml) if bag else draw_ml
        return Preparation(mg_per_ml, draw_ml, bag, total_ml, _thousandth(self.ul_per_h), _thousandth(self.ug_per_h))

    @property
    def rate_range(self) -> tuple[Decimal, Decimal] | None:
        """The mg/h between which a nurse may set the pump without asking again."""
        slowest, fastest = _thousandth(self.from_ug_per_h), _thousandth(self.to_ug_per_h)
        return None if slowest is None or fastest is None else (slowest, fastest)

    @property
    def figures(self) -> Figures:
        """To be held against limits and against another order."""
        preparation = self.preparation
        return Figures(
            mg=self.dose_mg,
            weight_kg=self.weight_kg,
            ordered_mg_per_kg=self.mg_per_kg,
            minutes=self.minutes,
            mg_per_ml=preparation.mg_per_ml if preparation else None,
            bag_words=bag_words(preparation.bag) if preparation else "",
        )

    @property
    def look_lines(self) -> list[str]:
        """Why another person has to look, a line each."""
        return self.look_for.splitlines()

    @property
    def waits_for_look(self) -> bool:
        """Whether somebody should look and nobody did yet; costs a statement where somebody should."""
        return bool(self.look_for) and not hasattr(self, "second_look")


def _thousandth(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount) / 1000
