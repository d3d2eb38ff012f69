"""Pia answers a check-in on her phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import Score
from programs.models import CheckIn
from tests.browser.phone import Visiting, answer, option, path_of, send, tap_all
from tests.cast import Cast

SAFETY = "phq-9:9"


@pytest.fixture
def checkin(cast: Cast) -> CheckIn:
    """PHQ-9 and GAD-7, open now: her course begins the day after tomorrow."""
    enrolment = cast.enrol(starts_on=timezone.now().astimezone(cast.north.tz).date() + timedelta(days=2))
    return enrolment.checkins.get(purpose=CheckIn.Purpose.BASELINE)


def scores_of(checkin: CheckIn) -> dict[str, tuple]:
    return {score.code: (score.total, score.answered) for score in Score.objects.filter(checkin=checkin)}


def test_pia_answers_both_scales_in_at_most_17_taps(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    taps = tap_all(page) + 1
    send(page)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    assert taps <= 17
    assert scores_of(checkin) == {"phq-9": (9, 9), "gad-7": (7, 7)}


def test_nothing_is_chosen_for_her(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    expect(page.locator("#checkin [type=radio]").first).to_be_attached()
    expect(page.locator("#checkin :checked")).to_have_count(0)


def test_each_answer_brings_the_next_question_into_view(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    option(page, "phq-9:1", 1).tap()
    expect(page.locator("[name='phq-9:2']").first).to_be_in_viewport()
    expect(page.locator("#phq-9-2 legend")).to_be_in_viewport()


def test_a_gap_is_named_and_leads_to_its_question(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    answer(page, besides="gad-7:3")
    send(page)
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("You have not answered 1 question")
    summary.get_by_role("link").click()
    expect(page.locator("#gad-7-3")).to_be_in_viewport()
    assert scores_of(checkin) == {}


def test_she_may_send_with_a_gap(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    answer(page, besides="gad-7:3")
    send(page)
    page.get_by_role("button", name="Send without them").click()
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    assert scores_of(checkin)["gad-7"] == (7, 6)


@pytest.mark.parametrize(
    ("language", "words", "call"),
    [("en", "Thank you for telling us.", "Call 988"), ("es", "Gracias por decirnos.", "Llamar al 988, opción 2")],
)
def test_the_support_card_opens_under_the_first_safety_answer(
    visit: Visiting, cast: Cast, checkin: CheckIn, language: str, words: str, call: str
) -> None:
    type(cast.patients["pia"]).objects.filter(pk=cast.patients["pia"].pk).update(language=language)
    page = visit("pia").go(path_of(checkin))
    card = page.locator(".question:has([data-unsafe]) .support")
    expect(card).to_be_hidden()
    option(page, SAFETY, 1).tap()
    expect(card).to_contain_text(words)
    expect(card.get_by_role("link", name=call)).to_be_in_viewport()


def test_the_card_goes_when_the_answer_was_a_slip(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    option(page, SAFETY, 1).tap()
    option(page, SAFETY, 0).tap()
    expect(page.locator(".question .support")).to_be_hidden()


def test_the_same_form_works_without_javascript(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia", java_script_enabled=False).go(path_of(checkin))
    page.locator(f"[name='{SAFETY}'][value='1']").check()
    expect(page.locator(".question .support")).to_be_visible()
    for question in page.locator("fieldset.question").all():
        question.locator("[value='1']").check()
    send(page)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    assert scores_of(checkin) == {"phq-9": (9, 9), "gad-7": (7, 7)}


def test_a_double_click_on_send_makes_one(visit: Visiting, checkin: CheckIn) -> None:
    pia = visit("pia")
    page = pia.go(path_of(checkin))
    answer(page)
    page.locator("#checkin [value=all]").dblclick()
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    assert Score.objects.filter(checkin=checkin).count() == 2


def test_two_sendings_of_one_form_make_one(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    answer(page)
    statuses = page.evaluate(
        """() => { const send = () => fetch(location, {method: "POST", body: new FormData(document.forms.checkin)});
                   const forms = [send(), send(), send()];
                   return Promise.all(forms).then((answers) => answers.map((answer) => answer.ok)); }"""
    )
    assert statuses == [True, True, True]
    assert Score.objects.filter(checkin=checkin).count() == 2


def test_back_and_send_again_makes_one(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    answer(page)
    send(page)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    page.go_back()
    page.wait_for_load_state()
    if page.locator("#checkin").count():
        send(page)
        page.wait_for_load_state()
    assert scores_of(checkin) == {"phq-9": (9, 9), "gad-7": (7, 7)}


def test_a_gap_that_was_answered_is_gone_back_to_without_a_word_from_the_browser(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    answer(page, besides="phq-9:1")
    send(page)
    option(page, "phq-9:1", 2).tap()
    send(page)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="You sent this")).to_be_visible()


def test_a_reload_keeps_what_she_answered(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    option(page, "phq-9:1", 2).tap()
    option(page, "phq-9:2", 3).tap()
    page.reload()
    expect(page.locator("[name='phq-9:1'][value='2']")).to_be_checked()
    expect(page.locator("[name='phq-9:2'][value='3']")).to_be_checked()


def test_nothing_of_a_sent_check_in_stays_on_the_phone(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    answer(page)
    send(page)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_offline_says_that_nobody_has_seen_it_and_keeps_the_answers(visit: Visiting, checkin: CheckIn) -> None:
    page = visit("pia").go(path_of(checkin))
    answer(page)
    page.context.set_offline(True)
    send(page)
    expect(page.get_by_text("We have not seen them yet")).to_be_visible()
    page.context.set_offline(False)
    send(page)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
