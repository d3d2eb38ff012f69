"""Nils records an infusion with the keys alone, and loses nothing that he typed."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from programs.models import Draft, EventMore, Note, RateChange, RoomEvent, Session, Vitals
from programs.services import sessions
from tests.browser.conftest import DESK, TABLET
from tests.browser.phone import Visiting
from tests.cast import Cast
from tests.processes import wait_for

MOST_TABS = 60


@pytest.fixture
def session(cast: Cast) -> Session:
    """Paul's first infusion is today; Maya has signed its order."""
    enrolment = cast.enrol("paul", starts_on=timezone.now().astimezone(cast.north.tz).date())
    session = enrolment.sessions.get(infusion=1)
    cast.order(session)
    return session


@pytest.fixture
def page(visit: Visiting, cast: Cast, session: Session) -> Page:
    """Paul is here, and Nils has the session's page open."""
    sessions.receive_patient(session, actor=cast.actor("nils"))
    return visit("nils", viewport=DESK).go(f"/sessions/{session.public_id}/")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{MOST_TABS} tabs did not lead to {selector}")


def press(page: Page, selector: str) -> None:
    """Go to a button or link with Tab, press Enter, and wait for the page that follows."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_vitals(page: Page, *values: str) -> None:
    """Digits only: each field leads to the next, and the last one saves the row."""
    tab_to(page, "[name=systolic]")
    for value in values:
        page.keyboard.type(value)


def test_a_whole_infusion_by_keyboard(visit: Visiting, cast: Cast, session: Session) -> None:
    page = visit("nils", viewport=DESK).go("/today/")
    press(page, f"form[action$='{session.public_id}/arrive/'] button")
    press(page, f"a.btn[href$='{session.public_id}/']")
    tab_to(page, "[name=weight]")
    page.keyboard.type("70.5")
    tab_to(page, "[name=unit]")
    page.keyboard.press("Space")
    press(page, "form[action$='/weight/'] button")
    expect(page.get_by_text("70.5 kg = 155.4 lb. Is that what the scale says")).to_be_visible()
    press(page, "main form button")
    tab_to(page, "[name^=line-][name$=answer]")
    page.keyboard.press("Space")
    press(page, "form[action$='/checks/'] button")
    type_vitals(page, "144", "92", "88", "97")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    cast.let_pass(session, "unanswered", at=timezone.now())
    page.reload()
    press(page, "form[action$='/start/'] button")
    tab_to(page, "[name=text]")
    page.keyboard.type("Quiet, eyes closed.")
    tab_to(page, "form[action$='/notes/'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="Quiet, eyes closed.")).to_be_visible()
    press(page, "form[action$='/end/'] button")
    session.refresh_from_db()
    assert (session.state, session.dose_ug, session.weight_rows.get().weight_g) == ("done", 35_000, 70_500)
    assert Vitals.objects.values_list("systolic", "diastolic", "pulse", "spo2").get() == (144, 92, 88, 97)
    assert Note.objects.get().text == "Quiet, eyes closed."


def test_digits_lead_to_the_next_field(page: Page) -> None:
    tab_to(page, "[name=systolic]")
    page.keyboard.type("14492")
    expect(page.locator("[name=systolic]")).to_have_value("144")
    expect(page.locator("[name=diastolic]")).to_have_value("92")
    expect(page.locator("[name=pulse]")).to_be_focused()


def test_what_was_typed_is_there_after_the_page_was_closed(visit: Visiting, page: Page) -> None:
    tab_to(page, "[name=systolic]")
    page.keyboard.type("1449")
    tab_to(page, "[name=text]")
    page.keyboard.type("Mild nausea at")
    expect(page.get_by_text("Kept while you type.")).to_have_count(2)
    address = page.url
    page.close()
    again = visit("nils", viewport=DESK).page
    again.goto(address)
    expect(again.locator("[name=systolic]")).to_have_value("144")
    expect(again.locator("[name=diastolic]")).to_have_value("9")
    expect(again.locator("[name=text]")).to_have_value("Mild nausea at")


def test_what_was_typed_a_moment_before_the_page_was_left_is_there(visit: Visiting, page: Page) -> None:
    # While the page's worker is being installed, a goodbye may be dropped by the browser.
    page.evaluate("navigator.serviceWorker.ready")
    page.locator("[name=text]").fill("Says it was peaceful")
    address = page.url
    page.goto("about:blank")
    # What the page sends while it goes is on its way for a moment.
    wait_for(lambda: Draft.objects.filter(text="Says it was peaceful").exists(), "the draft")
    page.goto(address)
    expect(page.locator("[name=text]")).to_have_value("Says it was peaceful")


def test_a_number_that_cannot_be_is_refused_in_words_and_stays_in_its_field(page: Page) -> None:
    type_vitals(page, "92", "144", "88", "97")
    expect(page.get_by_text("Not saved.")).to_contain_text("the second number of a blood pressure is the smaller one")
    expect(page.locator("[name=diastolic]")).to_have_value("144")
    assert not Vitals.objects.exists()


@pytest.fixture
def tablet(visit: Visiting, cast: Cast, session: Session) -> Page:
    """The same page on the tablet at the chair, by touch."""
    sessions.receive_patient(session, actor=cast.actor("nils"))
    return visit("nils", viewport=TABLET, has_touch=True).go(f"/sessions/{session.public_id}/")


def tap(page: Page, keys: str) -> int:
    """Tap these keys of the pad; gives how many taps it took."""
    for key in keys:
        page.locator(f"[data-key='{key}']").tap()
    return len(keys)


def test_a_row_is_nine_to_eleven_taps_and_saves_itself(tablet: Page) -> None:
    assert tap(tablet, "144928897") == 9
    expect(tablet.get_by_role("button", name="Undo")).to_be_visible()
    assert tap(tablet, "14410510199") == 11
    expect(tablet.locator(".pad-rows li:not([data-own])")).to_have_count(2)
    rows = Vitals.objects.order_by("pk").values_list("systolic", "diastolic", "pulse", "spo2")
    assert list(rows) == [(144, 92, 88, 97), (144, 105, 101, 99)]


def test_the_row_before_stands_beside_the_slots_and_fills_none(tablet: Page) -> None:
    tap(tablet, "144928897")
    expect(tablet.locator("#id_systolic_helptext")).to_have_text("was 144")
    expect(tablet.locator("[name=systolic]")).to_have_value("")


def test_undo_takes_the_row_back_and_both_rows_stay(tablet: Page) -> None:
    tap(tablet, "144928897")
    tablet.get_by_role("button", name="Undo").tap()
    expect(tablet.get_by_text("Taken back.")).to_be_visible()
    assert list(Vitals.objects.order_by("pk").values_list("systolic", "why")) == [(144, ""), (144, "taken back")]
    assert not Vitals.objects.standing().exists()


def test_a_skipped_number_is_a_marked_gap(tablet: Page) -> None:
    tap(tablet, "14492")
    tablet.locator("[data-key=skip]").tap()
    tap(tablet, "97")
    expect(tablet.get_by_role("cell", name="gap")).to_be_visible()
    assert Vitals.objects.values_list("pulse", "spo2").get() == (None, 97)


def test_the_keys_fit_a_gloved_finger_and_the_rows_stay_in_sight(tablet: Page) -> None:
    tap(tablet, "144928897")
    expect(tablet.locator(".pad-rows li")).to_have_count(1)
    box = tablet.locator("[data-key='5']").bounding_box()
    assert box
    assert (box["height"] >= 80, box["width"] >= 104) == (True, True)
    tablet.locator("[data-key='5']").tap()
    expect(tablet.locator(".pad-rows")).to_be_in_viewport()


def test_a_row_that_did_not_reach_the_server_is_sent_again_and_stored_once(tablet: Page) -> None:
    tablet.route("**/rows/", lambda route: route.abort())
    tap(tablet, "144928897")
    expect(tablet.get_by_text("1 row kept on this tablet, not sent yet.")).to_be_visible()
    tablet.unroute("**/rows/")
    expect(tablet.get_by_text("All sent")).to_be_visible(timeout=10_000)
    assert Vitals.objects.count() == 1


def test_an_event_is_one_tap_and_how_bad_it_was_another(tablet: Page) -> None:
    tablet.get_by_role("button", name="Nausea or vomiting").tap()
    tablet.get_by_role("button", name="Mild nausea or vomiting").tap()
    expect(tablet.get_by_text("Nausea or vomiting, mild")).to_be_visible()
    assert (RoomEvent.objects.get().what, EventMore.objects.get().severity) == ("nausea", "mild")


def test_a_serious_event_opens_the_card_with_a_timer(tablet: Page) -> None:
    tablet.get_by_role("button", name="Rash").tap()
    expect(tablet.get_by_role("button", name="Serious event: rash")).to_be_visible()
    tablet.reload()
    tablet.get_by_role("button", name="Serious event: rash").tap()
    expect(tablet.get_by_role("heading", name="Rash · 0 min")).to_be_visible()
    expect(tablet.get_by_text("This clinic has written no card.")).to_be_visible()


@pytest.fixture
def running(visit: Visiting, cast: Cast, session: Session) -> Page:
    """Paul's dose runs, on the tablet at the chair."""
    cast.prepare(session, timezone.now())
    cast.begin(session, timezone.now())
    return visit("nils", viewport=TABLET, has_touch=True).go(f"/sessions/{session.public_id}/")


def test_the_pump_is_paused_by_a_finger_that_stays(running: Page) -> None:
    running.get_by_role("button", name="Paused").tap()
    running.get_by_role("button", name="Paused: press and hold").hover()
    assert not RateChange.objects.exists()
    running.mouse.down()
    wait_for(lambda: RateChange.objects.filter(what="pause").exists(), "the pause, while the finger is still down")


def test_who_slides_off_a_key_that_is_held_does_not_press_it(running: Page) -> None:
    running.get_by_role("button", name="Paused").hover()
    running.mouse.down()
    running.mouse.move(5, 5)
    running.wait_for_timeout(1500)
    assert not RateChange.objects.exists()
