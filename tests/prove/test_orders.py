"""A million random orders: each figure is that of exact fractions."""

from random import Random

from tests.pure.orders_by_hand import by_hand, random_order
from tests.pure.test_preparation import worked_out

ORDERS = 1_000_000


def test_a_million_random_orders_have_no_difference() -> None:
    random = Random()
    for _ in range(ORDERS):
        order = random_order(random)
        assert worked_out(order) == by_hand(order), order
