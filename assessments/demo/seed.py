"""Fill an empty database with the demo clinics. The same seed gives the same people each day, dates relative to today."""

import heapq
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from assessments.demo.cast import DemoClinic, made_up_names, make_clinics, make_patient, make_user
from assessments.demo.stockroom import Stockroom
from assessments.demo.stories import Story, Teller
from programs.models import ChecklistLine
from programs.services.checkins import close_missed
from programs.services.checklist import PROPOSED, write_checklist
from programs.services.offering import switch_program
from tracker.accounts.models import Membership, User
from tracker.accounts.roles import Role
from tracker.audit.services import acts_together
from tracker.people.models import Patient

SEED = 20261121
SIX, TALK, WEEKLY = "six-infusion-series", "ketamine-and-therapy", "weekly-three-months"
# Off at first in every clinic; the north switched these on.
NASAL, EIGHT, PAIN = "esketamine-nasal", "eight-twice-weekly", "chronic-pain"
MONTHS_BACK = 26 * 7


@acts_together()
def fill(now: datetime, password: str) -> None:
    """Make both clinics, everybody in them and what happened to them until `now`."""
    random = Random(SEED)
    today = now.astimezone().date()
    clinics = make_clinics(today, password)
    for code in (NASAL, EIGHT, PAIN):
        switch_program(code, is_on=True, actor=clinics["north"].actors[Role.MANAGER], at=now - timedelta(days=MONTHS_BACK))
    stockrooms = {slug: Stockroom(place) for slug, place in clinics.items()}
    names = made_up_names(random)
    stories = [("north", story) for story in _north(today, random)] + [("south", story) for story in _south(today, random)]
    stories += [("north", story) for story in _new_programs(today)]
    tellers = []
    for number, (slug, story) in enumerate(stories, 1):
        patient = _patient(clinics[slug], number, names, random, password)
        if story is not None:
            tellers.append(Teller(clinics[slug], stockrooms[slug], patient, story, Random(f"{SEED}:{number}"), now))
    counts = [stockroom.counts(now) for stockroom in stockrooms.values()]
    _tell([*(teller.steps() for teller in tellers), *counts, _days(today, now)])
    # New in the north: who is in the room now is asked it, the records that are signed were not.
    home = ChecklistLine.Asked.GOING_HOME
    write_checklist(
        clinics["north"].clinic, asked=home, lines=PROPOSED[home], actor=clinics["north"].actors[Role.CLINICIAN], at=now
    )


def _patient(place: DemoClinic, number: int, names: list[tuple[str, str]], random: Random, password: str) -> Patient:
    first, last = names[number]
    birth = date(random.randint(1958, 2004), random.randint(1, 12), random.randint(1, 28))
    # The first two of the north are the cast's patients: Pia reads English, Paul Spanish.
    if number == 1:
        return make_patient(place, number, "Pia Northwood", date(1988, 3, 14), user=make_user("Pia", password))
    if number == 2:
        return make_patient(place, number, "Paul Ibarra", date(1975, 8, 2), language="es", user=make_user("Paul", password))
    return make_patient(place, number, f"{first} {last}", birth)


def _tell(tales: list[Iterator[datetime]]) -> None:
    """All stories at once, in order of time: who comes first gets the chair."""
    order = count()
    queue: list[tuple[datetime, int, Iterator[datetime]]] = []
    for tale in tales:
        _push(queue, order, tale)
    while queue:
        _at, _n, tale = heapq.heappop(queue)
        _push(queue, order, tale)


def _push(queue: list[tuple[datetime, int, Iterator[datetime]]], order: "count[int]", tale: Iterator[datetime]) -> None:
    at = next(tale, None)
    if at is not None:
        heapq.heappush(queue, (at, next(order), tale))


def _days(today: date, now: datetime) -> Iterator[datetime]:
    """The clock: each hour of the night, what closed unanswered is marked missed."""
    at = now - timedelta(days=MONTHS_BACK + 10)
    while at < now:
        yield at
        close_missed(at)
        at += timedelta(hours=12)
    yield now
    close_missed(now)


def _ago(today: date, days: int) -> date:
    return today - timedelta(days=days)


def _north(today: date, random: Random) -> list[Story | None]:
    """Every state that a page can show, then half a year of finished courses."""
    shown: list[Story | None] = [
        # Pia: four infusions in, responding, a check-in waiting, the next one moved to tomorrow.
        Story(SIX, "depression", "remission", _ago(today, 8), 0.74, time(10), answers=1, moves_next=True),
        # Paul: weekly, in Spanish, a check-in waiting.
        Story(WEEKLY, "generalised-anxiety", "late", _ago(today, 37), 0.76, time(11), answers=1),
        # Today's chairs.
        Story(SIX, "depression", "responder", _ago(today, 6), 0.81, time(9), today="in progress"),
        Story(SIX, "depression", "late", _ago(today, 4), 0.7, time(9, 30), today="arrived"),
        Story(SIX, "anxiety", "none", _ago(today, 8), 0.85, time(10, 30), today="held"),
        Story(SIX, "depression", "remission", _ago(today, 10), 0.67, time(13), today="planned"),
        Story(SIX, "bipolar-depression", "partial", _ago(today, 2), 0.78, time(13, 30), today="planned"),
        Story(SIX, "depression", "responder", today, 0.74, time(14), today="planned", consents=False),
        Story(WEEKLY, "social-anxiety", "responder", _ago(today, 28), 0.81, time(15), today="planned"),
        Story(TALK, "ptsd", "responder", _ago(today, 14), 0.64, time(12), today="planned"),
        # Who needs somebody.
        Story(
            SIX,
            "depression",
            "none",
            _ago(today, 8),
            0.85,
            time(8),
            answers=1,
            safety=(4,),
            leaves_alert_open=True,
            today="planned",
        ),
        Story(SIX, "depression", "worse", _ago(today, 9), 0.63, time(11, 30)),
        Story(SIX, "depression", "none", _ago(today, 15), 0.78, time(12, 30)),
        Story(SIX, "anxiety", "responder", _ago(today, 11), 0.7, time(8, 30), answers=0.15),
        Story(TALK, "ptsd", "late", _ago(today, 30), 0.7, time(14)),
        Story(WEEKLY, "generalised-anxiety", "remission", _ago(today, 50), 0.71, time(9)),
        Story(SIX, "ptsd", "partial", _ago(today, 5), 0.74, time(15, 30), pauses_after=2),
        Story(SIX, "depression", "responder", today + timedelta(days=3), 0.7, time(9)),
        Story(TALK, "depression", "responder", today + timedelta(days=5), 0.6, time(10)),
        Story(SIX, "depression", "none", _ago(today, 9), 0.74, time(16), stops_after=1, answers=0),
        Story(SIX, "depression", "responder", _ago(today, 20), 0.33, time(9)),
        Story(SIX, "depression", "responder", _ago(today, 12), 0.78, time(10), only_baseline=True),
        None,
        None,
    ]
    return shown + _finished(today, random, 24, TALK)


def _south(today: date, random: Random) -> list[Story | None]:
    shown: list[Story | None] = [
        Story(SIX, "depression", "responder", _ago(today, 4), 0.74, time(10), today="planned"),
        Story(SIX, "depression", "none", _ago(today, 8), 0.81, time(13), today="arrived"),
        Story(WEEKLY, "social-anxiety", "late", _ago(today, 21), 0.76, time(9)),
    ]
    return shown + _finished(today, random, 9, SIX)


def _new_programs(today: date) -> list[Story]:
    """One course in each of two programs that the north switched on, told last so that nobody else's story changes."""
    return [
        Story(NASAL, "depression", "responder", _ago(today, 17), 0.78, time(9, 30)),
        Story(EIGHT, "ptsd", "late", _ago(today, 12), 0.7, time(14, 30)),
    ]


def _finished(today: date, random: Random, how_many: int, other: str) -> list[Story | None]:
    """Courses of the last half year: about half respond, a quarter are in remission, a fifth do not finish."""
    shapes = [
        "remission",
        "responder",
        "none",
        "late",
        "remission",
        "responder",
        "none",
        "lost",
        "responder",
        "partial",
        "remission",
        "worse",
    ]
    stories: list[Story | None] = []
    for number in range(how_many):
        program = other if number % 6 == 5 else SIX
        stories.append(
            Story(
                program,
                "depression",
                shapes[number % len(shapes)],
                _ago(today, 26 + number * (MONTHS_BACK - 40) // how_many),
                random.uniform(0.55, 0.9),
                time(8 + random.randint(0, 6), random.choice((0, 30))),
                answers=random.choice((0.95, 0.9, 0.8, 0.55)),
                stops_after=random.choice((1, 2, 3)) if number % 5 == 4 else 0,
                safety=(0, 1) if number % 7 == 2 else (),
                holds=2 if number % 11 == 3 else 0,
                relapses=number % 8 == 1,
            )
        )
    return stories


def who_can_sign_in(password: str) -> list[dict[str, str | None]]:
    """Every role at every clinic with how to sign in, for `var/demo.json` and the terminal."""
    members = Membership.objects.select_related("user", "clinic").order_by("clinic__slug", "pk")
    # Not the doctor of the practices, who is nobody.
    people = [(row.role, row.clinic.slug, row.user) for row in members if row.user.has_usable_password()]
    patients = Patient.objects.exclude(user=None).select_related("user", "clinic").order_by("pk")
    people += [("patient", row.clinic.slug, row.user) for row in patients if isinstance(row.user, User)]
    return [
        {"role": role, "clinic": clinic, "email": user.email, "password": password, "totp_secret": None}
        for role, clinic, user in people
    ]
