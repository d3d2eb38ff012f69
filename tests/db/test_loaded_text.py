"""Scales whose text a clinic loads for itself, here with invented words: nobody else's, and asked as the file counts."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.models import ScaleVersion, Score
from assessments.scales import Permission
from assessments.scales.texts import places_of
from assessments.services.answering import submit_checkin
from assessments.services.own_scales import load_text, structure_of
from assessments.services.scales import scales_of
from frontend.patient.forms import checkin_form
from programs.models import CheckIn
from tests.cast import Cast
from tracker.alerts.models import Alert
from tracker.errors import NotAllowed, Refused

PERMISSION = Permission(kind="registration", number="R-17", holder="North Clinic", dated=date(2026, 1, 5))
MONDAY = date(2026, 3, 2)


def invented(code: str, *languages: str) -> dict[str, dict[str, str]]:
    structure = structure_of(code)
    assert structure is not None
    return {place.key: {lang: f"{lang} words of {place.key}" for lang in languages} for place in places_of(structure)}


def load(cast: Cast, code: str, *languages: str, by: str = "alma") -> ScaleVersion:
    words = invented(code, *(languages or ("en",)))
    return load_text(code, words, PERMISSION, rater="patient", seen=0, actor=cast.actor(by))


def asked_of_pia(cast: Cast, code: str) -> CheckIn:
    """The baseline of Pia's course, asking this scale alone."""
    checkin = cast.enrol(starts_on=MONDAY).checkins.get(purpose=CheckIn.Purpose.BASELINE)
    CheckIn.objects.filter(pk=checkin.pk).update(scale_codes=code)
    return CheckIn.objects.select_related("enrolment__clinic", "patient", "clinic").get(pk=checkin.pk)


def answer(cast: Cast, checkin: CheckIn, answers: dict[str, int], language: str = "en") -> Score:
    (code,) = checkin.scales
    submit_checkin(
        checkin.public_id, actor=cast.actor("pia"), key=uuid.uuid4(), answers={code: answers}, language=language,
        at=checkin.opens_at + timedelta(hours=1),
    )  # fmt: skip
    return Score.objects.get(code=code)


def test_without_the_text_a_licensed_scale_is_asked_in_no_language(cast: Cast) -> None:
    assert scales_of(cast.north.pk)["who-5"].languages == ()
    assert checkin_form(asked_of_pia(cast, "who-5"), "en").questions == ()


def test_the_text_that_alma_loads_is_asked_at_north_and_unknown_at_south(cast: Cast) -> None:
    load(cast, "who-5")
    assert checkin_form(asked_of_pia(cast, "who-5"), "en").questions[0].text == "en words of item-1"
    assert scales_of(cast.south.pk)["who-5"].text == "licensed"
    assert not ScaleVersion.objects.visible_to(cast.actor("omar")).exists()


def test_who_5_counts_four_times_the_sum_and_higher_is_better(cast: Cast) -> None:
    load(cast, "who-5", "en", "es")
    score = answer(cast, asked_of_pia(cast, "who-5"), {str(number): 3 for number in range(1, 6)}, "es")
    assert (score.total, score.definition.better, score.language) == (60, "higher", "es")


def test_oci_r_is_the_sum_of_its_eighteen_answers(cast: Cast) -> None:
    load(cast, "oci-r")
    assert answer(cast, asked_of_pia(cast, "oci-r"), {str(number): 2 for number in range(1, 19)}).total == 36


def test_a_language_is_whole_or_refused_with_what_is_missing(cast: Cast) -> None:
    words = invented("who-5", "en", "es")
    words["item-3"]["es"] = ""
    with pytest.raises(Refused, match=r"In Spanish the text is not whole: “Question 3: Energy” is empty"):
        load_text("who-5", words, PERMISSION, rater="patient", seen=0, actor=cast.actor("alma"))


def test_a_text_needs_a_right_to_it_that_is_not_of_tomorrow(cast: Cast) -> None:
    permission = PERMISSION.model_copy(update={"dated": date(2126, 1, 1)})
    with pytest.raises(Refused, match="future"):
        load_text("who-5", invented("who-5", "en"), permission, rater="patient", seen=0, actor=cast.actor("alma"))


def test_the_licence_stands_with_the_text_and_who_loaded_it(cast: Cast) -> None:
    row = load(cast, "c-ssrs", by="maya")
    assert (row.author, row.scale.permission) == ("Maya", PERMISSION)


def test_dana_loads_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        load(cast, "who-5", by="dana")


def test_a_scale_with_free_text_takes_no_other(cast: Cast) -> None:
    with pytest.raises(Refused, match="needs no text"):
        load_text("phq-9", {}, PERMISSION, rater="patient", seen=0, actor=cast.actor("alma"))


# By the official triage: yes to 4 or 5, or behaviour within three months, is high; 3, or behaviour longer ago,
# moderate; 1 or 2 alone low. Moderate and low page the clinic as urgent.
TRIAGE = [
    ({"1": 0, "2": 0, "6": 0}, 0, None),
    ({"1": 1, "2": 0, "6": 0}, 1, "urgent"),
    ({"1": 1, "2": 1, "3": 0, "4": 0, "5": 0, "6": 0}, 1, "urgent"),
    ({"1": 1, "2": 1, "3": 1, "4": 0, "5": 0, "6": 0}, 2, "urgent"),
    ({"1": 1, "2": 1, "3": 1, "4": 1, "5": 0, "6": 0}, 3, "high"),
    ({"1": 1, "2": 1, "3": 0, "4": 0, "5": 1, "6": 0}, 3, "high"),
    ({"1": 0, "2": 0, "6": 1, "6b": 0}, 2, "urgent"),
    ({"1": 0, "2": 0, "6": 1, "6b": 1}, 3, "high"),
    # Without script somebody may answer what need not have been asked: it counts.
    ({"1": 0, "2": 0, "4": 1, "6": 0}, 3, "high"),
]


@pytest.mark.parametrize(("answers", "triage", "level"), TRIAGE)
def test_c_ssrs_raises_the_alert_of_its_triage(cast: Cast, answers: dict[str, int], triage: int, level: str | None) -> None:
    load(cast, "c-ssrs")
    assert answer(cast, asked_of_pia(cast, "c-ssrs"), answers).total == triage
    assert [alert.level for alert in Alert.objects.all()] == ([level] if level else [])


def test_what_is_not_asked_is_not_missing(cast: Cast) -> None:
    load(cast, "c-ssrs")
    checkin = asked_of_pia(cast, "c-ssrs")
    missing = checkin_form(checkin, "en", {"c-ssrs": {"1": 0, "2": 0, "6": 1}}).missing
    assert [question.name for question in missing] == ["c-ssrs:6b"]


def test_without_script_a_question_says_when_it_is_asked(cast: Cast) -> None:
    load(cast, "c-ssrs")
    third = checkin_form(asked_of_pia(cast, "c-ssrs"), "en").questions[2]
    assert third.condition == "Only if you answered “Yes” to question 2."


def test_on_the_page_for_paper_the_hint_names_the_number_on_the_paper(cast: Cast) -> None:
    load(cast, "c-ssrs")
    checkin = asked_of_pia(cast, "phq-9 c-ssrs")
    through, by_scale = (checkin_form(checkin, "en", numbered=how).questions[11] for how in ("through", "by scale"))
    assert (through.number, through.condition[-12:]) == ("12", "question 11.")
    assert (by_scale.number, by_scale.condition[-11:]) == ("3", "question 2.")


def test_alma_fills_the_form_from_a_file_and_nothing_is_kept_before_she_says_so(
    cast: Cast, signed_in: Callable[[str], Client]
) -> None:
    alma, address = signed_in("alma"), reverse("scale_text", args=["who-5"])
    rows = "".join(f"{key},en words of {key}\n" for key in invented("who-5", "en"))
    file = SimpleUploadedFile("who.csv", b"place,en\n" + rows.encode())
    page = alma.post(address, {"file": file, "do": "fill", "number": "R-17"})
    form = page.context["form"]
    assert (form["item-1-en"].value(), form["number"].value()) == ("en words of item-1", "R-17")
    assert not ScaleVersion.objects.filter(code="who-5").exclude(clinic=None).exists()
    typed = {field.html_name: field.value() for field in form if field.value() is not None}
    alma.post(address, typed | {"kind": "licence", "holder": "North Clinic", "dated": "2026-01-05", "rater": "patient"})
    assert scales_of(cast.north.pk)["who-5"].items[0].text == {"en": "en words of item-1"}


def test_a_file_without_its_places_leaves_what_was_typed(signed_in: Callable[[str], Client]) -> None:
    file = SimpleUploadedFile("who.csv", b"place,en\nitem-77,x\n")
    page = signed_in("alma").post(reverse("scale_text", args=["who-5"]), {"file": file, "do": "fill", "number": "R-17"})
    assert page.status_code == 422
    assert "has no place &#x27;item-77&#x27;" in page.content.decode()
    assert page.context["form"]["number"].value() == "R-17"


@pytest.fixture
def rated(cast: Cast) -> str:
    """The page on which Maya rates Pia by the C-SSRS screener, which North loaded for its staff."""
    load_text("c-ssrs", invented("c-ssrs", "en"), PERMISSION, rater="clinician", seen=0, actor=cast.actor("alma"))
    return f"{reverse('course_total', args=[cast.enrol(starts_on=MONDAY).public_id])}?scale=c-ssrs"


def test_maya_rates_the_screener_question_by_question_and_its_triage_pages(
    cast: Cast, rated: str, signed_in: Callable[[str], Client]
) -> None:
    maya = signed_in("maya")
    page = maya.get(rated)
    assert "Only if you answered “Yes” to question 2." in page.content.decode()
    typed = {"key": page.context["form"]["key"].value(), "day": "2026-03-01", "clock": "10:00"}
    answers = {"c-ssrs:1": "1", "c-ssrs:2": "1", "c-ssrs:3": "0", "c-ssrs:4": "1", "c-ssrs:5": "0", "c-ssrs:6": "0"}
    for _ in range(2):
        maya.post(rated, typed | answers)
    score = Score.objects.get(code="c-ssrs")
    assert (score.total, score.mode, score.author, score.checkin) == (3, "clinician", "Maya", None)
    assert [alert.level for alert in Alert.objects.all()] == ["high"]


def rating(page_of: Client, rated: str, **answers: int) -> dict[str, str | list[str]]:
    """What the page without script sends: when, these answers, and which questions it showed."""
    form = page_of.get(rated).context["form"]
    typed = {f"c-ssrs:{item[1:]}": str(value) for item, value in answers.items()}
    shown = [f"c-ssrs:{number}" for number in (1, 2, 6)]
    return {"key": form["key"].value(), "day": "2026-03-01", "clock": "10:00", "shown": shown, **typed}


def test_without_script_what_an_answer_leads_to_is_asked_on_a_second_page(rated: str, signed_in: Callable[[str], Client]) -> None:
    maya = signed_in("maya")
    page = maya.post(rated, rating(maya, rated, q1=1, q2=1, q6=0))
    assert [question.number for question in page.context["more"]] == ["3", "4", "5"]
    assert 'id="c-ssrs-6b" data-asked-after="c-ssrs:6" data-asked-values="1" hidden disabled' in page.content.decode()
    assert not Score.objects.exists()


def test_an_answer_that_the_answers_before_it_leave_out_is_refused_in_words(
    rated: str, signed_in: Callable[[str], Client]
) -> None:
    maya = signed_in("maya")
    page = maya.post(rated, rating(maya, rated, q1=0, q2=0, q4=1, q6=0))
    assert "Question 4 is asked only when question 2 was answered yes. Change the answer before it" in page.content.decode()
    assert not Score.objects.exists()


def test_a_rating_stands_with_the_check_in_that_asked_for_it(cast: Cast, rated: str, signed_in: Callable[[str], Client]) -> None:
    checkin = CheckIn.objects.get(patient=cast.patients["pia"], purpose=CheckIn.Purpose.BASELINE)
    CheckIn.objects.filter(pk=checkin.pk).update(scale_codes="phq-9 c-ssrs")
    maya = signed_in("maya")
    maya.post(rated, rating(maya, rated, q1=1, q2=0, q6=0))
    assert Score.objects.get().checkin == checkin
    page = maya.get(reverse("patient", args=[cast.patients["pia"].public_id])).content.decode()
    assert "C-SSRS screener 1 (Low), by Maya ⚑" in page


def test_a_check_in_of_ratings_alone_is_answered_with_the_last_of_them(
    cast: Cast, rated: str, signed_in: Callable[[str], Client]
) -> None:
    baseline = CheckIn.objects.filter(patient=cast.patients["pia"], purpose=CheckIn.Purpose.BASELINE)
    baseline.update(scale_codes="c-ssrs madrs")
    maya = signed_in("maya")
    maya.post(rated, rating(maya, rated, q1=0, q2=0, q6=0))
    assert baseline.get().state == CheckIn.State.PLANNED
    maya.post(rated.replace("c-ssrs", "madrs"), {"key": uuid.uuid4(), "total": "20", "day": "2026-03-01", "clock": "10:00"})
    assert baseline.get().state == CheckIn.State.DONE


def test_pia_reads_no_triage_among_her_scores(cast: Cast, rated: str, signed_in: Callable[[str], Client]) -> None:
    maya = signed_in("maya")
    maya.post(rated, rating(maya, rated, q1=1, q2=0, q6=0))
    assert signed_in("pia").get(reverse("progress")).context["panels"] == []


def test_a_rating_without_an_answer_is_not_kept(rated: str, signed_in: Callable[[str], Client]) -> None:
    maya = signed_in("maya")
    key = maya.get(rated).context["form"]["key"].value()
    page = maya.post(rated, {"key": key, "day": "2026-03-01", "clock": "10:00", "c-ssrs:1": "x"})
    assert page.status_code == 422
    assert not Score.objects.exists()


def test_what_staff_rate_is_neither_asked_of_pia_nor_missing_from_what_she_sends(cast: Cast, rated: str) -> None:
    checkin = CheckIn.objects.get(patient=cast.patients["pia"], purpose=CheckIn.Purpose.BASELINE)
    CheckIn.objects.filter(pk=checkin.pk).update(scale_codes="phq-9 c-ssrs")
    submit_checkin(
        checkin.public_id, actor=cast.actor("pia"), key=uuid.uuid4(), answers={"phq-9": {"1": 1}}, language="en",
        at=checkin.opens_at + timedelta(hours=1),
    )  # fmt: skip
    assert [score.code for score in Score.objects.all()] == ["phq-9"]
