"""What the front desk types."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings

DATE = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
TIME = forms.TimeInput({"type": "time", "step": "900"}, format="%H:%M")


class PatientForm(forms.Form):
    legal_name = forms.CharField(max_length=120, label="Legal name", widget=forms.TextInput({"autocomplete": "off"}))
    preferred_name = forms.CharField(max_length=60, required=False, label="Preferred name", help_text="What to call this person.")
    mrn = forms.CharField(max_length=64, label="Record number")
    birth_date = forms.DateField(label="Birth date", widget=DATE)
    phone = forms.CharField(max_length=30, required=False, label="Phone", widget=forms.TextInput({"type": "tel"}))
    email = forms.EmailField(required=False, label="E-mail")
    language = forms.ChoiceField(
        choices=settings.LANGUAGES,
        label="Language",
        help_text="Check-ins come in this language, where a scale has official text in it.",
    )
    zone = forms.CharField(
        max_length=64, required=False, label="Time zone", help_text="Only if it is not the clinic's: America/Chicago."
    )

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"]
        if zone and zone not in available_timezones():
            raise forms.ValidationError(f"“{zone}” is not a time zone. For example: America/Chicago.")
        return zone


class MoveForm(forms.Form):
    day = forms.DateField(label="Day", widget=DATE)
    clock = forms.TimeField(label="Time", widget=TIME)
    reason = forms.CharField(label="Why", max_length=200)
