"""Alma changes a program with nothing but her browser, and without any script."""

from playwright.sync_api import expect

from programs.models import Program
from tests.browser.conftest import DESK
from tests.browser.phone import Visiting
from tests.cast import SIX, Cast


def test_alma_copies_the_series_adds_a_weekly_phase_reads_the_plan_and_saves_it(visit: Visiting, cast: Cast) -> None:
    page = visit("alma", viewport=DESK, java_script_enabled=False).go(f"/programs/{SIX}/")
    page.get_by_role("link", name="Copy and change it").click()
    page.fill("[name=words-en-title]", "Six and two weekly")
    page.get_by_role("heading", name="The whole course").click()
    page.fill("[name=infusions_within_days]", "10")
    page.get_by_role("button", name="Add a phase").click()
    page.select_option("[name=blocks-1-sessions-0-kind]", "infusion")
    for name, value in {"spacing_days": "7", "window_days": "2", "least_gap_hours": "96"}.items():
        page.fill(f"[name=blocks-1-sessions-0-{name}]", value)
    page.fill("[name=blocks-1-repeat]", "2")
    page.check("[name=blocks-1-sessions-0-needs][value=chair]")
    page.locator("button.btn[value=plan]").click()
    expect(page.locator("#the-plan .alert")).to_contain_text("The program promises 10: that cannot be kept")
    expect(page.locator("#the-plan")).to_contain_text("Infusion 8")
    page.fill("[name=infusions_within_days]", "30")
    page.locator("button.btn[value=plan]").click()
    expect(page.locator("#the-plan .alert")).to_have_count(0)
    page.get_by_role("button", name="Save as this clinic's own").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Six and two weekly")
    saved = Program.objects.get(clinic=cast.north).protocol
    assert (saved.infusions, saved.infusions_within_days, saved.blocks[1].repeat) == (8, 30, 2)
