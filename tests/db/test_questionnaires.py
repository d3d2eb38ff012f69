"""A published questionnaire becomes a scale of the clinic: looked at, asked about alerts, then in use."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.models import ScaleVersion
from assessments.services.scales import scales_of
from assessments.transfer.questionnaire import read_questionnaire
from assessments.transfer.taking import Choices, known_alert, same_here, take_questionnaire
from tests.cast import Cast
from tests.programs_and_scales import SCALES
from tests.pure.test_questionnaire import BAD, GOOD, form, item
from tracker.errors import NotAllowed, Refused

REST = form(item(GOOD, BAD, linkId="a"), item(GOOD, BAD, linkId="b", text="How is today?"))
CHOICES = Choices(
    title="Rest", language="en", measures="rest", better="lower", rater="patient", recall_days=7, source="us",
    licence="our clinic's own", alerts={2: 3}, level="high", percent=Decimal(40),
)  # fmt: skip


def coded(code: str) -> bytes:
    """The questions of a built-in scale by their LOINC codes, with other words."""
    codes = [[{"system": "http://loinc.org", "code": question.loinc}] for question in SCALES[code].items]
    return form(*[item(GOOD, BAD, linkId=str(number), code=code) for number, code in enumerate(codes)])


def test_maya_takes_a_questionnaire_and_it_is_her_clinics_alone(cast: Cast) -> None:
    take_questionnaire(read_questionnaire([REST]), CHOICES, actor=cast.actor("maya"))
    scale = scales_of(cast.north.pk)["own-rest"]
    assert (scale.lowest, scale.highest, scale.response.percent, scale.languages) == (0, 6, 40, ("en",))
    assert [(rule.item, rule.at_least, rule.level) for rule in scale.safety] == [("2", 3, "high")]
    assert "own-rest" not in scales_of(cast.south.pk)


def test_theo_takes_none(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        take_questionnaire(read_questionnaire([REST]), CHOICES, actor=cast.actor("theo"))


def test_the_same_twice_is_refused_by_its_name(cast: Cast) -> None:
    take_questionnaire(read_questionnaire([REST]), CHOICES, actor=cast.actor("maya"))
    with pytest.raises(Refused, match="called Rest already"):
        take_questionnaire(read_questionnaire([REST]), CHOICES, actor=cast.actor("maya"))


@pytest.mark.parametrize("code", ["phq-9", "gad-7", "phq-2"])
def test_the_codes_of_a_scale_that_is_here_are_recognised(code: str) -> None:
    found = same_here(read_questionnaire([coded(code)]))
    assert found is not None
    assert found.code == code


def test_item_9_of_phq_9_brings_the_alert_that_it_has_here() -> None:
    questions = read_questionnaire([coded("phq-9")]).questions
    assert [known_alert(question) for question in questions] == [None] * 8 + [1]


@pytest.fixture
def alma(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.users["alma"], backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def upload(client: Client, content: bytes) -> Any:
    return client.post(reverse("scale_from_file"), {"files": SimpleUploadedFile("q.json", content)})


def typed(**more: str) -> dict[str, str]:
    plain = {name: str(getattr(CHOICES, name)) for name in Choices.__dataclass_fields__ if name not in {"alerts", "points"}}
    return plain | {"contents": json.dumps([REST.decode()])} | more


def test_alma_sees_each_question_with_its_points_before_anything_is_kept(alma: Client) -> None:
    page = upload(alma, REST).content.decode()
    assert "How is today?" in page
    assert "bad: <strong>3</strong>" in page
    assert not ScaleVersion.objects.exclude(clinic=None).exists()


def test_a_file_that_cannot_be_taken_says_why(alma: Client) -> None:
    answer = upload(alma, b"{}")
    assert answer.status_code == 422
    assert "One file must be a FHIR Questionnaire" in answer.content.decode()


def test_a_file_in_german_is_refused_as_such(alma: Client) -> None:
    assert "Its text is in “de”" in upload(alma, form(item(GOOD, BAD), language="de")).content.decode()


def test_nothing_is_taken_until_the_alerts_were_asked_about(alma: Client) -> None:
    answer = alma.post(reverse("scale_from_file"), typed())
    assert answer.status_code == 422
    assert "Say from which answers somebody has to act" in answer.content.decode()


def test_what_alma_chose_is_the_scale(alma: Client, cast: Cast) -> None:
    assert alma.post(reverse("scale_from_file"), typed(**{"alert-1": "3"})).status_code == 302
    assert scales_of(cast.north.pk)["own-rest"].safety[0].at_least == 3


@pytest.mark.parametrize("contents", ["", "x", "[1]", "{}", "[" * 5000, '["\\ud800"]', '["\\u0000"]'])
def test_contents_that_no_form_of_ours_sends_get_a_sentence(alma: Client, contents: str) -> None:
    answer = alma.post(reverse("scale_from_file"), typed(contents=contents))
    assert answer.status_code == 422
    assert "This cannot be taken" in answer.content.decode()
