"""The script of a practice: what has come by now, what was recorded in time, what was missed."""

from datetime import timedelta

import pytest

from programs.training import Done, script_named, scripts, seen_so_far, wifi_is_gone

SCRIPT = script_named("first-infusion")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def verdicts(*done: Done, elapsed: float, is_over: bool = False) -> dict[int, list[str]]:
    """The verdicts by the minute of their step."""
    seen = seen_so_far(SCRIPT, done, elapsed=minutes(elapsed), is_over=is_over)
    return {one.step.minute: [verdict.state for verdict in one.verdicts] for one in seen}


def test_a_step_is_told_when_its_minute_has_come() -> None:
    assert list(verdicts(elapsed=4.9)) == [0]
    assert list(verdicts(elapsed=5)) == [0, 5]


@pytest.mark.parametrize(
    ("after", "systolic", "elapsed", "state"),
    [
        (6, 132, 6, "done"),
        (8, 132, 9, "done"),
        (8.1, 132, 9, "missed"),
        (4.9, 132, 9, "missed"),
        (6, 123, 7, "waits"),
        (6, 123, 9, "otherwise"),
    ],
)
def test_a_reading_counts_in_its_minutes_and_with_its_numbers(after: float, systolic: int, elapsed: float, state: str) -> None:
    row = Done("reading", minutes(after), reading=(systolic, 84, 80, 98))
    assert verdicts(row, elapsed=elapsed)[5] == [state]


def test_an_event_of_another_kind_is_not_the_one() -> None:
    assert verdicts(Done("event", minutes(11), event="nausea"), elapsed=15)[10] == ["missed", "missed", "missed"]
    assert verdicts(Done("event", minutes(11), event="blood pressure"), elapsed=15)[10] == ["missed", "missed", "done"]


def test_nothing_waits_once_it_is_over() -> None:
    assert verdicts(elapsed=10, is_over=True)[10] == ["missed", "missed", "missed"]


@pytest.mark.parametrize(("minute", "gone"), [(15.9, False), (16, True), (17.9, True), (18, False), (40, False)])
def test_the_wifi_goes_and_comes_back(minute: float, gone: bool) -> None:
    assert wifi_is_gone(SCRIPT, minutes(minute)) is gone


@pytest.mark.parametrize("script", scripts().values(), ids=lambda script: script.code)
def test_a_script_tells_its_steps_in_order_and_each_in_reach(script) -> None:
    told = [step.minute for step in script.steps]
    assert told == sorted(set(told))
    for step in script.steps:
        for one in step.expects:
            assert (one.reading is not None) == (one.what == "reading")
            assert bool(one.event) == (one.what == "event")
