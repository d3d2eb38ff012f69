"""A whole infusion by touch on the tablet, from the board to the door: how many taps it takes is counted and printed."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from programs.models import Discharge, RateChange, RoomEvent, Session, Vitals
from tests.browser.conftest import TABLET, browser, cast, site, visit  # noqa: F401 - the fixtures
from tests.browser.phone import Visiting
from tests.cast import Cast

# A tap a second is slow for a hand, and quick for one in a glove.
MOST_TAPS = 180
READINGS = ("144928897", "14692", "14893", "15094", "14893", "14692", "14491", "14290", "14089", "13888", "13686", "13485")
EVENTS = ("Nausea or vomiting", "Rash", "Increased salivation")


@dataclass
class Hand:
    """Nils's gloved finger; it counts."""

    page: Page
    taps: int = 0

    def tap(self, target: str | Locator) -> None:
        """One tap on a thing in sight, or on a button with that name."""
        found = target if isinstance(target, Locator) else self.page.get_by_role("button", name=target, exact=True)
        found.first.tap()
        self.taps += 1

    def hold(self, name: str) -> None:
        """A button that must not be pressed by accident."""
        button = self.page.get_by_role("button", name=name, exact=True)
        button.click(delay=900)
        self.taps += 1

    def write(self, field: str, words: str) -> None:
        """Tap a field, then a key of the tablet's keyboard for each letter."""
        self.page.locator(field).tap()
        self.page.keyboard.type(words)
        self.taps += 1 + len(words)

    def choose(self, field: str, words: str) -> None:
        """Tap a list, then a line of it."""
        self.page.locator(field).select_option(label=words)
        self.taps += 2

    def read_cuff(self, digits: str) -> None:
        """A row on the pad; the last digit saves it."""
        for digit in digits:
            self.tap(self.page.locator(f"[data-key='{digit}']"))


@pytest.fixture
def session(cast: Cast) -> Session:  # noqa: F811
    """Paul's first infusion is today, ordered, and he has answered how he is."""
    enrolment = cast.enrol("paul", starts_on=timezone.now().astimezone(cast.north.tz).date())
    session = enrolment.sessions.get(infusion=1)
    cast.order(session)
    return session


def test_a_whole_infusion_takes_at_most_three_minutes_of_taps(
    visit: Visiting,  # noqa: F811
    cast: Cast,  # noqa: F811
    session: Session,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hand = Hand(visit("nils", viewport=TABLET, has_touch=True).go("/board/"))
    arrive_and_start(hand, cast, session)
    give_the_dose(hand)
    let_the_time_pass(session)
    go_home(hand, session)
    with capsys.disabled():
        print(f"  a whole infusion, 12 rows, 3 events, a pause, a rate change, discharge: {hand.taps} taps")  # noqa: T201
    assert (Vitals.objects.count(), RoomEvent.objects.count(), RateChange.objects.count()) == (12, 3, 3)
    assert Discharge.objects.get().session_id == session.pk
    assert hand.taps <= MOST_TAPS


def arrive_and_start(hand: Hand, cast: Cast, session: Session) -> None:  # noqa: F811
    """From the board: arrived, weighed, the checklist, the baseline, the start."""
    page = hand.page
    hand.tap(page.locator(f"#next-{session.public_id}"))
    hand.tap("Arrived")
    expect(page.get_by_role("heading", name="Weight today")).to_be_visible()
    hand.write("[name=weight]", "70.5")
    hand.tap(page.locator("label:has([name=unit][value=kg])"))
    hand.tap("Save weight")
    hand.tap(page.get_by_role("button", name="is right"))
    hand.tap(page.locator("label:has([name^=line-][name$=answer][value=yes])"))
    hand.tap("Save the checklist")
    hand.read_cuff(READINGS[0])
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    cast.let_pass(session, "unanswered", at=timezone.now())
    page.reload()
    hand.hold("Start the infusion")


def give_the_dose(hand: Hand) -> None:
    """Ten rows, three events with how bad they were, a pause, a slower rate by word of mouth, the end."""
    page = hand.page
    for number, digits in enumerate(READINGS[1:11], 2):
        hand.read_cuff(f"{digits}8697")
        expect(page.locator("#record-part tbody tr:has(a)")).to_have_count(number)
    for event in EVENTS:
        hand.tap(event)
        hand.tap(f"Mild {event.lower()}")
        expect(page.get_by_text(f"{event}, mild")).to_be_visible()
    hand.hold("Paused")
    hand.hold("Resumed")
    hand.tap(page.get_by_text("Rate changed"))
    hand.write("[name=mg_per_hour]", "45")
    hand.write("#rate_reason", "Pressure")
    hand.choose("#rate_prescriber", "Maya")
    hand.tap(page.locator("#rate_read_back"))
    hand.hold("Record the new rate")
    expect(page.get_by_role("heading", name="Pump: 45 mg/h")).to_be_visible()
    hand.tap("The dose is given: recovery begins")
    expect(page.get_by_role("heading", name="Recovering since")).to_be_visible()


def let_the_time_pass(session: Session) -> None:
    """The hour in which Paul rests: all that was recorded is that much older, past the wall that forbids to change it."""
    hour = timedelta(minutes=70)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Vitals.objects.update(happened_at=F("happened_at") - hour)
        cursor.execute("SET session_replication_role = DEFAULT")
    Session.objects.filter(pk=session.pk).update(started_at=F("started_at") - hour, ended_at=F("ended_at") - hour)


def go_home(hand: Hand, session: Session) -> None:
    """The last reading, the question, the score and the lines, who takes him home."""
    page = hand.page
    page.reload()
    hand.read_cuff(f"{READINGS[11]}8697")
    expect(page.locator("#record-part tbody tr:has(a)")).to_have_count(12)
    hand.tap(page.get_by_role("link", name="Discharge"))
    hand.tap(page.locator("label:has([name=answer][value=no])"))
    hand.tap("Save the answer")
    for item in ("activity", "respiration", "consciousness", "oxygen"):
        hand.tap(page.locator(f"label:has([name={item}][value='2'])"))
    for radio in page.locator("form.card label:has(input[value=yes])").all():
        hand.tap(radio)
    hand.write("[name=escort]", "Sister")
    hand.tap("Discharge")
    expect(page.get_by_text("Went home")).to_be_visible()
