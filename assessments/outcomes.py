"""From scores over time to change, response, remission and reliable change. Pure and exact.

A verdict is never guessed: where it cannot be said, `Outcome.why` says why not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from assessments.scales import Scale

BASELINE_WINDOW = timedelta(days=7)


class Why(StrEnum):
    """Why no verdict can be given."""

    NO_SCORE = "no score"
    NO_BASELINE = "no baseline"
    ONE_SCORE = "one score only"
    LOW_START = "low start"
    ZERO_START = "baseline at the end of the scale"
    NO_ROOM = "response lies beyond the scale"
    NOT_JUDGED = "not judged"


class Reliable(StrEnum):
    """Whether a change is larger than the scale's own error."""

    BETTER = "better"
    WORSE = "worse"
    NONE = "none"


class Point(NamedTuple):
    """One score at one time. `day` is its date where the clinic is. `is_baseline` is set for one that a person
    named as the baseline of an imported course.
    """

    id: int
    taken_at: datetime
    day: date
    total: Fraction
    is_complete: bool = True
    is_baseline: bool = False


@dataclass(frozen=True)
class Doses:
    """When the doses of the course began, in order; `days` are their dates where the clinic is."""

    started_at: tuple[datetime, ...] = ()
    days: tuple[date, ...] = ()

    def before(self, moment: datetime) -> int:
        """How many doses had begun by then."""
        return sum(started < moment for started in self.started_at)


@dataclass(frozen=True)
class Outcome:
    """How one course stands on one scale. Verdicts are None where `why` says that they cannot be given."""

    why: Why | None
    scores: int
    baseline: Point | None = None
    latest: Point | None = None
    best: Point | None = None
    change: Fraction | None = None
    percent: Fraction | None = None
    response: bool | None = None
    remission: bool | None = None
    reliable: Reliable | None = None
    # After how many doses the first response was seen; 0 when it was before any.
    first_response_after: int | None = None
    first_response: Point | None = None
    worse_than_last: bool = False


@cache
def _exact(number: Decimal) -> Fraction:
    """A number out of a scale's file, which every score is set beside: made exact once."""
    return Fraction(number)


def summarise(scale: Scale, points: Sequence[Point], doses: Doses) -> Outcome:
    """The outcome of one course on `scale` from its scores in order of time."""
    if not points:
        return Outcome(Why.NO_SCORE, 0)
    latest = points[-1]
    worse = len(points) > 1 and is_worse(scale, points[-2].total, latest.total)
    baseline = find_baseline(points, doses)
    if baseline is None:
        return Outcome(Why.NO_BASELINE, len(points), latest=latest, best=_best(scale, points), worse_than_last=worse)
    later = [point for point in points if (point.taken_at, point.id) > (baseline.taken_at, baseline.id)]
    if not later:
        return Outcome(Why.ONE_SCORE, len(points), baseline, latest, baseline, worse_than_last=worse)
    first = next((point for point in later if is_response(scale, baseline.total, point.total)), None)
    why = why_no_verdict(scale, baseline.total)
    return Outcome(
        why,
        len(points),
        baseline,
        latest,
        _best(scale, later),
        change=latest.total - baseline.total,
        percent=percent_better(scale, baseline.total, latest.total),
        response=None if why else is_response(scale, baseline.total, latest.total),
        remission=None if why else is_remission(scale, latest.total),
        reliable=reliable_change(scale, baseline.total, latest.total),
        first_response_after=None if why or first is None else doses.before(first.taken_at),
        first_response=None if why else first,
        worse_than_last=worse,
    )


def find_baseline(points: Sequence[Point], doses: Doses) -> Point | None:
    """The last complete score in the 7 days before the first dose; one that a person named comes first.

    Before any dose the last complete score stands for it. A prorated score never does.
    """
    named = [point for point in points if point.is_baseline]
    if named:
        return named[-1]
    complete = [point for point in points if point.is_complete]
    if doses.started_at:
        first, day = doses.started_at[0], doses.days[0]
        complete = [point for point in complete if point.taken_at < first and day - point.day <= BASELINE_WINDOW]
    return complete[-1] if complete else None


def improvement(scale: Scale, baseline: Fraction, total: Fraction) -> Fraction:
    """By how many points `total` is better than `baseline`; negative is worse, whichever way the scale runs."""
    return baseline - total if scale.better == "lower" else total - baseline


def _start(scale: Scale, baseline: Fraction) -> Fraction:
    floor = scale.response.floor
    return baseline - _exact(floor) if floor else baseline


def percent_better(scale: Scale, baseline: Fraction, total: Fraction) -> Fraction | None:
    """The improvement in per cent of the baseline; None where the baseline leaves nothing to divide by."""
    start = _start(scale, baseline)
    return improvement(scale, baseline, total) * 100 / start if start > 0 else None


def is_response(scale: Scale, baseline: Fraction, total: Fraction) -> bool:
    """Whether the scale's own rule of response is met; exactly at the line counts."""
    return improvement(scale, baseline, total) >= response_step(scale, baseline) > 0


def response_step(scale: Scale, baseline: Fraction) -> Fraction:
    """By how many points a score must be better than `baseline` to be response: the longer way where two are named."""
    rule = scale.response
    steps = [_exact(rule.points)] if rule.points is not None else []
    if rule.percent is not None:
        steps.append(_start(scale, baseline) * _exact(rule.percent) / 100)
    return max(steps)


def response_line(scale: Scale, baseline: Fraction) -> Fraction:
    """The total at which response begins."""
    step = response_step(scale, baseline)
    return baseline - step if scale.better == "lower" else baseline + step


def is_remission(scale: Scale, total: Fraction) -> bool | None:
    """Whether a total is in remission; None where the scale has no such cut."""
    rule = scale.remission
    if rule is None:
        return None
    if rule.at_most is not None:
        return total <= _exact(rule.at_most)
    return total >= _exact(rule.at_least or Decimal(0))


def reliable_change(scale: Scale, baseline: Fraction, total: Fraction) -> Reliable | None:
    """Whether the change is beyond the scale's error; None where nobody published one."""
    if scale.reliable_change is None:
        return None
    points, better = _exact(scale.reliable_change.points), improvement(scale, baseline, total)
    if better >= points:
        return Reliable.BETTER
    return Reliable.WORSE if better <= -points else Reliable.NONE


def is_worse(scale: Scale, before: Fraction, total: Fraction) -> bool:
    """Whether a score is worse than the one before by the distance at which staff look."""
    limit = scale.worsening_flag or scale.reliable_change
    return limit is not None and improvement(scale, before, total) <= -_exact(limit.points)


def why_no_verdict(scale: Scale, baseline: Fraction) -> Why | None:
    """Why a course with this baseline gets no verdict, or None."""
    if not scale.judged:
        return Why.NOT_JUDGED
    if scale.response.percent is not None and _start(scale, baseline) <= 0:
        return Why.ZERO_START
    if not _exact(scale.lowest) <= response_line(scale, baseline) <= _exact(scale.highest):
        return Why.NO_ROOM
    low: Decimal | None = scale.response.low_start
    return Why.LOW_START if low is not None and baseline < _exact(low) else None


def _best(scale: Scale, points: Sequence[Point]) -> Point:
    sign = 1 if scale.better == "lower" else -1
    return min(points, key=lambda point: (sign * point.total, point.taken_at))
