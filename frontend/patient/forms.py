"""The check-in as a form: which questions in which words, and the answers that came back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.http import QueryDict
from django.utils.translation import gettext as _

from assessments.scales import Item, Scale
from assessments.scoring import is_asked, item_named, safety_items
from assessments.services.scales import versions_for
from programs.models import CheckIn
from tracker.errors import Refused


@dataclass(frozen=True)
class Choice:
    """One answer to tap."""

    value: int
    text: str
    is_chosen: bool
    is_unsafe: bool


@dataclass(frozen=True)
class Question:
    """One question to a screenful."""

    name: str
    scale: str
    number: str
    stem: str
    text: str
    choices: tuple[Choice, ...]
    low: str
    high: str
    is_safety: bool
    is_optional: bool
    # Asked only after one of these answers to that question: its field, the values, and the rule in words.
    asked_after: str = ""
    asked_values: str = ""
    condition: str = ""
    is_skipped: bool = False

    @property
    def is_answered(self) -> bool:
        return any(choice.is_chosen for choice in self.choices)

    @property
    def id(self) -> str:
        return self.name.replace(":", "-")


@dataclass(frozen=True)
class CheckInForm:
    """Every question of one check-in in the person's language, with the answers so far."""

    questions: tuple[Question, ...]
    key: str
    unasked: tuple[str, ...]

    @property
    def missing(self) -> list[Question]:
        return [
            question for question in self.questions if not (question.is_answered or question.is_optional or question.is_skipped)
        ]

    @property
    def minutes(self) -> int:
        """About how long it takes: 16 questions in 90 seconds, rounded up."""
        return max(1, -(-len(self.questions) * 6 // 60))


def checkin_form(
    checkin: CheckIn,
    language: str,
    given: Mapping[str, Mapping[str, int]] | None = None,
    *,
    key: str = "",
    numbered: Literal["through", "by scale"] = "through",
) -> CheckInForm:
    """The form of `checkin`, with the answers `given` so far and the `key` of its sending (a new one when "").

    Questions are numbered through, or in each scale from 1, as on its paper.

    A scale without official text in `language` is left out, never shown in another.
    """
    scales = [version.scale for version in versions_for(checkin.enrolment, checkin.scales).values()]
    scales.sort(key=lambda scale: checkin.scales.index(scale.code))
    asked = [scale for scale in scales if scale.rater == "patient" and scale.is_asked_in(language)]
    unasked = tuple(scale.title for scale in scales if scale.is_answered_by_patient and scale.languages and scale not in asked)
    questions: list[Question] = []
    for scale in asked:
        first = len(questions) + 1 if numbered == "through" else None
        questions += questions_of(scale, language, (given or {}).get(scale.code, {}), first)
    return CheckInForm(tuple(questions), key or str(uuid.uuid4()), unasked)


def questions_of(scale: Scale, language: str, given: Mapping[str, int], first: int | None = None) -> list[Question]:
    """The questions of one scale, numbered from `first`, or as on its paper (6, 6b), with the answers `given` so far."""
    numbers = {item.id: item.id if first is None else str(first + index) for index, item in enumerate(scale.items)}
    return [_question(scale, item, numbers, language, given) for item in scale.items]


def _question(scale: Scale, item: Item, numbers: Mapping[str, str], language: str, given: Mapping[str, int]) -> Question:
    unsafe_from = min((rule.at_least for rule in scale.safety if rule.item == item.id), default=None)
    return Question(
        name=f"{scale.code}:{item.id}",
        scale=scale.title,
        number=numbers[item.id],
        stem=scale.stem.get(language, ""),  # type: ignore[call-overload]
        text=item.text[language],  # type: ignore[index]
        choices=tuple(
            Choice(
                option.value,
                option.text[language],  # type: ignore[index]
                given.get(item.id) == option.value,
                unsafe_from is not None and option.value >= unsafe_from,
            )
            for option in scale.options_of(item)
        ),
        low=item.low.get(language, ""),  # type: ignore[call-overload]
        high=item.high.get(language, ""),  # type: ignore[call-overload]
        is_safety=item.id in safety_items(scale),
        is_optional=item.optional,
        is_skipped=not is_asked(item, given),
        **_condition(scale, item, numbers, language),
    )


def _condition(scale: Scale, item: Item, numbers: Mapping[str, str], language: str) -> dict[str, str]:
    """When a question is asked that not everybody is asked: for the script, and in words for who has none."""
    rule = item.asked_if
    if rule is None:
        return {}
    before = item_named(scale, rule.item)
    chosen = [option.text[language] for option in scale.options_of(before) if option.value in rule.answers]  # type: ignore[index]
    told = {"answer": " / ".join(chosen), "number": numbers[before.id]}
    return {
        "asked_after": f"{scale.code}:{rule.item}",
        "asked_values": " ".join(map(str, rule.answers)),
        "condition": _("Only if you answered “%(answer)s” to question %(number)s.") % told,
    }


def read_answers(posted: QueryDict, codes: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """The answers in a sent form, scale code -> item -> value; "" is "not asked". Raises Refused for what no such form sends."""
    answers: dict[str, dict[str, int]] = {}
    for name, value in posted.dict().items():
        code, colon, item = name.partition(":")
        if not colon or code not in codes or value == "":
            continue
        if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 3:
            raise Refused(_("An answer was not one of those offered. Reload the page and try again."))
        answers.setdefault(code, {})[item] = int(value)
    return answers


def read_key(posted: QueryDict) -> uuid.UUID:
    """The key of a sent form. Raises Refused when it is none."""
    try:
        return uuid.UUID(posted.get("key", ""))
    except ValueError:
        raise Refused(_("The page was not sent whole. Reload it and try again.")) from None
