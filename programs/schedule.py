"""From a program, a start date and a clinic's calendar to dated sessions and check-ins. Pure.

A planned time is a local date and a local clock time in a zone; UTC follows from them. Distances between
doses are measured in UTC, because the body does not know of daylight saving.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from programs.protocols import CheckInRule, Frequency, Kind, Need, Protocol, SessionSpec, Step, sequence

SLOT = timedelta(minutes=15)
# How far past its window a session may slide before we say that no place was found.
FARTHEST_SLIDE_DAYS = 28
# The patient is not asked anything while groggy.
REST_AFTER_SESSION = timedelta(hours=4)
SHORTEST_CHECKIN = timedelta(hours=2)


class CannotPlan(Exception):
    """No plan fits; `str(error)` says what is missing."""


@dataclass(frozen=True)
class Calendar:
    """When a clinic is open. `open_days` counts Monday as 0."""

    zone: ZoneInfo
    open_days: frozenset[int]
    holidays: frozenset[date]
    opens_at: time
    closes_at: time

    def is_open(self, day: date) -> bool:
        return day.weekday() in self.open_days and day not in self.holidays


@dataclass(frozen=True)
class Claim:
    """A quarter of an hour of a chair, or of one of the chairs that a person can watch (`lane`)."""

    resource: Need
    id: int
    lane: int
    slot: datetime


@dataclass(frozen=True)
class Places:
    """What the clinic has, and what of it is already claimed. `lanes` is how many chairs one nurse watches."""

    chairs: tuple[int, ...]
    nurses: tuple[int, ...]
    therapists: tuple[int, ...]
    lanes: int = 1
    taken: frozenset[Claim] = frozenset()

    def of(self, need: Need) -> Iterator[tuple[int, int]]:
        """Every (id, lane) that can serve `need`."""
        match need:
            case Need.CHAIR:
                yield from ((chair, 0) for chair in self.chairs)
            case Need.NURSE:
                yield from ((nurse, lane) for lane in range(self.lanes) for nurse in self.nurses)
            case Need.THERAPIST:
                yield from ((therapist, 0) for therapist in self.therapists)

    def free_for(self, needs: Sequence[Need], starts_at: datetime, ends_at: datetime) -> tuple[Claim, ...] | None:
        """Claims that cover every need for the whole time, or None if one cannot be met."""
        found: list[Claim] = []
        for need in needs:
            for id_, lane in self.of(need):
                claims = [Claim(need, id_, lane, slot) for slot in slots_between(starts_at, ends_at)]
                if self.taken.isdisjoint(claims):
                    found += claims
                    break
            else:
                return None
        return tuple(found)

    def without(self, claims: Iterable[Claim]) -> "Places":
        """The same places with these claims taken too."""
        return replace(self, taken=self.taken | frozenset(claims))


@dataclass(frozen=True)
class Pace:
    """How often a patient may be given a dose, and the local days of those that other courses gave.

    Counted in days of the calendar: at the same hour a week later is a week, whatever the clocks did.
    """

    limit: Frequency | None = None
    given: tuple[date, ...] = ()

    def first_day(self, doses: Iterable[date]) -> date:
        """The first day on which one more dose may follow these of the course and those of other courses."""
        days = sorted([*self.given, *doses])
        if self.limit is None or len(days) < self.limit.doses:
            return date.min
        return days[-self.limit.doses] + timedelta(days=self.limit.days)

    @property
    def words(self) -> str:
        """The limit as a sentence's end: "1 dose in 14 days"."""
        assert self.limit
        return f"{self.limit.doses} dose{'' if self.limit.doses == 1 else 's'} in {self.limit.days} days"


FREE = Pace()


@dataclass(frozen=True)
class Dated:
    """One session with its date, clock time and places."""

    step: Step
    day: date
    clock: time
    starts_at: datetime
    ends_at: datetime
    window_from: date
    window_to: date
    claims: tuple[Claim, ...]

    @property
    def is_infusion(self) -> bool:
        return self.step.spec.kind == Kind.INFUSION

    @property
    def is_outside_window(self) -> bool:
        return not self.window_from <= self.day <= self.window_to

    def place(self, need: Need) -> int | None:
        """The id of the chair, nurse or therapist that this session has."""
        return next((claim.id for claim in self.claims if claim.resource == need), None)


@dataclass(frozen=True)
class Ask:
    """One check-in: anchored `days` from the infusion with that number, open from and until, asking scales."""

    purpose: str
    infusion: int
    days: int
    due_on: date
    clock: time
    opens_at: datetime
    closes_at: datetime
    scales: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """A whole plan, and what has to be said about it."""

    sessions: tuple[Dated, ...]
    asks: tuple[Ask, ...]
    notices: tuple[str, ...]

    @property
    def infusions(self) -> tuple[Dated, ...]:
        return tuple(session for session in self.sessions if session.is_infusion)


def utc_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant of a local date and clock time.

    In the hour that spring skips: the next minute that exists. In the hour that autumn repeats: the first one.
    """
    wall = datetime.combine(day, clock)
    while True:
        instant = wall.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            return instant
        wall += timedelta(minutes=1)


def slots_between(starts_at: datetime, ends_at: datetime) -> Iterator[datetime]:
    """The quarter hours that a stretch of time touches."""
    slot = starts_at - (starts_at - datetime.min.replace(tzinfo=UTC)) % SLOT
    while slot < ends_at:
        yield slot
        slot += SLOT


def plan_course(
    protocol: Protocol,
    start: date,
    clock: time,
    calendar: Calendar,
    places: Places,
    *,
    patient_zone: ZoneInfo,
    checkin_time: time,
    infusions: int | None = None,
    not_before: datetime | None = None,
    given: Sequence[date] = (),
) -> Course:
    """The whole plan of a course that begins on `start`, each session at `clock` if it can be.

    `given` are the days of doses that the patient had before this course.

    Raises CannotPlan when a session finds no place at all.
    """
    steps = [(step, protocol.minutes_of(step.spec)) for step in sequence(protocol, infusions)]
    pace = Pace(protocol.frequency, tuple(given))
    sessions = plan_sessions(steps, start, clock, calendar, places, not_before=not_before, pace=pace)
    asks = plan_asks(protocol, sessions, patient_zone, checkin_time)
    notices = *_paced(sessions, start, pace), *notices_of(protocol, sessions, clock, calendar, not_before)
    return Course(sessions, asks, notices)


def plan_sessions(
    steps: Sequence[tuple[Step, int]],
    start: date,
    clock: time,
    calendar: Calendar,
    places: Places,
    *,
    before: Sequence[Dated] = (),
    not_before: datetime | None = None,
    pace: Pace = FREE,
) -> tuple[Dated, ...]:
    """Date these steps, each with its minutes, one after the other behind the sessions `before`, from `start` on."""
    planned: list[Dated] = list(before)
    # A window reaches back as well as forward, but not to before the day that was asked for.
    not_before = max(filter(None, (not_before, utc_of(start, time(), calendar.zone))))
    for step, minutes in steps:
        target = max(_target(step.spec, planned, start), start)
        earliest = _earliest(step.spec, planned, not_before, calendar.zone)
        if step.spec.kind == Kind.INFUSION:
            first_day = pace.first_day(session.day for session in planned if session.is_infusion)
            earliest = max(earliest, utc_of(max(first_day, start), time(), calendar.zone))
            target = max(target, first_day)
        dated = find_time(step, minutes, target, clock, calendar, places, earliest)
        places = places.without(dated.claims)
        planned.append(dated)
    return tuple(planned[len(before) :])


def _target(spec: SessionSpec, planned: Sequence[Dated], start: date) -> date:
    """The day that the program means: counted from the infusion before for an infusion, else from the session before."""
    if not planned:
        return start
    anchor = planned[-1]
    if spec.kind == Kind.INFUSION:
        anchor = next((session for session in reversed(planned) if session.is_infusion), anchor)
    return anchor.day + timedelta(days=spec.spacing)


def _earliest(spec: SessionSpec, planned: Sequence[Dated], not_before: datetime, zone: ZoneInfo) -> datetime:
    """The first instant that keeps the order of the sequence, talks on days of their own, and the least gap between infusions."""
    bounds = [not_before]
    if planned:
        bounds.append(planned[-1].ends_at)
        if _waits_for_next_day(spec):
            bounds.append(utc_of(planned[-1].day + timedelta(days=1), time(), zone))
    if spec.least_gap_hours is not None:
        dose = next((session for session in reversed(planned) if session.is_infusion), None)
        if dose:
            bounds.append(dose.starts_at + timedelta(hours=spec.least_gap_hours))
    return max(bounds)


def _waits_for_next_day(spec: SessionSpec) -> bool:
    """Whether it may not share the day of the session before: nobody talks an infusion over while still groggy from it."""
    return spec.kind != Kind.INFUSION and spec.spacing >= 1


def find_time(
    step: Step, minutes: int, target: date, clock: time, calendar: Calendar, places: Places, earliest: datetime
) -> Dated:
    """The best time for one session: the target day, else a day of its window, else the next day with a place.

    On each day the clock time as near to `clock` as the places allow. Raises CannotPlan.
    """
    window = timedelta(days=step.spec.window_days)
    for day in _days_by_preference(target, step.spec.window_days):
        if not calendar.is_open(day):
            continue
        for wall, claims in free_times(step.spec.needs, day, clock, minutes, calendar, places, earliest):
            starts_at = utc_of(day, wall, calendar.zone)
            ends_at = starts_at + timedelta(minutes=minutes)
            return Dated(step, day, wall, starts_at, ends_at, target - window, target + window, claims)
    raise CannotPlan(_what_is_missing(step, minutes, target, calendar, places))


def free_times(
    needs: Sequence[Need], day: date, clock: time, minutes: int, calendar: Calendar, places: Places, earliest: datetime
) -> Iterator[tuple[time, tuple[Claim, ...]]]:
    """The quarter hours of a day from `earliest` on at which everything needed is free, nearest to `clock` first."""
    for wall in _clocks_by_nearness(clock, minutes, calendar):
        starts_at = utc_of(day, wall, calendar.zone)
        claims = places.free_for(needs, starts_at, starts_at + timedelta(minutes=minutes)) if starts_at >= earliest else None
        if claims is not None:
            yield wall, claims


def _days_by_preference(target: date, window_days: int) -> Iterator[date]:
    yield from (target + timedelta(days=n) for n in range(window_days + 1))
    yield from (target - timedelta(days=n) for n in range(1, window_days + 1))
    yield from (target + timedelta(days=n) for n in range(window_days + 1, FARTHEST_SLIDE_DAYS + 1))


def _clocks_by_nearness(clock: time, minutes: int, calendar: Calendar) -> list[time]:
    """Every quarter hour at which a session of that length fits the clinic's day, nearest to `clock` first."""
    opens, closes, wanted = (t.hour * 60 + t.minute for t in (calendar.opens_at, calendar.closes_at, clock))
    fitting = range(-(-opens // 15) * 15, closes - minutes + 1, 15)
    return [time(m // 60, m % 60) for m in sorted(fitting, key=lambda m: (abs(m - wanted), m))]


def _what_is_missing(step: Step, minutes: int, target: date, calendar: Calendar, places: Places) -> str:
    for need in step.spec.needs:
        if not any(places.of(need)):
            return f"The clinic has no {need} for the {step.spec.kind}."
    if not _clocks_by_nearness(calendar.opens_at, minutes, calendar):
        return f"A session of {minutes} minutes does not fit between opening and closing."
    return f"No free time for session {step.number} ({step.spec.kind}) within {FARTHEST_SLIDE_DAYS} days of {target:%b %-d}."


def plan_asks(protocol: Protocol, sessions: Sequence[Dated], patient_zone: ZoneInfo, checkin_time: time) -> tuple[Ask, ...]:
    """The check-ins that belong to these sessions, in order of time.

    Rules that meet on one day of one infusion make one check-in. A scale with a least distance is left out
    of a check-in that would come too soon after the last one that asked it.
    """
    infusions = [session for session in sessions if session.is_infusion]
    asks = [
        _ask(rules, infusion, following, patient_zone, checkin_time)
        for infusion, following in zip(infusions, [*infusions[1:], None], strict=True)
        for rules in _rules_by_day(protocol, infusion.step.infusion, infusions)
    ]
    return _thinned(sorted(asks, key=lambda ask: ask.opens_at), protocol.least_days_between)


def _rules_by_day(protocol: Protocol, number: int, infusions: Sequence[Dated]) -> Iterable[list[CheckInRule]]:
    first, last = infusions[0].step.infusion, infusions[-1].step.infusion
    together: dict[int, list[CheckInRule]] = {}
    for rule in protocol.checkins:
        if rule.asks_at(number, first, last):
            together.setdefault(rule.days, []).append(rule)
    return together.values()


def _ask(
    rules: Sequence[CheckInRule], infusion: Dated, following: Dated | None, patient_zone: ZoneInfo, checkin_time: time
) -> Ask:
    """One check-in: `rules` all meet on the same day of the same infusion.

    A baseline closes when the first infusion starts; a later one closes when the next infusion starts, so that
    it never measures another dose, and never opens while the patient still rests.
    """
    first = rules[0]
    due_on = infusion.starts_at.astimezone(patient_zone).date() + timedelta(days=first.days)
    opens_at = utc_of(due_on, checkin_time, patient_zone)
    closes_at = utc_of(due_on + timedelta(days=first.open_days), checkin_time, patient_zone)
    if first.purpose == "baseline":
        closes_at = infusion.starts_at
    elif following and first.purpose == "after":
        closes_at = min(closes_at, following.starts_at)
        opens_at = max(min(opens_at, closes_at - SHORTEST_CHECKIN), infusion.ends_at + REST_AFTER_SESSION)
    scales = tuple(dict.fromkeys(code for rule in rules for code in rule.scales))
    return Ask(first.purpose, infusion.step.infusion, first.days, due_on, checkin_time, opens_at, closes_at, scales)


def _thinned(asks: Sequence[Ask], least_days: dict[str, int]) -> tuple[Ask, ...]:
    last_asked: dict[str, date] = {}
    kept: list[Ask] = []
    for ask in asks:
        scales = tuple(
            code
            for code in ask.scales
            if code not in last_asked or (ask.due_on - last_asked[code]).days >= least_days.get(code, 0)
        )
        last_asked |= dict.fromkeys(scales, ask.due_on)
        if scales and ask.opens_at < ask.closes_at:
            kept.append(replace(ask, scales=scales))
    return tuple(kept)


def overrun(protocol: Protocol, days: Collection[date]) -> str:
    """That infusions on these days take longer than the program promises; nothing when they do not."""
    span = (max(days) - min(days)).days + 1 if days else 0
    promised = protocol.infusions_within_days
    return f"The infusions take {span} days. The program promises {promised}" if span > promised else ""


def notices_of(
    protocol: Protocol,
    sessions: Sequence[Dated],
    clock: time,
    calendar: Calendar,
    not_before: datetime | None = None,
) -> tuple[str, ...]:
    """What a person must know about this plan before agreeing to it."""
    late = overrun(protocol, [session.day for session in sessions if session.is_infusion])
    notices = [f"{late}: that cannot be kept with this start."] if late else []
    notices += [
        f"Session {session.step.number} is on {session.day:%a %b %-d}, outside its window"
        f" ({session.window_from:%b %-d} to {session.window_to:%b %-d})."
        for session in sessions
        if session.is_outside_window
    ]
    notices += [
        f"Session {session.step.number} on {session.day:%a %b %-d} is at {session.clock:%H:%M}, because {clock:%H:%M} {why}."
        for session, before, dose in _with_those_before(sessions)
        if session.clock != clock
        for why in [_why_not_at(clock, session, before, dose, calendar, not_before)]
    ]
    return tuple(notices)


def _paced(sessions: Sequence[Dated], start: date, pace: Pace) -> Iterator[str]:
    """Which infusions come later than was meant, because of the doses before them."""
    before: list[date] = []
    for session in sessions:
        if not session.is_infusion:
            continue
        meant = before[-1] + timedelta(days=session.step.spec.spacing) if before else start
        first_day = pace.first_day(before)
        if meant < first_day:
            yield f"Session {session.step.number} cannot be before {first_day:%a %b %-d}: at most {pace.words}."
        before.append(session.day)


def _why_not_at(
    clock: time, session: Dated, before: Dated | None, dose: Dated | None, calendar: Calendar, not_before: datetime | None
) -> str:
    """Why a session is not at the clock time that was asked for."""
    length = session.ends_at - session.starts_at
    starts_at = utc_of(session.day, clock, calendar.zone)
    if clock < calendar.opens_at or starts_at + length > utc_of(session.day, calendar.closes_at, calendar.zone):
        return f"leaves no room for its {length // timedelta(minutes=1)} minutes between opening and closing"
    if not_before and starts_at < not_before:
        return "has passed"
    if _too_near(replace(session, starts_at=starts_at), before, dose):
        return "is too soon after the session before"
    return "is taken"


@dataclass(frozen=True)
class Break:
    """A session that stands too near to the one before, or before it."""

    number: int
    why: str


def broken_gaps(sessions: Sequence[Dated], pace: Pace = FREE) -> tuple[Break, ...]:
    """Which sessions, in the order of the sequence, break the order, the least gap between infusions, or the pace."""
    near = tuple(
        Break(session.step.number, why)
        for session, before, dose in _with_those_before(sessions)
        if (why := _too_near(session, before, dose))
    )
    return near + tuple(_too_often([session for session in sessions if session.is_infusion], pace))


def _too_often(infusions: Sequence[Dated], pace: Pace) -> Iterator[Break]:
    for number, session in enumerate(infusions):
        first_day = pace.first_day(other.day for other in infusions[:number])
        if session.day < first_day:
            why = f"Session {session.step.number} cannot be before {first_day:%a %b %-d}: at most {pace.words}."
            yield Break(session.step.number, why)


def _with_those_before(sessions: Sequence[Dated]) -> Iterator[tuple[Dated, Dated | None, Dated | None]]:
    """Each session with the one before it and the infusion before it."""
    before: Dated | None = None
    dose: Dated | None = None
    for session in sessions:
        yield session, before, dose
        before = session
        dose = session if session.is_infusion else dose


def _too_near(session: Dated, before: Dated | None, dose: Dated | None) -> str:
    number = session.step.number
    if before and session.starts_at < before.ends_at:
        return f"Session {number} would begin before session {before.step.number} has ended."
    if before and session.day <= before.day and _waits_for_next_day(session.step.spec):
        return f"Session {number} would be on the day of session {before.step.number}; the program wants it on a later day."
    least = session.step.spec.least_gap_hours
    if dose and least and session.starts_at - dose.starts_at < timedelta(hours=least):
        hours = (session.starts_at - dose.starts_at) / timedelta(hours=1)
        return f"Session {number} would come {hours:.0f} hours after session {dose.step.number}; at least {least} are needed."
    return ""
