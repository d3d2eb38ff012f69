"""The patient's pages: what is next, the check-in, my progress."""

import uuid
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from assessments import sentences
from assessments.models import Score
from assessments.services.answering import ANSWER_AGAIN_WITHIN, submit_checkin
from frontend.charts import plotly, svg
from frontend.charts.of_course import fetch_course, patient_chart
from frontend.doors import Request, door, get_visible
from frontend.patient.forms import CheckInForm, checkin_form, read_answers, read_key
from frontend.templatetags.words import text_in
from programs.models import CheckIn, Enrolment, Session
from tracker.audit.services import record_seen
from tracker.errors import Refused
from tracker.people.models import Patient
from tracker.ready import Ready


def _me(request: Request) -> Patient:
    me: Patient = get_visible(Patient.objects, request.actor, pk=request.actor.patient_id or 0)
    me.clinic = request.hat.clinic
    return me


@require_safe
@door("answer_checkin")
def home(request: Request) -> HttpResponse:
    """What is next, and what is due."""
    now = timezone.now()
    me = _me(request)
    language = get_language() or "en"
    due = CheckIn.objects.visible_to(request.actor).due(now).select_related("enrolment__program").order_by("closes_at")
    ahead = Session.objects.visible_to(request.actor).under_way().waiting().filter(ends_at__gte=now)
    course = Enrolment.objects.visible_to(request.actor).select_related("program").first()
    coming = CheckIn.objects.visible_to(request.actor).filter(state=CheckIn.State.PLANNED, opens_at__gt=now)
    record_seen(request.actor, "my home", [me.pk], at=now)
    forms = [(row, checkin_form(row, language)) for row in due]
    return render(
        request,
        "patient/home.html",
        {
            "me": me,
            "now": now,
            # One that asks only what staff rate asks the patient nothing.
            "due": [(row, form) for row, form in forms if form.questions],
            "sessions": ahead.order_by("starts_at")[:3],
            "coming": coming.exclude(enrolment__state=Enrolment.State.PAUSED).order_by("opens_at").first(),
            "course": course,
            "words": course.protocol.words_in(language) if course else None,
        },
    )


@require_http_methods(["GET", "POST"])
@door("answer_checkin")
def checkin(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One check-in: every question on one page, one to a screenful, one sending at the end."""
    row = _checkin.first(request.actor, public_id=public_id)
    if row is None:
        raise Http404
    if request.method == "POST":
        return _send(request, row)
    now = timezone.now()
    answers_again = "again" in request.GET and _can_answer_again(row)
    if not row.is_open(now) and not answers_again:
        return _closed(request, row)
    return _form_page(request, row, checkin_form(row, get_language() or "en"))


_checkin = Ready(
    lambda actor, public_id: (
        CheckIn.objects.visible_to(actor)
        .filter(public_id=public_id)
        .select_related("enrolment__program", "patient", "clinic")
        .defer("enrolment__program__body")
    )
)


def _can_answer_again(row: CheckIn) -> bool:
    return row.answered_at is not None and timezone.now() - row.answered_at <= ANSWER_AGAIN_WITHIN


def _closed(request: Request, row: CheckIn) -> HttpResponse:
    context = {"checkin": row, "can_answer_again": _can_answer_again(row), "now": timezone.now()}
    return render(request, "patient/checkin_closed.html", context, status=200)


def _form_page(request: Request, row: CheckIn, form: CheckInForm, *, error: str = "", shows_gaps: bool = False) -> HttpResponse:
    context = {
        "checkin": row,
        "form": form,
        "error": error,
        "missing": form.missing if shows_gaps else [],
        "help": row.clinic,
    }
    return render(request, "patient/checkin.html", context, status=422 if error or shows_gaps else 200)


def _send(request: Request, row: CheckIn) -> HttpResponse:
    language = get_language() or "en"
    form_with = partial(checkin_form, row, language, key=request.POST.get("key", ""))
    answers: dict[str, dict[str, int]] = {}
    try:
        answers = read_answers(request.POST, row.scales)
        form = form_with(answers)
        if form.missing and request.POST.get("send") != "gaps":
            return _form_page(request, row, form, shows_gaps=True)
        submit_checkin(row.public_id, actor=request.actor, key=read_key(request.POST), answers=answers, language=language)
    except Refused as refusal:
        return _form_page(request, row, form_with(answers), error=str(refusal))
    return redirect("checkin_sent", row.public_id)


@require_safe
@door("answer_checkin")
def checkin_sent(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """It arrived; who reads it and when. The support card first, when an answer asked for it."""
    row: CheckIn = get_visible(CheckIn.objects.select_related("clinic"), request.actor, public_id=public_id)
    if row.state != CheckIn.State.DONE:
        return redirect("checkin", row.public_id)
    scores = (
        Score.objects.visible_to(request.actor).standing().filter(checkin=row).exclude(mode=Score.Mode.CLINICIAN).with_scale()
    )
    context = {
        "checkin": row,
        "needs_support": any(score.safety for score in scores if score.definition.safety),
        "can_answer_again": _can_answer_again(row),
        "help": row.clinic,
    }
    return render(request, "patient/checkin_sent.html", context)


def _course_of(request: Request) -> Enrolment | None:
    rows = Enrolment.objects.visible_to(request.actor).select_related("program", "clinic", "patient")
    return rows.order_by("-enrolled_at").first()


@require_safe
@door("answer_checkin")
def progress(request: Request) -> HttpResponse:
    """How far they have come: the sentence, the chart turned over so that up is better, the numbers."""
    now = timezone.now()
    enrolment = _course_of(request)
    record_seen(request.actor, "my progress", [request.actor.patient_id or 0], at=now)
    if enrolment is None:
        return render(request, "patient/progress.html", {"panels": [], "enrolment": None})
    course = fetch_course(enrolment, now=now)
    panels = []
    for code in course.codes:
        chart = patient_chart(course, code)
        scores = course.of(code)
        # What a triage came to is for who acts on it: the patient is spoken with.
        if not scores or scores[-1].definition.scoring == "triage":
            continue
        scale = scores[-1].definition
        said = sentences.progress(scale, [score.as_point() for score in scores], course.outcome(code))
        panels.append(
            {
                "scale": scale,
                "measures": text_in(scale.measures),
                "said": said,
                "chart": chart,
                "svg": svg.draw(chart, svg.NARROW) if chart and chart.has_line else "",
                "figure_url": f"{code}/figure/" if chart and chart.has_line else "",
                "rows": [(score.day, sentences.total(scale, score.as_point().total)) for score in reversed(scores)],
            }
        )
    coming = enrolment.checkins.filter(state=CheckIn.State.PLANNED, closes_at__gt=now).order_by("opens_at").first()
    return render(request, "patient/progress.html", {"panels": panels, "enrolment": enrolment, "coming": coming, "now": now})


@require_safe
@door("answer_checkin")
def progress_figure(request: Request, code: str) -> HttpResponse:
    """The same chart for Plotly, asked for by Explore."""
    enrolment = _course_of(request)
    chart = patient_chart(fetch_course(enrolment, now=timezone.now()), code) if enrolment else None
    if chart is None:
        raise Http404
    record_seen(request.actor, "my chart", [request.actor.patient_id or 0])
    return JsonResponse(plotly.figure(chart))


@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Whom to call, for anybody, signed in or not."""
    return render(request, "patient/help.html")
