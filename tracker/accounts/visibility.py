"""What every clinical row has, and the only way to a set of them."""

import uuid
from typing import ClassVar, Self

from django.db import models

from tracker.accounts.roles import Actor


class ClinicalQuerySet(models.QuerySet):
    """Rows of one clinic. `seen_with` names the capability that opens them, `patient_path` whose they are."""

    seen_with: ClassVar[str]
    patient_path: ClassVar[str] = "patient_id"

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may see: of the clinic they act in, and if a patient, their own.

        Every page, API, export and print starts here. What is missing from it does not exist for the
        actor: the answer is 404, the same as for a row that was never there.
        """
        if not actor.may(self.seen_with):
            return self.none()
        rows = self.filter(clinic_id=actor.clinic_id)
        if actor.patient_id is None:
            return rows
        return rows.filter(**{self.patient_path: actor.patient_id})


class RowOfClinic(models.Model):
    """A row that belongs to one clinic."""

    clinic = models.ForeignKey("accounts.Clinic", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class ClinicalRow(RowOfClinic):
    """A row that belongs to one clinic and may be named outside by an unguessable id."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True
