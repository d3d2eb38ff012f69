"""The clinic's own lists, before a dose and before going home: read, and written as a new version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.doors import Request, door
from frontend.forms import attempt
from programs.models import ChecklistLine
from programs.services.checklist import ALDRETE, MOST_LINES, PROPOSED, write_checklist

Asked = ChecklistLine.Asked
EMPTY_ROWS = 3
WHAT_A_NO_DOES = {Asked.BEFORE_DOSE: "A “no” stops the start", Asked.GOING_HOME: "A “no” keeps the patient here"}


class LineForm(forms.Form):
    """One line of a list; an empty one is left out."""

    words = forms.CharField(max_length=200, required=False, label="Line")
    stops = forms.BooleanField(required=False)


class Lines(forms.BaseFormSet):
    """The whole list, in the order in which it stands on the page."""

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        self.asked = asked
        super().__init__(*args, **kwargs)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["stops"].label = WHAT_A_NO_DOES[self.asked]

    def as_lines(self) -> list[tuple[str, bool]]:
        """Words, and whether a "no" stops."""
        return [(form.cleaned_data.get("words", ""), form.cleaned_data.get("stops", False)) for form in self.forms]


LineFormSet: Any = forms.formset_factory(LineForm, formset=Lines, extra=0, max_num=MOST_LINES + EMPTY_ROWS, absolute_max=100)


class ScoreForm(forms.Form):
    """Whether the score is asked beside the clinic's own lines before going home."""

    aldrete = forms.BooleanField(required=False, label="Ask the Aldrete score too: at least 9 of 10")


@require_http_methods(["GET", "POST"])
@door("sign_limits")
def checklist(request: Request, asked: Asked) -> HttpResponse:
    """Write a new version of a list; a first one is proposed."""
    standing = ChecklistLine.objects.visible_to(request.actor).in_force(request.actor.clinic_id, asked)
    lines = [(row.words, row.stops) for row in standing]
    score = _score_form(request, asked, lines or PROPOSED[asked])
    rows = [{"words": words, "stops": stops} for words, stops in lines or PROPOSED[asked] if words != ALDRETE]
    formset = LineFormSet(request.POST or None, initial=rows + [{}] * EMPTY_ROWS, asked=asked)
    problems = forms.Form({})
    if request.method == "POST" and formset.is_valid():
        written = [*_score_line(score), *formset.as_lines()]
        if attempt(problems, lambda: write_checklist(request.hat.clinic, asked=asked, lines=written, actor=request.actor)):
            messages.success(request, "The new list holds from now on.")
            return redirect("room")
    context = {
        "formset": formset, "score": score, "problems": problems.non_field_errors(), "is_first": not lines,
        "is_before_dose": asked == Asked.BEFORE_DOSE,
    }  # fmt: skip
    return render(request, "clinician/checklist.html", context, status=422 if request.method == "POST" else 200)


def _score_form(request: Request, asked: Asked, lines: Any) -> ScoreForm | None:
    """The tick for the score, which only the list before going home has."""
    if asked != Asked.GOING_HOME:
        return None
    return ScoreForm(request.POST or None, initial={"aldrete": (ALDRETE, True) in lines})


def _score_line(score: ScoreForm | None) -> list[tuple[str, bool]]:
    return [(ALDRETE, True)] if score and score.is_valid() and score.cleaned_data["aldrete"] else []
