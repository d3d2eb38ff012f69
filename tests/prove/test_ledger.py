"""Ten thousand random histories of the drug ledger: drawn is given and wasted in each, and nothing falls below zero."""

from hypothesis import given

from tests.counts import TEN_THOUSAND
from tests.pure.ledger_histories import check_history, histories


@TEN_THOUSAND
@given(histories())
def test_ten_thousand_histories_add_up(history) -> None:
    check_history(history)
