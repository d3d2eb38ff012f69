"""A program as a form: every number and word in a field of its own, named by its path in the definition.

The definition itself says what cannot be; its reason is put at the field that has to change.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from pydantic import ValidationError

from frontend.desk.forms import DATE, TIME
from frontend.program_words import path_words, refusal_words
from programs.models.plans import KIND_WORDS
from programs.protocols import Need, Protocol
from programs.protocols.changes import as_typed

LANGUAGES = ("en", "es")
WORDS = ("title", "summary", "judged", "end", "consent", "not_for")
DOSE = ("mg_per_kg", "mg", "minutes", "ready_minutes", "recovery_minutes", "most_mg_per_kg", "most_mg")
NEEDS = [(need.value, need.value.capitalize()) for need in Need]
PURPOSES = [("baseline", "A baseline, before the first dose"), ("after", "After the dose"), ("follow-up", "Follow-up")]
WHICH = [("first", "The first"), ("each", "Each"), ("last", "The last"), ("these", "These numbers")]
ASKS = [("question", "Has it begun to help?"), ("decision", "The decision what comes next")]
SETTINGS = [("outpatient", "In the clinic"), ("inpatient", "In hospital")]
MOST_ROWS = 40
# Empty places for more than the program is for already.
MORE_AIMS = 2


@dataclass(frozen=True)
class Shape:
    """How many rows the form has: the sessions of each phase, the check-ins, the reviews."""

    blocks: tuple[int, ...]
    checkins: int
    reviews: int

    @classmethod
    def of(cls, protocol: Protocol) -> "Shape":
        """The rows of a program as it stands."""
        return cls(tuple(len(block.sessions) for block in protocol.blocks), len(protocol.checkins), len(protocol.reviews))

    @classmethod
    def read(cls, text: str, otherwise: "Shape") -> "Shape":
        """What `str` wrote into the page; `otherwise` for anything else that comes back."""
        found = re.fullmatch(r"([1-9](?:\.[1-9]){0,9})/([0-9]{1,2})/([0-9]{1,2})", text)
        if found is None or max(int(found[2]), int(found[3])) > MOST_ROWS:
            return otherwise
        return cls(tuple(map(int, found[1].split("."))), int(found[2]), int(found[3]))

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.blocks))}/{self.checkins}/{self.reviews}"

    def with_one_more(self, what: str) -> "Shape":
        """With an empty row more: of "phases", "checkins", "reviews", or of the sessions of phase "0", "1" and so on."""
        if what == "phases":
            return Shape.read(str(replace(self, blocks=(*self.blocks, 1))), self)
        if what in {"checkins", "reviews"}:
            return Shape.read(str(replace(self, **{what: getattr(self, what) + 1})), self)
        counts = [count + (str(number) == what) for number, count in enumerate(self.blocks)]
        return Shape.read(str(replace(self, blocks=tuple(counts))), self)

    def sessions(self) -> Iterator[str]:
        """The name of each session's row."""
        for number, count in enumerate(self.blocks):
            yield from (f"blocks-{number}-sessions-{n}" for n in range(count))

    def rows(self) -> Iterator[str]:
        """The name of each row that can be left out."""
        yield from (f"blocks-{number}" for number in range(len(self.blocks)))
        yield from self.sessions()
        yield from (f"checkins-{n}" for n in range(self.checkins))
        yield from (f"reviews-{n}" for n in range(self.reviews))


def values_of(protocol: Protocol) -> dict[str, Any]:
    """What the fields say of a program as it stands."""
    values: dict[str, Any] = {
        "source": protocol.source,
        "infusions_within_days": protocol.infusions_within_days,
        "most_infusions": protocol.most_infusions,
        "primary_scale": protocol.primary_scale,
        "setting": protocol.setting,
    }
    values |= {f"indications-{number}-words": words for number, words in enumerate(protocol.indications.values())}
    for number, (scale, days) in enumerate(protocol.least_days_between.items()):
        values |= {f"least-{number}-scale": scale, f"least-{number}-days": days}
    for language, words in protocol.words.items():
        values |= {f"words-{language}-{key}": getattr(words, key) for key in WORDS}
        values[f"words-{language}-not_for"] = "\n".join(words.not_for)
    values |= {f"dose-{key}": as_typed(getattr(protocol.dose, key)) for key in DOSE}
    if protocol.frequency:
        values |= {f"frequency-{key}": value for key, value in protocol.frequency.model_dump().items()}
    for number, block in enumerate(protocol.blocks):
        values[f"blocks-{number}-repeat"] = block.repeat
        for n, spec in enumerate(block.sessions):
            values |= {f"blocks-{number}-sessions-{n}-{key}": value for key, value in spec.model_dump().items()}
            values[f"blocks-{number}-sessions-{n}-spacing_days"] = as_typed(spec.spacing_days)
    for number, rule in enumerate(protocol.checkins):
        values |= {f"checkins-{number}-{key}": value for key, value in rule.model_dump().items()}
        values[f"checkins-{number}-days"] = abs(rule.days)
        if isinstance(rule.infusions, tuple):
            values |= {f"checkins-{number}-infusions": "these", f"checkins-{number}-numbers": as_typed(rule.infusions)}
    for number, review in enumerate(protocol.reviews):
        values |= {f"reviews-{number}-{key}": value for key, value in review.model_dump().items()}
    return values


class ProgramForm(forms.Form):
    """A program, and the start from which its plan is shown. Without `sets_dose` the dose is not in it at all."""

    def __init__(
        self, base: Protocol, shape: Shape, scales: list[tuple[str, str]], sets_dose: bool, data: QueryDict | None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.base, self.shape, self.sets_dose = base, shape, sets_dose
        # The part that just got a row more, as it is called in the page.
        self.longer = ""
        self._add_words()
        self._add("source", forms.CharField(max_length=2000, widget=_area(3)))
        self._add("infusions_within_days", _whole(1, 400))
        self._add("most_infusions", _whole(1, 60))
        self._add("primary_scale", forms.ChoiceField(choices=scales))
        self._add("setting", forms.ChoiceField(choices=SETTINGS))
        for number in range(len(base.indications) + MORE_AIMS):
            self._add(f"indications-{number}-words", forms.CharField(required=False, max_length=120))
        for number in range(len(base.least_days_between) + 1):
            self._add(f"least-{number}-scale", forms.ChoiceField(required=False, choices=[("", "–"), *scales]))
            self._add(f"least-{number}-days", _whole(1, 120, required=False))
        if sets_dose:
            self._add_dose()
        for number in range(len(shape.blocks)):
            self._add(f"blocks-{number}-repeat", _whole(0, 60))
        for name in shape.sessions():
            self._add_session(name)
        for number in range(shape.checkins):
            self._add_checkin(f"checkins-{number}", scales)
        for number in range(shape.reviews):
            self._add(f"reviews-{number}-after_infusion", _whole(1, 60))
            self._add(f"reviews-{number}-asks", forms.ChoiceField(choices=ASKS))
        for name in shape.rows():
            self._add(f"{name}-out", forms.BooleanField(required=False))
        self.fields["plan-start"] = forms.DateField(label="Show it from", widget=DATE)
        self.fields["plan-clock"] = forms.TimeField(label="at", widget=TIME)

    def _add(self, name: str, field: forms.Field) -> None:
        field.label = _label(name)
        self.fields[name] = field

    def _add_words(self) -> None:
        for language in LANGUAGES:
            for key in WORDS:
                is_required = language == "en" and key != "not_for"
                most, widget = (80, forms.TextInput()) if key == "title" else (2000, _area(7 if key == "not_for" else 3))
                self._add(f"words-{language}-{key}", forms.CharField(required=is_required, max_length=most, widget=widget))

    def _add_dose(self) -> None:
        for key in DOSE:
            self._add(f"dose-{key}", forms.DecimalField(required=False, min_value=0, max_digits=6, decimal_places=3))
        self._add("frequency-doses", _whole(1, 60, required=False))
        self._add("frequency-days", _whole(1, 366, required=False))

    def _add_session(self, name: str) -> None:
        self._add(f"{name}-kind", forms.ChoiceField(choices=list(KIND_WORDS.items())))
        self._add(f"{name}-spacing_days", forms.CharField(max_length=60, validators=[_numbers], help_text="2, or in turn: 4, 3"))
        self._add(f"{name}-window_days", _whole(0, 120))
        self._add(f"{name}-least_gap_hours", _whole(1, 1440, required=False))
        self._add(f"{name}-minutes", _whole(1, 600, required=False))
        self._add(f"{name}-needs", forms.MultipleChoiceField(required=False, choices=NEEDS, widget=forms.CheckboxSelectMultiple))

    def _add_checkin(self, name: str, scales: list[tuple[str, str]]) -> None:
        self._add(f"{name}-purpose", forms.ChoiceField(choices=PURPOSES))
        self._add(f"{name}-infusions", forms.ChoiceField(choices=WHICH))
        self._add(f"{name}-numbers", forms.CharField(required=False, max_length=60, validators=[_numbers], help_text="2, 4"))
        self._add(f"{name}-days", _whole(0, 400))
        self._add(f"{name}-open_days", _whole(1, 31))
        self._add(f"{name}-scales", forms.MultipleChoiceField(choices=scales, widget=forms.CheckboxSelectMultiple))

    def full_clean(self) -> None:
        """A row that is left out need not be right."""
        super().full_clean()
        if not self.is_bound:
            return
        for name in [row for row in self.shape.rows() if self.cleaned_data.get(f"{row}-out")]:
            for wrong in [field for field in self.errors if field.startswith(f"{name}-")]:
                del self.errors[wrong]

    def clean(self) -> dict[str, Any]:
        for number in range(self.shape.checkins):
            which, numbers = (self.cleaned_data.get(f"checkins-{number}-{key}") for key in ("infusions", "numbers"))
            if which == "these" and not numbers:
                self.add_error(f"checkins-{number}-numbers", "Write the numbers of the doses: 2, 4.")
        for number in range(len(self.base.least_days_between) + 1):
            scale, days = (self.cleaned_data.get(f"least-{number}-{key}") for key in ("scale", "days"))
            if scale and not days and f"least-{number}-days" not in self.errors:
                self.add_error(f"least-{number}-days", "Say how many days must lie between.")
        return self.cleaned_data

    def read(self) -> Protocol | None:
        """The program that was typed; None when it cannot be, with the reason at its field."""
        if not self.is_valid():
            return None
        try:
            return Protocol.model_validate(self._typed())
        except ValidationError as error:
            found = error.errors(include_url=False)
            for one in found:
                is_empty = one["type"] == "too_short"
                # A list whose rows are wrong counts as empty as well: that says nothing more.
                if is_empty and any(other["loc"][: len(one["loc"])] == one["loc"] for other in found if other is not one):
                    continue
                where = getattr(one.get("ctx", {}).get("error"), "where", ())
                reason = "at least one is needed" if is_empty else one["msg"].removeprefix("Value error, ")
                self.add_error(self._field_at((*map(str, one["loc"]), *where)), refusal_words(reason))
            return None

    def _typed(self) -> dict[str, Any]:
        typed = self.cleaned_data
        keys = ("source", "infusions_within_days", "most_infusions", "primary_scale", "setting")
        dose: dict[str, Any] = {}
        if self.sets_dose:
            frequency = {key: typed[f"frequency-{key}"] for key in ("doses", "days")}
            dose["dose"] = self.base.dose.model_dump() | {key: typed[f"dose-{key}"] for key in DOSE}
            dose["frequency"] = frequency if any(frequency.values()) else None
        return {
            **self.base.model_dump(exclude={"frequency"} if self.sets_dose else set()),
            **{key: typed[key] for key in keys},
            **dose,
            "on_by_default": False,
            "indications": (indications := self._indications()),
            # Other words may name another illness: what was licensed under the old ones is not under these.
            "licensed_for": [code for code in self.base.licensed_for if indications.get(code) == self.base.indications[code]],
            "least_days_between": self._least_days(),
            "words": {language: words for language in LANGUAGES if (words := self._words(language))},
            "blocks": [
                {
                    "repeat": typed[f"blocks-{number}-repeat"],
                    "sessions": [self._session(f"blocks-{number}-sessions-{n}") for n in self._kept(f"blocks-{number}-sessions")],
                }
                for number in self._kept("blocks")
            ],
            "checkins": [self._checkin(f"checkins-{number}") for number in self._kept("checkins")],
            "reviews": [
                {key: typed[f"reviews-{number}-{key}"] for key in ("after_infusion", "asks")} for number in self._kept("reviews")
            ],
        }

    def _indications(self) -> dict[str, str]:
        """What it is for: what stood keeps its code, whatever it is called now."""
        codes, found = list(self.base.indications), dict[str, str]()
        for number in range(len(codes) + MORE_AIMS):
            if words := self.cleaned_data[f"indications-{number}-words"]:
                new = f"{slugify(words)[:30] or 'other'}-{number}"
                found[codes[number] if number < len(codes) else new] = words
        return found

    def _least_days(self) -> dict[str, int]:
        rows = range(len(self.base.least_days_between) + 1)
        pairs = [(self.cleaned_data[f"least-{number}-scale"], self.cleaned_data[f"least-{number}-days"]) for number in rows]
        return {scale: days for scale, days in pairs if scale and days}

    def _kept(self, rows: str) -> list[int]:
        """The numbers of the rows `rows` that are not left out."""
        names = [name for name in self.shape.rows() if re.fullmatch(rf"{rows}-\d+", name)]
        return [int(name.rpartition("-")[2]) for name in names if not self.cleaned_data[f"{name}-out"]]

    def _words(self, language: str) -> dict[str, Any]:
        words = {key: self.cleaned_data[f"words-{language}-{key}"].strip() for key in WORDS}
        if not any(words.values()):
            return {}
        return {**words, "not_for": [line.strip() for line in words["not_for"].splitlines() if line.strip()]}

    def _session(self, name: str) -> dict[str, Any]:
        keys = ("kind", "window_days", "least_gap_hours", "minutes", "needs")
        spacing = _read_numbers(self.cleaned_data[f"{name}-spacing_days"])
        return {"spacing_days": spacing, **{key: self.cleaned_data[f"{name}-{key}"] for key in keys}}

    def _checkin(self, name: str) -> dict[str, Any]:
        rule = {key: self.cleaned_data[f"{name}-{key}"] for key in ("purpose", "infusions", "days", "open_days", "scales")}
        if rule["infusions"] == "these":
            rule["infusions"] = _read_numbers(self.cleaned_data[f"{name}-numbers"])
        if rule["purpose"] == "baseline":
            rule["days"] = -rule["days"]
        return rule

    def _field_at(self, path: tuple[str, ...]) -> str | None:
        """The field that a path of the definition means, or the nearest one above it; rows left out are counted over."""
        name = ""
        for step in path:
            kept = self._kept(name) if step.isdigit() and name else []
            step_name = str(kept[int(step)]) if step.isdigit() and int(step) < len(kept) else step
            longer = f"{name}-{step_name}" if name else step_name
            if not any(field == longer or field.startswith(f"{longer}-") for field in self.fields):
                break
            name = longer
        return next((field for field in self.fields if name and (field == name or field.startswith(f"{name}-"))), None)

    # How the template walks through it.

    def group(self, *names: str) -> list[forms.BoundField]:
        """These fields, as far as they are there."""
        return [self[name] for name in names if name in self.fields]

    @property
    def words(self) -> list[dict[str, Any]]:
        titles = {"en": "Words in English", "es": "Words in Spanish"}
        groups = {language: self.group(*(f"words-{language}-{key}" for key in WORDS)) for language in LANGUAGES}
        return [
            {"title": titles[language], "fields": fields, "is_open": language == "en" or self._is_open(fields)}
            for language, fields in groups.items()
        ]

    def _is_open(self, fields: Iterable[forms.BoundField]) -> bool:
        """A part of the page is folded until something in it is wrong, or is not as it was."""
        return self.is_bound and any(field.errors or field.name in self.changed_data for field in fields)

    @property
    def opened(self) -> dict[str, bool]:
        """Which parts are not folded."""
        parts = {
            "aim": self.aim,
            "whole": self.whole,
            "dose": self.dose,
            "checkins": chain(*self.checkins, *self.least),
            "reviews": chain(*self.reviews),
        }
        return {name: name == self.longer or self._is_open(fields) for name, fields in parts.items()}

    @property
    def start(self) -> list[forms.BoundField]:
        return self.group("plan-start", "plan-clock")

    @property
    def whole(self) -> list[forms.BoundField]:
        return self.group("infusions_within_days", "most_infusions", "primary_scale", "source")

    @property
    def aim(self) -> list[forms.BoundField]:
        return self.group(*(name for name in self.fields if name.startswith("indications-")), "setting")

    @property
    def least(self) -> list[list[forms.BoundField]]:
        return [self._row(f"least-{number}") for number in range(len(self.base.least_days_between) + 1)]

    @property
    def dose(self) -> list[forms.BoundField]:
        return self.group(*(f"dose-{key}" for key in DOSE), "frequency-doses", "frequency-days")

    @property
    def phases(self) -> list[dict[str, Any]]:
        return [self._phase(number, count) for number, count in enumerate(self.shape.blocks)]

    def _phase(self, number: int, count: int) -> dict[str, Any]:
        fields = self.group(f"blocks-{number}-repeat", f"blocks-{number}-out")
        sessions = [self._row(f"blocks-{number}-sessions-{n}") for n in range(count)]
        is_open = str(number) == self.longer or self._is_open([*fields, *chain(*sessions)])
        return {"number": number, "fields": fields, "sessions": sessions, "is_open": is_open}

    @property
    def checkins(self) -> list[list[forms.BoundField]]:
        return [self._row(f"checkins-{number}") for number in range(self.shape.checkins)]

    @property
    def reviews(self) -> list[list[forms.BoundField]]:
        return [self._row(f"reviews-{number}") for number in range(self.shape.reviews)]

    def _row(self, name: str) -> list[forms.BoundField]:
        return [self[field] for field in self.fields if re.fullmatch(rf"{name}-[a-z_]+", field)]


def typed_values(form: ProgramForm, data: QueryDict) -> dict[str, Any]:
    """What was typed so far, as the fields of `form` begin with it: for a page that only gets a row more."""
    return {
        name: data.getlist(name) if isinstance(field, forms.MultipleChoiceField) else data.get(name, "")
        for name, field in form.fields.items()
    }


def _label(name: str) -> str | SafeString:
    """The label with what it belongs to, which the eye sees from the frame around it."""
    group, key = path_words(tuple(name.split("-")))
    return format_html('<span class="visually-hidden">{}: </span>{}', group, key) if group else key


def _whole(least: int, most: int, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(min_value=least, max_value=most, required=required)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


def _numbers(text: str) -> None:
    if not re.fullmatch(r" *[0-9]{1,3} *(, *[0-9]{1,3} *)*", text, re.ASCII):
        raise forms.ValidationError("Write whole numbers with commas between them: 2, 4.")


def _read_numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number.strip()]
