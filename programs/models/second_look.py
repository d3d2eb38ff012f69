"""Another person looked at what a clinician ordered, and signed in for it."""

from typing import ClassVar

from django.db import models

from programs.models.orders import DoseOrder
from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class SecondLookQuerySet(ClinicalQuerySet):
    seen_with = "see_record"


class SecondLook(ClinicalRow):
    """Who looked at an order, when, and the very words that were shown to them."""

    order = models.OneToOneField(DoseOrder, on_delete=models.PROTECT, related_name="second_look")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="second_looks")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    shown = models.TextField()
    looked_at = models.DateTimeField()
    looked_by = models.CharField(max_length=120)
    looker_user_id = models.BigIntegerField()

    objects: ClassVar[SecondLookQuerySet] = SecondLookQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["looked_at", "pk"]

    def __str__(self) -> str:
        return f"second look by {self.looked_by}"
