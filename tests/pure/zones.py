"""The clock changes of 14 zones, courses around them, and what must hold of every such course."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from programs.schedule import Calendar, Course, Dated
from tests.programs_and_scales import DATA, PROTOCOLS
from tests.pure.planning import ROOMY, clinic_hours, plan


@dataclass(frozen=True)
class Change:
    """One change of the clocks of one zone."""

    zone: ZoneInfo
    utc: datetime
    local_after: datetime
    minutes: int


def _read_changes():
    cases = json.loads((DATA / "dst_transitions_2025_2027.json").read_text())["cases"]
    zones = {case["zone"]: ZoneInfo(case["zone"]) for case in cases}
    changes = [
        Change(
            zones[case["zone"]],
            datetime.fromisoformat(found["utc"]),
            datetime.fromisoformat(found["local_after"]).replace(tzinfo=None),
            found["offset_after_min"] - found["offset_before_min"],
        )
        for case in cases
        for found in case["transitions"]
    ]
    return tuple(zones.values()), changes


ZONES, SINGLE_CHANGES = _read_changes()


def wall_of(change: Change) -> datetime:
    """A clock time that does not exist in spring, or exists twice in autumn: half an hour into the change."""
    half = timedelta(minutes=abs(change.minutes) // 2)
    return change.local_after + (half if change.minutes < 0 else -half)


def first_instant(change: Change) -> datetime:
    """When that is: in spring the moment of the change, in autumn half an hour before it."""
    return change.utc if change.minutes > 0 else change.utc - timedelta(minutes=-change.minutes // 2)


@dataclass(frozen=True)
class Case:
    """What one course is planned from."""

    hours: Calendar
    program: str
    start: date
    clock: time

    @cached_property
    def course(self) -> Course:
        return plan(self.program, self.start, self.clock, self.hours, ROOMY)


# Around month ends and leap days, besides the changes.
ODD_DAYS = [date(2027, 1, 31), date(2027, 2, 27), date(2028, 2, 28), date(2028, 2, 29), date(2025, 12, 31), date(2026, 4, 30)]


@st.composite
def courses(draw, zone: ZoneInfo) -> Case:
    """A course in that zone that begins within three weeks of a clock change, a month end or a leap day."""
    changes = [change.utc.date() for change in SINGLE_CHANGES if change.zone is zone]
    near = draw(st.sampled_from([*changes, *ODD_DAYS]))
    start = near - timedelta(days=draw(st.integers(-2, 21)))
    days = draw(st.sampled_from([frozenset(range(5)), frozenset(range(7)), frozenset({0, 2, 4}), frozenset({1, 2, 3, 5})]))
    closed = draw(st.frozensets(st.integers(0, 30), max_size=4))
    hours = clinic_hours(zone, days=days, closed=[start + timedelta(days=n) for n in closed])
    clock = time(draw(st.integers(8, 15)), draw(st.sampled_from([0, 15, 30])))
    program = draw(st.sampled_from(sorted(PROTOCOLS)))
    return Case(hours, program, start, clock)


def check_course(case: Case) -> None:
    """What must hold of every course, whatever the clocks do."""
    _check_clock(case)
    _check_days(case)
    _check_gaps(case)
    _check_asks(case)
    _check_notices(case)


def _check_clock(case: Case) -> None:
    for session in case.course.sessions:
        local = session.starts_at.astimezone(case.hours.zone)
        assert (local.date(), local.time()) == (session.day, session.clock)
        assert session.starts_at.tzinfo is UTC
        closing = session.ends_at.astimezone(case.hours.zone).time()
        assert case.hours.opens_at <= session.clock
        assert closing <= case.hours.closes_at
    _check_that_another_time_was_needed(case)


def _check_that_another_time_was_needed(case: Case) -> None:
    """In an empty clinic every time is free: only the session before, or closing time, can push one to another."""
    sessions = case.course.sessions
    for number, session in enumerate(sessions):
        if session.clock == case.clock:
            continue
        wanted = datetime.combine(session.day, case.clock, case.hours.zone).astimezone(UTC)
        doses = [other for other in sessions[:number] if other.is_infusion]
        too_soon = wanted < sessions[number - 1].ends_at
        too_near = doses and wanted - doses[-1].starts_at < least_gap(session)
        too_late = wanted + (session.ends_at - session.starts_at) > _closing(session, case)
        assert too_soon or too_near or too_late


def _closing(session: Dated, case: Case) -> datetime:
    return datetime.combine(session.day, case.hours.closes_at, case.hours.zone).astimezone(UTC)


def _check_days(case: Case) -> None:
    for session in case.course.sessions:
        assert session.day >= case.start
        assert session.day.weekday() in case.hours.open_days
        assert session.day not in case.hours.holidays


def _check_gaps(case: Case) -> None:
    for before, after in pairwise(case.course.sessions):
        assert after.starts_at >= before.ends_at
    for before, after in pairwise(case.course.infusions):
        assert after.starts_at - before.starts_at >= least_gap(after)


def least_gap(session: Dated) -> timedelta:
    """How long after the infusion before it a session may come at the earliest."""
    return timedelta(hours=session.step.spec.least_gap_hours or 0)


def _check_asks(case: Case) -> None:
    infusions = {session.step.infusion: session for session in case.course.infusions}
    for ask in case.course.asks:
        assert ask.opens_at < ask.closes_at
        assert (ask.due_on - infusions[ask.infusion].day).days == ask.days
        following = infusions.get(ask.infusion + 1)
        if ask.purpose == "baseline":
            assert ask.closes_at == infusions[1].starts_at
        elif following:
            assert infusions[ask.infusion].ends_at < ask.opens_at
            assert ask.closes_at <= following.starts_at


def _check_notices(case: Case) -> None:
    days = [session.day for session in case.course.infusions]
    takes = (days[-1] - days[0]).days + 1
    said = any("that cannot be kept" in notice for notice in case.course.notices)
    assert said == (takes > PROTOCOLS[case.program].infusions_within_days)
