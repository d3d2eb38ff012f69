"""Scores of others: looked at first, then all of them or none, and never twice."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from assessments.models import FilePiece, Import, Outcome, Score
from assessments.transfer.mapping import read_mapping
from assessments.transfer.preview import staged_rows
from assessments.transfer.printing import safe_cell
from assessments.transfer.publishing import ask_to_publish
from assessments.transfer.questions import answered
from assessments.transfer.staging import begin_reading, questions_of
from assessments.transfer.working import work_due
from tests.bringing import AT, bring, look, read, upload, work
from tests.cast import SIX, Cast
from tests.programs_and_scales import DATA
from tests.snapshots import Snapshots
from tracker.alerts.models import Alert
from tracker.errors import NotAllowed, Refused
from tracker.messaging.models import Message
from tracker.people.models import Patient

TRIAL = DATA / "antidepressant_hamd17_rbmi.csv"
TRIAL_MAPPING = """
program = "six-infusion-series"
patient = "PATIENT"
start_on = 2026-01-05
when = { column = "RELDAYS", holds = "days" }

[[scores]]
scale = "ham-d17"
total = "HAMDTL17"

[[scores]]
scale = "ham-d17"
total = "BASVAL"
baseline = true
"""
SMALL = (
    'program = "six-infusion-series"\npatient = "id"\nstart_on = 2026-01-06\nwhen = { column = "day" }\n'
    '[[scores]]\nscale = "phq-9"\ntotal = "total"\n'
)


def trial_rows() -> list[dict[str, str]]:
    with TRIAL.open(newline="") as lines:
        return list(csv.DictReader(lines))


def the_trial(cast: Cast) -> Import:
    return bring(cast, TRIAL, TRIAL_MAPPING)


def test_the_trial_is_172_patients_with_their_baselines(cast: Cast, snapshots: Snapshots) -> None:
    brought = snapshots.begin_with(the_trial, cast)
    rows = trial_rows()
    assert brought.patients_added == len({row["PATIENT"] for row in rows}) == 172
    assert Score.objects.count() == brought.scores_added == len(rows) + 172


def test_the_outcomes_of_the_trial_are_those_of_plain_arithmetic(cast: Cast, snapshots: Snapshots) -> None:
    snapshots.begin_with(the_trial, cast)
    last = {row["PATIENT"]: row for row in sorted(trial_rows(), key=lambda row: float(row["RELDAYS"]))}
    responders = {mrn for mrn, row in last.items() if float(row["HAMDTL17"]) <= float(row["BASVAL"]) / 2}
    remitted = {mrn for mrn, row in last.items() if float(row["HAMDTL17"]) <= 7}
    stored = Outcome.objects.filter(code="ham-d17")
    assert set(stored.filter(response=True).values_list("patient__mrn", flat=True)) == responders
    assert set(stored.filter(remission=True).values_list("patient__mrn", flat=True)) == remitted


def test_a_preview_writes_nothing(cast: Cast) -> None:
    found = look(cast, read(cast, TRIAL, TRIAL_MAPPING))
    assert (found.new_patients, found.new, found.refused) == (172, 780, 0)
    assert not Score.objects.exists()
    assert Patient.objects.count() == 2


def test_the_same_file_again_changes_nothing(cast: Cast, snapshots: Snapshots) -> None:
    snapshots.begin_with(the_trial, cast)
    before = list(Score.objects.order_by("pk").values()), list(Outcome.objects.order_by("pk").values())
    row = read(cast, TRIAL, TRIAL_MAPPING)
    again = look(cast, row)
    assert (again.new_patients, again.new, again.known) == (0, 0, 780)
    ask_to_publish(row, actor=cast.actor("alma"), at=AT)
    assert work(row).scores_added == 0
    assert (list(Score.objects.order_by("pk").values()), list(Outcome.objects.order_by("pk").values())) == before


ONE = "id,day," + ",".join(f"q{n}" for n in range(1, 10)) + "\n"
ONE_MAPPING = (
    'program = "six-infusion-series"\npatient = "id"\nstart_on = 2026-01-06\nwhen = { column = "day" }\n'
    '[[scores]]\nscale = "phq-9"\nitems = { ' + ", ".join(f'"{n}" = "q{n}"' for n in range(1, 10)) + " }\n"
)


@pytest.mark.parametrize(("days", "pages"), [(13, 1), (15, 0)])
def test_a_safety_answer_of_the_last_fourteen_days_pages_the_clinic(cast: Cast, days: int, pages: int) -> None:
    bring(cast, f"{ONE}7,{AT.date() - timedelta(days=days)},0,0,0,0,0,0,0,0,1\n", ONE_MAPPING)
    assert Alert.objects.open().count() == Message.objects.count() == pages
    assert Alert.objects.count() == 1


def test_two_old_safety_answers_of_one_patient_are_one_item(cast: Cast) -> None:
    bring(cast, ONE + "7,2026-01-02,0,0,0,0,0,0,0,0,1\n7,2026-01-03,0,0,0,0,0,0,0,0,2\n", ONE_MAPPING)
    assert Alert.objects.count() == 1


BAD = "id,day,total\n1,2026-01-05,9\n2,2026-01-05,28\n3,2026-02-30,9\n4,2026-01-05,nine\n5,2027-01-05,9\n1,2026-01-05,8\n"


def test_every_bad_row_is_named_with_line_column_value_and_reason(cast: Cast) -> None:
    refused = list(staged_rows(read(cast, BAD, SMALL), "refused", actor=cast.actor("alma")))
    assert [(row.line, row.column, row.value) for row in refused] == [
        (3, "total", "28"), (4, "day", "2026-02-30"), (5, "total", "nine"), (6, "day", "2027-01-05"), (7, "total", "8"),
    ]  # fmt: skip
    assert all(row.why for row in refused)


def test_with_one_bad_row_nothing_comes_in(cast: Cast) -> None:
    with pytest.raises(Refused, match="5 rows cannot be read"):
        bring(cast, BAD, SMALL)
    assert not Score.objects.exists()


def test_the_good_rows_come_in_when_asked_for(cast: Cast) -> None:
    brought = bring(cast, BAD, SMALL, takes_good_rows=True)
    assert list(Score.objects.values_list("patient__mrn", "points")) == [("1", 9)]
    assert brought.rows_refused == 5


def test_a_date_that_could_be_two_days_is_asked_about(cast: Cast) -> None:
    row = read(cast, "id,day,total\n1,03/04/2026,9\n", SMALL)
    assert row.state == Import.State.ASKING
    assert [(one.about, one.where) for one in questions_of(row)] == [("date", "day")]


@pytest.mark.parametrize(("order", "day"), [("mdy", date(2026, 3, 4)), ("dmy", date(2026, 4, 3))])
def test_it_is_read_as_the_person_said(cast: Cast, order: str, day: date) -> None:
    row = read(cast, "id,day,total\n1,03/04/2026,9\n", SMALL)
    mapping = answered(read_mapping(row.mapping), questions_of(row)[0], order)
    begin_reading(row, mapping, actor=cast.actor("alma"), is_asked=True, at=AT)
    ask_to_publish(work(row), actor=cast.actor("alma"), at=AT)
    work(row)
    assert Score.objects.get().day == day


def test_what_is_no_table_is_refused_and_nothing_is_kept(cast: Cast) -> None:
    for content in ("", "id,total\n", "id,id\n1,2\n", "PK\x00\x03", "id,total\n1,2\x00\n"):
        with pytest.raises(Refused):
            upload(cast, content)
    assert not FilePiece.objects.exists()


@pytest.mark.parametrize("name", ["nils", "theo", "dana", "pia", "omar"])
def test_who_may_bring_scores(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        upload(cast, "id,total\n1,9\n", name=name)


def run(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def as_command(cast: Cast, tmp_path: Path) -> Callable[..., str]:
    """`as_command(file)`: the import of HAM-D17 scores, as an operator types it."""
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(TRIAL_MAPPING)

    def typed(file: Path, *more: str) -> str:
        return run(
            "import_scores", str(file), "--clinic", "north", "--program", SIX, "--scale", "ham-d17", "--mapping", str(mapping),
            "--at", AT.isoformat(), *more,
        )  # fmt: skip

    return typed


def test_the_command_brings_what_the_page_brings(as_command: Callable[..., str]) -> None:
    assert "patients: 172 new, 0 known" in as_command(TRIAL)
    assert Score.objects.count() == 780
    assert "scores: 0 new, 780 known" in as_command(TRIAL)


def test_the_command_can_look_only(as_command: Callable[..., str]) -> None:
    assert "scores: 780 new" in as_command(TRIAL, "--dry-run")
    assert not Score.objects.exists()


def test_the_command_names_a_bad_row_and_stops(as_command: Callable[..., str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("PATIENT,RELDAYS,BASVAL,HAMDTL17\n1,7,20,99\n")
    with pytest.raises(CommandError, match="cannot be read"):
        as_command(bad)
    assert not Score.objects.exists()


def test_without_a_mapping_the_command_says_which_columns_there_are(cast: Cast) -> None:
    with pytest.raises(CommandError, match="HAMDTL17"):
        run("import_scores", str(TRIAL), "--clinic", "north", "--program", SIX, "--scale", "ham-d17")


def test_outcomes_are_printed_one_line_a_course(as_command: Callable[..., str]) -> None:
    as_command(TRIAL)
    lines = list(csv.DictReader(StringIO(run("outcomes", "--clinic", "north", "--scale", "ham-d17"))))
    first = next(line for line in lines if line["mrn"] == "1503")
    assert len(lines) == 172
    # By hand from the file: 32 at the start, 17 on day 42.
    assert [first[name] for name in ("baseline", "latest", "latest_day", "percent_better", "response")] == [
        "32", "17", "2026-02-16", "46.88", "no",
    ]  # fmt: skip


def test_the_south_has_no_outcomes_of_the_north(as_command: Callable[..., str]) -> None:
    as_command(TRIAL)
    assert len(run("outcomes", "--clinic", "south", "--scale", "ham-d17").splitlines()) == 1


def test_a_record_number_is_no_formula_in_a_spreadsheet(cast: Cast) -> None:
    bring(cast, "id,day,total\n=1+1,2026-01-05,9\n", SMALL)
    lines = list(csv.DictReader(StringIO(run("outcomes", "--clinic", "north", "--scale", "phq-9"))))
    assert lines[0]["mrn"] == "'=1+1"


def test_a_cell_without_a_text_stays_empty() -> None:
    assert safe_cell("") == ""


def test_a_negative_number_is_no_formula_either() -> None:
    assert [safe_cell(text) for text in ("-3.0", "+1", "-1+2", "=9")] == ["-3.0", "+1", "'-1+2", "'=9"]


def test_alma_brings_a_file_on_the_page(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    alma = signed_in("alma")
    file = SimpleUploadedFile("a.csv", b"id,day,total\n1,2026-01-05,9\n2,2026-01-05,28\n")
    columns = alma.post(reverse("imports"), {"file": file, "kind": "scores"})["Location"]
    chosen = {"patient": "id", "when_holds": "dates", "when_column": "day", "start_on": "2026-01-06", "total": "total"}
    page = alma.post(columns, {**chosen, "program": SIX, "scale": "phq-9"})["Location"]
    work_due()
    assert alma.get(page).context["preview"].refused == 1
    assert not Score.objects.exists()
    alma.post(page, {"do": "good"})
    work_due()
    assert Score.objects.count() == 1
    assert "2,2026-01-05,28" in alma.get(page + "refused.csv").content.decode()


WIDE = "id,dose,q1 a,q2 a,q3 a,q1 b,q2 b,q3 b\nP1,2026-01-06,9,9,9,3,3,3\n"
WIDE_FORM = {
    "patient": "id", "when_holds": "dates", "start_column": "dose", "program": SIX, "scale": "peg",
    "asked-1": "q1 a to q3 a", "after-1": "0", "asked-2": "q1 b, q2 b, q3 b", "after-2": "2", "unit-2": "weeks",
}  # fmt: skip


def test_alma_names_the_columns_of_the_questions_of_each_visit(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    alma, row = signed_in("alma"), upload(cast, WIDE)
    alma.post(reverse("import_columns", args=[row.public_id]), WIDE_FORM)
    ask_to_publish(work(row), actor=cast.actor("alma"))
    work(row)
    assert list(Score.objects.order_by("day").values_list("day", "points")) == [(date(2026, 1, 6), 27), (date(2026, 1, 20), 9)]
    shown = alma.get(reverse("import_columns", args=[row.public_id])).context["form"]
    assert [row[-1].value() for row in shown.visit_rows[:2]] == ["q1 a to q3 a", "q1 b to q3 b"]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("asked-1", "q1 a to q9", "The file has no column &#x27;q9&#x27;"),
        ("asked-1", "q3 a to q1 a", "q1 a stands before q3 a"),
        ("asked-2", "q1 b, q2 b", "The scale has 3 questions; these are 2 columns."),
        ("after-2", "", "Say how long after the first dose this visit was"),
    ],
)
def test_columns_that_do_not_fit_the_scale_are_named(
    cast: Cast, signed_in: Callable[[str], Client], field: str, typed: str, said: str
) -> None:
    page = signed_in("alma").post(reverse("import_columns", args=[upload(cast, WIDE).public_id]), {**WIDE_FORM, field: typed})
    assert page.status_code == 422
    assert said in page.content.decode()
