"""A program chosen, its plan read, and the enrolment in just that plan."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessments.scales import Scale
from assessments.services.scales import scales_of
from frontend.clinician.forms import EnrolForm
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from programs.services.enrolling import Wish, draft_course, enrol_patient, fingerprint
from programs.services.offering import offered_programs
from tracker.accounts.models import Membership
from tracker.accounts.roles import Role
from tracker.audit.services import record_seen
from tracker.people.models import Patient


@require_safe
@door("enrol_patient")
def choose_program(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The programs in words, to choose one."""
    row: Patient = get_visible(Patient.objects, request.actor, public_id=public_id)
    programs = list(offered_programs(request.actor.clinic_id).items())
    record_seen(request.actor, "choose program", [row.pk])
    return render(request, "clinician/choose_program.html", {"patient": row, "programs": programs})


@require_http_methods(["GET", "POST"])
@door("enrol_patient")
def enrol(request: Request, public_id: uuid.UUID, code: str) -> HttpResponse:
    """The wish, the plan that it gives, and the enrolment in just that plan."""
    protocol = offered_programs(request.actor.clinic_id).get(code)
    if protocol is None:
        raise Http404
    row: Patient = get_visible(Patient.objects.select_related("clinic"), request.actor, public_id=public_id)
    today = timezone.now().astimezone(row.clinic.tz).date()
    initial = {"starts_on": today, "clock": "10:00"}
    form = EnrolForm(protocol, _therapists(request), request.POST or None, initial=initial)
    plan = None
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        wish = Wish(code, typed["indication"], typed["starts_on"], typed["clock"], typed.get("therapist"))
        if request.POST.get("seen") and attempt(
            form, lambda: enrol_patient(row, wish, actor=request.actor, seen=request.POST["seen"])
        ):
            messages.success(request, f"{row.legal_name} is enrolled. Next: consent, and the order for the first dose.")
            return redirect("patient", public_id)
        drafts: list[Any] = []
        if attempt(form, lambda: drafts.append(draft_course(row, wish, actor=request.actor))):
            plan = drafts[0]
    record_seen(request.actor, "enrol", [row.pk])
    scales = scales_of(row.clinic_id)
    context = {
        "patient": row,
        "protocol": protocol,
        "words": protocol.words_in("en"),
        "form": form,
        "plan": plan,
        "seen": fingerprint(plan) if plan else "",
        "untranslated": _untranslated([scales[code] for code in protocol.scales if code in scales], row),
        "scales": scales,
    }
    return render(request, "clinician/enrol.html", context, status=422 if form.errors else 200)


def _therapists(request: Request) -> list[tuple[int, str]]:
    rows = Membership.objects.filter(clinic_id=request.actor.clinic_id, role=Role.THERAPIST, is_active=True).select_related(
        "user"
    )
    return [(row.user_id, str(row.user)) for row in rows.order_by("user__name")]


def _untranslated(scales: list[Scale], row: Patient) -> list[str]:
    return [scale.title for scale in scales if row.language not in scale.languages]
