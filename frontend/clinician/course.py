"""Every change of a course: consent, pause, resume, stop, more or fewer infusions, one that is cancelled."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontend.clinician.forms import ConsentForm, InfusionsForm, ResumeForm
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.forms import ReasonForm
from programs.models import Enrolment, Session
from programs.services import course as courses
from programs.services.enrolling import lacking_consents, record_consent
from programs.services.sessions import cancel_session
from tracker.audit.services import record_seen


def find_course(request: Request, public_id: uuid.UUID) -> Enrolment:
    """The enrolment of the address, whole enough for its pages; 404 for a stranger."""
    rows = Enrolment.objects.select_related("program", "patient__clinic", "clinic", "therapist")
    found: Enrolment = get_visible(rows, request.actor, public_id=public_id)
    return found


def change_course(
    request: Request,
    public_id: uuid.UUID,
    title: str,
    words: str,
    make_form: Callable[[Enrolment], forms.Form],
    act: Callable[[Enrolment, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """One change of a course: its form on a page of its own, then back to the patient."""
    row = find_course(request, public_id)
    form = make_form(row)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: act(row, form.cleaned_data)):
        messages.success(request, done)
        return redirect("patient", row.patient.public_id)
    record_seen(request.actor, title, [row.patient_id])
    context = {"enrolment": row, "patient": row.patient, "title": title, "words": words, "form": form}
    return render(request, "clinician/change.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door("record_consent")
def consent(request: Request, public_id: uuid.UUID) -> HttpResponse:
    def form_of(row: Enrolment) -> forms.Form:
        lacking = lacking_consents(row, row.consents.order_by("recorded_at", "pk"))
        to, version = next(iter(lacking.items()), ("program", row.protocol.consent_version))
        today = timezone.now().astimezone(row.clinic.tz).date()
        return ConsentForm(request.POST or None, initial={"to": to, "version": version, "given_on": today})

    words = "Without consent to the program, in the version in use, and to off-label use, where it is one, no first dose starts."
    return change_course(
        request, public_id, "Record consent", words, form_of,
        lambda row, typed: record_consent(row, actor=request.actor, **typed), "Consent is recorded.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def pause(request: Request, public_id: uuid.UUID) -> HttpResponse:
    words = "The sessions still to come give back their chairs, and no check-in is asked until the course is taken up again."
    return change_course(
        request, public_id, "Pause the course", words, lambda row: ReasonForm(request.POST or None),
        lambda row, typed: courses.pause_enrolment(row, actor=request.actor, **typed), "The course is paused.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def resume(request: Request, public_id: uuid.UUID) -> HttpResponse:
    def form_of(row: Enrolment) -> forms.Form:
        return ResumeForm(request.POST or None, initial={"start": timezone.now().astimezone(row.clinic.tz).date()})

    return change_course(
        request, public_id, "Take the course up again", "The sessions still to come get new times.", form_of,
        lambda row, typed: courses.resume_enrolment(row, actor=request.actor, **typed), "The course goes on.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def stop(request: Request, public_id: uuid.UUID) -> HttpResponse:
    words = (
        "The sessions still to come are cancelled. The follow-ups stay: who stopped must be counted too. This cannot be undone."
    )
    return change_course(
        request, public_id, "Stop the course", words, lambda row: ReasonForm(request.POST or None),
        lambda row, typed: courses.stop_enrolment(row, actor=request.actor, **typed), "The course is stopped.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def cancel(request: Request, public_id: uuid.UUID) -> HttpResponse:
    session: Session = get_visible(Session.objects.select_related("enrolment", "clinic"), request.actor, public_id=public_id)
    words = "It gives its chair back, and nothing else moves. It can be planned again. For another day, move it instead."
    return change_course(
        request, session.enrolment.public_id, f"Cancel session {session.number}", words,
        lambda row: ReasonForm(request.POST or None),
        lambda row, typed: cancel_session(session, actor=request.actor, **typed), "The session is cancelled.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def infusions(request: Request, public_id: uuid.UUID) -> HttpResponse:
    words = "More are added behind the last, fewer leave out the last."
    return change_course(
        request, public_id, "Change the number of doses", words,
        lambda row: InfusionsForm(request.POST or None, initial={"count": row.infusions}),
        lambda row, typed: courses.change_infusions(row, actor=request.actor, **typed), "The plan is changed.",
    )  # fmt: skip
