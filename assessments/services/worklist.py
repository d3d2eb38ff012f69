"""Who needs me now: the courses of a clinic, those first that need somebody, each with the rule that says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from assessments.models import Outcome
from assessments.outcomes import Reliable
from programs.models import Enrolment, Session
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert

NOW, TODAY, FINE = 0, 1, 2
WORDS = {NOW: "Now", TODAY: "Today", FINE: "Fine"}
# The last follow-up is 12 weeks after the last dose, and its window a week.
FOLLOWED_FOR = timedelta(weeks=13)
# A decision stands before the team while the course runs, and this long after its last dose.
DECIDED_WITHIN = timedelta(days=14)
MISSED_TOO_OFTEN = 2


@dataclass(frozen=True)
class Need:
    """How urgently somebody is needed, and every rule that says so, the gravest first."""

    rank: int
    rules: tuple[str, ...]

    @property
    def word(self) -> str:
        return WORDS[self.rank]


def courses_of(actor: Actor, *, at: datetime | None = None) -> QuerySet[Enrolment]:
    """The courses that are planned, given or followed, in order of need, then by name. One statement to read a page."""
    now = at or timezone.now()
    primary = Outcome.objects.filter(enrolment=OuterRef("pk"), code=OuterRef("primary_scale"))
    worse = Outcome.objects.filter(enrolment=OuterRef("pk")).filter(Q(worse_than_last=True) | Q(reliable=Reliable.WORSE))
    alerts = Alert.objects.visible_to(actor).open()
    rows = Enrolment.objects.visible_to(actor).annotate(
        has_alert=Exists(alerts.filter(patient=OuterRef("patient"))),
        is_worse=Exists(worse),
        has_response=Subquery(primary.values("response")[:1]),
        responded_once=Exists(primary.exclude(first_response=None)),
        next_session_at=Subquery(_next_session(now)),
    )
    running = Q(state__in=[Enrolment.State.PLANNED, Enrolment.State.ACTIVE, Enrolment.State.PAUSED])
    followed = Q(last_dose_at__gte=now - FOLLOWED_FOR, is_imported=False)
    # Not by `has_alert`: that would be worked out for every course that ever was.
    alerted = Q(patient__in=alerts.values("patient"))
    return (
        rows.filter(running | followed | alerted)
        .annotate(is_undecided=_undecided(now))
        .annotate(rank=_rank())
        .select_related("patient", "program")
        .defer("program__body")
        .order_by("rank", F("next_session_at").asc(nulls_last=True), "patient__name_key", "pk")
    )


def _next_session(now: datetime) -> QuerySet[Session]:
    waiting = Session.objects.waiting().filter(enrolment=OuterRef("pk"), ends_at__gte=now)
    return waiting.order_by("starts_at").values("starts_at")[:1]  # type: ignore[return-value]


def _undecided(now: datetime) -> Case:
    asked = ~Q(review="") & Q(has_response=False)
    standing = Q(state=Enrolment.State.ACTIVE) | Q(last_dose_at__gte=now - DECIDED_WITHIN)
    return Case(When(asked & standing, then=Value(True)), default=Value(False), output_field=BooleanField())


def _rank() -> Case:
    needs_now = Q(has_alert=True) | Q(is_worse=True)
    lost = Q(responded_once=True, has_response=False)
    return Case(
        When(needs_now, then=Value(NOW)),
        When(Q(is_undecided=True) | lost | Q(missed_in_a_row__gte=MISSED_TOO_OFTEN), then=Value(TODAY)),
        default=Value(FINE),
        output_field=IntegerField(),
    )


def need_of(row: Enrolment, outcomes: list[Outcome]) -> Need:
    """The need of one course from `courses_of`, with `outcomes` of its scales, the primary one first."""
    annotated = row.__dict__
    rules: list[str] = []
    if annotated["has_alert"]:
        rules.append("Safety answer without an outcome")
    for outcome in outcomes:
        if outcome.worse_than_last:
            rules.append(f"{_title(outcome)} worse than last time")
        if outcome.reliable == Reliable.WORSE:
            rules.append(f"{_title(outcome)} worse than at the start")
    if annotated["responded_once"] and annotated["has_response"] is False:
        rules.append("Responded before, not now")
    elif annotated["is_undecided"]:
        rules.append(f"No response after {row.infusions_given} infusions: {row.review}")
    if row.missed_in_a_row >= MISSED_TOO_OFTEN:
        rules.append(f"{row.missed_in_a_row} check-ins missed in a row")
    return Need(annotated["rank"], tuple(rules))


def _title(outcome: Outcome) -> str:
    return outcome.latest.definition.title if outcome.latest else outcome.code


def count_needs(actor: Actor, *, at: datetime | None = None) -> dict[int, int]:
    """How many courses stand at each rank, the whole clinic, whatever page is shown. One statement."""
    ranks = courses_of(actor, at=at).order_by().values("rank").annotate(count=Count("pk"))  # type: ignore[misc]
    return {NOW: 0, TODAY: 0, FINE: 0} | {row["rank"]: row["count"] for row in ranks}
