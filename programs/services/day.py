"""One day of a clinic as it is worked through: sessions by time and chair, and what each still needs."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from programs.models import DoseOrder, Session, TreatmentConsent
from programs.services.enrolling import lacking_consents
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert


@dataclass(frozen=True)
class DayRow:
    """One session of the day; `needs` says in words what is missing before a dose."""

    session: Session
    needs: tuple[str, ...]


def day_of(actor: Actor, day: date, *, therapist_id: int | None = None, with_unfinished: bool = False) -> list[DayRow]:
    """The sessions of `day` that `actor` may see, or only one therapist's. One statement and one for consents.

    `with_unfinished` puts before them what was begun on an earlier day and never came to its discharge: it is in no other list.
    """
    wanted = Q(day=day)
    if with_unfinished:
        wanted |= Q(day__lt=day, state__in=[Session.State.ARRIVED, Session.State.IN_PROGRESS])
        wanted |= Q(pk__in=Session.objects.recovering().filter(day__lt=day))
    rows = Session.objects.visible_to(actor).filter(wanted).exclude(state=Session.State.CANCELLED)
    rows = rows.standing().planned_here().under_way()
    if therapist_id is not None:
        rows = rows.filter(therapist_id=therapist_id)
    rows = (
        rows.select_related("patient", "chair", "nurse", "therapist", "enrolment__program", "clinic")
        .annotate(
            has_order=Exists(DoseOrder.objects.filter(session=OuterRef("pk"))),
            has_alert=Exists(Alert.objects.visible_to(actor).open().filter(patient=OuterRef("patient"))),
        )
        .order_by("starts_at", "chair__name", "pk")
    )
    found = list(rows)
    consents: dict[int, list[TreatmentConsent]] = {}
    for consent in TreatmentConsent.objects.filter(enrolment__in={row.enrolment_id for row in found}).order_by(
        "recorded_at", "pk"
    ):
        consents.setdefault(consent.enrolment_id, []).append(consent)
    return [DayRow(row, tuple(_needs(row, consents.get(row.enrolment_id, [])))) for row in found]


def _needs(row: Session, consents: list[TreatmentConsent]) -> list[str]:
    if row.is_recovering:
        return ["discharge"]
    waits = row.state in {Session.State.PLANNED, Session.State.ARRIVED, Session.State.HELD}
    if not row.is_infusion or not waits:
        return []
    row.enrolment.clinic = row.clinic
    needs = ["safety answer open"] if row.has_alert else []  # type: ignore[attr-defined]
    needs += [f"consent to {to.label}" for to in lacking_consents(row.enrolment, consents)]
    if not row.has_order:  # type: ignore[attr-defined]
        needs.append("order")
    return needs
