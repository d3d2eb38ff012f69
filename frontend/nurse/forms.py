"""What the nurse types. Shapes only; every rule is in the services."""

from django import forms

from programs.models import RecordRow

PLAIN = {"inputmode": "decimal", "autocomplete": "off"}
WHOLE = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "3", "size": "3"}


class KeyedForm(forms.Form):
    """A form that carries the key of its sending, so that a second click changes nothing."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=200, strip=True)


class WeightForm(KeyedForm):
    weight = forms.CharField(max_length=10, label="Weight today", widget=forms.TextInput(PLAIN))
    # Never preset: pounds written as kilograms are the error that nobody sees.
    unit = forms.ChoiceField(choices=[("kg", "kg"), ("lb", "lb")], label="Unit", widget=forms.RadioSelect)


class WholeField(forms.IntegerField):
    """A whole number as it is typed on a pad: the digits 0 to 9, no other alphabet's, no sign, no point."""

    def to_python(self, value: object) -> int | None:
        text = str(value or "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) <= 3):
            raise forms.ValidationError("Type a whole number, in the digits 0 to 9.", code="invalid")
        return super().to_python(text)


class VitalsForm(KeyedForm):
    systolic = WholeField(label="Systolic", widget=forms.TextInput(WHOLE))
    diastolic = WholeField(label="Diastolic", widget=forms.TextInput(WHOLE))
    pulse = WholeField(label="Pulse", widget=forms.TextInput(WHOLE))
    spo2 = WholeField(label="O₂ %", widget=forms.TextInput(WHOLE))


class NoteForm(KeyedForm):
    text = forms.CharField(label="Note", max_length=4000, widget=forms.Textarea({"rows": 2}))


class StopForm(KeyedForm):
    reason = forms.CharField(label="Why is it stopped?", max_length=200)


class LateStopForm(StopForm):
    """The same on a later day, when nobody can press the button at the time."""

    clock = forms.TimeField(label="Stopped at", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))


class LateEndForm(KeyedForm):
    clock = forms.TimeField(label="Ended at", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))


class WhyForm(forms.Form):
    why = forms.ChoiceField(label="Why is it corrected?", choices=RecordRow.Why.choices, widget=forms.RadioSelect)


class CorrectWeightForm(WhyForm, WeightForm):
    pass


class CorrectVitalsForm(WhyForm, VitalsForm):
    pass


class CorrectNoteForm(WhyForm, NoteForm):
    pass


class CorrectStartForm(WhyForm, KeyedForm):
    clock = forms.TimeField(label="Started at", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
