"""From the end of the dose to the signed record, as Nils taps it; and what is printed is one page, filled and empty."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page

from programs.models import RecordSignature, Session
from programs.services.events import record_event, say_more
from programs.services.infusion import record_vitals
from tests.browser.conftest import TABLET, Visit
from tests.cast import Cast
from tests.db.test_record_pages import TICKED

Visitor = Callable[..., Visit]


def resting(cast: Cast) -> Session:
    """Yesterday's dose of Pia, with twelve readings and three events; she rests."""
    day = timezone.now().astimezone(cast.north.tz).date() - timedelta(days=1)
    session = cast.give(cast.enrol(starts_on=day).sessions.get(infusion=1))
    for number in range(11):
        at = session.started_at + timedelta(minutes=8 * number + 4)
        record_vitals(session, systolic=128 - number % 4, diastolic=80, pulse=72, spo2=98, stamp=cast.stamp("nils", at))
    for minutes, what in ((12, "nausea"), (20, "dizziness"), (31, "anxiety")):
        stamp = cast.stamp("nils", session.started_at + timedelta(minutes=minutes))
        more = cast.stamp("nils", session.started_at + timedelta(minutes=minutes + 5))
        say_more(record_event(session, what=what, stamp=stamp), severity="mild", done="Waited", stamp=more)
    return session


def pages(page: Page) -> int:
    """How many sheets of Letter paper come out of the printer."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter")))


def test_nils_asks_discharges_signs_and_prints_one_page(visit: Visitor, cast: Cast) -> None:
    session = resting(cast)
    nils = visit("nils", viewport=TABLET)
    page = nils.go(f"/sessions/{session.public_id}/")
    page.get_by_role("link", name="Discharge", exact=True).click()
    asked = page.locator("form", has=page.get_by_role("button", name="Save the answer"))
    asked.get_by_label("No, none").check()
    asked.get_by_label("Asked at").fill("11:50")
    asked.get_by_role("button").click()
    for name, value in TICKED.items():
        field = page.locator(f"form.card [name={name}]").last
        if name in {"escort", "clock"}:
            field.fill(value)
        else:
            page.locator(f"[name={name}][value='{value}']").check()
    page.get_by_role("button", name="Discharge", exact=True).click()
    page.get_by_role("button", name="Sign the record").click()
    page.get_by_text("Signed. From now on").wait_for()
    assert RecordSignature.objects.get().signed_by == "Nils"
    assert pages(page) == 1
    assert pages(nils.go(f"/sessions/{session.public_id}/sheet/")) == 1
    assert nils.faults == []
