"""What the schedule tests share: the north clinic's calendar and places, and a plan in one call."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from programs.schedule import Calendar, Places, plan_course
from tests.programs_and_scales import PROTOCOLS

SIX, TALK, WEEKLY = "six-infusion-series", "ketamine-and-therapy", "weekly-three-months"
NEW_YORK = ZoneInfo("America/New_York")
WORKING_DAYS, EVERY_DAY = frozenset(range(5)), frozenset(range(7))
TEN = time(10)
# A Monday, the day after the clocks of New York went back.
MONDAY = date(2026, 11, 2)
ROOMY = Places(chairs=(1, 2), nurses=(11,), therapists=(21,), lanes=2)


def clinic_hours(zone=NEW_YORK, *, days=WORKING_DAYS, closed=(), opens=time(8), closes=time(18)):
    return Calendar(zone, days, frozenset(closed), opens, closes)


def plan(program=SIX, start=MONDAY, clock=TEN, hours=None, places=ROOMY, *, patient_zone=None, asked_at=time(9), **more):
    hours = hours or clinic_hours()
    return plan_course(
        PROTOCOLS[program], start, clock, hours, places, patient_zone=patient_zone or hours.zone, checkin_time=asked_at, **more
    )


def all_taken(places, course):
    """The same places once everything in `course` is booked."""
    return places.without(claim for session in course.sessions for claim in session.claims)


def days_of(sessions):
    return [session.day for session in sessions]


def november(*days):
    return [date(2026, 11, day) for day in days]


def weeks_from(start, count):
    return [start + timedelta(weeks=n) for n in range(count)]
