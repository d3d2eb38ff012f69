"""What a file that was read would do: counts by SQL over the staged rows, and the lists behind them."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from assessments.models import Import, StagedRow
from assessments.transfer.publishing import COMES_IN, QUESTIONS
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
    """What would happen. Writes nothing. Five statements, however long the file is."""
    actor.require("import_scores", clinic_id=row.clinic_id)
    staged = StagedRow.objects.filter(brought_in=row)
    rows = dict(staged.order_by().values_list("verdict").annotate(count=Count("pk")))
    people = staged.exclude(mrn="").exclude(verdict=Verdict.REFUSED).order_by().values("mrn").distinct()
    here = Exists(Patient.objects.filter(clinic_id=row.clinic_id, mrn=OuterRef("mrn"), is_withdrawn=False))
    everybody, known = people.count(), people.filter(here).count()
    return Preview(
        new_patients=everybody - known,
        known_patients=known,
        rows=rows,
        safety_answers=staged.filter(COMES_IN, has_safety=True).count(),
        questions=staged.filter(QUESTIONS).count(),
    )


def staged_rows(row: Import, verdict: str, *, actor: Actor) -> QuerySet[StagedRow]:
    """The rows of one verdict in the order of the file, to be read a page at a time."""
    actor.require("import_scores", clinic_id=row.clinic_id)
    return StagedRow.objects.filter(brought_in=row, verdict=verdict).order_by("line", "part")
