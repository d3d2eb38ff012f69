"""What came from a tablet by another's hand and could not be put into the record."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class SetAsideQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def open(self) -> Self:
        """Those of which nobody has said yet what was done with them."""
        return self.filter(settled_at=None).exclude(session__state=Session.State.MOVED)


class SetAside(ClinicalRow):
    """A row that its author typed without wifi, somebody else passed on, and the record refused: in words, and why.

    The author's own tablet cannot show it any more, so it is kept here until somebody says what was done with it.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="set_aside")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    words = models.TextField(help_text="what was typed")
    why_not = models.CharField(max_length=300, help_text="why it is not in the record")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    author = models.CharField(max_length=120)
    author_user_id = models.BigIntegerField()
    passed_on_by = models.CharField(max_length=120)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)
    settled_how = models.CharField(max_length=200, blank=True)

    objects: ClassVar[SetAsideQuerySet] = SetAsideQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["happened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["author_user_id", "key"], name="set_aside_once"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by="", settled_how="")
                | Q(settled_at__isnull=False) & ~Q(settled_by="") & ~Q(settled_how=""),
                name="settled_by_somebody_and_how",
            ),
        ]

    def __str__(self) -> str:
        return self.words
