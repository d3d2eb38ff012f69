"""What Pia answered stands in her chart, and in the clinician's."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from programs.models import CheckIn, Enrolment
from tests.browser.conftest import DESK
from tests.browser.phone import Visiting, answer, path_of, send
from tests.cast import Cast

PLOTLY = "plotly-basic"


@pytest.fixture
def course(cast: Cast) -> Enrolment:
    """Begun two days ago: a baseline of 18, one infusion, and the check-in after it open now, whatever the clock says."""
    enrolment = cast.enrol(starts_on=timezone.now().astimezone(cast.north.tz).date() - timedelta(days=2))
    cast.answer(enrolment.checkins.get(purpose=CheckIn.Purpose.BASELINE), each=2, q9=0)
    cast.infuse(enrolment.sessions.get(infusion=1))
    hour, now = timedelta(hours=1), timezone.now()
    after = enrolment.checkins.filter(purpose=CheckIn.Purpose.AFTER).earliest("opens_at")
    CheckIn.objects.filter(pk=after.pk).update(opens_at=now - hour, closes_at=now + hour, state=CheckIn.State.PLANNED)
    return enrolment


@pytest.fixture
def answered(course: Enrolment, visit: Visiting) -> Enrolment:
    """Pia has just answered the morning after, on her phone."""
    checkin = course.checkins.get(purpose=CheckIn.Purpose.AFTER, opens_at__lte=timezone.now())
    page = visit("pia").go(path_of(checkin))
    answer(page)
    send(page)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    return course


def dots(page: Page, size: str):
    """The points of the first chart."""
    return page.locator(f"figure.chart >> nth=0 >> svg.chart-{size} .dot")


def test_her_answer_is_a_new_point_of_her_chart(visit: Visiting, answered: Enrolment) -> None:
    page = visit("pia").go("/me/progress/")
    expect(dots(page, "narrow")).to_have_count(2)


def test_her_answer_is_a_new_point_of_the_clinicians_chart(visit: Visiting, answered: Enrolment) -> None:
    page = visit("maya", viewport=DESK, java_script_enabled=False).go(f"/patients/{answered.patient.public_id}/")
    expect(dots(page, "wide")).to_have_count(2)


def test_plotly_comes_by_itself_on_the_clinicians_page(visit: Visiting, answered: Enrolment) -> None:
    maya = visit("maya", viewport=DESK)
    page = maya.go(f"/patients/{answered.patient.public_id}/")
    expect(page.locator("figure.is-explored .js-plotly-plot .trace.scatter").first).to_be_visible(timeout=20000)
    line = page.locator("figure.is-explored .js-plotly-plot .trace.scatter .js-line").first
    by_day = line.evaluate("line => getComputedStyle(line).stroke")
    page.emulate_media(color_scheme="dark")
    expect(line).not_to_have_css("stroke", by_day)
    assert (maya.faults, maya.strangers) == ([], [])


def test_a_phone_loads_no_plotly_unasked(visit: Visiting, answered: Enrolment) -> None:
    pia = visit("pia")
    page = pia.go("/me/progress/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in pia.requests if PLOTLY in url]


def test_explore_brings_plotly_to_a_phone(visit: Visiting, answered: Enrolment) -> None:
    pia = visit("pia")
    page = pia.go("/me/progress/")
    page.get_by_role("button", name="Explore this chart").first.tap()
    expect(page.locator("figure.is-explored .js-plotly-plot .trace.scatter").first).to_be_visible(timeout=20000)
    assert (pia.faults, pia.strangers) == ([], [])
