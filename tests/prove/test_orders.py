"""A million random orders, each figure that of exact fractions; ten thousand slips of the hand, none of them let through."""

from datetime import date
from random import Random

import pytest

from programs.models import Session
from tests.cast import make_cast
from tests.pure.orders_by_hand import by_hand, random_order
from tests.pure.test_preparation import worked_out
from tests.slips import try_slips

ORDERS, SLIPS = 1_000_000, 10_000


def test_a_million_random_orders_have_no_difference() -> None:
    random = Random()
    for _ in range(ORDERS):
        order = random_order(random)
        assert worked_out(order) == by_hand(order), order


@pytest.mark.django_db
def test_ten_thousand_slips_are_refused_or_wait_for_another_person() -> None:
    cast = make_cast()
    course = cast.enrol(starts_on=date(2026, 3, 2))
    cast.infuse(course.sessions.get(infusion=1))
    second = Session.objects.get(enrolment=course, infusion=2)
    assert try_slips(cast, second, Random(), SLIPS) == []
