"""Who needs me: every course, whoever waits for somebody first."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.models import Outcome, Score
from assessments.services import worklist as needs
from frontend.charts.sparkline import sparkline
from frontend.doors import Request, door
from programs.models import Discharge, Enrolment, Incident, RecordSignature, RoomOrder, StartRelease
from programs.services.room_rules import cosign_within
from tracker.audit.services import record_seen

PAGE = 50


@require_safe
@door("see_all_scores")
def worklist(request: Request) -> HttpResponse:
    """Every course that is planned, given or followed; who needs somebody now stands first."""
    now = timezone.now()
    page = Paginator(needs.courses_of(request.actor, at=now), PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    by_course: dict[int, list[Outcome]] = {row.pk: [] for row in rows}
    outcomes = Outcome.objects.filter(enrolment__in=rows).select_related("baseline__scale", "latest__scale")
    for outcome in outcomes.defer("baseline__scale__body", "latest__scale__body").order_by("pk"):
        by_course[outcome.enrolment_id].append(outcome)
    scores: dict[int, list[Score]] = {row.pk: [] for row in rows}
    for score in Score.objects.standing().in_time().filter(enrolment__in=rows).exclude(points=None).with_scale():
        scores[score.enrolment_id].append(score)
    waiting = StartRelease.objects.visible_to(request.actor).waiting_for(request.user.pk)
    to_sign = list(waiting.select_related("patient"))
    orders = list(RoomOrder.objects.visible_to(request.actor).waiting_for(request.user.pk).select_related("patient"))
    let_go = list(Discharge.objects.visible_to(request.actor).waiting_for(request.user.pk).select_related("patient", "session"))
    by_word = [*to_sign, *orders, *let_go]
    sign_since = now - cosign_within(request.actor.clinic_id) if by_word else now
    incidents = list(Incident.objects.visible_to(request.actor).unreviewed().select_related("patient", "event"))
    to_review = _to_review(request, without=let_go) if request.actor.may("review_record") else []
    seen = {row.patient_id for row in [*rows, *by_word, *incidents, *to_review]}
    record_seen(request.actor, "patients", seen, at=now)
    counts = needs.count_needs(request.actor, at=now)
    context = {
        "page": page,
        "to_sign": to_sign,
        "orders_to_sign": orders,
        "let_go": let_go,
        "sign_since": sign_since,
        "overdue_count": sum(one.recorded_at < sign_since for one in by_word),
        "incidents": incidents,
        "to_review": to_review,
        "rows": [_line(row, by_course[row.pk], scores[row.pk]) for row in rows],
        "now_count": counts[needs.NOW],
        "today_count": counts[needs.TODAY],
        "fine_count": counts[needs.FINE],
    }
    return render(request, "clinician/worklist.html", context)


def _to_review(request: Request, *, without: list[Discharge]) -> list[RecordSignature]:
    """The records that were kept and signed, and wait for a clinician; the oldest first. `without` stand on the page already."""
    waiting = RecordSignature.objects.visible_to(request.actor).unreviewed()
    waiting = waiting.exclude(session__in=[row.session_id for row in without])
    return list(waiting.select_related("patient", "session__enrolment__program").order_by("signed_at", "pk")[:PAGE])


def _line(row: Enrolment, outcomes: list[Outcome], scores: list[Score]) -> dict[str, Any]:
    outcomes.sort(key=lambda outcome: outcome.code != row.primary_scale)
    primary = next((outcome for outcome in outcomes if outcome.code == row.primary_scale), None)
    return {
        "enrolment": row,
        "need": needs.need_of(row, outcomes),
        "primary": primary,
        "next_at": row.next_session_at,  # type: ignore[attr-defined]
        "spark": sparkline([score for score in scores if score.code == row.primary_scale], primary),
    }
