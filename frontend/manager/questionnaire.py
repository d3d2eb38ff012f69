"""Taking a published FHIR Questionnaire as a scale: its files, what is in them item by item, and what only a person knows."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments.models import ScaleVersion
from assessments.transfer.questionnaire import LARGEST_FILE, NotTaken, Questionnaire, read_questionnaire
from assessments.transfer.taking import Choices, check_language, known_alert, same_here, take_questionnaire
from frontend.doors import Request, door
from frontend.forms import attempt

MOST_FILES = 5


class TakeForm(forms.Form):
    """What the file does not say. Whether an answer needs somebody at once is asked, never assumed."""

    title = forms.CharField(max_length=60, label="Name")
    language = forms.ChoiceField(
        choices=[("en", "English"), ("es", "Spanish")], label="The language of its text", widget=forms.RadioSelect
    )
    measures = forms.CharField(max_length=40, label="What it measures", help_text="In a word or two, in English: sleep.")
    better = forms.ChoiceField(
        choices=[("lower", "Lower is better"), ("higher", "Higher is better")],
        label="Which way is better",
        widget=forms.RadioSelect,
    )
    rater = forms.ChoiceField(
        choices=[("patient", "The patient, in check-ins"), ("clinician", "Staff")],
        label="Who answers it",
        widget=forms.RadioSelect,
    )
    recall_days = forms.IntegerField(
        min_value=0, max_value=400, label="How many days it looks back", help_text="0: how it is now."
    )
    percent = forms.DecimalField(
        min_value=1,
        max_value=100,
        decimal_places=2,
        required=False,
        label="Response: better by this many per cent of the start",
        help_text="Without per cent and points a change is shown, and no verdict is given.",
    )
    points = forms.DecimalField(
        min_value=1, max_value=99999, decimal_places=2, required=False, label="Response: better by this many points"
    )
    source = forms.CharField(max_length=300, label="Where it comes from")
    licence = forms.CharField(
        max_length=1000, label="By what right your clinic uses its text", widget=forms.Textarea({"rows": 3})
    )
    needs_nobody = forms.BooleanField(required=False, label="No answer of this scale needs somebody at once")
    level = forms.ChoiceField(
        choices=[("urgent", "Urgent"), ("high", "High")], label="How grave the alert is", initial="urgent", required=False
    )
    contents = forms.CharField(widget=forms.HiddenInput, strip=False)

    def __init__(self, found: Questionnaire, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        for number, question in enumerate(found.questions, 1):
            answers = sorted(question.answers, key=lambda answer: answer.points)
            choices = [("", "No alert"), *((str(a.points), f"From “{a.text}” ({a.points})") for a in answers)]
            self.fields[f"alert-{number}"] = forms.ChoiceField(
                choices=choices, required=False, label=f"Alert on question {number}", initial=str(known_alert(question) or "")
            )

    @property
    def question_rows(self) -> list[tuple[Any, forms.BoundField]]:
        return [(question, self[f"alert-{number}"]) for number, question in enumerate(self.found.questions, 1)]

    @property
    def alerts(self) -> dict[int, int]:
        chosen = {number: self.cleaned_data.get(f"alert-{number}") for number in range(1, len(self.found.questions) + 1)}
        return {number: int(least) for number, least in chosen.items() if least}

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if bool(self.alerts) == bool(typed.get("needs_nobody")):
            self.add_error("needs_nobody", "Say from which answers somebody has to act, or that there is none: one of the two.")
        return typed

    @property
    def choices(self) -> Choices:
        plain = {name: self.cleaned_data[name] for name in Choices.__dataclass_fields__ if name in self.cleaned_data}
        return Choices(**plain | {"level": plain["level"] or "urgent"}, alerts=self.alerts)


@require_http_methods(["GET", "POST"])
@door("define_scale")
def from_file(request: Request) -> HttpResponse:
    """The files, then what is in them, then the scale."""
    if request.method != "POST":
        return render(request, "scales/upload.html", {"error": ""})
    try:
        contents = _contents(request)
        found = read_questionnaire([content.encode() for content in contents])
        check_language(found)
    except NotTaken as refusal:
        return render(request, "scales/upload.html", {"error": str(refusal)}, status=422)
    return _take(request, found, contents)


def _contents(request: Request) -> list[str]:
    """The files as text: those uploaded now, or those that the form of the second step brings back."""
    files = request.FILES.getlist("files")
    if files:
        if len(files) > MOST_FILES or any((file.size or 0) > LARGEST_FILE for file in files):
            raise NotTaken(f"At most {MOST_FILES} files of 500 kB each are taken.")
        try:
            return [file.read().decode("utf-8-sig") for file in files]
        except UnicodeDecodeError:
            raise NotTaken("This file is not text in UTF-8.") from None
    try:
        sent = json.loads(request.POST.get("contents", ""))
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, list) or not sent or not all(isinstance(content, str) for content in sent):
        raise NotTaken("Choose the file of a questionnaire.")
    return [content.encode(errors="replace").decode() for content in sent]


def _take(request: Request, found: Questionnaire, contents: list[str]) -> HttpResponse:
    initial = {
        "title": found.title[:60],
        "language": found.language[:2].lower(),
        "source": found.source[:300],
        "licence": found.licence,
        "contents": json.dumps(contents),
        "rater": "patient",
    }
    form = TakeForm(found, request.POST if "title" in request.POST else None, initial=initial)
    kept: list[ScaleVersion] = []
    if form.is_valid() and attempt(form, lambda: kept.append(take_questionnaire(found, form.choices, actor=request.actor))):
        messages.success(request, f"{kept[0].scale.title} is a scale of your clinic now.")
        return redirect("scale", kept[0].code)
    context = {"form": form, "found": found, "same": same_here(found)}
    return render(request, "scales/take.html", context, status=422 if form.errors else 200)
