"""A course in 150 by 40: per cent better since the start, from -25 to 100, the half-way line dashed."""

from assessments.models import Outcome, Score
from assessments.outcomes import percent_better
from frontend.markup import Markup

WIDTH, HEIGHT, PAD = 150, 40, 5
LOW, HIGH = -25.0, 100.0


def sparkline(scores: list[Score], outcome: Outcome | None) -> Markup | None:
    """The scores of one scale, in order of time, from the baseline on; None where there is no per cent to draw."""
    if outcome is None or outcome.baseline is None or outcome.percent is None:
        return None
    baseline = outcome.baseline
    start = baseline.as_point().total
    shares = [
        float(percent_better(score.definition, start, score.as_point().total) or 0)
        for score in scores
        if score.taken_at >= baseline.taken_at
    ]
    days = [(score.day - baseline.day).days for score in scores if score.taken_at >= baseline.taken_at]
    span = max(days[-1], 1) if days else 1
    points = [(PAD + day / span * (WIDTH - 2 * PAD), _y(share)) for day, share in zip(days, shares, strict=True)]
    curve = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<path class="spark-zero" d="M0 {_y(0):.1f}H{WIDTH}"/><path class="spark-half" d="M0 {_y(50):.1f}H{WIDTH}"/>'
        f'<polyline class="curve" points="{curve}"/><circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/></svg>'
    )


def _y(share: float) -> float:
    kept = min(max(share, LOW), HIGH)
    return HEIGHT - PAD - (kept - LOW) / (HIGH - LOW) * (HEIGHT - 2 * PAD)
