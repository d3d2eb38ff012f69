"""One import being published: whose, when, why, and what came of it so far."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from assessments.models import BroughtRow, Import
from programs.models import Enrolment
from programs.services.importing import Begin, bring_courses
from tracker.accounts.roles import Actor
from tracker.people.importing import bring_patients
from tracker.people.models import Patient
from tracker.writing import insert_all


@dataclass
class Job:
    """Counts, and bare ids: it stays small however long the file is."""

    row: Import
    actor: Actor
    at: datetime
    patients_added: int = 0
    sessions_added: int = 0
    scores_added: int = 0
    rows_replaced: int = 0
    courses: set[int] = field(default_factory=set)
    patients: set[int] = field(default_factory=set)
    # Patients with their one history item of old safety answers.
    told: set[int] = field(default_factory=set)

    def bring_patients(self, mrns: Iterable[str]) -> dict[str, Patient]:
        """The patients of these record numbers; who is not known here is added without a name."""
        found, added = bring_patients(self.row.clinic, set(mrns), actor=self.actor, at=self.at)
        self.patients_added += len(added)
        self.patients.update(patient.pk for patient in found.values())
        self.keep(BroughtRow.What.PATIENT, [patient.pk for patient in added])
        return found

    def bring_courses(self, begins: Iterable[Begin]) -> dict[tuple[int, str], Enrolment]:
        """The imported course of each patient in each program, by both."""
        courses, new = bring_courses(self.row.clinic, begins, at=self.at)
        self.courses.update(course.pk for course in courses.values())
        self.keep(BroughtRow.What.COURSE, [course.pk for course in new])
        return courses

    def keep_was(self, details: Mapping[int, dict[str, str | None]]) -> None:
        """Write down what was known of each of these patients before the file said otherwise."""
        new = set(BroughtRow.objects.filter(brought_in=self.row, what=BroughtRow.What.PATIENT).values_list("row_id", flat=True))
        BroughtRow.objects.bulk_create(
            self._brought(BroughtRow.What.DETAILS, pk, json.dumps(was)) for pk, was in details.items() if pk not in new
        )

    def keep(self, what: str, ids: Iterable[int]) -> None:
        """Write down that these rows came in with this file."""
        insert_all([self._brought(what, pk) for pk in ids])

    def _brought(self, what: str, pk: int, was: str = "") -> BroughtRow:
        return BroughtRow(clinic_id=self.row.clinic_id, brought_in=self.row, what=what, row_id=pk, was=was)
