"""From the rows of one course to the description of its chart, for staff and for the patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments import outcomes as rules
from assessments import sentences
from assessments.models import Outcome, Score
from assessments.outcomes import Point, percent_better, response_line
from assessments.scales import Scale
from frontend.charts.description import Band, Chart, Dot, Gap, Line, Mark
from frontend.templatetags.words import label_of, text_in
from programs.dosing import show
from programs.models import CheckIn, Enrolment, Session
from programs.models.plans import kind_words
from tracker.ready import Question, Ready, answers

RELIEF_TICKS = (-25.0, 0.0, 25.0, 50.0, 75.0, 100.0)


@dataclass(frozen=True)
class Course:
    """The rows that every chart of one course reads, fetched once."""

    enrolment: Enrolment
    sessions: Sequence[Session]
    # Kept here by mistake: another patient sat in the chair. No chart counts them.
    of_another: Sequence[Session]
    checkins: Sequence[CheckIn]
    scores: Sequence[Score]
    outcomes: Sequence[Outcome]
    now: datetime

    @property
    def codes(self) -> list[str]:
        """The scales that this course has scores of, the program's own in its order first."""
        have = {score.code for score in self.scores}
        asked = [code for code in self.enrolment.protocol.scales if code in have]
        return asked + sorted(have - set(asked))

    def of(self, code: str) -> list[Score]:
        """The standing scores with a total on one scale, in order of time."""
        return [score for score in self.scores if score.code == code and score.points is not None]

    def outcome(self, code: str) -> rules.Outcome:
        """The stored outcome on one scale, as the sentences read it."""
        row = next((row for row in self.outcomes if row.code == code), None)
        scores = self.of(code)
        if row is None or not scores:
            return rules.Outcome(rules.Why.NO_SCORE, 0)
        return row.as_summary(scores[-1].definition, self.points)

    @cached_property
    def points(self) -> dict[int, Point]:
        """Each score that has a total, by its id, as the rules of outcomes read it."""
        return {score.pk: score.as_point() for score in self.scores if score.points is not None}

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """The sessions as they stand under the axis of every chart."""
        route = self.enrolment.protocol.dose.route
        return tuple(_mark(session, route) for session in self.sessions)

    @cached_property
    def doses(self) -> list[tuple[datetime, str]]:
        """When each dose began, in order, and how much it was; "" where nobody wrote it down."""
        begun = [(session.started_at, session) for session in self.sessions if session.is_infusion and session.started_at]
        return [(at, f"after {_mg(session)}" if session.dose_ug else "") for at, session in begun]


def fetch_course(enrolment: Enrolment, *, now: datetime) -> Course:
    """Read what the charts of one course need. Four statements, however many scales."""
    return course_of(enrolment, answers(*about_course(enrolment)), now=now)


def about_course(enrolment: Enrolment) -> list[Question | None]:
    """What has to be asked for the charts of one course."""
    return [asked.asking(course=enrolment.pk) for asked in (_sessions, _checkins, _scores, _outcomes)]


def course_of(enrolment: Enrolment, rows: Sequence[Sequence[Any]], *, now: datetime) -> Course:
    """The course from what came back when `about_course` was asked."""
    sessions, checkins, scores, outcomes = rows
    return Course(
        enrolment=enrolment,
        sessions=[row for row in sessions if row.state != Session.State.MOVED],
        of_another=[row for row in sessions if row.state == Session.State.MOVED],
        checkins=checkins,
        scores=scores,
        outcomes=outcomes,
        now=now,
    )


_sessions = Ready(
    lambda course: (
        Session.objects.exclude(state=Session.State.WITHDRAWN)
        .filter(enrolment=course)
        .order_by("starts_at")
        .select_related("chair", "therapist")
    )
)
_checkins = Ready(lambda course: CheckIn.objects.filter(enrolment=course).order_by("opens_at"))
_scores = Ready(
    lambda course: Score.objects.standing().in_time().filter(enrolment=course).with_scale().defer("answers", "scale__body")
)
_outcomes = Ready(lambda course: Outcome.objects.filter(enrolment=course))


def staff_chart(course: Course, code: str) -> Chart:
    """Raw scores, the response and remission lines, bands, safety marks."""
    scores = course.of(code)
    scale = (scores or [s for s in course.scores if s.code == code])[-1].definition
    points = [course.points[score.pk] for score in scores]
    outcome = course.outcome(code)
    missed = _gaps(course, code)
    step = Decimal(1).scaleb(-scale.decimals)
    span = _span(course)
    return Chart(
        key=f"{code}-{course.enrolment.pk}",
        title=scale.title,
        sentence=sentences.headline(scale, points, outcome, missed=len(missed)),
        detail="",
        direction="Lower is better." if scale.better == "lower" else "Higher is better.",
        language="en",
        low=float(scale.lowest),
        high=float(scale.highest),
        ticks=_ticks(scale),
        tick_suffix="",
        dots=tuple(_dot(course, scale, points, index, score, outcome) for index, score in enumerate(scores)),
        gaps=missed,
        lines=_lines(scale, outcome),
        bands=tuple(Band(float(band.from_), float(min(band.to + step, scale.highest)), band.name["en"]) for band in scale.bands),
        marks=_staff_marks(course),
        baseline=float(outcome.baseline.total) if outcome.baseline else None,
        notes=_recall_note(scale, course),
        first_day=span[0],
        last_day=span[1],
        today=span[2],
    )


def patient_chart(course: Course, code: str) -> Chart | None:
    """Per cent better since the start, up is good, half of the symptoms as a line. None where there is no per cent.

    No safety answer, no band name, nobody else's curve.
    """
    scores = course.of(code)
    outcome = course.outcome(code)
    if not scores or outcome.baseline is None or outcome.percent is None or outcome.why:
        return None
    scale = scores[-1].definition
    if not scale.percent_is_of_symptoms:
        return None
    start = next(index for index, score in enumerate(scores) if score.pk == outcome.baseline.id)
    shown = scores[start:]
    points = [course.points[score.pk] for score in shown]
    said = sentences.progress(scale, [course.points[score.pk] for score in scores], outcome)
    missed = _gaps(course, code)
    span = _span(course)
    return Chart(
        key=f"relief-{code}",
        title=_("How much better, in %(measure)s") % {"measure": text_in(scale.measures)},
        sentence=said.headline,
        detail=" ".join(filter(None, [said.detail, sentences.missed_words(len(missed))])),
        direction=_("Higher is better."),
        language="es" if get_language() == "es" else "en",
        low=RELIEF_TICKS[0],
        high=RELIEF_TICKS[-1],
        ticks=RELIEF_TICKS,
        tick_suffix="%",
        dots=tuple(_relief_dot(scale, outcome.baseline, point, score) for point, score in zip(points, shown, strict=True)),
        gaps=missed,
        lines=tuple(
            Line(value, words, words) for value, words in ((50.0, _("Half of your symptoms gone")), (0.0, _("Where you started")))
        ),
        marks=course.marks,
        first_day=span[0],
        last_day=span[1],
        today=span[2],
    )


def _dot(course: Course, scale: Scale, points: Sequence[Point], index: int, score: Score, outcome: rules.Outcome) -> Dot:
    point = points[index]
    percent = percent_better(scale, outcome.baseline.total, point.total) if outcome.baseline else None
    worse = index > 0 and rules.is_worse(scale, points[index - 1].total, point.total)
    sign = "+" if scale.better == "lower" else "−"
    doses = [words for begun, words in course.doses if begun < score.taken_at]
    return Dot(
        day=score.day,
        value=float(point.total),
        text=sentences.total_words(scale, point.total),
        change="" if percent is None or (outcome.baseline and point.id == outcome.baseline.id) else _signed(percent),
        mode=score.mode,
        mode_words=label_of(Score.Mode, score.mode),
        is_hollow=score.is_prorated,
        is_edited=score.replaces_id is not None,
        answered=f"{score.answered} of {score.asked}" if score.asked and score.answered < score.asked else "",
        parts=", ".join(f"{name} {points}" for name, points in score.parts),
        dose=doses[-1] if doses else "",
        worse_by=f"{sign}{sentences.total(scale, abs(point.total - points[index - 1].total))}" if worse else "",
        is_safety=bool(score.safety),
        is_baseline=outcome.baseline is not None and point.id == outcome.baseline.id,
    )


def _relief_dot(scale: Scale, baseline: Point, point: Point, score: Score) -> Dot:
    percent = percent_better(scale, baseline.total, point.total) or Fraction(0)
    return Dot(
        day=score.day,
        value=max(float(percent), RELIEF_TICKS[0]),
        text=_signed(percent),
        change=sentences.total(scale, point.total),
        mode="phone",
        mode_words="",
        is_hollow=score.is_prorated,
    )


def _signed(percent: Fraction) -> str:
    text = sentences.per_cent(abs(percent))
    return f"+{text}" if percent > 0 else f"−{text}" if percent < 0 else text


def _mg(session: Session) -> str:
    return f"{show(Decimal(session.dose_ug or 0) / 1000)} mg"


def _lines(scale: Scale, outcome: rules.Outcome) -> tuple[Line, ...]:
    lines = []
    if outcome.baseline and not rules.why_no_verdict(scale, outcome.baseline.total):
        start = sentences.total(scale, outcome.baseline.total)
        words = sentences.line_words(scale, outcome.baseline.total)
        turn = "down from" if scale.better == "lower" else "up from"
        label = f"Response – {sentences.response_words(scale)} {turn} {start} – ({words})"
        lines.append(Line(float(response_line(scale, outcome.baseline.total)), label, f"Response: {words}"))
    if scale.remission:
        rule = scale.remission
        words = sentences.remission_words(scale)
        value = float(rule.at_most if rule.at_most is not None else rule.at_least or 0)
        lines.append(Line(value, f"Remission – {words}", f"Remission: {words}"))
    return tuple(lines)


def _gaps(course: Course, code: str) -> tuple[Gap, ...]:
    return tuple(Gap(row.due_on) for row in course.checkins if row.state == CheckIn.State.MISSED and code in row.scales)


def _mark(session: Session, route: str) -> Mark:
    return Mark(
        session.day,
        _mark_kind(session),
        f"{kind_words(session.kind, route)} {session.infusion or ''}".strip(),
        _mg(session) if session.dose_ug else "",
        is_talk=not session.is_infusion,
    )


def _staff_marks(course: Course) -> tuple[Mark, ...]:
    """The same, and which of them a file brought."""
    both = zip(course.marks, course.sessions, strict=True)
    return tuple(mark._replace(words=f"{mark.words}, imported") if session.is_imported else mark for mark, session in both)


def _mark_kind(session: Session) -> str:
    match session.state:
        case Session.State.STOPPED_EARLY:
            return "stopped"
        case Session.State.CANCELLED | Session.State.MISSED | Session.State.HELD:
            return "off"
        case Session.State.PLANNED | Session.State.ARRIVED:
            return "planned" if session.is_infusion else "talk-planned"
    return "infusion" if session.is_infusion else "talk"


def _span(course: Course) -> tuple[date, date, date]:
    """The time axis that every chart of a course shares: its first day, its last or a week on, and today."""
    tz = course.enrolment.clinic.tz
    today = course.now.astimezone(tz).date()
    days = [score.day for score in course.scores] + [s.day for s in course.sessions if s.started_at or s.day <= today]
    days += [row.due_on for row in course.checkins if row.state == CheckIn.State.MISSED]
    ahead = [s.day for s in course.sessions if s.state == Session.State.PLANNED]
    first = min(days, default=today)
    last = max([*days, *ahead, first + timedelta(days=7)])
    return first, last, today


def _ticks(scale: Scale) -> tuple[float, ...]:
    """The ends of the scale and the beginnings of its bands, or five even steps."""
    if scale.bands:
        return (*(float(band.from_) for band in scale.bands), float(scale.highest))
    low, high = float(scale.lowest), float(scale.highest)
    return tuple(low + (high - low) * step / 4 for step in range(5))


def _recall_note(scale: Scale, course: Course) -> tuple[str, ...]:
    if scale.recall_days < 2:
        return ()
    note = f"Each answer looks back {scale.recall_days} days."
    days = [score.day for score in course.of(scale.code)]
    if any(later - earlier < timedelta(days=scale.recall_days) for earlier, later in pairwise(days)):
        note += " The windows overlap."
    return (note,)
