"""A question that follows an answer is there when that answer is given, and what went away again is not sent."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import Score
from programs.models import CheckIn
from tests.browser.phone import Visiting, option, path_of, send
from tests.cast import Cast
from tests.db.test_loaded_text import load


def test_pia_is_asked_what_follows_from_her_answers_and_nothing_else(visit: Visiting, cast: Cast) -> None:
    load(cast, "c-ssrs")
    course = cast.enrol(starts_on=timezone.now().astimezone(cast.north.tz).date() + timedelta(days=2))
    checkin = course.checkins.get(purpose=CheckIn.Purpose.BASELINE)
    CheckIn.objects.filter(pk=checkin.pk).update(scale_codes="c-ssrs")
    page = visit("pia").go(path_of(checkin))
    third = page.locator("#c-ssrs-3")
    expect(third).to_be_hidden()
    option(page, "c-ssrs:1", 1).tap()
    option(page, "c-ssrs:2", 1).tap()
    expect(third).to_be_visible()
    option(page, "c-ssrs:3", 1).tap()
    option(page, "c-ssrs:2", 0).tap()
    expect(third).to_be_hidden()
    option(page, "c-ssrs:6", 0).tap()
    send(page)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    assert Score.objects.get(code="c-ssrs").answers == {"1": 1, "2": 0, "6": 0}
