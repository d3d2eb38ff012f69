"""A scale in words, for staff: every sentence comes from its definition, so that it says what is counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from assessments.outcomes import why_no_verdict
from assessments.scales import Item, Scale
from assessments.sentences import line_words, remission_words, response_words, total


@dataclass(frozen=True)
class Fact:
    """One thing to know about a scale, and who published it."""

    title: str
    text: str
    source: str = ""


def asks_words(scale: Scale) -> str:
    """What it asks: "9 questions about depression, answered by the patient, looking back 14 days"."""
    count = len(scale.items)
    what = f"{count} question{'' if count == 1 else 's'} about" if count else "A total that stands for"
    who = "answered by the patient" if scale.rater == "patient" else "rated by a clinician"
    when = "about now" if scale.recall_days == 0 else f"looking back {days_words(scale.recall_days)}"
    return f"{what} {scale.measures['en']}, {who}, {when}"


def days_words(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def range_words(scale: Scale) -> str:
    """ "From 0 to 27, lower is better"."""
    return f"From {scale.lowest} to {scale.highest}, {scale.better} is better"


def text_words(scale: Scale) -> str:
    """Where its wording stands, and so how it can be used."""
    if not scale.items:
        return "Only the total is kept: the form is the clinic's own, and the total is typed or imported."
    if scale.text == "licensed":
        typed = " Until then its total may be typed or imported." if scale.takes_total else ""
        return f"The wording is not here. Once a clinic that may use it loads it, patients are asked it, or staff rate it.{typed}"
    if scale.text == "loaded":
        return "The wording was loaded by this clinic, for itself."
    languages = " and ".join({"en": "English", "es": "Spanish"}[code] for code in scale.languages)
    return f"The wording stands here, in {languages}."


def counting_words(scale: Scale) -> Iterator[str]:
    """How the total comes of the answers, a sentence for each rule."""
    yield _sum_words(scale)
    for group in scale.largest_of:
        yield f"Of questions {_listed(group)} only the largest answer counts."
    for group in scale.either:
        yield f"Of questions {_listed(group)} one is enough."
    for item in scale.items:
        if item.asked_if:
            yield asked_words(scale, item)
        if item.optional:
            yield f"Question {item.id} does not apply to everybody: left empty it counts nothing and is not missing."
    if scale.items:
        yield _gap_words(scale)


def _sum_words(scale: Scale) -> str:
    match scale.scoring:
        case "mean":
            return "The total is the mean of the answers."
        case "triage":
            return "The total is the triage level: the gravest that an answer reaches."
        case "total":
            parts = " The subscores add up to it." if scale.subscores_make_total else ""
            return f"The total comes from the form.{parts}"
    return "The total is the sum of the answers" + (f", times {scale.factor}." if scale.factor > 1 else ".")


def _listed(ids: tuple[str, ...]) -> str:
    return f"{', '.join(ids[:-1])} and {ids[-1]}"


def asked_words(scale: Scale, item: Item) -> str:
    """When an item is asked that not everybody is asked."""
    assert item.asked_if is not None
    asked = next(other for other in scale.items if other.id == item.asked_if.item)
    answers = " or ".join(option.words.lower() for option in scale.options_of(asked) if option.value in item.asked_if.answers)
    return f"Question {item.id} is asked only when question {asked.id} was answered {answers}."


def _gap_words(scale: Scale) -> str:
    if not scale.prorate_up_to:
        return "Without an answer to each question that is asked there is no total."
    count = scale.prorate_up_to
    may = "1 question may" if count == 1 else f"{count} questions may"
    never = f" Never for question {' or '.join(scale.required_items)}." if scale.required_items else ""
    return f"Up to {may} stay without an answer: the mean of the others stands for it, and the total is marked.{never}"


def verdict_facts(scale: Scale) -> list[Fact]:
    """What counts as response, remission, reliable change, and when nothing is said."""
    if not scale.judged:
        return [Fact("Response", "A change is shown, never a verdict."), *_distances(scale)]
    facts = [Fact("Response", f"{_response_sentence(scale)} {_start_sentence(scale)}".strip(), scale.response.source)]
    if scale.remission:
        facts.append(Fact("Remission", f"A total of {remission_words(scale)}.", scale.remission.source))
    else:
        facts.append(Fact("Remission", "Nothing is said: no cut is named."))
    return facts + _distances(scale)


def _response_sentence(scale: Scale) -> str:
    said = f"Better than the baseline by {response_words(scale)} or more."
    start = example_start(scale)
    if why_no_verdict(scale, start):
        return said
    return f"{said} From {total(scale, start)} that is {line_words(scale, start)}."


def example_start(scale: Scale) -> Fraction:
    """A bad baseline that there is: two thirds of the way to the worse end."""
    third = Fraction(scale.highest - scale.lowest) / 3 // scale.factor * scale.factor
    return Fraction(scale.lowest) + third if scale.better == "higher" else Fraction(scale.highest) - third


def _start_sentence(scale: Scale) -> str:
    rule, said = scale.response, []
    if rule.floor:
        said.append(f"The per cent is of what lies above {rule.floor}.")
    if rule.low_start is not None:
        said.append(f"A baseline below {rule.low_start} gets no verdict; the change is shown.")
    return " ".join(said)


def _distances(scale: Scale) -> list[Fact]:
    facts = []
    if change := scale.reliable_change:
        text = f"{change.points} points either way are more than the scale's own error."
        facts.append(Fact("Reliable change", text, change.source))
    if worse := scale.worsening_flag:
        text = f"Worse than the score before by {worse.points} points is shown to staff."
        facts.append(Fact("Worsening", text, worse.source))
    return facts
