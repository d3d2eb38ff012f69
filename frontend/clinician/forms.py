"""What the clinician decides."""

from django import forms

from assessments.describing import range_words
from assessments.scales import Scale
from frontend.desk.forms import DATE, TIME
from frontend.nurse.forms import PLAIN, KeyedForm
from programs.models import TreatmentConsent
from programs.protocols import Protocol
from tracker.alerts.models import Alert


class EnrolForm(forms.Form):
    """The wish; the plan that follows from it is shown before it is written."""

    indication = forms.ChoiceField(label="What is it for?", widget=forms.RadioSelect)
    starts_on = forms.DateField(label="First session on or after", widget=DATE)
    clock = forms.TimeField(label="Usual time", widget=TIME)
    therapist = forms.TypedChoiceField(label="Therapist", coerce=int, empty_value=None)

    def __init__(self, protocol: Protocol, therapists: list[tuple[int, str]], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["indication"].choices = list(protocol.indications.items())  # type: ignore[attr-defined]
        if any("therapist" in spec.needs for block in protocol.blocks for spec in block.sessions):
            self.fields["therapist"].choices = [("", "Choose"), *therapists]  # type: ignore[attr-defined]
            if not therapists:
                self.fields["therapist"].help_text = "Nobody is a therapist in this clinic yet: manage.py add_member adds one."
        else:
            del self.fields["therapist"]


class ConsentForm(forms.Form):
    to = forms.ChoiceField(choices=TreatmentConsent.To.choices, label="Consent to", widget=forms.RadioSelect)
    version = forms.CharField(max_length=20, label="Version of the form")
    given_on = forms.DateField(label="Signed on", widget=DATE)
    is_withdrawal = forms.BooleanField(required=False, label="The patient took this consent back")


class ResumeForm(forms.Form):
    start = forms.DateField(label="Next session on or after", widget=DATE)
    reason = forms.CharField(label="Why", max_length=200)


class InfusionsForm(forms.Form):
    count = forms.IntegerField(label="Number of doses", min_value=1, max_value=60)
    reason = forms.CharField(label="Why", max_length=200)


class TotalForm(KeyedForm):
    """A total of one scale, and each of its subscores that is typed beside a total."""

    total = forms.CharField(max_length=8, label="Total", widget=forms.TextInput(PLAIN))
    day = forms.DateField(label="Rated on", widget=DATE)
    clock = forms.TimeField(label="at", widget=TIME)

    def __init__(self, scale: Scale, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["total"].help_text = f"{range_words(scale)}."
        if scale.rater == "patient":
            self.fields["day"].label = "Filled in on"
        typed = {f"part-{code}": part for code, part in scale.subscores.items() if part.lowest is not None}
        for name, part in typed.items():
            self.fields[name] = forms.CharField(
                required=False, max_length=8, label=part.name["en"], widget=forms.TextInput(PLAIN),
                help_text=f"From {part.lowest} to {part.highest}. Leave it empty where the form does not give it.",
            )  # fmt: skip
        self.order_fields(["key", "total", *typed, "day", "clock"])


class RatedForm(KeyedForm):
    """When staff rated the questions that they now enter."""

    day = forms.DateField(label="Rated on", widget=DATE)
    clock = forms.TimeField(label="at", widget=TIME)


class TakenForm(forms.Form):
    """How and when answers were taken that staff now enter."""

    mode = forms.ChoiceField(
        choices=[("paper", "On paper"), ("voice", "Asked by voice")], label="How were they taken?", widget=forms.RadioSelect
    )
    day = forms.DateField(label="On", widget=DATE)
    clock = forms.TimeField(label="at", widget=TIME)


# That it was another patient's is written by moving the record, never by hand.
_TO_CHOOSE = [choice for choice in Alert.Outcome.choices if choice[0] != Alert.Outcome.MISFILED]


class AlertForm(forms.Form):
    outcome = forms.ChoiceField(choices=_TO_CHOOSE, label="What came of it?", widget=forms.RadioSelect)
    note = forms.CharField(label="What was done", max_length=4000, widget=forms.Textarea({"rows": 4}))
