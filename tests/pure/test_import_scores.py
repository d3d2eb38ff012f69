"""Rows that bring scores: long or wide, totals or items, numbers or words; a bad row is named, a good one comes in."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from assessments.transfer.incoming import Disagreement, IncomingScore
from assessments.transfer.questions import answered, questions
from tests.imports import NORTH, START, read_all, scores_mapping, table_in
from tests.programs_and_scales import DATA

HEAD = "name," + ",".join(f"q{n}" for n in range(1, 10))
ITEMS = {str(n): f"q{n}" for n in range(1, 10)}


def read(text, **chosen):
    return read_all(table_in(text), scores_mapping(**chosen))


def read_items(*rows, head=HEAD, **chosen):
    entry = {"scale": "phq-9", "items": ITEMS} | ({"total": "sum"} if "sum" in head else {})
    return read("\n".join([head, *rows, ""]), when={"on": START}, scores=[entry], **chosen)


def test_a_row_is_a_score_on_its_day():
    [score], refused = read("name,day,score\npia,2026-09-02,18\n")

    assert (score.patient, score.scale, score.day, score.points, score.start, refused) == (
        "pia", "phq-9", date(2026, 9, 2), 18, START, []
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "value", "why"),
    [
        ("pia,2026-09-02,28", "score", "28", "PHQ-9 goes from 0 to 27; 28 is outside."),
        ("pia,2026-09-02,-1", "score", "-1", "PHQ-9 goes from 0 to 27; -1 is outside."),
        ("pia,2026-09-02,18.5", "score", "18.5", "PHQ-9 is a whole number; 18.5 is not."),
        ("pia,2026-09-02,many", "score", "many", "not a number"),
        ("pia,2026-09-02,NaN", "score", "NaN", "not a number"),
        ("pia,2026-09-02,1e1", "score", "1e1", "not a number"),
        ("pia,2026-09-02,1_0", "score", "1_0", "not a number"),
        ("pia,2026-09-02,0x1", "score", "0x1", "not a number"),
        ("pia,2026-09-02,１８", "score", "１８", "not a number"),
        ("pia,2026-09-02,٣", "score", "٣", "not a number"),
        ("pia,2026-09-02,=9+9", "score", "=9+9", "not a number"),
        ("pia,2026-02-30,18", "day", "2026-02-30", "there is no such day between 1900 and 2100"),
        ("pia,yesterday,18", "day", "yesterday", "not a date; write 2026-11-24"),
        ("pia,,18", "day", "", "no date"),
        ("pia,2026-11-25,18", "day", "2026-11-25", "2026-11-25 lies before 1980 or in the future"),
        ("pia,1979-12-31,18", "day", "1979-12-31", "1979-12-31 lies before 1980 or in the future"),
        (",2026-09-02,18", "name", "", "no patient"),
        ("\u202epia,2026-09-02,18", "name", "\u202epia", "holds a character that cannot be seen"),
        (
            "Smith, Pia,2026-09-02,18",
            "",
            "18",
            "the row has more cells than the file has columns; is there a mark too many in it?",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_reason(row, column, value, why):
    good, refused = read(f"name,day,score\npaul,2026-09-02,12\n{row}\npaul,2026-09-09,9\n")

    assert ([score.points for score in good], refused) == ([12, 9], [(3, column, value, why)])


def test_a_record_number_that_cannot_be_stored_is_refused():
    assert read(f"name,day,score\n{'p' * 65},2026-09-02,18\n")[1] == [(2, "name", "p" * 65, "longer than 64 letters")]


def test_a_row_without_a_score_brings_nothing_and_is_not_refused():
    assert read("name,day,score\npia,2026-09-02,NA\npaul,2026-09-02,\n") == ([], [])


def test_a_patient_number_that_a_program_made_decimal_is_the_same_patient():
    assert {score.patient for score in read("name,day,score\n12,2026-09-02,18\n12.0,2026-09-04,9\n")[0]} == {"12"}


def test_without_a_patient_column_the_number_of_the_row_serves():
    [score], _ = read("score\n18\n", patient="", when={"on": "2026-09-02"})

    assert (score.patient, score.day) == ("row 2", date(2026, 9, 2))


def test_a_score_counted_from_the_start_of_its_own_row():
    found, refused = read(
        "name,start,week,score\npia,2026-01-31,2,18\npaul,,2,18\nmara,2026-01-31,2.5,9\n",
        start_on=None, start_column="start", when={"column": "week", "holds": "weeks"},
    )  # fmt: skip

    assert [score.day for score in found] == [date(2026, 2, 14)]
    assert refused == [
        (3, "start", "", "the start is missing, and the day counts from it"),
        (4, "week", "2.5", "not a whole number of weeks"),
    ]


def test_names_of_visits_stand_so_many_days_after_the_start():
    found, refused = read(
        "name,visit,score\npia,pre,18\npia,2.0,9\npia,last,3\n",
        when={"column": "visit", "holds": "visits"}, visits={"pre": 0, "2": 28},
    )  # fmt: skip

    assert [(score.day, score.visit) for score in found] == [(START, "pre"), (START + timedelta(days=28), "2.0")]
    assert refused == [(4, "visit", "last", "say how many days after the start this visit was")]


# Wide: a row a patient.

BDI = [
    {"scale": "bdi-ii", "total": "bdi.pre", "baseline": True},
    {"scale": "bdi-ii", "total": "bdi.2m", "when": {"after": 2, "holds": "months"}},
    {"scale": "bdi-ii", "total": "bdi.8m", "when": {"after": 8, "holds": "months"}, "visit": "8m"},
]


def test_a_row_of_visits_is_a_score_for_each_that_took_place():
    found, refused = read("name,bdi.pre,bdi.2m,bdi.8m\npia,29,2,\npaul,32,16,20\n", when=None, start_on="2026-01-05", scores=BDI)

    assert [(one.patient, one.day, one.points, one.is_baseline, one.visit) for one in found] == [
        ("pia", date(2026, 1, 5), 29, True, ""),
        ("pia", date(2026, 3, 5), 2, False, ""),
        ("paul", date(2026, 1, 5), 32, True, ""),
        ("paul", date(2026, 3, 5), 16, False, ""),
        ("paul", date(2026, 9, 5), 20, False, "8m"),
    ]
    assert refused == []


def test_one_bad_visit_refuses_its_row_and_names_its_column():
    assert read("name,bdi.pre,bdi.2m,bdi.8m\npia,29,99,\n", when=None, scores=BDI) == (
        [],
        [(2, "bdi.2m", "99", "BDI-II goes from 0 to 63; 99 is outside.")],
    )


def test_a_baseline_that_stands_in_the_future_is_refused():
    assert read("name,bdi.pre,bdi.2m,bdi.8m\npia,29,,\n", when=None, start_on="2030-01-01", scores=BDI)[1] == [
        (2, "", "2030-01-01", "2030-01-01 lies before 1980 or in the future")
    ]


# A column that names the scale.

NAMED = {"scale_column": "test", "scores": [{"total": "score"}]}


def test_a_column_names_the_scale_by_its_code_or_title_or_as_somebody_said():
    found, refused = read(
        "name,day,test,score\npia,2026-09-02,PHQ9,18\npia,2026-09-02,gad-7,9\npia,2026-09-02,Hamilton,20\npia,2026-09-02,x,1\n",
        scales={"Hamilton": "ham-d17"}, **NAMED,
    )  # fmt: skip

    assert [(score.scale, score.points) for score in found] == [("phq-9", 18), ("gad-7", 9), ("ham-d17", 20)]
    assert refused == [(5, "test", "x", "no scale is called that; say which is meant")]


# Items.


def test_a_row_of_answers_is_scored_by_the_scale():
    [score], _ = read_items("pia,1,1,1,1,1,1,1,1,2")

    assert (score.points, score.scored.safety, score.answers["9"], score.column) == (10, 2, 2, "q1")


def test_a_7_for_refused_is_a_bad_row_and_not_seven_points():
    assert read_items("pia,7,1,1,1,1,1,1,1,0")[1] == [(2, "q1", "7", "not an answer of PHQ-9, which has 0 to 3")]


def test_a_7_that_the_person_named_as_missing_is_a_gap_however_it_is_written():
    for written in ("7", "7.0"):
        [score], _ = read_items(f"pia,{written},1,1,1,1,1,1,1,1", missing=["", "7"])
        assert (score.scored.answered, score.scored.is_prorated, score.points) == (8, True, 9)


def test_an_answer_of_half_a_point_is_none():
    assert read_items("pia,1.5,1,1,1,1,1,1,1,0")[1][0][:3] == (2, "q1", "1.5")


def test_words_of_the_scale_are_its_points_and_others_are_asked_about():
    found, refused = read_items("pia,Not at all,several days,NEARLY EVERY DAY,0,0,0,0,0,Almost every day")

    assert (found, refused) == ([], [(2, "q9", "Almost every day", "not an answer of PHQ-9, which has 0 to 3")])


def test_points_that_a_person_gave_to_words_and_numbers_count():
    values = {"phq-9": {"Almost every day": 3, "1": 0, "4": 3}}
    [score], _ = read_items("pia,almost every day,1,1,1,1,1,1,1,4", values=values)

    assert (score.answers["1"], score.answers["2"], score.answers["9"]) == (3, 0, 3)


def test_items_of_which_the_largest_counts_are_scored_by_the_scale():
    items = {str(n): f"q{n}" for n in range(1, 17)}
    head = "name," + ",".join(items.values())
    row = "pia,3,2,1,0,1,2,,3,,1,1,0,1,1,2,1"
    [score], refused = read(f"{head}\n{row}\n", when={"on": START}, scores=[{"scale": "qids-sr16", "items": items}])

    # Sleep 3, sadness 1, appetite or weight 3, then 1, 1, 0, 1, 1, and slow or restless 2.
    assert (score.points, refused) == (13, [])


# A stored total beside its items.

BOTH = HEAD + ",sum"


def test_a_total_that_is_that_of_its_items_is_no_question():
    [score], _ = read_items("pia,1,1,1,1,1,1,1,1,2,10.0", head=BOTH)

    assert (score.points, score.disagrees) == (10, None)


@pytest.mark.parametrize(
    ("believe", "points", "disagrees"),
    [("", 10, Disagreement(Decimal(12), Decimal(10))), ("items", 10, None), ("total", 12, None)],
)
def test_a_total_that_disagrees_with_its_items_is_shown_with_both_numbers(believe, points, disagrees):
    [score], _ = read_items("pia,1,1,1,1,1,1,1,1,2,12", head=BOTH, believe=believe)

    assert (score.points, score.disagrees, score.scored.safety) == (points, disagrees, 2)


def test_a_total_beside_too_many_gaps_disagrees_with_no_number():
    [score], _ = read_items("pia,1,1,,,,,,,2,12", head=BOTH)

    assert (score.points, score.disagrees) == (None, Disagreement(Decimal(12), None))


def test_a_total_alone_where_no_item_was_kept_is_that_total():
    [score], _ = read_items("pia,,,,,,,,,,12", head=BOTH)

    assert (score.points, score.answers, score.disagrees) == (12, {}, None)


def test_a_mean_that_the_file_rounded_is_that_of_its_items():
    entry = {"scale": "peg", "items": {"1": "a", "2": "b", "3": "c"}, "total": "mean"}
    [score], _ = read("name,a,b,c,mean\npia,4,5,5,4.67\n", when={"on": START}, scores=[entry])

    assert score.disagrees is None


def test_subscores_come_in_beside_a_typed_total():
    parts = {"obsessions": "thoughts", "compulsions": "acts"}
    entry = {"scale": "y-bocs", "total": "total", "subscores": parts}
    found, refused = read("name,total,thoughts,acts\npia,20,12,8\npaul,20,12,9\n", when={"on": START}, scores=[entry])

    assert [sorted(score.scored.subscores.values()) for score in found] == [[8, 12]]
    assert refused[0][3].startswith("The subscores add up to 21, the total says 20")


# Decimals.


def test_a_comma_before_the_decimals_is_asked_about_and_then_read():
    table = table_in("name;day;score\npia;2026-09-02;4,67\npaul;2026-09-02;5\n")
    mapping = scores_mapping(scores=[{"scale": "peg", "total": "score"}])
    [question] = questions(mapping, table, NORTH)

    assert read_all(table, mapping)[1][0][3] == "could be two numbers; say whether a comma or a point stands before the decimals"
    assert (question.about, question.must, question.examples) == ("decimal", True, ["4,67 (line 2)"])
    assert [score.points for score in read_all(table, answered(mapping, question, ","))[0]] == [Decimal("4.67"), 5]


# Waiting in the staging table.


def test_a_score_is_stored_as_json_and_comes_back_as_it_was():
    [score], _ = read_items("pia,1,1,,1,1,1,1,1,2,12", head=BOTH)

    assert IncomingScore.from_json(score.as_json()) == score


# The file of 2,177 answer sets, as a person would bring it.


def test_the_survey_comes_in_whole_with_its_printed_totals_from_numbers_and_from_words():
    table = table_in((DATA / "phq9_irt_chiu_2177.csv").read_bytes())
    printed = [Decimal(row.cells["SumScore"]) for row in table.rows()]
    for column in ("Item{}_num", "Item{}"):
        items = {str(n): column.format(n) for n in range(1, 10)}
        entry = {"scale": "phq-9", "items": items, "total": "SumScore"}
        mapping = scores_mapping(patient="ObservationID", when={"on": START}, scores=[entry])
        for question in questions(mapping, table, NORTH):
            mapping = answered(mapping, question, question.proposed)
        found, refused = read_all(table, mapping)

        assert ([score.points for score in found], refused) == (printed, [])
        assert not any(score.disagrees for score in found)
