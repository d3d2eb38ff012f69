"""A scale that a clinic defines for itself: in use at once, in versions, and nobody else's."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Outcome, ScaleVersion, Score
from assessments.scales.totals import TotalScale, total_of_scale
from assessments.services.answering import enter_total
from assessments.services.own_scales import change_own, define_total
from assessments.services.scales import scales_of
from assessments.transfer.questionnaire import read_questionnaire
from assessments.transfer.taking import take_questionnaire
from tests.cast import SLEEP, Cast
from tests.db.test_questionnaires import CHOICES, REST
from tracker.audit.models import Event
from tracker.errors import NotAllowed, Overtaken, Refused

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)


def test_alma_defines_a_scale_and_nobody_of_south_sees_it(cast: Cast) -> None:
    row = cast.own_scale()
    assert (row.code, row.version, row.author) == ("own-sleep-diary", 1, "Alma")
    assert "own-sleep-diary" in scales_of(cast.north.pk)
    assert "own-sleep-diary" not in scales_of(cast.south.pk)
    assert not ScaleVersion.objects.visible_to(cast.actor("omar")).exists()


def test_two_clinics_may_give_the_same_name_to_different_scales(cast: Cast) -> None:
    cast.own_scale()
    cast.own_scale("omar", highest=Decimal(100), bands=())
    assert scales_of(cast.north.pk)["own-sleep-diary"].highest == 24
    assert scales_of(cast.south.pk)["own-sleep-diary"].highest == 100


def test_a_name_that_is_taken_is_refused_whatever_its_case(cast: Cast) -> None:
    cast.own_scale()
    for title in ("phq-9", "SLEEP Diary"):
        with pytest.raises(Refused, match="already"):
            cast.own_scale(title=title)


def test_names_without_a_latin_letter_get_codes_of_their_own(cast: Cast) -> None:
    assert [cast.own_scale(title=title).code for title in ("睡眠", "睡眠2", "痛")] == ["own-scale", "own-2", "own-scale-2"]


def test_nils_does_not_define_scales(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        cast.own_scale("nils")


def enter(cast: Cast, total: str, day: int) -> Score:
    return enter_total(
        cast.patients["pia"].enrolments.get(), code="own-sleep-diary", total=total, actor=cast.actor("maya"),
        key=uuid.uuid4(), taken_at=datetime(2026, 3, day, 12, tzinfo=UTC), at=NOW,
    )  # fmt: skip


def test_its_totals_make_an_outcome_by_its_own_rule(cast: Cast) -> None:
    cast.own_scale()
    course = cast.enrol(starts_on=MONDAY)
    enter(cast, "20", 1)
    cast.infuse(course.sessions.get(infusion=1))
    enter(cast, "12", 10)
    outcome = Outcome.objects.get(enrolment=course, code="own-sleep-diary")
    # 8 of 20 is exactly the 40 per cent of its rule.
    assert (outcome.percent, outcome.response, outcome.remission) == (40, True, False)


def test_a_total_outside_its_range_is_refused(cast: Cast) -> None:
    cast.own_scale()
    cast.enrol(starts_on=MONDAY)
    with pytest.raises(Refused, match="from 0 to 24"):
        enter(cast, "25", 3)


def test_a_course_keeps_the_version_that_it_began_with(cast: Cast) -> None:
    first = cast.own_scale()
    course = cast.enrol(starts_on=MONDAY)
    before = enter(cast, "20", 1)
    cast.infuse(course.sessions.get(infusion=1))
    changed = total_of_scale(first.scale)
    second = change_own(first.code, TotalScale(**{**vars(changed), "percent": Decimal(30)}), seen=1, actor=cast.actor("maya"))
    after = enter(cast, "14", 10)
    assert (second.version, second.author) == (2, "Maya")
    assert (before.scale, after.scale) == (first, first)
    # 30 per cent better: response by the second version, not by the one of this course.
    assert Outcome.objects.get(code=first.code).response is False
    assert scales_of(cast.north.pk)[first.code].response.percent == 30


def test_a_change_seen_too_late_is_refused_with_who_was_first(cast: Cast) -> None:
    row = cast.own_scale()
    changed = TotalScale(**SLEEP | {"highest": Decimal(30), "bands": ()})
    change_own(row.code, changed, seen=1, actor=cast.actor("maya"))
    with pytest.raises(Overtaken, match="Maya changed"):
        change_own(row.code, TotalScale(**SLEEP), seen=1, actor=cast.actor("alma"))


def test_a_change_that_changes_nothing_makes_no_version(cast: Cast) -> None:
    row = cast.own_scale()
    assert change_own(row.code, TotalScale(**SLEEP), seen=1, actor=cast.actor("alma")) == row


def test_omar_cannot_change_a_scale_of_north(cast: Cast) -> None:
    row = cast.own_scale()
    with pytest.raises(Refused, match="no such scale"):
        change_own(row.code, TotalScale(**SLEEP), seen=1, actor=cast.actor("omar"))


def test_the_audit_says_who_defined_it(cast: Cast) -> None:
    define_total(TotalScale(**SLEEP), actor=cast.actor("alma"), at=NOW)
    event = Event.objects.get(subject="scaleversion")
    assert (event.who, event.verb, event.subject_id, event.now) == (
        "Alma", "defined", "own-sleep-diary:1", "Sleep diary, version 1",
    )  # fmt: skip


FORM = {
    "measures": "rest", "rater": "patient", "recall_days": "7", "better": "lower", "source": "us", "title": "Rest",
    "percent": "50", "remission": "1", "remission_source": "our clinic's own", "band_1_name": "Well", "band_1_to": "2",
    "band_2_name": "Tired", "band_2_to": "6", "seen": "1",
}  # fmt: skip


@pytest.fixture
def rest(cast: Cast) -> ScaleVersion:
    """Two questions that Maya took from a file."""
    return take_questionnaire(read_questionnaire([REST]), CHOICES, actor=cast.actor("maya"))


def test_bands_and_cuts_are_given_to_a_scale_that_came_as_a_questionnaire(
    cast: Cast, rest: ScaleVersion, signed_in: Callable[[str], Client]
) -> None:
    signed_in("alma").post(reverse("scale_change", args=[rest.code]), FORM)
    scale = scales_of(cast.north.pk)[rest.code]
    assert (scale.version, scale.response.percent, scale.remission and scale.remission.at_most) == (2, 50, 1)
    assert [(band.from_, band.to, band.name["en"]) for band in scale.bands] == [(0, 2, "Well"), (3, 6, "Tired")]
    assert (scale.items, scale.safety, scale.licence) == (rest.scale.items, rest.scale.safety, rest.scale.licence)


def test_its_last_band_ends_where_its_answers_do(rest: ScaleVersion, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("alma").post(reverse("scale_change", args=[rest.code]), FORM | {"band_2_to": "5"})
    assert page.status_code == 422
    assert "The last band must end at the highest total, 6." in page.content.decode()
