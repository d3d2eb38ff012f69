"""What the app proposes from headers and content, and what it asks about words that it does not know."""

from dataclasses import replace

import pytest

from assessments.transfer.mapping import MappingRefused, mapping_of
from assessments.transfer.proposing import propose
from assessments.transfer.questions import MOST_WORDS, answered, questions
from tests.imports import NORTH, scores_mapping, table_in
from tests.programs_and_scales import DATA

NINE = {str(n): f"Item{n}_num" for n in range(1, 10)}


def proposed(kind, text, scale=None):
    known = replace(NORTH, scales={scale: NORTH.scales[scale]}) if scale else NORTH
    return propose(table_in(text), kind, known)


# Scores.


def test_the_trial_file_is_proposed_whole_but_for_the_day_of_the_first_dose():
    found = proposed("scores", (DATA / "antidepressant_hamd17_rbmi.csv").read_bytes())

    assert found == {
        "kind": "scores",
        "patient": "PATIENT",
        "when": {"column": "RELDAYS", "holds": "days"},
        "scores": ({"scale": "ham-d17", "total": "HAMDTL17"}, {"scale": "ham-d17", "total": "BASVAL", "baseline": True}),
    }
    with pytest.raises(MappingRefused, match="HAMDTL17 counts from the start: type the date of the first dose"):
        mapping_of(found)


def test_the_survey_is_proposed_whole_but_for_its_date():
    found = proposed("scores", (DATA / "phq9_irt_chiu_2177.csv").read_bytes())

    assert (found["patient"], found["scores"]) == ("ObservationID", ({"scale": "phq-9", "items": NINE, "total": "SumScore"},))
    with pytest.raises(MappingRefused, match="Say when SumScore was taken"):
        mapping_of(found)


def test_wide_columns_are_told_by_the_visit_behind_their_name():
    found = proposed("scores", "drug,bdi.pre,bdi.2m,bdi.3m\nNo,29,2,2\nYes,32,16,NA\n")

    assert found["scores"] == (
        {"scale": "bdi-ii", "total": "bdi.pre", "baseline": True, "visit": "pre"},
        {"scale": "bdi-ii", "total": "bdi.2m", "when": {"after": 2, "holds": "months"}, "visit": "2m"},
        {"scale": "bdi-ii", "total": "bdi.3m", "when": {"after": 3, "holds": "months"}, "visit": "3m"},
    )


def test_a_visit_that_does_not_say_its_unit_is_left_open():
    found = proposed("scores", "id,phq9_t0,phq9_t4\n1,20,12\n2,18,9\n")

    assert [one.get("when") for one in found["scores"]] == [None, None]
    with pytest.raises(MappingRefused, match="Say when phq9_t4 was taken"):
        mapping_of({**found, "start_on": "2026-01-05"})


@pytest.mark.parametrize(
    ("name", "visits"),
    [
        ("phq{q}_w{v}", {"w0": 0, "w2": 2}),
        ("W{v}.PHQ9.{q:02}", {"W1": 1, "W3": 3}),
        ("week {v} item{q}", {"week 2": 2, "week 4": 4}),
    ],
)
def test_a_column_for_each_visit_and_question_is_told_by_its_two_numbers(name, visits):
    columns = [name.format(q=q, v=v) for q in range(1, 10) for v in visits.values()]
    found = proposed("scores", ",".join(["MRN", *columns]) + "\n" + ",".join(["P7", *"012301230123012301"]) + "\n")

    assert "when" not in found
    for one, weeks in zip(found["scores"], visits.values(), strict=True):
        assert one["scale"] == "phq-9"
        assert one["when"] == {"after": weeks, "holds": "weeks"}
        assert list(one["items"].values()) == [name.format(q=q, v=weeks) for q in range(1, 10)]


def test_numbers_of_people_that_look_like_weeks_are_no_dates():
    found = proposed("scores", "id,day,PHQ-9\nW1,2026-01-05,9\nW2,2026-01-06,8\n")

    assert (found["patient"], found["when"]) == ("id", {"column": "day"})


def test_several_scales_in_one_row_are_a_score_each():
    found = proposed("scores", "MRN,Date,PHQ-9,GAD7,PCL5 total\n7,2026-09-02,18,12,40\n")

    assert (found["patient"], found["when"]) == ("MRN", {"column": "Date"})
    assert [(one["scale"], one["total"]) for one in found["scores"]] == [
        ("phq-9", "PHQ-9"), ("gad-7", "GAD7"), ("pcl-5", "PCL5 total")
    ]  # fmt: skip


def test_a_column_that_holds_names_of_scales_names_the_scale():
    found = proposed("scores", "patient id;test;date;score\n1;PHQ9;2026-09-02;18\n1;GAD-7;2026-09-02;9\n")

    assert (found["scale_column"], found["scores"]) == ("test", ({"total": "score"},))


def test_questions_that_are_numbered_by_tens_are_those_of_the_scale():
    columns = [f"DPQ0{n}0" for n in range(1, 10)] + ["DPQ100"]
    found = proposed("scores", ",".join(["SEQN", *columns]) + "\n" + "31128,0,1,2,3,0,0,7,0,0,1\n" * 3)

    assert found["patient"] == "SEQN"
    assert found["scores"] == ({"scale": "phq-9", "items": {str(n): f"DPQ0{n}0" for n in range(1, 10)}},)


def test_a_scale_that_was_chosen_takes_the_one_column_that_can_be_it():
    found = proposed("scores", "patient,measurement,disability\n2,1,46\n2,2,30\n", scale="child-pain")

    assert found["scores"] == ({"scale": "child-pain", "total": "disability"},)
    assert found["when"] == {"column": "measurement", "holds": "visits"}


def test_names_of_visits_that_say_a_day_are_proposed_and_the_others_asked_about():
    text = "subject,time,phq9\n1,pre,18\n1,week 4,9\n1,last,3\n"
    found = proposed("scores", text)
    mapping = mapping_of({**found, "start_on": "2026-01-05"})

    assert mapping.visits == {"pre": 0, "week 4": 28}
    assert [(one.about, one.pattern, one.proposed) for one in questions(mapping, table_in(text), NORTH)] == [
        ("visit", "last", "")
    ]


# Sessions and people.


def test_the_columns_of_sessions_are_told_with_the_units_that_their_names_say():
    text = "MRN,Infusion date,Dose (mg),Weight (kg),Route,Lot no\n7,2026-09-02,40,80,IV,A12\n8,2026-09-03,35,71,IM,A12\n"

    assert proposed("sessions", text) == {
        "kind": "sessions", "patient": "MRN", "when": {"column": "Infusion date"}, "dose": "Dose (mg)", "dose_unit": "mg",
        "weight": "Weight (kg)", "weight_unit": "kg", "route_column": "Route", "lot": "Lot no",
    }  # fmt: skip


def test_a_unit_that_nobody_wrote_is_not_proposed():
    found = proposed("sessions", "patient,date,dose,weight\n7,2026-09-02,40,80\n")

    assert not {"dose_unit", "weight_unit"} & set(found)
    with pytest.raises(MappingRefused, match="Say in which unit dose is"):
        mapping_of(found)


@pytest.mark.parametrize(
    ("header", "unit"),
    [("dose_mg_per_kg", "mg/kg"), ("mg/kg", "mg/kg"), ("Dose mcg", "mcg"), ("ketamine µg/kg", "mcg/kg"), ("mg", "mg")],
)
def test_the_unit_of_a_dose_is_read_from_its_column(header, unit):
    found = proposed("sessions", f"patient,date,{header}\n7,2026-09-02,0.5\n")

    assert (found["dose"], found["dose_unit"]) == (header, unit)


def test_the_columns_of_people_are_told_by_name_and_by_what_stands_in_them():
    text = (
        "Chart,First Name,Surname,DOB,Contact,Cell phone,Language,Program,Start date\n"
        "7,Pia,Blum,1990-02-03,pia@mail.example,2065550100,Spanish,Six-infusion series,2026-09-01\n"
    )

    assert proposed("people", text) == {
        "kind": "people", "patient": "Chart", "first_name": "First Name", "last_name": "Surname", "birth_date": "DOB",
        "email": "Contact", "phone": "Cell phone", "language": "Language", "program_column": "Program",
        "start_column": "Start date",
    }  # fmt: skip


def test_a_visit_at_which_many_are_missing_is_still_of_the_scale_that_its_name_says():
    found = proposed("scores", "mrn\tphq9_w0\tphq9_w4\nK-1\t20\t-99\nK-2\t18\t17\n")

    assert [(one["scale"], one["visit"]) for one in found["scores"]] == [("phq-9", "w0"), ("phq-9", "w4")]


def test_a_birth_date_among_few_rows_is_proposed_although_one_of_them_is_mistyped():
    assert proposed("people", "Nummer;Name;Geboren\nK-1;Ann;23.11.1980\nK-2;Bo;31.02.1980\n")["birth_date"] == "Geboren"


def test_a_table_that_says_nothing_gets_no_proposal():
    for kind in ("people", "sessions", "scores"):
        assert set(proposed(kind, "a,b\nx,y\n")) == {"kind"}


# Words that nobody knows.


def test_a_wording_that_varies_is_asked_about_with_the_answer_that_is_most_like_it():
    items = {str(n): f"q{n}" for n in range(1, 10)}
    row = "Not at all,Almost every day,More than half,several days,0,0,0,n.k.,7"
    table = table_in(f"{','.join(items.values())}\n{row}\n{row}\n")
    mapping = scores_mapping(patient="", when={"on": "2026-09-01"}, scores=[{"scale": "phq-9", "items": items}])
    found = questions(mapping, table, NORTH)

    assert [(one.pattern, one.proposed, one.cells, one.must) for one in found] == [
        ("Almost every day", "3", 2, False),
        ("More than half", "2", 2, False),
        ("n.k.", "", 2, False),
        ("7", "", 2, False),
    ]
    assert found[0].choices["missing"] == "no answer was given"
    assert answered(mapping, found[2], "missing").missing[-1] == "n.k."
    assert str(found[0]) == "PHQ-9: which answer is “Almost every day”? Almost every day (line 2), Almost every day (line 3)"


def test_a_scale_is_asked_about_by_the_word_that_the_file_has_for_it():
    table = table_in("name,day,test,score\npia,2026-09-02,PHQ Nine,18\n")
    mapping = scores_mapping(scale_column="test", scores=[{"total": "score"}])
    [question] = questions(mapping, table, NORTH)

    assert (question.about, question.pattern) == ("scale", "PHQ Nine")
    assert questions(answered(mapping, question, "phq-9"), table, NORTH) == []


def test_a_column_of_free_text_is_not_asked_about_word_by_word():
    table = table_in("name,day,test,score\n" + "".join(f"pia,2026-09-02,word {n},1\n" for n in range(500)))

    assert len(questions(scores_mapping(scale_column="test", scores=[{"total": "score"}]), table, NORTH)) == MOST_WORDS
