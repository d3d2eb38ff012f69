"""Scores that staff enter: a check-in from paper or voice, a total that a clinician rated."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments.describing import range_words
from assessments.scales import Scale
from assessments.services.answering import RATED_IN, enter_checkin, enter_rating, enter_total
from assessments.services.scales import scales_of, versions_for
from frontend.clinician.course import change_course, find_course
from frontend.clinician.forms import RatedForm, TakenForm, TotalForm
from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.patient.forms import Question, checkin_form, questions_of, read_answers, read_key
from programs.models import CheckIn, Enrolment
from programs.schedule import utc_of
from tracker.audit.services import record_seen
from tracker.errors import Refused


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
    questions = checkin_form(row, language, given, key=request.POST.get("key", ""), numbered="by scale")
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
    found = [version.scale.languages for version in versions_for(row.enrolment, row.scales).values()]
    return all(language in languages for languages in found if languages)


@require_http_methods(["GET", "POST"])
@door("enter_checkin")
def total(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A total from paper, or the questions of what staff rate: which scale first, then its numbers."""
    known = scales_of(request.actor.clinic_id)
    scales = {code: scale for code, scale in known.items() if scale.takes_total or scale.is_rated_by_staff}
    scale = scales.get(request.GET.get("scale", ""))
    if scale is None:
        return _choose_scale(request, public_id, scales)
    if scale.is_rated_by_staff:
        return _rate(request, find_course(request, public_id), scale)

    def form_of(row: Enrolment) -> forms.Form:
        now = timezone.now().astimezone(row.clinic.tz)
        initial = {"key": uuid.uuid4(), "day": now.date(), "clock": now.time()}
        return TotalForm(scale, request.POST or None, initial=initial)

    def act(row: Enrolment, typed: dict[str, Any]) -> object:
        parts = {name.removeprefix("part-"): text for name, text in typed.items() if name.startswith("part-")}
        taken_at = utc_of(typed["day"], typed["clock"], row.clinic.tz)
        return enter_total(
            row, code=scale.code, total=typed["total"], subscores=parts, taken_at=taken_at, actor=request.actor, key=typed["key"]
        )

    title = f"Enter a total of {scale.title}"
    return change_course(request, public_id, title, "", form_of, act, "The total is entered.")


def _rate(request: Request, row: Enrolment, scale: Scale) -> HttpResponse:
    """The questions of a scale that staff rate, in one form: those that the answers before them leave out are away."""
    now = timezone.now().astimezone(row.clinic.tz)
    form = RatedForm(request.POST or None, initial={"key": uuid.uuid4(), "day": now.date(), "clock": now.time()})
    given: dict[str, int] = {}
    if request.method == "POST":
        try:
            given = read_answers(request.POST, (scale.code,)).get(scale.code, {})
        except Refused as refusal:
            form.add_error(None, str(refusal))
    questions = questions_of(scale, RATED_IN, given)
    more = _not_shown_yet(questions, request) if request.method == "POST" else []
    is_whole = request.method == "POST" and form.is_valid() and not more
    if is_whole and attempt(form, lambda: _enter_rating(request, row, scale, given, form.cleaned_data)):
        messages.success(request, f"{scale.title} is entered.")
        return redirect("patient", row.patient.public_id)
    record_seen(request.actor, "enter a rating", [row.patient_id])
    context = {"patient": row.patient, "form": form, "scale": scale, "questions": questions, "more": more}
    return render(request, "clinician/rate.html", context, status=422 if form.errors else 200)


def _not_shown_yet(questions: list[Question], request: Request) -> list[Question]:
    """What these answers lead to, and the page without script had not asked when it was sent."""
    shown = request.POST.getlist("shown")
    return [one for one in questions if one.condition and not one.is_skipped and not one.is_answered and one.name not in shown]


def _enter_rating(request: Request, row: Enrolment, scale: Scale, given: dict[str, int], typed: dict[str, Any]) -> None:
    taken_at = utc_of(typed["day"], typed["clock"], row.clinic.tz)
    enter_rating(row, code=scale.code, answers=given, taken_at=taken_at, actor=request.actor, key=typed["key"])


def _choose_scale(request: Request, public_id: uuid.UUID, scales: dict[str, Scale]) -> HttpResponse:
    row = find_course(request, public_id)
    record_seen(request.actor, "enter a total", [row.patient_id])
    choices = [(code, scale.title, range_words(scale)) for code, scale in scales.items()]
    return render(request, "clinician/choose_scale.html", {"patient": row.patient, "choices": choices})
