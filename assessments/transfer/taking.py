"""Taking a questionnaire that was read, and looked at item by item, as a scale of the clinic's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from assessments.models import ScaleVersion
from assessments.scales import Scale
from assessments.services.own_scales import free_code, keep_version
from assessments.services.scales import known_scales
from assessments.transfer.questionnaire import NotTaken, Question, Questionnaire
from tracker.accounts.roles import Actor
from tracker.errors import Refused

READ_HERE = ("en", "es")


@dataclass(frozen=True)
class Choices:
    """What the file does not say and a person does. `alerts`: question, counted from 1 -> from which points somebody acts."""

    title: str
    language: str
    measures: str
    better: str
    rater: str
    recall_days: int
    source: str
    licence: str
    alerts: Mapping[int, int]
    level: str = "urgent"
    percent: Decimal | None = None
    points: Decimal | None = None


def check_language(found: Questionnaire) -> None:
    """Raise NotTaken for a file whose text says that it is in a language in which nobody is asked here."""
    if found.language and found.language[:2].lower() not in READ_HERE:
        raise NotTaken(f"Its text is in “{found.language}”. Patients are asked in English or in Spanish here.")


def same_here(found: Questionnaire) -> Scale | None:
    """The scale of the installation whose every question is in the file, by the LOINC codes; the longest, if several are."""
    asked = {question.loinc for question in found.questions if question.loinc}
    files = [file.definition for file in known_scales().values()]
    inside = [scale for scale in files if scale.items and {item.loinc for item in scale.items} <= asked]
    return max(inside, key=lambda scale: len(scale.items), default=None)


def known_alert(question: Question) -> int | None:
    """From which points a scale of the installation raises an alert on this very question, by its LOINC code."""
    if not question.loinc:
        return None
    return min(
        (
            rule.at_least
            for file in known_scales().values()
            for item in file.definition.items
            for rule in file.definition.safety
            if item.loinc == question.loinc and rule.item == item.id
        ),
        default=None,
    )


@transaction.atomic
def take_questionnaire(found: Questionnaire, choices: Choices, *, actor: Actor, at: datetime | None = None) -> ScaleVersion:
    """Keep the questionnaire as a scale of the actor's clinic. Raises Refused for what makes no scale."""
    actor.require("define_scale", clinic_id=actor.clinic_id)
    code = free_code(choices.title, actor.clinic_id)
    try:
        scale = Scale.model_validate(_values(found, choices, code))
    except ValidationError as error:
        raise Refused(error.errors()[0]["msg"].removeprefix("Value error, ")) from error
    return keep_version(scale, verb="took questionnaire", actor=actor, at=at or timezone.now())


def _values(found: Questionnaire, choices: Choices, code: str) -> dict[str, Any]:
    lang = choices.language
    response = {"percent": choices.percent, "points": choices.points}
    values: dict[str, Any] = {
        "code": code,
        "version": 1,
        "title": choices.title,
        "source": choices.source,
        "licence": choices.licence,
        "better": choices.better,
        "lowest": sum(min(answer.points for answer in question.answers) for question in found.questions),
        "highest": sum(max(answer.points for answer in question.answers) for question in found.questions),
        "recall_days": choices.recall_days,
        "rater": choices.rater,
        "scoring": "sum",
        "measures": {"en": choices.measures},
        "stem": {lang: found.stem} if found.stem else {},
        "items": [_item(question, number, lang) for number, question in enumerate(found.questions, 1)],
        "safety": [_rule(found.questions[number - 1], number, least, choices) for number, least in choices.alerts.items()],
        "judged": any(response.values()),
    }
    return values | ({"response": {key: value for key, value in response.items() if value}} if values["judged"] else {})


def _item(question: Question, number: int, lang: str) -> dict[str, Any]:
    answers = [{"value": answer.points, "text": {lang: answer.text}, "loinc": answer.loinc} for answer in question.answers]
    return {"id": str(number), "text": {lang: question.text}, "loinc": question.loinc, "options": answers}


def _rule(question: Question, number: int, least: int, choices: Choices) -> dict[str, Any]:
    words = f"{choices.title} {number}: {question.text}"
    return {"item": str(number), "at_least": least, "level": choices.level, "words": words[:160]}
