"""What a file said of a session that was given elsewhere, or before the clinic worked here."""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models

from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow


class ImportedDoseQuerySet(ClinicalQuerySet):
    seen_with = "see_plan"
    patient_path = "session__patient_id"

    def standing(self) -> Self:
        """Those that no later file corrected."""
        return self.filter(replaced_by=None)


class ImportedDose(ClinicalRow):
    """Dose, route, weight and lot as a file gave them. Never part of the record that this clinic signed, nor of its
    drug ledger; a correction by a later file is a new row that points at the old.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="imported_doses")
    dose_ug = models.PositiveIntegerField(null=True)
    typed = models.CharField(max_length=40, blank=True, help_text="amount and unit as the file has them")
    route = models.CharField(max_length=20, blank=True)
    weight_g = models.PositiveIntegerField(null=True)
    lot = models.CharField(max_length=40, blank=True)
    recorded_at = models.DateTimeField()
    author = models.CharField(max_length=120)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ImportedDoseQuerySet] = ImportedDoseQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.typed

    @property
    def weight_kg(self) -> Decimal | None:
        return None if self.weight_g is None else Decimal(self.weight_g) / 1000
