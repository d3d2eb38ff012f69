"""What the nurse types. Shapes only; every rule is in the services."""

from typing import Any

from django import forms

from programs.models import Check, ChecklistLine, RoomRules, Vitals

PLAIN = {"inputmode": "decimal", "autocomplete": "off"}
CLOCK = forms.TimeInput({"type": "time"}, format="%H:%M")
NOT_WHOLE = "Type a whole number, in the digits 0 to 9."
WHOLE = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "3", "size": "3"}


class PlainInput(forms.TextInput):
    """One plain number, in a unit that is printed beside it or, where none is named, chosen in the field `unit`.

    The tablet refuses anything else at once, also while the server is away (js/tablet/forms.js).
    """

    def __init__(self, unit: str = "") -> None:
        super().__init__(PLAIN | {"data-unit": unit})


class KeyedForm(forms.Form):
    """A form that carries the key of its sending, so that a second click changes nothing."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class LineForm(forms.Form):
    """The answer to one line of a clinic's list. Nothing is preset.

    It is named after the line, so that an answer never lands on other words where the list was changed meanwhile.
    """

    answer = forms.ChoiceField(choices=Check.Answer.choices, widget=forms.RadioSelect, required=False)
    detail = forms.CharField(max_length=120, required=False, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, line: ChecklistLine, data: Any = None, **more: Any) -> None:
        super().__init__(data, prefix=f"line-{line.pk}", **more)
        self.fields["answer"].label = line.words
        self.fields["detail"].label = f"In words: {line.words}"


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
            raise forms.ValidationError(NOT_WHOLE, code="invalid")
        return super().to_python(text)


class SlotInput(forms.TextInput):
    """One slot of the pad. A number is whole at `most` digits, or one digit sooner where none of `long` leads it."""

    def __init__(self, most: int, long: str, tenths: bool = False) -> None:
        digits = {"data-slot": most, "data-long": long} | ({"data-tenths": True} if tenths else {"data-not-whole": NOT_WHOLE})
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "maxlength": most + tenths, "size": "3"} | digits)


def _choices(words: dict[int, str]) -> list[tuple[object, str]]:
    return [("", "–"), *((number, f"{number} {word}".strip()) for number, word in words.items())]


# MOAA/S and RASS: clinical sources in docs; the four steps of dissociation are the product's own words.
MOAAS = {
    5: "answers readily",
    4: "slow to answer",
    3: "only loud or repeated",
    2: "only when shaken",
    1: "only to pain",
    0: "none",
}
RASS = {
    4: "combative", 3: "very agitated", 2: "agitated", 1: "restless", 0: "alert and calm", -1: "drowsy", -2: "light sedation",
    -3: "moderate sedation", -4: "deep sedation", -5: "unarousable",
}  # fmt: skip
DISSOCIATION = {0: "none", 1: "mild", 2: "moderate", 3: "severe", 4: "distressing or unresponsive"}


def _chosen(label: str, words: dict[int, str]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=_choices(words), coerce=int, empty_value=None, required=False)


FOUR = ("systolic", "diastolic", "pulse", "spo2")


class VitalsForm(KeyedForm):
    """Four slots, and those that the clinic asks beside them. What is left out is ticked, never forgotten."""

    systolic = WholeField(label="Systolic", required=False, widget=SlotInput(3, "12"))
    diastolic = WholeField(label="Diastolic", required=False, widget=SlotInput(3, "12"))
    pulse = WholeField(label="Pulse", required=False, widget=SlotInput(3, "12"))
    spo2 = WholeField(label="O₂ %", required=False, widget=SlotInput(3, "1"))
    respiration = WholeField(label="Respiration", required=False, widget=SlotInput(2, "123456"))
    etco2 = WholeField(label="EtCO₂", required=False, widget=SlotInput(2, "123456789"))
    temperature = forms.CharField(label="Temperature", max_length=5, required=False, widget=SlotInput(4, "1", tenths=True))
    moaas = _chosen("Sedation, MOAA/S", MOAAS)
    rass = _chosen("Sedation, RASS", RASS)
    dissociation = _chosen("Dissociation", DISSOCIATION)
    pain = WholeField(label="Pain 0–10", required=False, widget=SlotInput(2, "1"))
    skip = forms.BooleanField(label="Leave out what is empty", required=False)

    def __init__(self, *args: Any, rules: RoomRules | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {"key", *FOUR, "skip", *(rules.asks if rules else ())}
        # Of the pad's own slots only: who corrects a row says why, too.
        for name in VitalsForm.base_fields.keys() - asked:
            del self.fields[name]
        if rules and rules.temperature:
            self.fields["temperature"].label = f"Temperature, {rules.get_temperature_display()}"

    def was(self, last: Vitals | None) -> None:
        """Say beside each slot what stood there in the row before; nothing is filled in."""
        for name, field in self.fields.items():
            value = getattr(last, name, None)
            field.help_text = f"was {value}" if value not in {None, ""} else ""

    def clean(self) -> dict[str, Any]:
        """Raise at the first of the four that is empty, unless it was ticked that it is left out."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        empty = [name for name in FOUR if cleaned.get(name) is None and name not in self.errors]
        if empty and not cleaned.get("skip"):
            self.add_error(empty[0], "Type it, or tick “Leave out what is empty”.")
        return cleaned


class NoteForm(KeyedForm):
    text = forms.CharField(label="Note", max_length=4000, widget=forms.Textarea({"rows": 2}))


class StopForm(KeyedForm):
    reason = forms.CharField(label="Why is it stopped?", max_length=200)


class LateStopForm(StopForm):
    """The same on a later day, when nobody can press the button at the time."""

    clock = forms.TimeField(label="Stopped at", widget=CLOCK)


class LateEndForm(KeyedForm):
    clock = forms.TimeField(label="The dose ended at", widget=CLOCK)
