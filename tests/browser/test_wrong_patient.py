"""Pia's chart has what Paul was given: Maya looks for him, sees both side by side, and moves it with two passwords."""

from playwright.sync_api import expect

from programs.models import MovedRecord, Session
from programs.services.ledger.drawing import draw
from programs.services.ledger.stock import open_vial
from tests.browser.conftest import TABLET
from tests.browser.phone import Visiting
from tests.browser.test_pages import faults_of, with_axe
from tests.cast import MONDAY, PASSWORD, Cast


def test_maya_moves_a_record_to_the_patient_whose_it_is(visit: Visiting, cast: Cast) -> None:
    cast.enrol("paul", starts_on=MONDAY)
    kept = cast.infuse(cast.enrol("pia", starts_on=MONDAY).sessions.get(infusion=1))
    draw(kept, open_vial(cast.stock(kept.starts_at), signing=cast.sign("nils", kept.starts_at)), ml="4",
         signing=cast.sign("nils", kept.starts_at))  # fmt: skip
    maya = with_axe(visit("maya", viewport=TABLET))
    page = maya.go(f"/sessions/{kept.public_id}/record/")
    page.get_by_role("link", name="This record is another patient's").click()
    page.get_by_label("Name or record number").fill("ibarra")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Paul Ibarra").click()
    assert list(faults_of(maya, page.url.removeprefix(maya.site), set())) == []

    page.get_by_label("Record number of Paul Ibarra").fill(cast.patients["paul"].mrn)
    page.get_by_label("How did it come to stand").fill("Two charts were open")
    page.get_by_label("Your own password").fill(PASSWORD)
    page.get_by_label("Witness", exact=True).select_option("Nils")
    page.get_by_label("The witness's own password").fill(PASSWORD)
    page.get_by_role("button", name="Move it to Paul Ibarra").click()

    expect(page.get_by_text("Moved here from another patient's chart")).to_be_visible()
    into = Session.objects.get(moved_from__source=kept)
    assert (into.patient, MovedRecord.objects.get().witness) == (cast.patients["paul"], "Nils")
    assert list(faults_of(maya, f"/sessions/{kept.public_id}/record/", set())) == []
    expect(page.get_by_text("This record is another patient's.")).to_be_visible()
    assert maya.faults == []
