"""The check-ins of a course with what came of each, and what staff rated or entered between them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from assessments.models import Score
from assessments.scales import Scale
from frontend.charts.of_course import Course
from programs.models import CheckIn


class Visit(NamedTuple):
    """One line: a check-in with its scores, or a score that was entered apart from any."""

    day: date
    checkin: CheckIn | None
    scores: tuple[Score, ...]
    # What of it staff can enter now: their own ratings, and totals from paper.
    to_enter: tuple[Scale, ...] = ()


def visits_of(course: Course, scales: Mapping[str, Scale]) -> list[Visit]:
    """The check-ins and the scores entered apart, in order of time. Scores that an import brought stand on the charts."""
    of_checkin: dict[int | None, list[Score]] = defaultdict(list)
    for score in course.scores:
        of_checkin[score.checkin_id].append(score)
    visits = [_visit(row, tuple(of_checkin[row.pk]), scales, course.now) for row in course.checkins]
    apart = [score for score in of_checkin[None] if score.brought_in_id is None]
    visits += [Visit(score.day, None, (score,)) for score in apart]
    return sorted(visits, key=lambda visit: visit.day)


def _visit(row: CheckIn, scores: tuple[Score, ...], scales: Mapping[str, Scale], now: datetime) -> Visit:
    have = {score.code for score in scores}
    asked = [scales[code] for code in row.scales if code in scales and code not in have]
    is_open = row.state != CheckIn.State.CANCELLED and row.opens_at <= now < row.closes_at
    to_enter = tuple(scale for scale in asked if scale.is_rated_by_staff or scale.takes_total) if is_open else ()
    return Visit(row.due_on, row, scores, to_enter)
