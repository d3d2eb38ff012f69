"""The wifi goes in the middle of an infusion: nothing that was typed is lost, doubled, or filed under another name."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from frontend.nurse.forms import NOT_WHOLE
from programs.dosing import NotANumber, read_amount
from programs.models import OpenTablet, RoomEvent, Session, Vitals
from programs.services.infusion import end_infusion, record_vitals, start_infusion
from programs.services.medicines import TypedLine, sign_standing_orders
from tests.browser.conftest import TABLET, Visit
from tests.browser.phone import Visiting
from tests.cast import PASSWORD, Cast
from tests.processes import wait_for
from tracker.audit.models import Event

READINGS = ["144928897", "142949097", "138908696", "136888496", "134868296"]


@pytest.fixture
def session(cast: Cast) -> Session:
    """Paul's first infusion runs; before it his pressure was 122/78."""
    enrolment = cast.enrol("paul", starts_on=timezone.now().astimezone(cast.north.tz).date())
    session = enrolment.sessions.get(infusion=1)
    now = timezone.now()
    cast.prepare(session, now)
    start_infusion(session, safety_answered_at=now, stamp=cast.stamp("nils", now))
    sign_standing_orders(cast.north, lines=[TypedLine("Ondansetron", "4", "mg", "IV")], actor=cast.actor("maya"))
    return session


@pytest.fixture
def tablet(visit: Visiting, session: Session) -> Visit:
    """Nils has the page open on the tablet, and the tablet is ready for the wifi to go."""
    tablet = visit("nils", viewport=TABLET, has_touch=True)
    page = tablet.go(f"/sessions/{session.public_id}/")
    expect(page.locator("[data-sync]")).to_have_text("All sent")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("caches.match('/tablet/').then(Boolean)")
    page.wait_for_function("tablet.keys.mine().then((keys) => Boolean(keys?.statement))")
    page.wait_for_function("tablet.shelf.all('copies').then((copies) => copies.length > 0)")
    return tablet


def tap(page: Page, keys: str) -> None:
    for key in keys:
        page.locator(f"[data-key='{key}']").tap()


def test_what_nils_typed_maya_passes_on_unread_and_it_stands_under_nils(cast: Cast, session: Session, tablet: Visit) -> None:
    page = tablet.page
    page.route("**/api/v1/**", lambda route: route.abort())
    tap(page, READINGS[0])
    page.get_by_role("button", name="Dizziness").tap()
    expect(page.locator("[data-sync]")).to_contain_text("2 rows kept on this tablet, not sent yet.")
    page.get_by_text("Nils, nurse").tap()
    page.get_by_role("button", name="Lock").tap()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    expect(page.locator("[data-sync]")).to_contain_text("2 rows of somebody else wait on this tablet")
    assert "Paul" not in page.content()
    page.get_by_role("button", name="Somebody else signs in").tap()
    page.locator("[name=login]").fill("maya@sextant.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").tap()
    page.wait_for_url("**/patients/")
    page.unroute("**/api/v1/**")
    expect(page.locator("[data-sync]")).to_contain_text("All sent", timeout=10_000)
    assert [row.author for row in (Vitals.objects.get(systolic=144), RoomEvent.objects.get())] == ["Nils", "Nils"]
    passed_on = Event.objects.filter(reason="passed on from the tablet by Maya")
    assert passed_on.count() == 2
    # The page had no wifi to say goodbye with: the next one of this tablet did, and no signature waits for it.
    wait_for(lambda: not OpenTablet.objects.exists(), "the goodbye of the tablet")


def test_five_rows_typed_without_wifi_survive_a_reload_and_arrive_once(cast: Cast, session: Session, tablet: Visit) -> None:
    page, context = tablet.page, tablet.page.context
    tap(page, "121787098")
    expect(page.locator(".pad-rows li:not([data-own])").first).to_contain_text("121/78")
    context.set_offline(True)
    for number, keys in enumerate(READINGS[:3], start=1):
        tap(page, keys)
        expect(page.locator("[data-sync]")).to_contain_text(f"{number} row")
    page.reload()
    expect(page.get_by_text("This is the chart as of")).to_be_visible()
    expect(page.locator("#strip-part")).to_contain_text(session.patient.legal_name)
    expect(page.locator("#record-part")).to_contain_text("121/78")
    for number, keys in enumerate(READINGS[3:], start=4):
        tap(page, keys)
        expect(page.locator("[data-sync]")).to_contain_text(f"{number} rows kept on this tablet, not sent yet.")
    context.set_offline(False)
    expect(page.locator("[data-sync]")).to_contain_text("All sent", timeout=15_000)
    rows = Vitals.objects.filter(session=session, systolic__gt=122).order_by("happened_at")
    assert [(row.systolic, row.author) for row in rows] == [(n, "Nils") for n in (144, 142, 138, 136, 134)]


def test_a_medicine_a_serious_event_the_end_and_the_pump_are_kept_and_come_in_order(
    cast: Cast, session: Session, tablet: Visit
) -> None:
    page, context = tablet.page, tablet.page.context
    context.set_offline(True)
    page.get_by_text("Give by standing order").tap()
    page.get_by_role("button", name="Given: Ondansetron 4 mg IV").tap()
    page.get_by_role("button", name="Rash").tap()
    page.get_by_role("button", name="serious").tap()
    expect(page.get_by_role("heading", name="Rash · 0 min")).to_be_visible()
    page.get_by_role("button", name="Back to the session").tap()
    page.get_by_role("button", name="The dose is given").tap()
    page.get_by_text("Pump's figures at the end").tap()
    page.get_by_label("Volume infused, mL").fill("0")
    page.get_by_label("Left, mL").fill("50")
    page.get_by_label("Why it differs from the rates").fill("Line kinked")
    page.get_by_role("button", name="Keep these figures").tap()
    expect(page.locator("[data-sync]")).to_contain_text("5 rows")
    page.reload()
    expect(page.locator("[data-sync]")).to_contain_text("5 rows kept on this tablet, not sent yet.")
    context.set_offline(False)
    expect(page.get_by_role("heading", name="Recovering since")).to_be_visible(timeout=15_000)
    event, given = (session.roomevent_rows.get(), session.medicine_rows.get())
    incident, end, read = (event.incident, session.dosemark_rows.get(what="end"), session.pumpreading_rows.get())
    times = [given.happened_at, event.happened_at, incident.opened_at, end.happened_at, read.happened_at]
    assert times == sorted(times)
    assert {given.author, event.author, incident.opened_by, end.author, read.author} == {"Nils"}


def test_what_is_no_plain_number_is_refused_at_once_in_the_words_of_the_server(tablet: Visit) -> None:
    page = tablet.page
    page.context.set_offline(True)
    page.get_by_text("Pump's figures at the end").tap()
    for typed in ("0,5", "1e2", ".5", "5 mL", "٥٠", "-5"):
        page.get_by_label("Volume infused, mL").fill(typed)
        page.get_by_label("Left, mL").fill("0")
        page.get_by_role("button", name="Keep these figures").tap()
        expect(page.locator("#pump-part [role=alert]")).to_have_text(f"Not recorded. {refusal_of(typed, 'mL')}")
    page.get_by_text("A medicine on a prescriber’s order").tap()
    page.get_by_label("Medicine", exact=True).fill("Labetalol")
    page.get_by_label("How much, the number only").fill("5mg")
    page.get_by_label("Unit", exact=True).select_option("mg")
    page.get_by_label("Route").select_option("IV")
    page.get_by_role("button", name="Given", exact=True).tap()
    expect(page.locator("#medicines-part [role=alert]")).to_have_text(f"Not recorded. {refusal_of('5mg', 'mg')}")
    page.get_by_label("Systolic").fill("1x4")
    for slot, number in (("Diastolic", "92"), ("Pulse", "88"), ("O₂ %", "97")):
        page.get_by_label(slot).fill(number)
    expect(page.locator("[data-pad-said]")).to_have_text(f"Not saved. {NOT_WHOLE}")
    expect(page.locator("[data-sync]")).not_to_contain_text("kept on this tablet")


def refusal_of(typed: str, unit: str) -> str:
    with pytest.raises(NotANumber) as refusal:
        read_amount(typed, unit)
    return str(refusal.value)


def test_what_only_the_server_can_say_is_not_pressed_into_the_void(cast: Cast, visit: Visiting) -> None:
    session = cast.prepared()
    page = visit("nils", viewport=TABLET, has_touch=True).go(f"/sessions/{session.public_id}/")
    page.get_by_text("Do not dose today").tap()
    page.get_by_label("Why?").fill("Fever")
    page.context.set_offline(True)
    page.get_by_role("button", name="Hold").tap()
    expect(page.locator("[data-sync]")).to_contain_text("What you pressed was not recorded, and is still on this page")
    expect(page.get_by_label("Why?")).to_have_value("Fever")
    page.context.set_offline(False)
    page.get_by_role("button", name="Hold").tap()
    expect(page.get_by_text("Held: Pia Northwood is not dosed.")).to_be_visible()


def test_what_maya_writes_elsewhere_comes_onto_the_page_of_nils(cast: Cast, session: Session, tablet: Visit) -> None:
    page = tablet.page
    stamp = cast.stamp("maya", timezone.now())
    record_vitals(session, systolic=151, diastolic=93, pulse=80, spo2=97, stamp=stamp)
    expect(page.locator("#record-part")).to_contain_text("151/93", timeout=15_000)
    end_infusion(session, stamp=cast.stamp("maya", timezone.now()))
    expect(page.get_by_role("heading", name="Recovering since")).to_be_visible(timeout=15_000)


def test_going_home_waits_for_rows_that_are_not_sent(cast: Cast, session: Session, tablet: Visit) -> None:
    page = tablet.page
    page.route("**/api/v1/**", lambda route: route.abort())
    tap(page, READINGS[0])
    expect(page.locator("[data-sync]")).to_contain_text("1 row kept on this tablet, not sent yet.")
    end_infusion(session, stamp=cast.stamp("nils", timezone.now()))
    page.goto(page.url + "discharge/")
    page.get_by_label("Who takes the patient home?").fill("Ana")
    page.get_by_role("button", name="Discharge", exact=True).tap()
    expect(page.locator("[data-sync]")).to_contain_text(
        "1 row kept on this tablet, not sent yet. What you pressed waits for them"
    )
    page.unroute("**/api/v1/**")
    expect(page.locator("[data-sync]")).to_contain_text("Press again what you pressed. All sent", timeout=15_000)
    page.get_by_role("button", name="Discharge", exact=True).tap()
    expect(page.get_by_role("alert").first).to_contain_text("The patient was not asked about new suicidal thoughts")
