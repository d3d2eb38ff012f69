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


class VitalsForm(KeyedForm):
    systolic = forms.IntegerField(label="Systolic", widget=forms.TextInput(WHOLE))
    diastolic = forms.IntegerField(label="Diastolic", widget=forms.TextInput(WHOLE))
    pulse = forms.IntegerField(label="Pulse", widget=forms.TextInput(WHOLE))
    spo2 = forms.IntegerField(label="O₂ %", widget=forms.TextInput(WHOLE))


class NoteForm(KeyedForm):
    text = forms.CharField(label="Note", max_length=4000, widget=forms.Textarea({"rows": 2}))


class StopForm(KeyedForm):
    reason = forms.CharField(label="Why is it stopped?", max_length=200)


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
