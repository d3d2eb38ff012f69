"""Nils draws, gives and wastes, with Maya as the witness who types her own password on his tablet."""

import pytest
from django.utils import timezone
from playwright.sync_api import ViewportSize, expect

from assessments.services.dosing import start_infusion
from programs.models import LedgerLine, Session
from programs.services import infusion
from programs.services.ledger.stock import open_vial
from tests.browser.phone import Visiting
from tests.cast import PASSWORD, Cast

TABLET: ViewportSize = {"width": 1180, "height": 746}


@pytest.fixture
def session(cast: Cast) -> Session:
    """Paul's infusion runs, and a vial is open."""
    now = timezone.now()
    session = cast.enrol("paul", starts_on=now.astimezone(cast.north.tz).date()).sessions.get(infusion=1)
    cast.prepare(session, now)
    start_infusion(session, stamp=cast.stamp("nils", now))
    open_vial(cast.stock(now), signing=cast.sign("nils", now))
    return Session.objects.get(pk=session.pk)


def test_nils_wastes_with_maya_as_witness(visit: Visiting, cast: Cast, session: Session) -> None:
    one = visit("nils", viewport=TABLET)
    page = one.go(f"/sessions/{session.public_id}/")
    page.get_by_role("link", name="Drawn, given, wasted").click()
    page.get_by_label("vial 1 of lot K100").check()
    page.get_by_label("mL drawn").fill("5")
    page.get_by_role("button", name="Write down the draw").click()
    infusion.end_infusion(session, stamp=cast.stamp("nils", timezone.now()))
    page.get_by_label("mL given").fill("3.5")
    page.get_by_label("mL wasted").fill("1.5")
    page.get_by_label("Witness", exact=True).select_option("Maya")
    page.get_by_label("The witness's own password").fill("not the password of Maya")
    page.get_by_role("button", name="Account for it").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not the password of Maya.")
    expect(page.get_by_label("mL wasted")).to_have_value("1.5")
    page.get_by_label("The witness's own password").fill(PASSWORD)
    page.get_by_role("button", name="Account for it").click()
    expect(page.get_by_role("status")).to_contain_text("3.5 mL given, 1.5 mL wasted")
    page.get_by_role("link", name="The session", exact=True).click()
    expect(page.get_by_role("region", name="Drug", exact=True)).to_contain_text("3.5 mL given, 1.5 mL wasted")
    used = LedgerLine.objects.get(kind="used")
    assert (used.author, used.witness) == ("Nils", "Maya")
    assert [fault for fault in one.faults if "422" not in fault] == []
