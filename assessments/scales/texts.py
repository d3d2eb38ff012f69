"""Official text of a scale that comes without it: what has to be typed, and the scale that it makes for one clinic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import ValidationError

from assessments.scales import Lang, Option, Permission, Scale, Text
from assessments.scales.totals import NotAScale

LANGUAGES: dict[Lang, str] = {"en": "English", "es": "Spanish"}
# What was typed: place -> language -> words.
Words = Mapping[str, Mapping[Lang, str]]


@dataclass(frozen=True)
class Place:
    """A place where words are missing: what the form calls it, and what it is for people."""

    key: str
    label: str


def places_of(structure: Scale) -> tuple[Place, ...]:
    """Every place of a scale without text where words have to stand, in the order of the form. Only the stem may stay empty."""
    return (Place("stem", "The sentence before the questions (may stay empty)"), *_places(structure))


def _places(structure: Scale) -> Iterator[Place]:
    yield from (Place(f"answer-{o.value}", f"Answer {o.value}") for o in structure.options if not o.text)
    for item in structure.items:
        yield Place(f"item-{item.id}", f"Question {item.id}" + (f": {item.about}" if item.about else ""))
        for option in item.options:
            if not option.text:
                yield Place(f"item-{item.id}-{option.value}", f"Question {item.id}, answer {option.value}")


def with_text(
    structure: Scale, words: Words, permission: Permission, *, rater: Literal["patient", "clinician"], version: int
) -> Scale:
    """The clinic's own copy of `structure` with its text. Raises NotAScale when a language is not whole."""
    languages = [lang for lang in LANGUAGES if any(words.get(place.key, {}).get(lang) for place in _places(structure))]
    if not languages:
        raise NotAScale("Type the official text in one language at least.")
    for lang in languages:
        missing = [place for place in _places(structure) if not words.get(place.key, {}).get(lang)]
        if missing:
            raise NotAScale(f"In {LANGUAGES[lang]} the text is not whole: “{missing[0].label}” is empty.")

    def text_at(key: str) -> Text:
        return {lang: words[key][lang] for lang in languages if words.get(key, {}).get(lang)}

    def answers(options: tuple[Option, ...], prefix: str) -> list[dict[str, Any]]:
        return [option.model_dump() | {"text": option.text or text_at(f"{prefix}-{option.value}")} for option in options]

    values = structure.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True) | {
        "version": version,
        "rater": rater,
        "text": "loaded",
        "permission": permission,
        "stem": text_at("stem"),
        "options": answers(structure.options, "answer"),
        "items": [
            item.model_dump(exclude_none=True)
            | {"text": text_at(f"item-{item.id}"), "options": answers(item.options, f"item-{item.id}")}
            for item in structure.items
        ],
    }
    try:
        return Scale.model_validate(values)
    except ValidationError as error:
        raise NotAScale(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def words_in(loaded: Scale, structure: Scale) -> dict[str, Text]:
    """The words of a loaded scale by place: what the form shows when they are corrected."""
    found: dict[str, Text] = {"stem": loaded.stem}
    found |= {f"answer-{option.value}": option.text for option in loaded.options}
    for item in loaded.items:
        found[f"item-{item.id}"] = item.text
        found |= {f"item-{item.id}-{option.value}": option.text for option in item.options}
    keys = {place.key for place in places_of(structure)}
    return cast("dict[str, Text]", {key: text for key, text in found.items() if key in keys})
