"""Ten thousand random histories of the drug ledger, and a thousand through its services: each adds up."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cast import Cast
from tests.counts import LONG, TEN_THOUSAND
from tests.db import ledger_services
from tests.db.test_ledger import session  # noqa: F401 - the fixture
from tests.pure.ledger_histories import check_history, histories


@TEN_THOUSAND
@given(histories())
def test_ten_thousand_histories_add_up(history) -> None:
    check_history(history)


@pytest.mark.django_db
def test_a_thousand_histories_through_the_services_add_up(cast: Cast, session) -> None:  # noqa: F811
    @settings(LONG, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(ledger_services.histories())
    def holds(steps) -> None:
        ledger_services.play(cast, session, steps)

    holds()
