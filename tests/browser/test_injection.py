"""Nils gives an injection: from arrival to given, with a medicine beside it and a slip corrected."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from programs.models import GivenDose, Medicine, Session
from programs.services.medicines import TypedLine, sign_standing_orders
from programs.services.offering import switch_program
from programs.services.second_looks import look_again
from tests.browser.conftest import TABLET
from tests.browser.phone import Visiting
from tests.cast import Cast


@pytest.fixture
def session(cast: Cast) -> Session:
    """Paul's first injection is today, 35 mg; Maya has signed the order and a standing order for nausea."""
    switch_program("six-injections", is_on=True, actor=cast.actor("alma"))
    today = timezone.now().astimezone(cast.north.tz).date()
    session = cast.enrol("paul", program="six-injections", starts_on=today).sessions.get(infusion=1)
    look_again(cast.order(session), looker=cast.actor("nils"))
    lines = [TypedLine("Ondansetron", "4", "mg", "IV", "nausea", 1)]
    sign_standing_orders(cast.north, lines=lines, actor=cast.actor("maya"))
    return session


def arrive(page: Page) -> None:
    """Here, weighed, checked and measured."""
    page.get_by_role("button", name="Arrived").tap()
    page.locator("[name=weight]").fill("70")
    page.locator("[name=unit][value=kg]").check()
    page.get_by_role("button", name="Save weight").tap()
    page.get_by_role("button", name="70 kg = 154.3 lb is right").tap()
    page.locator("[name^=line-][name$=answer][value=yes]").check()
    page.get_by_role("button", name="Save the checklist").tap()
    for key in "122787098":
        page.locator(f"[data-key='{key}']").tap()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def test_an_injection_from_arrival_to_given(visit: Visiting, cast: Cast, session: Session) -> None:
    page = visit("nils", viewport=TABLET, has_touch=True).go(f"/sessions/{session.public_id}/")
    arrive(page)
    cast.let_pass(Session.objects.get(pk=session.pk), "unanswered", at=timezone.now())
    page.reload()
    page.locator("[name=mg]").fill("350")
    page.get_by_label("Left upper arm").check()
    page.get_by_role("button", name="Give the first dose").tap()
    expect(page.get_by_text("350 mg is more than is left").first).to_be_visible()
    page.locator("[name=mg]").fill("30")
    page.get_by_role("button", name="Given", exact=True).tap()
    page.get_by_role("link", name="Correct the dose").tap()
    page.locator("[name=mg]").fill("25")
    page.get_by_label("Typing error").check()
    page.get_by_role("button", name="Correct").tap()
    expect(page.get_by_text("25 mg of 35 mg given")).to_be_visible()
    page.get_by_text("Give by standing order").tap()
    page.get_by_role("button", name="Given: Ondansetron 4 mg IV").tap()
    expect(page.locator("#medicines-part")).to_contain_text("Ondansetron 4 mg IV · standing order")
    page.context.set_offline(True)
    more_than_is_left_is_refused_on_the_tablet(page)
    page.locator("[name=mg]").fill("10")
    page.get_by_role("button", name="Give this dose").tap()
    expect(page.locator("[data-unsent]")).to_contain_text("Dose: 10 mg")
    more_than_is_left_is_refused_on_the_tablet(page)
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_text("35 mg of 35 mg given")).to_be_visible(timeout=15_000)
    now = Session.objects.get(pk=session.pk)
    assert (now.state, now.dose_ug, Medicine.objects.count()) == ("in progress", 35_000, 1)
    assert list(GivenDose.objects.order_by("pk").values_list("dose_ug", flat=True)) == [30_000, 25_000, 10_000]


def more_than_is_left_is_refused_on_the_tablet(page: Page) -> None:
    page.locator("[name=mg]").fill("11")
    page.get_by_label("Left upper arm").check()
    page.get_by_role("button", name="Give this dose").tap()
    expect(page.get_by_text("more than is left of the order")).to_be_visible()
