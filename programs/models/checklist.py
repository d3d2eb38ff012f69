"""The clinic's own list of what is asked at the chair before a dose, and the answers."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.models.infusion import RecordRow
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow


class ChecklistQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def in_force(self, clinic_id: int) -> Self:
        """The lines of the newest version of this clinic's list, in order."""
        newest = self.filter(clinic_id=clinic_id).order_by("-version").values("version")[:1]
        return self.filter(clinic_id=clinic_id, version=models.Subquery(newest)).order_by("place")


class ChecklistLine(ClinicalRow):
    """One line of one version of the list. A change is a new version; sessions keep the lines they answered."""

    version = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=120)
    # A "no" here stops the start until a prescriber releases it.
    stops = models.BooleanField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=120)

    objects: ClassVar[ChecklistQuerySet] = ChecklistQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["version", "place"]
        constraints = [models.UniqueConstraint(fields=["clinic", "version", "place"], name="checklist_place_is_one")]

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
