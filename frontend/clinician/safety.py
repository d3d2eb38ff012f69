"""The safety list of one patient, and the clinician's review for the course."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from programs.models import Enrolment, SafetyItem
from programs.services.safety import add_safety_item, end_safety_item, review_in_force, review_safety
from tracker.audit.services import record_seen
from tracker.errors import Refused


class ItemForm(forms.Form):
    """One more line of the list."""

    kind = forms.ChoiceField(label="What is it?", choices=SafetyItem.Kind.choices, widget=forms.RadioSelect)
    words = forms.CharField(label="In words", max_length=120, help_text="For example: penicillin, rash. Or: lorazepam 1 mg.")
    last_taken = forms.CharField(
        label="Last taken (a medicine)", max_length=80, required=False, help_text="For example: yesterday, 9 pm, 1 mg."
    )


class ReviewForm(forms.Form):
    """What the clinician says of the list."""

    is_cleared = forms.TypedChoiceField(
        label="For this program the patient is",
        choices=[("yes", "cleared"), ("no", "not cleared")],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    no_known_allergies = forms.BooleanField(label="No allergy is known", required=False)
    words = forms.CharField(label="Why", max_length=300, required=False, widget=forms.Textarea({"rows": 2}))


def _course(request: Request, public_id: uuid.UUID) -> Enrolment:
    found: Enrolment = get_visible(
        Enrolment.objects.select_related("patient__clinic", "clinic", "program"), request.actor, public_id=public_id
    )
    return found


@require_safe
@door("see_record")
def safety(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The list, the review, and the forms for both."""
    return _page(request, _course(request, public_id))


def _page(request: Request, course: Enrolment, status: int = 200, **forms_sent: forms.Form) -> HttpResponse:
    record_seen(request.actor, "safety list", [course.patient_id])
    items = list(SafetyItem.objects.visible_to(request.actor).filter(patient_id=course.patient_id))
    context = {
        "course": course,
        "patient": course.patient,
        "now": timezone.now(),
        "items": [item for item in items if item.ended_at is None],
        "ended": [item for item in items if item.ended_at is not None],
        "review": review_in_force(course),
        "reviews": list(course.safety_reviews.all()[:10]),
        "item_form": ItemForm(),
        "review_form": ReviewForm(),
        **forms_sent,
    }
    return render(request, "clinician/safety.html", context, status=status)


@require_POST
@door("keep_safety_list")
def safety_add(request: Request, public_id: uuid.UUID) -> HttpResponse:
    course = _course(request, public_id)
    form = ItemForm(request.POST)
    if form.is_valid() and attempt(form, lambda: add_safety_item(course.patient, actor=request.actor, **form.cleaned_data)):
        messages.success(request, "On the list. A clinician reviews it before the next dose.")
        return redirect("course_safety", public_id)
    return _page(request, course, 422, item_form=form)


@require_POST
@door("keep_safety_list")
def safety_end(request: Request, public_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
    course = _course(request, public_id)
    item = get_visible(SafetyItem.objects, request.actor, public_id=item_id, patient_id=course.patient_id)
    try:
        end_safety_item(item, why=request.POST.get("why", "").replace("\x00", ""), actor=request.actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("course_safety", public_id)


@require_POST
@door("review_safety")
def safety_review(request: Request, public_id: uuid.UUID) -> HttpResponse:
    course = _course(request, public_id)
    form = ReviewForm(request.POST)
    if form.is_valid() and attempt(form, lambda: review_safety(course, actor=request.actor, **form.cleaned_data)):
        messages.success(request, "Reviewed and signed.")
        return redirect("course_safety", public_id)
    return _page(request, course, 422, review_form=form)
