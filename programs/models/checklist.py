"""The clinic's own lists of what is asked at the chair, before a dose and before going home, and the answers."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.models.infusion import RecordRow
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow


class ChecklistQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def in_force(self, clinic_id: int, asked: str) -> Self:
        """The lines of the newest version of this list of the clinic, in order."""
        own = self.filter(clinic_id=clinic_id, asked=asked)
        newest = own.order_by("-version").values("version")[:1]
        return own.filter(version=models.Subquery(newest)).order_by("place")


class ChecklistLine(ClinicalRow):
    """One line of one version of a list. A change is a new version; sessions keep the lines they answered."""

    class Asked(models.TextChoices):
        BEFORE_DOSE = "before dose", _("Before a dose")
        GOING_HOME = "going home", _("Before going home")

    asked = models.CharField(max_length=11, choices=Asked)
    version = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=120)
    # A "no" here stops the start until a prescriber releases it, or keeps the patient here.
    stops = models.BooleanField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=120)

    objects: ClassVar[ChecklistQuerySet] = ChecklistQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["version", "place"]
        constraints = [models.UniqueConstraint(fields=["clinic", "asked", "version", "place"], name="checklist_place_is_one")]

    def __str__(self) -> str:
        return self.words


class Check(RecordRow):
    """The answer to one line in one session."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        NOT_APPLICABLE = "n/a", _("Does not apply")

    line = models.ForeignKey(ChecklistLine, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=3, choices=Answer)
    detail = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        said = f"{self.line.words}: {self.get_answer_display().lower()}"
        return f"{said} ({self.detail})" if self.detail else said
