"""A dose that is given at times, not by a pump: an injection, a spray, a lozenge, a nasal device."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.dosing import show
from programs.models.infusion import RecordRow
from programs.models.orders import DoseOrder


class GivenDose(RecordRow):
    """So much was given at one moment, on that order. What the session gave is the sum of those that stand."""

    class Site(models.TextChoices):
        LEFT_ARM = "left arm", _("Left upper arm")
        RIGHT_ARM = "right arm", _("Right upper arm")
        LEFT_THIGH = "left thigh", _("Left thigh")
        RIGHT_THIGH = "right thigh", _("Right thigh")
        LEFT_BUTTOCK = "left buttock", _("Left buttock")
        RIGHT_BUTTOCK = "right buttock", _("Right buttock")
        BELLY = "belly", _("Belly")

    order = models.ForeignKey(DoseOrder, on_delete=models.PROTECT, related_name="given_doses")
    dose_ug = models.PositiveIntegerField()
    devices = models.PositiveSmallIntegerField(null=True, blank=True, help_text="how many, of a dose by device")
    site = models.CharField(max_length=13, choices=Site, blank=True, help_text="of an injection")

    class Meta(RecordRow.Meta):
        constraints = [
            *RecordRow.Meta.constraints,
            models.CheckConstraint(condition=Q(dose_ug__gt=0), name="a_given_dose_is_something"),
        ]

    def __str__(self) -> str:
        words = [f"{show(Decimal(self.dose_ug) / 1000)} mg"]
        words += [f"{self.devices} device{'' if self.devices == 1 else 's'}"] if self.devices else []
        words += [str(self.get_site_display()).lower()] if self.site else []
        return ", ".join(words)


# Where an injection of each route may go in: into a muscle not the belly, under the skin not the buttock.
SITES: dict[str, list[GivenDose.Site]] = {
    "IM": [site for site in GivenDose.Site if site != GivenDose.Site.BELLY],
    "SC": [site for site in GivenDose.Site if "buttock" not in site],
}
