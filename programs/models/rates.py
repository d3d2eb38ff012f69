"""What the pump did, as the nurse read it off. The app drives no pump."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.dosing import show_mg
from programs.ledger import show_ml
from programs.models.infusion import RecordRow
from programs.models.release import RoomOrder


class RateChange(RecordRow):
    """From this moment the drug runs at another rate, or not at all."""

    class What(models.TextChoices):
        RATE = "rate", _("Rate changed")
        PAUSE = "pause", _("Paused")
        RESUME = "resume", _("Resumed")

    what = models.CharField(max_length=6, choices=What)
    ug_per_hour = models.PositiveIntegerField(help_text="0 while it is paused")
    reason = models.CharField(max_length=200, blank=True)
    order = models.ForeignKey(
        RoomOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="none where the signed order itself allows the rate",
    )  # fmt: skip

    class Meta(RecordRow.Meta):
        constraints = [
            *RecordRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(what="pause", ug_per_hour=0) | ~Q(what="pause") & Q(ug_per_hour__gt=0),
                name="only_a_pause_gives_nothing",
            ),
        ]

    def __str__(self) -> str:
        if self.what == self.What.PAUSE:
            return str(self.get_what_display())
        return f"{self.get_what_display()}: {show_mg(self.ug_per_hour)} mg/h"


class PumpReading(RecordRow):
    """What the pump said at the end, beside what the recorded rates come to. Both stay."""

    infused_ul = models.PositiveIntegerField()
    left_ul = models.PositiveIntegerField()
    measured_ug = models.PositiveIntegerField(help_text="of the dose, by the share of the volume that went in")
    worked_out_ug = models.PositiveIntegerField(help_text="from the times and rates of the record, to the nearest microgram")
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"pump: {show_ml(self.infused_ul)} mL in, {show_ml(self.left_ul)} mL left"
