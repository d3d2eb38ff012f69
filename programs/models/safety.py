"""The patient's safety list: what somebody must know before a dose, and the clinician who reviewed it."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.models.plans import Enrolment
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class SafetyItemQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def standing(self) -> Self:
        """Those that were not ended."""
        return self.filter(ended_at=None)


class SafetyItem(ClinicalRow):
    """One allergy, medicine, diagnosis or contraindication. Ended with a reason, never deleted."""

    class Kind(models.TextChoices):
        ALLERGY = "allergy", _("Allergy")
        MEDICINE = "medicine", _("Medicine that matters")
        DIAGNOSIS = "diagnosis", _("Diagnosis")
        CONTRAINDICATION = "contraindication", _("Contraindication")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="safety_items")
    kind = models.CharField(max_length=16, choices=Kind)
    words = models.CharField(max_length=120)
    # Of a medicine: how much, and when it was last taken, as said.
    last_taken = models.CharField(max_length=80, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True)
    ended_why = models.CharField(max_length=200, blank=True)

    objects: ClassVar[SafetyItemQuerySet] = SafetyItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["kind", "added_at", "pk"]

    def __str__(self) -> str:
        return f"{self.words} (last taken {self.last_taken})" if self.last_taken else self.words


class SafetyReviewQuerySet(ClinicalQuerySet):
    seen_with = "see_record"


class SafetyReview(ClinicalRow):
    """A clinician read the list as it stood then, and cleared the patient for this course, or did not."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="safety_reviews")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="safety_reviews")
    is_cleared = models.BooleanField()
    words = models.CharField(max_length=300, blank=True)
    # "None known" is an answer; an empty list is not.
    no_known_allergies = models.BooleanField()
    reviewed_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=120)
    reviewer_user_id = models.BigIntegerField()

    objects: ClassVar[SafetyReviewQuerySet] = SafetyReviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-reviewed_at", "-pk"]

    def __str__(self) -> str:
        return "cleared" if self.is_cleared else "not cleared"
