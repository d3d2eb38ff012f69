"""The vitals at which this clinic does not begin a dose, or stops one: signed by a clinician, never changed."""

from typing import ClassVar, Self

from django.db import models

from programs.limits import Limit
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow


class ClinicLimitsQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def in_force(self, clinic_id: int) -> Self:
        """Those that count in this clinic now, as one row or none: the newest."""
        return self.filter(clinic_id=clinic_id).order_by("-signed_at", "-pk")[:1]


class ClinicLimits(ClinicalRow):
    """One signed set of limits: pressures in mmHg and pulse at or above which, oxygen in per cent below which."""

    hold_systolic = models.PositiveSmallIntegerField()
    hold_diastolic = models.PositiveSmallIntegerField()
    hold_pulse = models.PositiveSmallIntegerField()
    hold_spo2 = models.PositiveSmallIntegerField()
    stop_systolic = models.PositiveSmallIntegerField()
    stop_diastolic = models.PositiveSmallIntegerField()
    stop_pulse = models.PositiveSmallIntegerField()
    stop_spo2 = models.PositiveSmallIntegerField()
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)
    signer_user_id = models.BigIntegerField()

    objects: ClassVar[ClinicLimitsQuerySet] = ClinicLimitsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-signed_at", "-pk"]

    def __str__(self) -> str:
        return (
            f"no start from {self.hold_systolic}/{self.hold_diastolic}, pulse {self.hold_pulse}, oxygen below {self.hold_spo2} %;"
            f" stop from {self.stop_systolic}/{self.stop_diastolic}, {self.stop_pulse}, {self.stop_spo2} %"
        )

    @property
    def hold(self) -> Limit:
        """At or beyond these no dose is begun."""
        return Limit(self.hold_systolic, self.hold_diastolic, self.hold_pulse, self.hold_spo2)

    @property
    def stop(self) -> Limit:
        """At or beyond these a dose that runs is paused or stopped, and the clinician called."""
        return Limit(self.stop_systolic, self.stop_diastolic, self.stop_pulse, self.stop_spo2)
