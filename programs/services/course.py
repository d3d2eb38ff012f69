"""Changing a course under way: other times, more or fewer infusions, a pause, an end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from programs.models import Enrolment, Session
from programs.protocols import Need, Step, sequence
from programs.schedule import Break, CannotPlan, Dated, broken_gaps, free_times, plan_sessions, utc_of
from programs.services.checkins import sync_checkins
from programs.services.enrolling import add_session
from programs.services.places import (
    FARTHEST_START,
    as_dated,
    book,
    calendar_of,
    check_start,
    minutes_of,
    pace_of,
    places_of,
    release,
    step_of,
)
from programs.services.states import change_state, demand_reason
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Overtaken, Refused

# So many free times are named to whom one was refused.
TIMES_NAMED = 3
# These still hold their place in the order of the course.
STANDING = (
    Session.State.PLANNED,
    Session.State.ARRIVED,
    Session.State.IN_PROGRESS,
    Session.State.DONE,
    Session.State.STOPPED_EARLY,
)
# Courses whose sessions get no new time.
KEPT_AS_THEY_ARE = (Enrolment.State.STOPPED, Enrolment.State.PAUSED, Enrolment.State.WITHDRAWN)
# These lost theirs, and may be planned again.
UNGIVEN = (Session.State.HELD, Session.State.MISSED)


@dataclass(frozen=True)
class Move:
    """A session and the time it is to have."""

    session: Session
    to: Dated


@dataclass(frozen=True)
class Proposal:
    """What moving one session means: what it breaks later on, and the shift that would mend it."""

    move: Move
    breaks: tuple[Break, ...] = ()
    shift: tuple[Move, ...] = ()
    cannot_shift: str = ""

    @property
    def fingerprint(self) -> str:
        """What the page sends back, so that the shift which was agreed to is the one that is made."""
        return " ".join(f"{found.session.number}@{found.to.starts_at:%m%d%H%M}" for found in (self.move, *self.shift))


def propose_move(session: Session, day: date, clock: time, *, actor: Actor, at: datetime | None = None) -> Proposal:
    """What would follow if `session` had that time. Writes nothing.

    Raises Refused for a time that cannot be: past, closed, taken, or too near to an earlier session.
    """
    actor.require("move_session", clinic_id=session.clinic_id)
    now = at or timezone.now()
    if session.is_waiting and (session.day, session.clock) == (day, clock):
        raise Refused("It is planned for just that time already.", "clock")
    if session.state == Session.State.HELD and session.day == day:
        raise Refused("It is held on this day: a prescriber releases it on its page. Or choose another day.", "day")
    move = Move(session, _at_exactly(session, day, clock, now))
    others = list(session.enrolment.sessions.filter(state__in=STANDING).exclude(pk=session.pk))
    over = {row.number for row in others if row.started_at}
    order = _in_sequence([*map(as_dated, others), move.to], over)
    pace = pace_of(session.patient, session.enrolment.protocol, besides=session.enrolment)
    # What is over stands as it was given; no move mends it, and none is refused for it.
    breaks = tuple(broken for broken in broken_gaps(order, pace) if broken.number not in over)
    for broken in breaks:
        if broken.number <= session.number:
            raise Refused(broken.why, "day")
    if not breaks:
        return Proposal(move)
    try:
        return Proposal(move, breaks, _shift_behind(move, others, now))
    except CannotPlan as error:
        return Proposal(move, breaks, cannot_shift=str(error))


def _in_sequence(rows: Sequence[Dated], over: Collection[int]) -> list[Dated]:
    """By their numbers; those that are over by the time they were given, which differs where a record was moved here late."""
    by_number = sorted(rows, key=lambda dated: dated.step.number)
    by_time = iter(sorted((dated for dated in rows if dated.step.number in over), key=lambda dated: dated.starts_at))
    return [next(by_time) if dated.step.number in over else dated for dated in by_number]


def _at_exactly(session: Session, day: date, clock: time, now: datetime) -> Dated:
    """`session` at that very time, with places; Refused when it cannot be there."""
    if not session.can_move:
        raise Refused(f"This session is {session.get_state_display().lower()}. Its time cannot be changed.")
    if session.enrolment.state in KEPT_AS_THEY_ARE:
        raise Refused(f"This course is {session.enrolment.get_state_display().lower()}. Nothing of it is planned anew.")
    if is_left_out(session):
        raise Refused(f"This course has {session.enrolment.infusions} doses now. To plan more, change their number.")
    clinic = session.clinic
    calendar = calendar_of(clinic)
    step = step_of(session)
    if day > now.date() + FARTHEST_START:
        raise Refused("That is more than a year ahead. Check the year.", "day")
    starts_at = utc_of(day, clock, clinic.tz)
    ends_at = starts_at + (session.ends_at - session.starts_at)
    if starts_at < now:
        raise Refused("That time has passed.", "day")
    if not calendar.is_open(day):
        raise Refused(f"The clinic is closed on {day:%A, %b %-d}.", "day")
    if clock < clinic.opens_at or ends_at > utc_of(day, clinic.closes_at, clinic.tz):
        hours = f"The clinic is open from {clinic.opens_at:%H:%M} to {clinic.closes_at:%H:%M}."
        raise Refused(f"It would last until {ends_at.astimezone(clinic.tz):%H:%M}, recovery included. {hours}", "clock")
    places = places_of(clinic, starts_at, therapist_id=session.enrolment.therapist_id, besides=[session.pk])
    claims = places.free_for(step.spec.needs, starts_at, ends_at)
    if claims is None:
        raise Refused(_taken(session, step.spec.needs, day, clock, now), "clock")
    return Dated(step, day, clock, starts_at, ends_at, session.window_from, session.window_to, claims)


def is_left_out(session: Session) -> bool:
    """Whether this dose went when their number was made smaller, also where another has its number since."""
    if session.state != Session.State.CANCELLED or not session.is_infusion:
        return False
    same = session.enrolment.sessions.filter(infusion=session.infusion).exclude(pk=session.pk)
    return session.infusion > session.enrolment.infusions or same.filter(state__in=[*STANDING, *UNGIVEN]).exists()


def _taken(session: Session, needs: Sequence[Need], day: date, clock: time, now: datetime) -> str:
    """That this time is taken, and the nearest that are not."""
    calendar = calendar_of(session.clinic)
    morning = utc_of(day, session.clinic.opens_at, session.clinic.tz)
    places = places_of(session.clinic, morning, therapist_id=session.enrolment.therapist_id, besides=[session.pk])
    free = islice(free_times(needs, day, clock, minutes_of(session), calendar, places, now), TIMES_NAMED)
    nearest = ", ".join(sorted(f"{wall:%H:%M}" for wall, _claims in free))
    what = " and ".join(part for part in (", ".join(needs[:-1]), needs[-1]) if part).capitalize()
    are_not = "are not all" if needs[1:] else "is not"
    others = f"Free on that day: {nearest}." if nearest else "No other time of that day is free."
    return f"{what} {are_not} free at {clock:%H:%M}. {others}"


def _shift_behind(move: Move, others: Sequence[Session], now: datetime) -> tuple[Move, ...]:
    """New times for the waiting sessions behind `move`, in order, as near as they may follow."""
    waiting = [row for row in others if row.is_waiting and row.number > move.session.number]
    before = [as_dated(row) for row in others if row not in waiting] + [move.to]
    moves = _placed_anew(
        move.session.enrolment,
        waiting,
        sorted(before, key=lambda dated: dated.starts_at),
        move.to.day,
        now,
        besides=[move.session],
        taken=move.to,
    )
    return tuple(found for found in moves if found.to.starts_at != found.session.starts_at)


def _placed_anew(
    enrolment: Enrolment,
    waiting: Sequence[Session],
    before: Sequence[Dated],
    start: date,
    now: datetime,
    *,
    besides: Sequence[Session] = (),
    taken: Dated | None = None,
) -> list[Move]:
    places = places_of(
        enrolment.clinic, now, therapist_id=enrolment.therapist_id, besides=[row.pk for row in (*waiting, *besides)]
    ).without(taken.claims if taken else ())
    planned = plan_sessions(
        [(step_of(row), minutes_of(row)) for row in waiting],
        start,
        enrolment.clock,
        calendar_of(enrolment.clinic),
        places,
        before=before,
        not_before=now,
        pace=pace_of(enrolment.patient, enrolment.protocol, besides=enrolment),
    )
    return [Move(row, to) for row, to in zip(waiting, planned, strict=True)]


@transaction.atomic
def move_sessions(moves: Sequence[Move], *, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """Give each session its new time; their check-ins move with them, nothing else does.

    A missed, held or cancelled session is planned again by it. Raises Overtaken when a place is gone.
    """
    now = at or timezone.now()
    enrolment = moves[0].session.enrolment
    for move in moves:
        actor.require("move_session", clinic_id=move.session.clinic_id)
    release([move.session for move in moves])
    for move in moves:
        _give_time(move, actor=actor, reason=reason, at=now)
    if enrolment.state == Enrolment.State.COMPLETED:
        change_state(enrolment, Enrolment.State.ACTIVE, verb="reopened", actor=actor, at=now, reason=reason)
    sync_checkins(enrolment, actor=actor, at=now)


def _give_time(move: Move, *, actor: Actor, reason: str, at: datetime) -> None:
    session, to = move.session, move.to
    was = f"{session.day} {session.clock:%H:%M}"
    new = {
        "day": to.day,
        "clock": to.clock,
        "starts_at": to.starts_at,
        "ends_at": to.ends_at,
        "window_from": to.window_from,
        "window_to": to.window_to,
        "chair_id": to.place(Need.CHAIR),
        "nurse_id": to.place(Need.NURSE),
        "therapist_id": to.place(Need.THERAPIST),
    }
    if session.is_waiting:
        if not Session.objects.waiting().filter(pk=session.pk).update(**new):
            raise Overtaken("Somebody changed this session meanwhile. Reload to see how it stands.")
        record_act(
            actor, "moved", session, at=at, patient_id=session.patient_id, course_id=session.enrolment_id,
            was=was, now=f"{to.day} {to.clock:%H:%M}", reason=reason,
        )  # fmt: skip
    else:
        change_state(
            session, Session.State.PLANNED, verb="planned again", actor=actor, at=at, reason=reason, arrived_at=None, **new
        )
    book(session, to.claims)


@transaction.atomic
def change_infusions(enrolment: Enrolment, count: int, *, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """Plan `count` infusions instead of what was planned. More are added behind the last, fewer leave out the last.

    Raises Refused without a reason, for fewer than were given, or more than the program allows.
    """
    actor.require("change_course", clinic_id=enrolment.clinic_id)
    now = at or timezone.now()
    if not reason.strip():
        raise Refused("Write why the number changes.", "reason")
    if enrolment.state not in {Enrolment.State.PLANNED, Enrolment.State.ACTIVE, Enrolment.State.COMPLETED}:
        raise Refused(f"This course is {enrolment.get_state_display().lower()}. Its number of doses cannot be changed.")
    most = enrolment.protocol.most_infusions
    if not max(enrolment.infusions_given, 1) <= count <= most:
        raise Refused(f"{enrolment.infusions_given} were given, and the program allows {most} at most.", "count")
    if count == enrolment.infusions:
        raise Refused(f"{count} are planned already.", "count")
    was = enrolment.infusions
    if count > was:
        _add_infusions(enrolment, count, actor=actor, reason=reason, at=now)
        if enrolment.state == Enrolment.State.COMPLETED:
            change_state(enrolment, Enrolment.State.ACTIVE, verb="reopened", actor=actor, at=now, reason=reason)
    else:
        _drop_infusions(enrolment, count, actor=actor, reason=reason, at=now)
    enrolment.infusions = count
    enrolment.save(update_fields=["infusions"])
    record_act(
        actor, "changed infusions", enrolment, at=now, patient_id=enrolment.patient_id, course_id=enrolment.pk,
        was=was, now=count, reason=reason,
    )  # fmt: skip
    sync_checkins(enrolment, actor=actor, at=now)
    complete_if_over(enrolment, actor=actor, at=now)


def _add_infusions(enrolment: Enrolment, count: int, *, actor: Actor, reason: str, at: datetime) -> None:
    """Plan more infusions behind the last; the closing sessions of the program, if any, follow them."""
    protocol = enrolment.protocol
    rows = list(enrolment.sessions.order_by("number"))
    standing = [row for row in rows if row.state in STANDING]
    closing = standing[len(standing) - protocol.closing_sessions :] if protocol.closing_sessions else []
    until = -protocol.closing_sessions or None
    new = sequence(protocol, count)[len(sequence(protocol, enrolment.infusions)[:until]) : until]
    highest = max(row.number for row in rows)
    steps = [(Step(highest + n, step.infusion, step.spec), protocol.minutes_of(step.spec)) for n, step in enumerate(new, 1)]
    steps += [(replace(step_of(row), number=highest + len(new) + n), minutes_of(row)) for n, row in enumerate(closing, 1)]
    release(closing)
    try:
        planned = plan_sessions(
            steps,
            at.astimezone(enrolment.clinic.tz).date(),
            enrolment.clock,
            calendar_of(enrolment.clinic),
            places_of(enrolment.clinic, at, therapist_id=enrolment.therapist_id),
            before=sorted((as_dated(row) for row in standing if row not in closing), key=lambda dated: dated.starts_at),
            not_before=at,
            pace=pace_of(enrolment.patient, protocol, besides=enrolment),
        )
    except CannotPlan as error:
        raise Refused(str(error), "count") from error
    for dated in planned[: len(new)]:
        add_session(enrolment, dated)
    for row, dated in zip(closing, planned[len(new) :], strict=True):
        Session.objects.filter(pk=row.pk).update(number=dated.step.number)
        _give_time(Move(row, dated), actor=actor, reason=reason, at=at)


def _drop_infusions(enrolment: Enrolment, count: int, *, actor: Actor, reason: str, at: datetime) -> None:
    """Cancel the waiting sessions from infusion `count + 1` on, its talks included."""
    first = enrolment.sessions.filter(infusion=count + 1, state__in=STANDING).first()
    if first and not first.is_waiting:
        raise Refused(f"Infusion {first.infusion} has begun already.", "count")
    dropped = enrolment.sessions.waiting().filter(number__gte=first.number) if first else enrolment.sessions.none()
    _cancel(dropped, actor=actor, reason=reason, at=at)


def _cancel(sessions: QuerySet[Session], *, actor: Actor, reason: str, at: datetime) -> None:
    rows = list(sessions)
    release(rows)
    for row in rows:
        change_state(row, Session.State.CANCELLED, verb="cancelled", actor=actor, at=at, reason=reason)


@transaction.atomic
def pause_enrolment(enrolment: Enrolment, *, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """Interrupt a course: its waiting sessions give back their places, and nobody is asked anything."""
    actor.require("change_course", clinic_id=enrolment.clinic_id)
    demand_reason(reason)
    release(list(enrolment.sessions.waiting()))
    change_state(enrolment, Enrolment.State.PAUSED, verb="paused", actor=actor, at=at or timezone.now(), reason=reason)


@transaction.atomic
def resume_enrolment(enrolment: Enrolment, *, start: date, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """Take a paused course up again: the sessions still waiting get new times from `start` on."""
    actor.require("change_course", clinic_id=enrolment.clinic_id)
    demand_reason(reason)
    now = at or timezone.now()
    check_start(start, now, enrolment.clinic, "start")
    to = Enrolment.State.ACTIVE if enrolment.first_dose_at else Enrolment.State.PLANNED
    change_state(enrolment, to, verb="resumed", actor=actor, at=now, reason=reason)
    waiting = list(enrolment.sessions.waiting().order_by("number"))
    before = [as_dated(row) for row in enrolment.sessions.filter(state__in=STANDING).order_by("starts_at") if row not in waiting]
    try:
        moves = _placed_anew(enrolment, waiting, before, start, now)
    except CannotPlan as error:
        raise Refused(str(error), "start") from error
    for move in moves:
        _give_time(move, actor=actor, reason=reason, at=now)
    sync_checkins(enrolment, actor=actor, at=now)


@transaction.atomic
def stop_enrolment(enrolment: Enrolment, *, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """End a course before its end. Waiting sessions are cancelled; the follow-ups stay, counted from the last
    infusion that was given, because who stopped must be counted too.
    """
    actor.require("change_course", clinic_id=enrolment.clinic_id)
    demand_reason(reason)
    now = at or timezone.now()
    if enrolment.sessions.filter(state=Session.State.IN_PROGRESS).exists():
        raise Refused("A session is in progress. End it first.")
    change_state(enrolment, Enrolment.State.STOPPED, verb="stopped", actor=actor, at=now, reason=reason)
    unfinished = enrolment.sessions.filter(state__in=[Session.State.PLANNED, Session.State.ARRIVED, *UNGIVEN])
    _cancel(unfinished, actor=actor, reason=reason, at=now)
    sync_checkins(enrolment, actor=actor, at=now)


def complete_if_over(enrolment: Enrolment, *, actor: Actor, at: datetime) -> None:
    """Complete an active course none of whose sessions is still to come or under way."""
    open_states = [Session.State.PLANNED, Session.State.ARRIVED, Session.State.HELD, Session.State.IN_PROGRESS]
    if enrolment.state == Enrolment.State.ACTIVE and not enrolment.sessions.filter(state__in=open_states).exists():
        change_state(enrolment, Enrolment.State.COMPLETED, verb="completed", actor=actor, at=at)
