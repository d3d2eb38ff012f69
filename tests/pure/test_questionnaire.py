"""A FHIR Questionnaire is read with the points that it names, or refused with the reason."""

import json
from typing import Any

import pytest

from assessments.transfer.questionnaire import NotTaken, read_questionnaire

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"


def said(points: object, url: str = ORDINAL) -> dict[str, Any]:
    return {"extension": [{"url": url, "valueDecimal": points}]}


def option(text: str, points: object, url: str = ORDINAL) -> dict[str, Any]:
    return {"valueCoding": {"code": text, "display": text}, **said(points, url)}


def form(*items: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"resourceType": "Questionnaire", "title": "Rest", "item": list(items)} | more).encode()


def item(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"linkId": "1", "text": "How was your rest?", "type": "choice", "answerOption": list(options)} | more


GOOD, BAD = option("good", 0), option("bad", 3)


def points_of(*contents: bytes) -> list[tuple[str, int]]:
    (question,) = read_questionnaire(contents).questions
    return [(answer.text, answer.points) for answer in question.answers]


def test_points_in_an_extension_of_the_answer() -> None:
    assert points_of(form(item(GOOD, BAD))) == [("good", 0), ("bad", 3)]


def test_points_as_item_weight_of_the_coding() -> None:
    options = [{"valueCoding": {"display": text, **said(n, WEIGHT)}} for text, n in (("no", 1), ("yes", 2))]
    assert points_of(form(item(*options))) == [("no", 1), ("yes", 2)]


def test_points_as_the_answer_itself() -> None:
    assert points_of(form(item({"valueInteger": 0}, {"valueInteger": 10}))) == [("0", 0), ("10", 10)]


def test_points_as_a_property_in_a_code_system_beside_it() -> None:
    options = [{"valueCoding": {"system": "urn:s", "code": code, "display": code}} for code in ("a", "b")]
    concepts = [{"code": code, "property": [{"code": "itemWeight", "valueDecimal": n}]} for code, n in (("a", 0), ("b", 4))]
    system = json.dumps({"resourceType": "CodeSystem", "url": "urn:s", "concept": concepts}).encode()
    assert points_of(form(item(*options)), system) == [("a", 0), ("b", 4)]


def test_points_in_a_value_set_that_it_contains() -> None:
    concepts = [{"code": code, "display": code, **said(n)} for code, n in (("a", 0), ("b", 2))]
    values = {"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"system": "urn:s", "concept": concepts}]}}
    assert points_of(form(item(answerValueSet="#v", answerOption=[]), contained=[values])) == [("a", 0), ("b", 2)]


def test_what_counts_nothing_is_named_as_left_out() -> None:
    total = {"linkId": "9", "text": "Sum", "type": "decimal"}
    plain = item({"valueCoding": {"display": "some"}}, linkId="8", text="Anything else?")
    found = read_questionnaire([form(item(GOOD, BAD), total, plain)])
    assert found.left_out == ("Sum: no question with points (decimal)", "Anything else?: its answers have no points")


# The prefix is how an answer is shown: 1 before "bad" says nothing about what it counts.
PREFIX = {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-optionPrefix", "valueString": "1"}
REFUSED = {
    "points of one answer are missing": (form(item(GOOD, {"valueCoding": {"display": "bad"}})), "“bad” cannot be told"),
    "only prefixes": (form(item({"valueCoding": {"display": "bad"}, "extension": [PREFIX]})), "No answer in this file"),
    "two places disagree": (form(item(GOOD, {"valueCoding": {"display": "x", **said(2)}, **said(3)})), "different points"),
    "half points": (form(item(GOOD, option("bad", 1.5))), "no whole number"),
    "points in words": (form(item(GOOD, option("bad", "3"))), "are no number"),
    "points beyond all numbers": (form(item(GOOD, option("bad", 10**400))), "no whole number"),
    "the same points twice": (form(item(GOOD, BAD, option("worse", 3))), "count the same"),
    "one answer": (form(item(GOOD)), "no two answers"),
    "under a condition": (form(item(GOOD, BAD, enableWhen=[{"question": "0"}])), "only under a condition"),
    "a group under a condition": (
        form({"type": "group", "text": "g", "enableWhen": [{}], "item": [item(GOOD, BAD)]}),
        "only under a condition",
    ),
    "several answers": (form(item(GOOD, BAD, repeats=True)), "takes several answers"),
    "a value set elsewhere": (form(item(answerValueSet="urn:x", answerOption=[])), "not here: urn:x"),
    "two of one name": (form(item(GOOD, BAD), item(GOOD, BAD)), "Two questions are called 1"),
    "a thousand questions": (form(*[item(GOOD, BAD)] * 1000), "No scale has 1000 questions"),
    "two hundred in groups": (form(*[{"type": "group", "item": [item(GOOD, BAD)] * 50}] * 4), "No scale has 200 questions"),
    "too large": (b" " * 600_000, "too large"),
    "nested deeply": (b"[" * 100_000, "nested too deeply"),
    "items in items in items": (
        form(json.loads('{"type":"group","text":"g","item":[' * 40 + "{}" + "]}" * 40)),
        "nested too deeply",
    ),
    "neither JSON nor YAML": (b"PHQ-9: a: b", "neither JSON nor YAML"),
    "YAML that grows": (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "by alias"),
    "YAML that makes objects": (b"!!python/object/apply:os.getcwd []", "neither JSON nor YAML"),
    "YAML without end": (b"a: b\n" * 30_000, "too large"),
    "no object": (b"[]", "no FHIR resource"),
    "another resource": (b'{"resourceType": "Patient"}', "these are: Patient"),
    "no text at all": (b"\xff\xfe\x00", "not text in UTF-8"),
    "items that are words": (form(item(GOOD, BAD), item="x"), "not a list"),
    "NUL": (form(item(GOOD, BAD, text="a\x00b")), "cannot be stored"),
    "half a letter": (form(item(GOOD, BAD, text="\ud800")), "cannot be stored"),
    "a text that is a number": (form(item(GOOD, BAD, text=7)), "is not a text"),
    "not a number": (form(item(GOOD, option("bad", float("nan")))), "are no number"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_refused_with_the_reason(name: str) -> None:
    content, why = REFUSED[name]
    with pytest.raises(NotTaken, match=why):
        read_questionnaire([content])
