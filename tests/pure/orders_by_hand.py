"""Random orders, and the same arithmetic again in exact fractions: nothing of the app's own arithmetic is used here."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random


@dataclass(frozen=True)
class Order:
    """What was ordered, in whole thousandths, so that no number is rounded on the way in."""

    grams: int
    ug_per_kg: int
    mg_per_ml: int
    minutes: int
    bag_ml: int
    is_included: bool


def random_order(random: Random) -> Order:
    """Anything that could be ordered: 30 to 250 kg, 0.05 to 1.5 mg/kg, the three vials, 1 to 240 minutes, 20 to 500 mL."""
    return Order(
        grams=random.randrange(30_000, 250_001),
        ug_per_kg=random.randrange(50, 1_501, random.choice((1, 10, 50))),
        mg_per_ml=random.choice((10, 50, 100)),
        minutes=random.randrange(1, 241),
        bag_ml=random.randrange(60, 501),
        is_included=random.random() < 0.5,
    )


def half_up(amount: Fraction, places: int) -> Fraction:
    """Rounded to so many decimal places; what lies in the middle goes up."""
    whole, over = divmod(amount * 10**places, 1)
    return Fraction(int(whole) + (over >= Fraction(1, 2)), 10**places)


def by_hand(order: Order) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """mg, mL to draw, mL/h, mg/h. Each from the rounded figure that stands before it on the page."""
    mg = half_up(Fraction(order.grams, 1000) * Fraction(order.ug_per_kg, 1000), 1)
    draw_ml = half_up(mg / order.mg_per_ml, 2)
    total_ml = Fraction(order.bag_ml) if order.is_included else order.bag_ml + draw_ml
    return mg, draw_ml, half_up(total_ml * 60 / order.minutes, 1), half_up(mg * 60 / order.minutes, 1)
