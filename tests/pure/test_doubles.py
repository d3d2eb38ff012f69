"""Two tablets write the same reading: both rows stay, and the second is pointed out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from programs.doubles import doubles

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    pk: int
    happened_at: datetime


def rows(*seconds: int) -> list[Row]:
    return [Row(number, TEN + timedelta(seconds=second)) for number, second in enumerate(seconds, start=1)]


def test_a_row_within_a_minute_of_another_is_its_double() -> None:
    first, second = rows(0, 59)
    assert doubles([second, first]) == {2: first}


def test_a_row_a_minute_later_is_none() -> None:
    assert doubles(rows(0, 60)) == {}


def test_three_in_a_row_are_two_doubles_whatever_order_they_come_in() -> None:
    one, two, three = rows(0, 30, 70)
    assert doubles([three, one, two]) == {2: one, 3: two}
