"""Medicines given beside the dose: what the clinic has standing orders for, and what was given on which order."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from programs.medicines import Amount
from programs.models.infusion import RecordRow
from programs.models.release import RoomOrder
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow


class StandingOrderQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def in_force(self, clinic_id: int) -> Self:
        """The lines of the newest version of this clinic's list, in order; one that was emptied has none."""
        newest = self.filter(clinic_id=clinic_id).order_by("-version").values("version")[:1]
        return self.filter(clinic_id=clinic_id, version=models.Subquery(newest)).exclude(drug="").order_by("place")


class StandingOrder(ClinicalRow):
    """One line of one version of the list that a clinician signed: a nurse may give this without asking.

    A change is a new version. A version without a line has one empty row, so that the list before it no longer holds.
    """

    version = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    drug = models.CharField(max_length=80, blank=True)
    thousandths = models.PositiveIntegerField(default=0, help_text="of the unit: 4 mg is 4,000")
    unit = models.CharField(max_length=8, blank=True)
    route = models.CharField(max_length=12, blank=True)
    when = models.CharField(max_length=120, blank=True, help_text="for what, and when")
    most_times = models.PositiveSmallIntegerField(default=1, help_text="in one session")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)

    objects: ClassVar[StandingOrderQuerySet] = StandingOrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version", "place"], name="standing_order_place_is_one"),
            models.CheckConstraint(
                condition=Q(drug="") | Q(thousandths__gt=0, most_times__gt=0), name="standing_order_is_of_something"
            ),
        ]

    def __str__(self) -> str:
        return str(self.amount)

    @property
    def amount(self) -> Amount:
        return Amount(self.drug, self.thousandths, self.unit, self.route)

    @property
    def plain_amount(self) -> str:
        """The number alone, as it is typed into a field."""
        return self.amount.plain


class Medicine(RecordRow):
    """One medicine, given once: on a line of the standing orders, or on a prescriber's order of that moment."""

    drug = models.CharField(max_length=80)
    thousandths = models.PositiveIntegerField(help_text="of the unit: 4 mg is 4,000")
    unit = models.CharField(max_length=8)
    route = models.CharField(max_length=12)
    standing = models.ForeignKey(StandingOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(RoomOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    doubt = models.TextField(blank=True, help_text="what was read on a page of its own before it was given")
    reason = models.CharField(max_length=200, blank=True, help_text="why it was given all the same")

    class Meta(RecordRow.Meta):
        constraints = [
            *RecordRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(standing=None, order__isnull=False) | Q(standing__isnull=False, order=None),
                name="a_medicine_rests_on_one_order",
            ),
            models.CheckConstraint(condition=~Q(drug="") & Q(thousandths__gt=0), name="a_medicine_is_something"),
            models.CheckConstraint(condition=Q(doubt="") | ~Q(reason=""), name="a_medicine_in_doubt_says_why"),
        ]

    def __str__(self) -> str:
        return str(self.amount)

    @property
    def amount(self) -> Amount:
        return Amount(self.drug, self.thousandths, self.unit, self.route)
