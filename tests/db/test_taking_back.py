"""An import is taken back whole: nothing of it counts, nothing vanishes, and nothing is taken from under somebody."""

import pytest

from assessments.models import Import, Outcome, Score
from assessments.transfer.withdrawing import ask_to_withdraw
from programs.models import Enrolment, Session
from tests.bringing import AT, bring, look, read, work
from tests.cast import Cast
from tests.db.test_importing_kinds import ANN, PEOPLE, SCORES, SESSIONS, THREE_SCORES, TWO_DOSES, answer
from tracker.errors import Refused
from tracker.people.models import Patient


def take_back(cast: Cast, row: Import) -> Import:
    ask_to_withdraw(row, reason="wrong clinic", actor=cast.actor("alma"), at=AT)
    return work(row)


def test_scores_that_are_taken_back_count_nowhere_and_are_still_there(cast: Cast) -> None:
    row = take_back(cast, bring(cast, THREE_SCORES, SCORES))
    assert row.state == Import.State.WITHDRAWN
    assert not Score.objects.standing().exists()
    assert Score.objects.filter(brought_in=row, is_withdrawal=False).count() == 3
    assert not Outcome.objects.exists()
    assert not Patient.objects.visible_to(cast.actor("maya")).filter(mrn="A1").exists()


def test_the_file_can_be_brought_again_afterwards(cast: Cast) -> None:
    take_back(cast, bring(cast, THREE_SCORES, SCORES))
    assert look(cast, read(cast, THREE_SCORES, SCORES)).new == 3
    again = bring(cast, THREE_SCORES, SCORES)
    assert (again.scores_added, again.patients_added) == (3, 1)
    assert Score.objects.standing().count() == 3
    assert Enrolment.objects.get(patient__mrn="A1").state == Enrolment.State.COMPLETED


def test_taking_a_correction_back_lets_the_old_score_stand_again(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    row = answer(cast, read(cast, THREE_SCORES.replace(",14", ",13"), SCORES), "differs", "take", "a slip")
    take_back(cast, row)
    assert sorted(Score.objects.standing().values_list("points", flat=True)) == [8, 14, 20]


def test_sessions_that_are_taken_back_are_no_doses(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    take_back(cast, bring(cast, TWO_DOSES, SESSIONS, "sessions"))
    assert not Session.objects.given().exists()
    assert Session.objects.filter(state=Session.State.WITHDRAWN).count() == 2
    assert Outcome.objects.get().baseline.points == 8


def test_what_a_file_said_of_somebody_known_is_taken_back_too(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    take_back(cast, bring(cast, ANN, PEOPLE, "people"))
    assert Patient.objects.get(mrn="A1").legal_name == "No. A1"


def test_an_import_stays_once_a_later_file_built_on_it(cast: Cast) -> None:
    first = bring(cast, THREE_SCORES, SCORES)
    bring(cast, TWO_DOSES, SESSIONS, "sessions")
    with pytest.raises(Refused, match="later file brought sessions"):
        take_back(cast, first)


def test_nothing_is_taken_back_without_a_reason(cast: Cast) -> None:
    row = bring(cast, THREE_SCORES, SCORES)
    with pytest.raises(Refused, match="why"):
        ask_to_withdraw(row, reason=" ", actor=cast.actor("alma"), at=AT)
