"""A total from paper, with the subscores that stand beside it on the form."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from assessments.models import Score
from assessments.services.answering import enter_total
from frontend.charts.of_course import fetch_course, staff_chart
from programs.models import Enrolment
from tests.cast import Cast

SignedIn = Callable[[str], Client]

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def course(cast: Cast) -> Enrolment:
    return cast.enrol(starts_on=NOW.date())


def enter(cast: Cast, course: Enrolment, code: str, total: str, **subscores: str) -> Score:
    return enter_total(
        course, code=code, total=total, subscores=subscores, taken_at=NOW - timedelta(days=1), actor=cast.actor("maya"),
        key=uuid.uuid4(), at=NOW,
    )  # fmt: skip


def test_the_subscores_of_a_total_stand_in_the_table_of_scores(cast: Cast, course: Enrolment) -> None:
    enter(cast, course, "y-bocs", "26", obsessions="14", compulsions="12")
    chart = staff_chart(fetch_course(course, now=NOW), "y-bocs")
    assert [dot.parts for dot in chart.dots] == ["Obsessions 14, Compulsions 12"]


def test_a_subscore_that_the_form_does_not_give_is_left_empty(cast: Cast, course: Enrolment) -> None:
    assert enter(cast, course, "y-bocs", "26", obsessions="14", compulsions="").subscores == {"obsessions": "14"}


def test_the_clusters_of_answers_are_kept_as_well(cast: Cast) -> None:
    course = cast.enrol(program="ketamine-and-therapy", starts_on=NOW.date())
    checkin = course.checkins.get(purpose="baseline")
    cast.answer(checkin, at=checkin.opens_at, each=2)
    # PCL-5 has 5, 2, 7 and 6 questions in its clusters.
    assert Score.objects.get(code="pcl-5").subscores == {"b": "10", "c": "4", "d": "14", "e": "12"}


@pytest.mark.parametrize(("code", "mode"), [("isi", "paper"), ("y-bocs", "clinician")])
def test_how_a_total_was_taken_follows_from_who_rates_its_scale(cast: Cast, course: Enrolment, code: str, mode: str) -> None:
    assert enter(cast, course, code, "20").mode == mode


def typed(signed_in: SignedIn, course: Enrolment, **fields: str) -> HttpResponse:
    what: dict[str, Any] = {"key": str(uuid.uuid4()), "total": "26", "day": "2026-03-01", "clock": "10:00", **fields}
    answer: HttpResponse = signed_in("maya").post(f"/courses/{course.public_id}/totals/?scale=y-bocs", what)
    return answer


def test_maya_types_the_subscores_beside_the_total(course: Enrolment, signed_in: SignedIn) -> None:
    assert typed(signed_in, course, **{"part-obsessions": "14", "part-compulsions": "12"}).status_code == 302
    assert Score.objects.get(code="y-bocs").subscores == {"obsessions": "14", "compulsions": "12"}


def test_a_subscore_that_is_no_number_is_said_beside_it(course: Enrolment, signed_in: SignedIn) -> None:
    page = typed(signed_in, course, **{"part-obsessions": "1,4"})
    assert "has a comma" in page.context["form"].errors["part-obsessions"][0]


def test_subscores_that_do_not_make_the_total_are_refused(course: Enrolment, signed_in: SignedIn) -> None:
    page = typed(signed_in, course, **{"part-obsessions": "14", "part-compulsions": "11"})
    assert "add up to 25" in page.context["form"].errors["total"][0]


def test_without_a_scale_the_page_asks_which(course: Enrolment, signed_in: SignedIn) -> None:
    page = signed_in("maya").get(f"/courses/{course.public_id}/totals/")
    assert ("y-bocs", "Y-BOCS", "From 0 to 40, lower is better") in page.context["choices"]
