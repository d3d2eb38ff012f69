"""How much this clinic lets anybody order in one program: signed by a clinician, never changed."""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from programs.dose_limits import Signed
from programs.dosing import show
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow


class DoseLimitsQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def in_force(self, clinic_id: int, program: str, route: str) -> Self:
        """Those that count there now, as one row or none: the newest."""
        return self.filter(clinic_id=clinic_id, program=program, route=route).order_by("-signed_at", "-pk")[:1]


class DoseLimits(ClinicalRow):
    """One signed set for one program and route. A dose by device has no amount per kg."""

    program = models.CharField(max_length=64, help_text="the program's code")
    route = models.CharField(max_length=4)
    most_ug = models.PositiveIntegerField()
    most_ug_per_kg = models.PositiveIntegerField(null=True, blank=True)
    most_ug_per_kg_h = models.PositiveIntegerField(null=True, blank=True)
    soft_from_ug_per_kg = models.PositiveIntegerField(null=True, blank=True)
    soft_to_ug_per_kg = models.PositiveIntegerField(null=True, blank=True)
    change_percent = models.PositiveSmallIntegerField()
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)
    signer_user_id = models.BigIntegerField()

    objects: ClassVar[DoseLimitsQuerySet] = DoseLimitsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(most_ug__gt=0) & (Q(most_ug_per_kg=None) | Q(most_ug_per_kg__gt=0)),
                name="dose_limit_allows_something",
            )
        ]

    def __str__(self) -> str:
        signed = self.signed
        words = [f"{show(signed.most_mg)} mg"]
        words += [f"{show(signed.most_mg_per_kg)} mg/kg"] if signed.most_mg_per_kg else []
        words += [f"{show(signed.most_mg_per_kg_h)} mg/kg/h"] if signed.most_mg_per_kg_h else []
        asked = [f"at a change beyond {self.change_percent} %"]
        if signed.soft_from_mg_per_kg and signed.soft_to_mg_per_kg:
            asked.insert(0, f"outside {show(signed.soft_from_mg_per_kg)} to {show(signed.soft_to_mg_per_kg)} mg/kg")
        return f"at most {', '.join(words)}; a second look {' and '.join(asked)}"

    @property
    def signed(self) -> Signed:
        """As the arithmetic takes it."""
        return Signed(
            most_mg=Decimal(self.most_ug) / 1000,
            change_percent=self.change_percent,
            most_mg_per_kg=_thousandth(self.most_ug_per_kg),
            most_mg_per_kg_h=_thousandth(self.most_ug_per_kg_h),
            soft_from_mg_per_kg=_thousandth(self.soft_from_ug_per_kg),
            soft_to_mg_per_kg=_thousandth(self.soft_to_ug_per_kg),
        )


def _thousandth(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount) / 1000
