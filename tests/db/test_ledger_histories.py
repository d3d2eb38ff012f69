"""Whatever people do in whatever order: drawn is given and wasted, and what came in is there or went out."""

from hypothesis import HealthCheck, given, settings

from tests.cast import Cast
from tests.counts import QUICK
from tests.db.ledger_services import histories, play
from tests.db.test_ledger import session  # noqa: F401 - the fixtures


def test_random_histories_through_the_services_add_up(cast: Cast, session) -> None:  # noqa: F811
    @settings(QUICK, max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(histories())
    def holds(steps) -> None:
        play(cast, session, steps)

    holds()
