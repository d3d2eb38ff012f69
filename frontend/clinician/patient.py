"""One patient whole, at one of their courses."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.services.scales import about_scales, scales_with
from frontend.charts import plotly, svg, table
from frontend.charts.of_course import about_course, course_of, fetch_course, staff_chart
from frontend.clinician.course import find_course
from frontend.clinician.plan import event_rows, session_rows, visit_rows
from frontend.clinician.visits import visits_of
from frontend.doors import Request, door
from programs.models import Enrolment, Session, TreatmentConsent
from programs.schedule import overrun
from programs.services.course import STANDING
from programs.services.enrolling import lacking_consents
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert
from tracker.audit.models import Event
from tracker.audit.services import record_seen
from tracker.people.models import Contact, Patient
from tracker.ready import Ready, answers

EVENTS_SHOWN = 25


@require_safe
@door("work_here")
def patient(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One patient whole: how they are doing, the plan, what was given, who did what."""
    now = timezone.now()
    actor = request.actor
    about_person = [asked.asking(actor, patient=public_id) for asked in (_patient, _enrolments, _contacts, _alerts)]
    found, enrolments, contacts, alerts = answers(*about_person)
    if not found:
        raise Http404
    row = found[0]
    row.clinic = request.hat.clinic
    for one in enrolments:
        one.patient, one.clinic = row, row.clinic
    current = next((one for one in enrolments if not one.is_over), enrolments[0] if enrolments else None)
    if request.GET.get("course"):
        current = next((one for one in enrolments if str(one.public_id) == request.GET["course"]), current)
    record_seen(actor, "patient", [row.pk], at=now)
    context: dict[str, Any] = {
        "patient": row,
        "today": now.astimezone(row.clinic.tz).date(),
        "contacts": contacts,
        "enrolments": enrolments,
        "enrolment": current,
        "alerts": alerts,
        "may_see_scores": actor.may("see_scores"),
    }
    if current:
        context |= _course_context(request, current, now)
    return render(request, "clinician/patient.html", context)


def _course_context(request: Request, enrolment: Enrolment, now: datetime) -> dict[str, Any]:
    actor = request.actor
    *of_course, own_scales, consents, events = answers(
        *about_course(enrolment),
        about_scales(enrolment.clinic_id),
        _consents.asking(course=enrolment.pk),
        _events.asking(actor, course=enrolment.pk),
    )
    course, scales = course_of(enrolment, of_course, now=now), scales_with(own_scales)
    panels = []
    if actor.may("see_scores"):
        for code in course.codes:
            chart = staff_chart(course, code)
            drawn = [svg.draw(chart, size) for size in (svg.WIDE, svg.NARROW)] if chart.has_line else []
            panels.append({"code": code, "chart": chart, "drawn": drawn, "rows": table.rows(chart)})
    sessions = sorted([*course.sessions, *course.of_another], key=lambda session: (session.number, session.pk))
    visits = visits_of(course if actor.may("see_scores") else replace(course, scores=()), scales)
    return {
        "panels": panels,
        "protocol": enrolment.protocol,
        "indication": enrolment.protocol.indications.get(enrolment.indication, enrolment.indication),
        "overrun": "" if enrolment.is_over else overrun(enrolment.protocol, [row.day for row in sessions if _is_standing(row)]),
        "session_rows": session_rows(enrolment, sessions, actor),
        "lacking": lacking_consents(enrolment, consents),
        "visit_rows": visit_rows(visits, scales, actor),
        "to_enter": list({scale.code: scale for visit in visits for scale in visit.to_enter}.values()),
        "due": [row for row in course.checkins if row.is_open(now)],
        "event_rows": event_rows(events, enrolment.clinic.tz),
    }


def _is_standing(session: Session) -> bool:
    return session.is_infusion and session.state in STANDING


_patient = Ready(lambda actor, patient: Patient.objects.visible_to(actor).filter(public_id=patient))
_enrolments = Ready(
    lambda actor, patient: (
        Enrolment.objects.visible_to(actor)
        .filter(patient__public_id=patient)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("program", "therapist")
        .defer("program__body")
    )
)
_contacts = Ready(lambda actor, patient: Contact.objects.visible_to(actor).filter(patient__public_id=patient).order_by("pk"))
_alerts = Ready(
    lambda actor, patient: Alert.objects.visible_to(actor).filter(patient__public_id=patient).order_by("-raised_at")[:20]
)
_consents = Ready(lambda course: TreatmentConsent.objects.filter(enrolment=course).order_by("recorded_at", "pk"))


def _timeline(actor: Actor, course: int) -> QuerySet[Event]:
    """What happened to the course, newest first. Rows of the record and of the drug ledger stand on a page of their session."""
    rows = Event.objects.filter(course_id=course, clinic_id=actor.clinic_id)
    rows = rows.exclude(subject__in=["vitals", "weight", "note", "dosemark", "ledgerline"])
    if not actor.may("see_alerts"):
        rows = rows.exclude(subject="alert")
    if not actor.may("see_record"):
        rows = rows.exclude(subject="doseorder")
    said = "at", "who", "verb", "subject", "label", "was", "now", "reason"
    return rows.only(*said).order_by("-at", "-pk")[:EVENTS_SHOWN]


_events = Ready(_timeline)


@require_safe
@door("work_here")
def course(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The patient's page, at this course."""
    row = find_course(request, public_id)
    response = redirect("patient", row.patient.public_id)
    response["Location"] += f"?course={row.public_id}"
    return response


@require_safe
@door("see_all_scores")
def figure(request: Request, public_id: uuid.UUID, code: str) -> HttpResponse:
    """The chart for Plotly, fetched when the page is idle."""
    enrolment = find_course(request, public_id)
    course = fetch_course(enrolment, now=timezone.now())
    if code not in course.codes:
        raise Http404
    record_seen(request.actor, "chart", [enrolment.patient_id])
    return JsonResponse(plotly.figure(staff_chart(course, code)))
