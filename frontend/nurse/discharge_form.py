"""What is ticked before a patient goes home. Nothing is preset; shapes only, every rule is in the service."""

import uuid
from typing import Any

from django import forms

from frontend.nurse.forms import KeyedForm, LineForm
from programs.models import Discharge
from programs.recovery import ALDRETE
from programs.services.discharge import Answered, Findings, Leave, Recovery, asked_findings
from programs.services.releases import prescribers_of
from tracker.accounts.models import User

YES_NO = [("yes", "Yes"), ("no", "No")]


def _radios(label: str, choices: list[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=False)


def paper_field() -> forms.CharField:
    """Who wrote it by hand, where it was kept on paper."""
    return forms.CharField(
        label="From paper? Who kept it", max_length=120, required=False, help_text="Leave it empty for what you saw yourself."
    )


def clock_field(label: str, *, is_late: bool) -> forms.TimeField:
    """When it happened: asked for on a later day, else now unless another time is typed."""
    words = "" if is_late else "Leave it empty for now."
    return forms.TimeField(
        label=label, required=is_late, help_text=words, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )


class ThoughtsForm(KeyedForm):
    """One question, asked in the clinic's own words; here stands only what came of it."""

    answer = forms.ChoiceField(
        label="New thoughts of suicide or self-harm since the dose?",
        choices=[("no", "No, none"), ("yes", "Yes")],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label="What the patient said", max_length=300, required=False)

    def __init__(self, data: Any = None, *, is_late: bool) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        self.fields["clock"] = clock_field("Asked at", is_late=is_late)
        if is_late:
            self.fields["paper_author"] = paper_field()


class DischargeForm(KeyedForm):
    """The score, the lines, the clinic's own, who takes the patient home; and below, what another way of leaving needs."""

    def __init__(self, data: Any = None, *, recovery: Recovery, is_late: bool) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        self.session = recovery.session
        self.clinicians = {str(user.pk): user for user in prescribers_of(self.session.clinic_id)}
        self.lines = [(line, LineForm(line, data)) for line in recovery.listed.lines]
        self.score = ALDRETE if recovery.listed.asks_aldrete else ()
        for item in self.score:
            points = [(str(2 - at), f"{words} ({2 - at})") for at, words in enumerate(item.words)]
            self.fields[item.name] = _radios(item.title, points)
        for name, words in asked_findings(self.session).items():
            self.fields[name] = _radios(words, YES_NO)
        self.fields["comfort"] = _radios("How comfortable are you? (the patient answers)", Discharge.Comfort.choices)
        self.fields["escort"] = forms.CharField(label="Who takes the patient home? Name", max_length=120, required=False)
        self.fields["clock"] = clock_field("Left at", is_late=is_late)
        if is_late:
            self.fields["paper_author"] = paper_field()
        self.fields["way"] = _radios("How does the patient leave?", Discharge.Way.choices[1:])
        named = [("", "Choose"), *((key, str(user)) for key, user in self.clinicians.items())]
        self.fields["clinician"] = forms.ChoiceField(label="Which clinician knows of it?", choices=named, required=False)
        self.fields["read_back"] = forms.BooleanField(label="I read the order back to the clinician", required=False)
        self.fields["reason"] = forms.CharField(label="Why?", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Raise for a line of the clinic's list that cannot be read."""
        for line, form in self.lines:
            for errors in form.errors.values():
                self.add_error(None, f"{line.words}: {errors[0]}")
        return super().clean() or self.cleaned_data

    def fields_of(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def score_fields(self) -> list[forms.BoundField]:
        return self.fields_of(*(item.name for item in self.score))

    @property
    def finding_fields(self) -> list[forms.BoundField]:
        return self.fields_of(*asked_findings(self.session))

    @property
    def home_fields(self) -> list[forms.BoundField]:
        return self.fields_of("comfort", "escort", "clock", "paper_author")

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return self.fields_of("way", "clinician", "read_back", "reason")

    @property
    def is_otherwise(self) -> bool:
        """Whether anything was typed for another way of leaving than with every line met."""
        return any(self.data.get(name) for name in ("way", "clinician", "reason"))

    def findings(self) -> Findings:
        """What was ticked; None where nothing was."""
        typed = self.cleaned_data
        found: dict[str, Any] = {item.name: int(typed[item.name]) if typed[item.name] else None for item in self.score}
        found |= {name: typed[name] == "yes" if typed[name] else None for name in asked_findings(self.session)}
        comfort = int(typed["comfort"]) if typed["comfort"] else None
        said = [(line, form.cleaned_data) for line, form in self.lines]
        answers = {line.pk: Answered(one["answer"], one["detail"]) for line, one in said if one["answer"]}
        return Findings(**found, escort=typed["escort"], comfort=comfort, answers=answers)

    def leave(self) -> Leave:
        """Who lets the patient go otherwise, and why."""
        typed = self.cleaned_data
        clinician: User | None = self.clinicians.get(typed["clinician"])
        return Leave(typed["way"], typed["reason"], clinician, typed["read_back"])
