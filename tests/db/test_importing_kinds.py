"""People and sessions of others, questions about rows, corrected files."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Import, Outcome, Score, StagedRow
from assessments.transfer.answering import answer_all
from assessments.transfer.preview import staged_rows
from assessments.transfer.publishing import ask_to_publish
from programs.models import Enrolment, ImportedDose, LedgerLine, Session
from programs.services.day import day_of
from tests.bringing import AT, bring, look, read, work
from tests.cast import Cast
from tracker.audit.models import AuditRow, Event
from tracker.errors import Refused
from tracker.people.models import Contact, Patient

PEOPLE = (
    'patient = "mrn"\nlegal_name = "name"\nbirth_date = "born"\nphone = "phone"\n'
    'program = "six-infusion-series"\nstart_column = "start"\n'
)
ANN = "mrn,name,born,phone,start\nA1,Ann Archer,1980-02-03,206-555-0101,2026-01-06\n"
SESSIONS = (
    'program = "six-infusion-series"\npatient = "mrn"\nwhen = { column = "day" }\ndose = "mg"\ndose_unit = "mg"\nroute = "IV"\n'
    'weight = "kg"\nweight_unit = "kg"\nlot = "lot"\n'
)
TWO_DOSES = "mrn,day,mg,kg,lot\nA1,2026-01-06,35,70,L1\nA1,2026-01-09,35.5,70,L1\n"
SCORES = (
    'program = "six-infusion-series"\npatient = "mrn"\nwhen = { column = "day" }\n[[scores]]\nscale = "phq-9"\ntotal = "total"\n'
)
THREE_SCORES = "mrn,day,total\nA1,2026-01-05,20\nA1,2026-01-08,14\nA1,2026-01-12,8\n"


def answer(cast: Cast, row: Import, verdict: str, choice: str, reason: str = "") -> Import:
    """Alma answers one question for every row, and brings the file in."""
    answer_all(row, verdict, choice, actor=cast.actor("alma"), at=AT)
    ask_to_publish(row, actor=cast.actor("alma"), reason=reason, at=AT)
    return work(row)


def test_a_person_comes_in_with_name_birth_date_phone_and_course(cast: Cast) -> None:
    bring(cast, ANN, PEOPLE, "people")
    ann = Patient.objects.get(mrn="A1")
    assert (ann.legal_name, ann.birth_date, ann.clinic) == ("Ann Archer", date(1980, 2, 3), cast.north)
    assert Contact.objects.get(patient=ann).phone == "+12065550101"
    assert Enrolment.objects.get(patient=ann).typed_start == date(2026, 1, 6)


def test_who_came_in_by_number_gets_a_name_from_a_later_file(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    bring(cast, ANN, PEOPLE, "people")
    assert Patient.objects.get(mrn="A1").legal_name == "Ann Archer"
    assert Event.objects.filter(verb="described", was="No. A1; –").exists()


def test_a_row_that_looks_like_somebody_whom_a_later_row_completes_is_a_question(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    two = ANN.replace("A1", "B7") + "A1,Ann Archer,1980-02-03,206-555-0101,2026-01-06\n"
    row = read(cast, two, PEOPLE, "people")
    assert staged_rows(row, StagedRow.Verdict.TWIN, actor=cast.actor("alma")).get().mrn == "B7"


def test_the_same_name_and_birth_date_under_another_number_is_a_question(cast: Cast) -> None:
    pia = cast.patients["pia"]
    row = read(cast, f"mrn,name,born,phone,start\nX9,{pia.legal_name},{pia.birth_date},,2026-01-06\n", PEOPLE, "people")
    asked = staged_rows(row, StagedRow.Verdict.TWIN, actor=cast.actor("alma")).get()
    assert pia.mrn in asked.why
    assert "X9" in asked.why
    with pytest.raises(Refused, match="question"):
        ask_to_publish(row, actor=cast.actor("alma"), at=AT)


@pytest.mark.parametrize(("choice", "added"), [("take", 1), ("leave", 0)])
def test_a_person_says_whether_it_is_somebody_else(cast: Cast, choice: str, added: int) -> None:
    pia = cast.patients["pia"]
    row = read(cast, f"mrn,name,born,phone,start\nX9,{pia.legal_name},{pia.birth_date},,2026-01-06\n", PEOPLE, "people")
    assert answer(cast, row, "twin", choice).patients_added == added
    assert Patient.objects.filter(mrn="X9").count() == added


def test_a_file_that_calls_pia_otherwise_is_a_question(cast: Cast) -> None:
    pia = cast.patients["pia"]
    row = read(cast, f"mrn,name,born,phone,start\n{pia.mrn},Pia Someone,{pia.birth_date},,2026-01-06\n", PEOPLE, "people")
    assert look(cast, row).differing == 1


def test_imported_doses_count_as_doses_and_freeze_the_baseline(cast: Cast) -> None:
    bring(cast, TWO_DOSES, SESSIONS, "sessions")
    bring(cast, THREE_SCORES, SCORES)
    outcome = Outcome.objects.get(code="phq-9")
    assert outcome.baseline.points == 20
    assert (outcome.response, outcome.first_response_after) == (True, 2)
    assert Enrolment.objects.get(patient__mrn="A1").infusions_given == 2


def test_a_session_that_comes_after_its_scores_moves_the_baseline(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    assert Outcome.objects.get(code="phq-9").baseline.points == 8
    bring(cast, TWO_DOSES, SESSIONS, "sessions")
    assert Outcome.objects.get(code="phq-9").baseline.points == 20


def test_imported_sessions_are_kept_as_said_and_touch_neither_board_nor_ledger(cast: Cast) -> None:
    bring(cast, TWO_DOSES, SESSIONS, "sessions")
    dose = ImportedDose.objects.order_by("pk").first()
    assert (dose.dose_ug, dose.weight_g, dose.route, dose.lot) == (35_000, 70_000, "IV", "L1")
    assert not LedgerLine.objects.exists()
    assert day_of(cast.actor("nils"), date(2026, 1, 6)) == []


def test_the_same_sessions_again_are_known_and_a_corrected_dose_is_a_question(cast: Cast) -> None:
    bring(cast, TWO_DOSES, SESSIONS, "sessions")
    row = read(cast, TWO_DOSES.replace("35.5", "36"), SESSIONS, "sessions")
    found = look(cast, row)
    assert (found.new, found.known, found.differing) == (0, 1, 1)
    answer(cast, row, "differs", "take", "typed wrong")
    assert sorted(Session.objects.values_list("dose_ug", flat=True)) == [35_000, 36_000]
    assert ImportedDose.objects.get(dose_ug=36_000).reason == "typed wrong"


def test_a_corrected_score_replaces_the_old_with_its_reason(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    row = read(cast, THREE_SCORES.replace(",14", ",13"), SCORES)
    assert (look(cast, row).known, look(cast, row).differing) == (2, 1)
    answer(cast, row, "differs", "take", "read wrong from paper")
    new = Score.objects.get(points=13)
    assert new.replaces.points == 14
    assert Event.objects.filter(verb="corrected", reason="read wrong from paper").count() == 1
    assert Score.objects.standing().count() == 3


def test_what_stands_is_not_replaced_without_a_reason(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    row = read(cast, THREE_SCORES.replace(",14", ",13"), SCORES)
    with pytest.raises(Refused, match="why"):
        answer(cast, row, "differs", "take")


PARTS = SCORES.replace('"phq-9"\n', '"y-bocs"\nsubscores = { obsessions = "obs", compulsions = "com" }\n')


def test_another_subscore_under_the_same_total_is_a_difference(cast: Cast) -> None:
    file = "mrn,day,total,obs,com\nA1,2026-01-05,20,8,12\nA1,2026-01-12,10,5,5\n"
    bring(cast, file, PARTS)
    assert look(cast, read(cast, file, PARTS)).known == 2
    row = read(cast, file.replace("8,12", "12,8"), PARTS)
    assert (look(cast, row).known, look(cast, row).differing) == (1, 1)
    assert "Obsessions: 8 stands" in staged_rows(row, "differs", actor=cast.actor("alma")).get().why
    answer(cast, row, "differs", "take", "columns were swapped")
    assert Score.objects.standing().get(points=20).subscores == {"obsessions": "12", "compulsions": "8"}


def test_a_file_without_subscores_does_not_contradict_them(cast: Cast) -> None:
    bring(cast, "mrn,day,total,obs,com\nA1,2026-01-05,20,8,12\n", PARTS)
    assert look(cast, read(cast, "mrn,day,total,obs,com\nA1,2026-01-05,20,,\n", PARTS)).known == 1


def test_scores_of_whom_nobody_names_the_first_dose_are_said_to_get_no_baseline(cast: Cast) -> None:
    said = look(cast, read(cast, THREE_SCORES, SCORES))
    assert (said.unstarted_scores, said.unstarted_patients) == (3, 1)
    assert look(cast, read(cast, THREE_SCORES, "start_on = 2026-01-06\n" + SCORES)).unstarted_scores == 0
    bring(cast, TWO_DOSES, SESSIONS, "sessions")
    assert look(cast, read(cast, THREE_SCORES, SCORES)).unstarted_scores == 0


ITEMS = ", ".join(f'"{n}" = "q{n}"' for n in range(1, 10))
DISAGREE = "mrn,day,total," + ",".join(f"q{n}" for n in range(1, 10)) + "\nA1,2026-01-05,12,1,1,1,1,1,1,1,1,0\n"
BOTH = SCORES.replace('total = "total"\n', f'total = "total"\nitems = {{ {ITEMS} }}\n')


def test_another_answer_under_the_same_total_is_a_difference(cast: Cast) -> None:
    file = DISAGREE.replace(",12,", ",8,")
    bring(cast, file, BOTH)
    row = read(cast, file.replace("1,1,0", "1,0,1"), BOTH)
    assert "question 8: another answer stands" in staged_rows(row, "differs", actor=cast.actor("alma")).get().why


@pytest.mark.parametrize(("choice", "points"), [("items", [8]), ("total", [12]), ("leave", [])])
def test_a_total_that_disagrees_with_its_answers_is_never_silently_chosen(cast: Cast, choice: str, points: list[int]) -> None:
    row = read(cast, DISAGREE, BOTH)
    assert look(cast, row).disagreeing == 1
    answer(cast, row, "disagrees", choice)
    assert [int(score.points or 0) for score in Score.objects.all()] == points


def test_the_audit_says_who_brought_whose_data(cast: Cast) -> None:
    bring(cast, THREE_SCORES, SCORES)
    row = AuditRow.objects.get(verb="imported", patient_id=Patient.objects.get(mrn="A1").pk)
    assert row.user_id == cast.users["alma"].pk


@pytest.mark.parametrize("verdict", StagedRow.Verdict.values)
def test_the_rows_of_each_verdict_have_their_page(cast: Cast, signed_in: Callable[[str], Client], verdict: str) -> None:
    row = read(cast, DISAGREE, BOTH)
    page = signed_in("alma").get(reverse("import_rows", args=[row.public_id, verdict]))
    assert page.status_code == 200
    assert ("Take the answers" in page.content.decode()) == (verdict == "disagrees")


def test_alma_answers_a_row_on_its_page(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    row = read(cast, DISAGREE, BOTH)
    pk = StagedRow.objects.get(brought_in=row).pk
    signed_in("alma").post(reverse("import_rows", args=[row.public_id, "disagrees"]), {f"row-{pk}": "total"})
    assert (look(cast, row).questions, look(cast, row).new) == (0, 1)
