"""The one generator of sentences about how somebody is doing: page, alt text, table, API read it from here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.outcomes import Outcome, Point, Why, improvement, is_response, response_line
from assessments.scales import Scale
from assessments.scoring import band_of, rounded


def total(scale: Scale, number: Fraction) -> str:
    """A total as it is written: to the scale's decimals, 7 and not 7.0."""
    text = f"{rounded(number, scale.decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def total_words(scale: Scale, number: Fraction) -> str:
    """A total for who reads it: a triage level by its name, "3 (High)", for the number alone says nothing."""
    band = band_of(scale, number) if scale.scoring == "triage" else None
    return f"{total(scale, number)} ({band.name['en']})" if band else total(scale, number)


@lru_cache(4096)
def per_cent(number: Fraction, line: Fraction = Fraction(50)) -> str:
    """A whole per cent, with one decimal where rounding would put it on the other side of `line`."""
    whole = Fraction(rounded(number, 0))
    if (number >= line) == (whole >= line):
        return f"{whole}%"
    # Cut, not rounded: 49.96 must not become 50.
    return f"{float(int(number * 10)) / 10:.1f}%"


def day(when: date) -> str:
    """A day as staff read it: Oct 6."""
    return f"{when:%b} {when.day}"


def line_words(scale: Scale, baseline: Fraction) -> str:
    """The scores that are response: "9 or less" from 19, "9.5" being no score."""
    line = response_line(scale, baseline)
    step = Fraction(1, 10**scale.decimals)
    if scale.better == "lower":
        return _("%(points)s or less") % {"points": total(scale, line // step * step)}
    return _("%(points)s or more") % {"points": total(scale, -(-line // step) * step)}


def response_words(scale: Scale) -> str:
    """How much better is a response: "50%", "2 points", "30% and 2 points"."""
    rule = scale.response
    said = [f"{rule.percent}%"] if rule.percent is not None else []
    if rule.points is not None:
        said.append(f"{rule.points} point{'' if rule.points == 1 else 's'}")
    return " and ".join(said)


def remission_words(scale: Scale) -> str:
    """The scores that are remission, "" where the scale has no such cut."""
    rule = scale.remission
    if rule is None:
        return ""
    if rule.at_most is not None:
        return _("%(points)s or less") % {"points": rule.at_most}
    return _("%(points)s or more") % {"points": rule.at_least}


def headline(scale: Scale, points: Sequence[Point], outcome: Outcome, *, missed: int = 0) -> str:
    """How a course stands on one scale, for staff, in at most four short sentences."""
    said = [_first(scale, outcome), *_verdicts(scale, points, outcome)]
    if outcome.worse_than_last and outcome.latest:
        worse = abs(outcome.latest.total - points[-2].total)
        said.append(f"Worse than last time by {total(scale, worse)}.")
    if missed:
        said.append(f"{missed} missed.")
    return " ".join(said)


def _first(scale: Scale, outcome: Outcome) -> str:
    latest, baseline = outcome.latest, outcome.baseline
    if latest is None:
        return f"No {scale.title} score yet."
    if baseline is None or outcome.why == Why.ONE_SCORE:
        return f"{scale.title}: {total_words(scale, latest.total)}."
    course = f"{scale.title}: {total_words(scale, baseline.total)} → {total_words(scale, latest.total)}"
    return f"{course} ({_better(scale, outcome)})."


def _better(scale: Scale, outcome: Outcome) -> str:
    assert outcome.baseline is not None
    assert outcome.latest is not None
    better = improvement(scale, outcome.baseline.total, outcome.latest.total)
    if better == 0:
        return "no change"
    by = f"{total(scale, abs(better))} point{'' if abs(better) == 1 else 's'}"
    if scale.response.percent is not None and outcome.percent is not None:
        by = per_cent(abs(outcome.percent), Fraction(scale.response.percent))
    return f"{by} {'better' if better > 0 else 'worse'}"


def _verdicts(scale: Scale, points: Sequence[Point], outcome: Outcome) -> list[str]:
    if outcome.why is None:
        return [_response(scale, points, outcome), *_remission(scale, outcome)]
    if outcome.why == Why.ONE_SCORE and scale.judged and outcome.baseline:
        return [f"One score only; response would be {line_words(scale, outcome.baseline.total)}."]
    because = BECAUSE[outcome.why] if scale.judged or outcome.why == Why.ONE_SCORE else ""
    return [because.format(low=scale.response.low_start)] if because else []


# Why there is no verdict, in words.
BECAUSE = {
    Why.NO_SCORE: "",
    Why.NO_BASELINE: "No baseline: there is no complete score from the 7 days before the first dose.",
    Why.ONE_SCORE: "One score only.",
    Why.LOW_START: "Low start: below {low} a change is shown, no verdict.",
    Why.ZERO_START: "The start lies at the end of the scale: no per cent, no verdict.",
    Why.NO_ROOM: "From this start response would lie beyond the end of the scale: no verdict.",
    Why.NOT_JUDGED: "",
}


def _response(scale: Scale, points: Sequence[Point], outcome: Outcome) -> str:
    assert outcome.baseline is not None
    first = outcome.first_response
    if outcome.response and first:
        since = _since(scale, points, outcome.baseline)
        return f"Response held since {day(first.day)}." if since == first else f"Response again since {day(since.day)}."
    needed = f"{response_words(scale)} needed, {line_words(scale, outcome.baseline.total)}"
    if first:
        return f"Responded on {day(first.day)}, not now ({needed})."
    return f"No response ({needed})."


def _since(scale: Scale, points: Sequence[Point], baseline: Point) -> Point:
    """The first score of the run of responses that reaches to now."""
    run = points[-1]
    for point in reversed(points):
        if not is_response(scale, baseline.total, point.total) or point == baseline:
            break
        run = point
    return run


def _remission(scale: Scale, outcome: Outcome) -> list[str]:
    if outcome.remission is None:
        return []
    words = remission_words(scale)
    return [f"In remission ({words})."] if outcome.remission else [f"Not in remission ({words})."]


@dataclass(frozen=True)
class Said:
    """A headline and what stands under it."""

    headline: str
    detail: str


def progress(scale: Scale, points: Sequence[Point], outcome: Outcome) -> Said:
    """How they are doing, for the patient, in their language and in words a tired person reads."""
    baseline, latest, percent = outcome.baseline, outcome.latest, outcome.percent
    if latest is None:
        return Said(_("Your first chart appears after 2 check-ins."), "")
    if baseline is None or outcome.why == Why.ONE_SCORE:
        return Said(_("Your first chart appears after 2 check-ins."), _("One check-in is in. Thank you."))
    if outcome.why or percent is None or not scale.percent_is_of_symptoms:
        now = {"start": total(scale, baseline.total), "now": total(scale, latest.total)}
        return Said(_("Your score was %(start)s when you started. Now it is %(now)s.") % now, _up_and_down(points, scale))
    return Said(_relief(percent, scale), " ".join(filter(None, [_half(outcome, scale), _up_and_down(points, scale)])))


def _relief(percent: Fraction, scale: Scale) -> str:
    shown = {"percent": per_cent(abs(percent), Fraction(scale.response.percent or 50))}
    if percent > 0:
        return _("You are %(percent)s better than when you started") % shown
    if percent == 0:
        return _("You are where you started")
    return _("Your symptoms are %(percent)s stronger than when you started") % shown


def _half(outcome: Outcome, scale: Scale) -> str:
    assert outcome.percent is not None
    if outcome.percent > 50:
        return _("More than half of your symptoms are gone.")
    if outcome.percent == 50:
        return _("Half of your symptoms are gone.")
    if outcome.percent >= 20:
        return ""
    return _(
        "Your score has not dropped much yet. Some people feel a change after 3 or 4 infusions. Some people do not. "
        "Your doctor will talk with you about what to do next."
    )


def _up_and_down(points: Sequence[Point], scale: Scale) -> str:
    if len(points) < 2:
        return ""
    before, last = points[-2].total, points[-1].total
    if (last > before) == (scale.better == "lower") and last != before:
        return _("This score is not as good as last time. Scores go up and down. Your care team will look at it with you.")
    return ""


def missed_words(count: int) -> str:
    """How many check-ins were missed, in the reader's language; "" for none."""
    return (
        ngettext("%(count)s check-in was missed.", "%(count)s check-ins were missed.", count) % {"count": count} if count else ""
    )


def local_day(when: date) -> str:
    """A day as the reader's language writes it."""
    return date_format(when, "MONTH_DAY_FORMAT")
