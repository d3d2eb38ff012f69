"""What a file that was read would do: counts by SQL over the staged rows, and the lists behind them."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from assessments.models import Import, StagedRow
from assessments.transfer.publishing import COMES_IN, QUESTIONS
from programs.models import Enrolment
from tracker.accounts.roles import Actor
from tracker.people.models import Patient

Verdict = StagedRow.Verdict


@dataclass(frozen=True)
class Preview:
    """How many of what."""

    new_patients: int
    known_patients: int
    rows: dict[str, int]
    safety_answers: int
    questions: int
    # Who has no first dose, neither here nor in the file: nothing tells before from after, so there is no baseline.
    unstarted_patients: int
    unstarted_scores: int

    @property
    def new(self) -> int:
        return self.rows.get(Verdict.NEW, 0)

    @property
    def known(self) -> int:
        return self.rows.get(Verdict.KNOWN, 0)

    @property
    def refused(self) -> int:
        return self.rows.get(Verdict.REFUSED, 0)

    @property
    def blank(self) -> int:
        return self.rows.get(Verdict.BLANK, 0)

    @property
    def twins(self) -> int:
        return self.rows.get(Verdict.TWIN, 0)

    @property
    def differing(self) -> int:
        return self.rows.get(Verdict.DIFFERS, 0)

    @property
    def disagreeing(self) -> int:
        return self.rows.get(Verdict.DISAGREES, 0)


def preview(row: Import, *, actor: Actor) -> Preview:
    """What would happen. Writes nothing. Six statements, however long the file is."""
    actor.require("import_scores", clinic_id=row.clinic_id)
    staged = StagedRow.objects.filter(brought_in=row)
    rows = dict(staged.order_by().values_list("verdict").annotate(count=Count("pk")))
    people = staged.exclude(mrn="").exclude(verdict=Verdict.REFUSED).order_by().values("mrn").distinct()
    here = Exists(Patient.objects.filter(clinic_id=row.clinic_id, mrn=OuterRef("mrn"), is_withdrawn=False))
    everybody, known = people.count(), people.filter(here).count()
    unstarted = _without_first_dose(row, staged)
    return Preview(
        new_patients=everybody - known,
        known_patients=known,
        rows=rows,
        safety_answers=staged.filter(COMES_IN, has_safety=True).count(),
        questions=staged.filter(QUESTIONS).count(),
        unstarted_patients=unstarted["patients"],
        unstarted_scores=unstarted["scores"],
    )


def _without_first_dose(row: Import, staged: QuerySet[StagedRow]) -> dict[str, int]:
    """How many scores come in of how many patients whose first dose nobody names."""
    named = staged.filter(mrn=OuterRef("mrn"), has_start=True).exclude(verdict=Verdict.REFUSED)
    courses = Enrolment.objects.filter(clinic_id=row.clinic_id, is_imported=True, first_dose_at__isnull=False)
    # As one list, not asked for each row: SQLite would go through every course of the clinic for each of 100,000 rows.
    given = courses.exclude(state=Enrolment.State.WITHDRAWN).values("patient__mrn")
    rows = staged.filter(COMES_IN, has_start=False).exclude(Exists(named)).exclude(mrn__in=given)
    return rows.order_by().aggregate(patients=Count("mrn", distinct=True), scores=Count("pk"))


def staged_rows(row: Import, verdict: str, *, actor: Actor) -> QuerySet[StagedRow]:
    """The rows of one verdict in the order of the file, to be read a page at a time."""
    actor.require("import_scores", clinic_id=row.clinic_id)
    return StagedRow.objects.filter(brought_in=row, verdict=verdict).order_by("line", "part")
