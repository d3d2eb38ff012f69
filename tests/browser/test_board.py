"""Maya keeps the board open, sees what Nils types without a reload, and takes over on his tablet."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.services.dosing import start_infusion
from programs.models import HandOver, Session
from programs.services.infusion import record_vitals
from programs.services.room_rules import sign_rules
from tests.browser.conftest import TABLET
from tests.browser.phone import Visiting
from tests.cast import PASSWORD, Cast

COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}


@pytest.fixture
def session(cast: Cast) -> Session:
    """Pia's first infusion began twelve minutes ago, and Nils has it."""
    came = timezone.now() - timedelta(minutes=15)
    sign_rules(cast.north, during_every=10, after_every=15, actor=cast.actor("maya"))
    session = cast.enrol(starts_on=came.astimezone(cast.north.tz).date()).sessions.get(infusion=1)
    cast.prepare(session, came)
    start_infusion(session, stamp=cast.stamp("nils", came + timedelta(minutes=3)))
    return Session.objects.get(pk=session.pk)


def colours_of(page: Page) -> list[str]:
    page.evaluate(Axe().axe_script)
    return [one["id"] for one in page.evaluate("options => axe.run(options)", COLOURS)["violations"]]


def test_the_board_shows_what_another_nurse_typed_and_who_took_over(visit: Visiting, cast: Cast, session: Session) -> None:
    board = visit("maya", viewport=TABLET, has_touch=True)
    page = board.go("/board/")
    expect(page.get_by_text("Vitals overdue since")).to_be_visible()
    page.evaluate("document.body.dataset.same = 'yes'")
    record_vitals(session, systolic=147, diastolic=91, pulse=88, spo2=97, stamp=cast.stamp("nils", timezone.now()))
    expect(page.get_by_text("BP 147/91")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Next vitals at")).to_be_visible()
    assert page.evaluate("document.body.dataset.same") == "yes"

    tablet = visit("nils", viewport=TABLET, has_touch=True).go("/board/")
    tablet.get_by_role("link", name="Hand over Pia Northwood").tap()
    expect(tablet.get_by_text("147/91 · 88 · 97 %")).to_be_visible()
    tablet.get_by_label("Who takes over?").select_option(label="Maya")
    tablet.get_by_label("Their own password").fill(PASSWORD)
    tablet.get_by_role("button", name="I take over").tap()
    expect(tablet.get_by_text("Maya has taken over: Pia Northwood.")).to_be_visible()
    assert (HandOver.objects.get().author, HandOver.objects.get().giver) == ("Maya", "Nils")
    expect(page.get_by_text("You", exact=True)).to_be_visible(timeout=15_000)

    page.route("**/board/tiles/", lambda route: route.abort())
    expect(page.get_by_text("The server is not reached. What you see is from")).to_be_visible(timeout=15_000)


def test_a_dim_room_reads_well_on_the_board_and_the_session(visit: Visiting, session: Session) -> None:
    tablet = visit("nils", viewport=TABLET, has_touch=True)
    page = tablet.go("/board/")
    page.get_by_text("Nils, nurse").tap()
    page.get_by_role("button", name="Dim room").tap()
    expect(page.locator("html[data-room=dim]")).to_be_attached()
    found = {"board": colours_of(page)}
    page.get_by_role("link", name="Pia Northwood").first.tap()
    expect(page.locator("[data-keypad]")).to_be_visible()
    found["session"] = colours_of(page)
    assert found == {"board": [], "session": []}
    assert tablet.faults == []
