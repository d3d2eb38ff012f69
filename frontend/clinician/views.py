"""Who needs me, one patient whole, enrolling, and every change of a course."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessments.models import Outcome, Score
from assessments.services import worklist as needs
from assessments.services.answering import enter_checkin, enter_total
from assessments.services.scales import known_scales, versions_for
from frontend.charts import plotly, svg
from frontend.charts.of_course import fetch_course, staff_chart
from frontend.charts.sparkline import sparkline
from frontend.clinician.forms import (
    AlertForm,
    ConsentForm,
    EnrolForm,
    InfusionsForm,
    OrderForm,
    ResumeForm,
    TakenForm,
    TotalForm,
)
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.forms import ReasonForm
from frontend.patient.forms import checkin_form, read_answers, read_key
from programs.dosing import show
from programs.models import CheckIn, DoseOrder, Enrolment, Session
from programs.schedule import utc_of
from programs.services import course as courses
from programs.services import infusion
from programs.services.enrolling import (
    Wish,
    draft_course,
    enrol_patient,
    fingerprint,
    lacking_consents,
    offered_programs,
    record_consent,
)
from tracker.accounts.models import Membership
from tracker.accounts.roles import Actor, Role
from tracker.alerts.models import Alert
from tracker.alerts.services import close_alert
from tracker.audit.models import Event
from tracker.audit.services import record_seen
from tracker.errors import Refused
from tracker.people.models import Patient

PAGE = 50
EVENTS_SHOWN = 25


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
    record_seen(request.actor, "patients", {row.patient_id for row in rows}, at=now)
    counts = needs.count_needs(request.actor, at=now)
    context = {
        "page": page,
        "rows": [_line(row, by_course[row.pk], scores[row.pk]) for row in rows],
        "now_count": counts[needs.NOW],
        "today_count": counts[needs.TODAY],
        "fine_count": counts[needs.FINE],
    }
    return render(request, "clinician/worklist.html", context)


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


@require_safe
@door("work_here")
def patient(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One patient whole: how they are doing, the plan, what was given, who did what."""
    now = timezone.now()
    actor = request.actor
    row: Patient = get_visible(Patient.objects.select_related("clinic"), actor, public_id=public_id)
    enrolments = list(
        Enrolment.objects.visible_to(actor)
        .filter(patient=row)
        .select_related("program", "clinic", "patient", "therapist")
        .defer("program__body")
    )
    current = next((one for one in enrolments if not one.is_over), enrolments[0] if enrolments else None)
    if request.GET.get("course"):
        current = next((one for one in enrolments if str(one.public_id) == request.GET["course"]), current)
    record_seen(actor, "patient", [row.pk], at=now)
    context: dict[str, Any] = {
        "patient": row,
        "today": now.astimezone(row.clinic.tz).date(),
        "contacts": row.contacts.all(),
        "enrolments": enrolments,
        "enrolment": current,
        "alerts": Alert.objects.visible_to(actor).filter(patient=row).order_by("-raised_at")[:20],
        "may_see_scores": actor.may("see_scores"),
    }
    if current:
        context |= _course_context(request, current, now)
    return render(request, "clinician/patient.html", context)


def _course_context(request: Request, enrolment: Enrolment, now: datetime) -> dict[str, Any]:
    course = fetch_course(enrolment, now=now)
    panels = []
    if request.actor.may("see_scores"):
        for code in course.codes:
            chart = staff_chart(course, code)
            drawn = [svg.draw(chart, size) for size in (svg.WIDE, svg.NARROW)] if chart.has_line else []
            panels.append({"code": code, "chart": chart, "drawn": drawn})
    return {
        "course": course,
        "panels": panels,
        "protocol": enrolment.protocol,
        "indication": enrolment.protocol.indications.get(enrolment.indication, enrolment.indication),
        "sessions": sorted(course.sessions, key=lambda session: session.number),
        "lacking": lacking_consents(enrolment, enrolment.consents.order_by("recorded_at", "pk")),
        "checkins": course.checkins,
        "due": [row for row in course.checkins if row.is_open(now)],
        "events": _timeline(request.actor, enrolment),
        "now": now,
    }


def _timeline(actor: Actor, enrolment: Enrolment) -> QuerySet[Event]:
    """What happened to the course, newest first. Rows of the infusion record stand on the page of their session."""
    rows = Event.objects.filter(course_id=enrolment.pk, clinic_id=actor.clinic_id)
    rows = rows.exclude(subject__in=["vitals", "weight", "note", "dosemark"])
    if not actor.may("see_alerts"):
        rows = rows.exclude(subject="alert")
    if not actor.may("see_record"):
        rows = rows.exclude(subject="doseorder")
    return rows.order_by("-at", "-pk")[:EVENTS_SHOWN]


@require_safe
@door("see_all_scores")
def figure(request: Request, public_id: uuid.UUID, code: str) -> HttpResponse:
    """The chart for Plotly, fetched when the page is idle."""
    enrolment = _enrolment(request, public_id)
    course = fetch_course(enrolment, now=timezone.now())
    if code not in course.codes:
        raise Http404
    record_seen(request.actor, "chart", [enrolment.patient_id])
    return JsonResponse(plotly.figure(staff_chart(course, code)))


@require_safe
@door("enrol_patient")
def choose_program(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The programs in words, to choose one."""
    row: Patient = get_visible(Patient.objects, request.actor, public_id=public_id)
    programs = [(code, file.definition) for code, file in offered_programs().items()]
    record_seen(request.actor, "choose program", [row.pk])
    return render(request, "clinician/choose_program.html", {"patient": row, "programs": programs})


@require_http_methods(["GET", "POST"])
@door("enrol_patient")
def enrol(request: Request, public_id: uuid.UUID, code: str) -> HttpResponse:
    """The wish, the plan that it gives, and the enrolment in just that plan."""
    file = offered_programs().get(code)
    if file is None:
        raise Http404
    row: Patient = get_visible(Patient.objects.select_related("clinic"), request.actor, public_id=public_id)
    today = timezone.now().astimezone(row.clinic.tz).date()
    initial = {"starts_on": today, "clock": "10:00"}
    form = EnrolForm(file.definition, _therapists(request), request.POST or None, initial=initial)
    plan = None
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        wish = Wish(code, typed["indication"], typed["starts_on"], typed["clock"], typed.get("therapist"))
        if request.POST.get("seen") and attempt(
            form, lambda: enrol_patient(row, wish, actor=request.actor, seen=request.POST["seen"])
        ):
            messages.success(request, f"{row.legal_name} is enrolled. Next: consent, and the order for the first infusion.")
            return redirect("patient", public_id)
        drafts: list[Any] = []
        if attempt(form, lambda: drafts.append(draft_course(row, wish, actor=request.actor))):
            plan = drafts[0]
    record_seen(request.actor, "enrol", [row.pk])
    context = {
        "patient": row,
        "protocol": file.definition,
        "words": file.definition.words_in("en"),
        "form": form,
        "plan": plan,
        "seen": fingerprint(plan) if plan else "",
        "untranslated": _untranslated(file.definition.scales, row),
    }
    return render(request, "clinician/enrol.html", context, status=422 if form.errors else 200)


def _therapists(request: Request) -> list[tuple[int, str]]:
    rows = Membership.objects.filter(clinic_id=request.actor.clinic_id, role=Role.THERAPIST, is_active=True).select_related(
        "user"
    )
    return [(row.user_id, str(row.user)) for row in rows.order_by("user__name")]


def _untranslated(codes: tuple[str, ...], row: Patient) -> list[str]:
    scales = [known_scales()[code].definition for code in codes]
    return [scale.title for scale in scales if row.language not in scale.languages]


def _enrolment(request: Request, public_id: uuid.UUID) -> Enrolment:
    rows = Enrolment.objects.select_related("program", "patient__clinic", "clinic", "therapist")
    found: Enrolment = get_visible(rows, request.actor, public_id=public_id)
    return found


@require_safe
@door("work_here")
def course(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The patient's page, at this course."""
    row = _enrolment(request, public_id)
    response = redirect("patient", row.patient.public_id)
    response["Location"] += f"?course={row.public_id}"
    return response


def _change(
    request: Request,
    public_id: uuid.UUID,
    title: str,
    words: str,
    make_form: Callable[[Enrolment], forms.Form],
    act: Callable[[Enrolment, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """One change of a course: its form on a page of its own, then back to the patient."""
    row = _enrolment(request, public_id)
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

    words = "Without consent to this program and to off-label use, in the versions in use, the first infusion cannot start."
    return _change(
        request, public_id, "Record consent", words, form_of,
        lambda row, typed: record_consent(row, actor=request.actor, **typed), "Consent is recorded.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def pause(request: Request, public_id: uuid.UUID) -> HttpResponse:
    words = "The sessions still to come give back their chairs, and no check-in is asked until the course is taken up again."
    return _change(
        request, public_id, "Pause the course", words, lambda row: ReasonForm(request.POST or None),
        lambda row, typed: courses.pause_enrolment(row, actor=request.actor, **typed), "The course is paused.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def resume(request: Request, public_id: uuid.UUID) -> HttpResponse:
    def form_of(row: Enrolment) -> forms.Form:
        return ResumeForm(request.POST or None, initial={"start": timezone.now().astimezone(row.clinic.tz).date()})

    return _change(
        request, public_id, "Take the course up again", "The sessions still to come get new times.", form_of,
        lambda row, typed: courses.resume_enrolment(row, actor=request.actor, **typed), "The course goes on.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def stop(request: Request, public_id: uuid.UUID) -> HttpResponse:
    words = (
        "The sessions still to come are cancelled. The follow-ups stay: who stopped must be counted too. This cannot be undone."
    )
    return _change(
        request, public_id, "Stop the course", words, lambda row: ReasonForm(request.POST or None),
        lambda row, typed: courses.stop_enrolment(row, actor=request.actor, **typed), "The course is stopped.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("change_course")
def infusions(request: Request, public_id: uuid.UUID) -> HttpResponse:
    words = "More are added behind the last, fewer leave out the last."
    return _change(
        request, public_id, "Change the number of infusions", words,
        lambda row: InfusionsForm(request.POST or None, initial={"count": row.infusions}),
        lambda row, typed: courses.change_infusions(row, actor=request.actor, **typed), "The plan is changed.",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@door("enter_checkin")
def total(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A total that a clinician rated, for scales of which only the total is kept."""
    totals = [(code, file.definition.title) for code, file in known_scales().items() if file.definition.scoring == "total"]

    def form_of(row: Enrolment) -> forms.Form:
        now = timezone.now().astimezone(row.clinic.tz)
        initial = {"key": uuid.uuid4(), "day": now.date(), "clock": now.time()}
        return TotalForm(totals, request.POST or None, initial=initial)

    def act(row: Enrolment, typed: dict[str, Any]) -> object:
        taken_at = utc_of(typed["day"], typed["clock"], row.clinic.tz)
        return enter_total(
            row, code=typed["scale"], total=typed["total"], taken_at=taken_at, actor=request.actor, key=typed["key"]
        )

    return _change(request, public_id, "Enter a total", "", form_of, act, "The total is entered.")


@require_http_methods(["GET", "POST"])
@door("sign_order")
def order(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The dose of one session, ordered and signed; the program's figure is a proposal."""
    rows = Session.objects.select_related(
        "patient__clinic", "clinic", "enrolment__program", "enrolment__clinic", "enrolment__patient"
    )
    row: Session = get_visible(rows, request.actor, public_id=public_id)
    if not row.is_infusion:
        raise Http404
    last = infusion.last_order(row)
    weighed = infusion.last_weight(row)
    dose = row.enrolment.protocol.dose
    initial = {
        "mg_per_kg": show(last.mg_per_kg if last else dose.mg_per_kg),
        "weight": show(weighed.weight_kg) if weighed else "",
        "weight_unit": "kg" if weighed else None,
    }
    form = OrderForm(request.POST or None, initial=initial)
    signed: list[DoseOrder] = []
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: signed.append(infusion.sign_order(row, actor=request.actor, **form.cleaned_data)))
    if signed:
        messages.success(request, f"Ordered and signed: {infusion.order_sentence(signed[0])}.")
        return redirect("session", public_id)
    record_seen(request.actor, "order", [row.patient_id])
    context = {
        "session": row,
        "form": form,
        "last": last,
        "last_sentence": infusion.order_sentence(last) if last else "",
        "weighed": weighed,
        "proposal": f"{show(dose.mg_per_kg)} mg/kg",
        "most": f"{show(dose.most_mg_per_kg)} mg/kg and {show(dose.most_mg)} mg",
        "standing": row.orders.first(),
    }
    return render(request, "clinician/order.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door("enter_checkin")
def enter(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A check-in that was taken on paper or by voice, with its true time."""
    rows = CheckIn.objects.select_related("enrolment__program", "enrolment__clinic", "patient", "clinic")
    row: CheckIn = get_visible(rows, request.actor, public_id=public_id)
    tz = row.patient.tz
    now = timezone.now().astimezone(tz)
    languages = [lang for lang in (row.patient.language, "en") if _has_text(row, lang)]
    language = languages[0] if languages else "en"
    given = None
    form = TakenForm(request.POST or None, initial={"day": now.date(), "clock": now.time()})
    if request.method == "POST":
        try:
            given = read_answers(request.POST, row.scales)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    questions = checkin_form(row, language, given, key=request.POST.get("key", ""))
    if request.method == "POST" and form.is_valid() and given is not None:
        taken_at = utc_of(form.cleaned_data["day"], form.cleaned_data["clock"], tz)
        answers, mode = given, form.cleaned_data["mode"]
        if attempt(
            form,
            lambda: enter_checkin(
                public_id,
                actor=request.actor,
                key=read_key(request.POST),
                answers=answers,
                mode=mode,
                taken_at=taken_at,
                language=language,
            ),
        ):
            messages.success(request, "The answers are entered.")
            return redirect("patient", row.patient.public_id)
    record_seen(request.actor, "enter check-in", [row.patient_id])
    context = {"checkin": row, "patient": row.patient, "form": form, "questions": questions, "language": language}
    return render(request, "clinician/enter.html", context, status=422 if form.errors else 200)


def _has_text(row: CheckIn, language: str) -> bool:
    return all(language in version.scale.languages for version in versions_for(row.enrolment, row.scales).values())


@require_http_methods(["GET", "POST"])
@door("see_alerts")
def alert(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A safety answer, and what was done about it."""
    row: Alert = get_visible(Alert.objects.select_related("patient__clinic"), request.actor, public_id=public_id)
    if request.method == "POST":
        request.actor.require("close_alert", clinic_id=row.clinic_id)
    form = AlertForm(request.POST or None)
    posted = request.method == "POST" and form.is_valid()
    if posted and attempt(form, lambda: close_alert(row, actor=request.actor, **form.cleaned_data)):
        messages.success(request, "Your outcome is written.")
        return redirect("patient", row.patient.public_id)
    record_seen(request.actor, "safety answer", [row.patient_id])
    context = {"alert": row, "patient": row.patient, "contacts": row.patient.contacts.all(), "form": form}
    return render(request, "clinician/alert.html", context, status=422 if form.errors else 200)
