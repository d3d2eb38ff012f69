"""Alma defines a scale and Maya loads a text, in a browser, without any script."""

from playwright.sync_api import expect

from assessments.models import ScaleVersion
from tests.browser.conftest import DESK, PHONE
from tests.browser.phone import Visiting
from tests.cast import Cast

SLEEP = {"title": "Sleep diary", "measures": "sleep", "lowest": "0", "highest": "24", "percent": "40", "source": "Our own"}


def test_alma_defines_a_scale_and_finds_it_among_her_clinics_own(visit: Visiting, cast: Cast) -> None:
    page = visit("alma", viewport=PHONE, java_script_enabled=False).go("/scales/")
    page.get_by_role("link", name="Define a scale").click()
    for name, value in SLEEP.items():
        page.fill(f"[name={name}]", value)
    page.get_by_label("The patient, on paper").check()
    page.get_by_label("Lower is better").check()
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sleep diary")
    scale = ScaleVersion.objects.get(clinic=cast.north).scale
    assert (scale.rater, scale.lowest, scale.highest) == ("patient", 0, 24)


def test_maya_loads_a_text_and_what_is_missing_keeps_what_she_typed(visit: Visiting, cast: Cast) -> None:
    page = visit("maya", viewport=DESK, java_script_enabled=False).go("/scales/who-5/")
    page.get_by_role("link", name="Load the official text").click()
    fields = page.locator("main form [name$='-en']")
    for number in range(fields.count()):
        fields.nth(number).fill(f"Invented words {number}")
    fields.last.fill("")
    page.locator("[name=kind]").first.check()
    for name, value in {"number": "A 17", "holder": "North Clinic", "dated": "2026-01-05"}.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Load this text").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(fields.first).to_have_value("Invented words 0")
    fields.last.fill("Invented words at the end")
    page.get_by_role("button", name="Load this text").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("WHO-5")
    assert ScaleVersion.objects.get(clinic=cast.north).scale.is_asked_in("en")
