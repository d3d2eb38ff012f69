"""How this clinic keeps the record in its room: what is measured, how often, what it does when something is serious."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow


class RoomRulesQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def in_force(self, clinic_id: int) -> Self:
        """Those that count in this clinic now, as one row or none: the newest."""
        return self.filter(clinic_id=clinic_id).order_by("-signed_at", "-pk")[:1]


class RoomRules(ClinicalRow):
    """One signed version. What is asked beside pressure, pulse and oxygen is a column of its own."""

    class Sedation(models.TextChoices):
        NONE = "", _("Not asked")
        MOAAS = "moaas", "MOAA/S"
        RASS = "rass", "RASS"

    class Temperature(models.TextChoices):
        NONE = "", _("Not asked")
        CELSIUS = "C", "°C"
        FAHRENHEIT = "F", "°F"

    during_every = models.PositiveSmallIntegerField(help_text="minutes between readings while the drug is given")
    after_every = models.PositiveSmallIntegerField(help_text="minutes between readings after it")
    asks_respiration = models.BooleanField(default=False)
    asks_etco2 = models.BooleanField(default=False)
    asks_dissociation = models.BooleanField(default=False)
    asks_pain = models.BooleanField(default=False)
    temperature = models.CharField(max_length=1, choices=Temperature, blank=True)
    sedation = models.CharField(max_length=5, choices=Sedation, blank=True)
    gap_percent = models.PositiveSmallIntegerField(
        default=5, help_text="how far pump and recorded rates may differ without a reason"
    )
    cosign_hours = models.PositiveSmallIntegerField(
        default=24, help_text="within how many hours a prescriber signs an order given by word of mouth"
    )
    serious_words = models.TextField(blank=True, help_text="what is done when something is serious: the clinic's own card")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120)
    signer_user_id = models.BigIntegerField()

    objects: ClassVar[RoomRulesQuerySet] = RoomRulesQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-signed_at", "-pk"]

    def __str__(self) -> str:
        return f"vitals every {self.during_every} min during, {self.after_every} min after; also {self.asked_in_words}"

    @property
    def asks(self) -> tuple[str, ...]:
        """The fields of a reading that are asked beside the four that always are."""
        names = [name for name in ("respiration", "etco2") if getattr(self, f"asks_{name}")]
        names += ["temperature"] if self.temperature else []
        names += [self.sedation] if self.sedation else []
        return (*names, *(name for name in ("dissociation", "pain") if getattr(self, f"asks_{name}")))

    @property
    def asked_in_words(self) -> str:
        """What is asked beside the four, in words."""
        return ", ".join(self.asks).replace("moaas", "sedation (MOAA/S)").replace("rass", "sedation (RASS)") or "nothing else"
