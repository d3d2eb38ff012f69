"""A golden case for each scale that asks in a way of its own, or whose total is typed: from the published rule, by hand."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import BadAnswers, band_of, missing_items, safety_rule, score, score_total
from tests.counts import QUICK
from tests.programs_and_scales import DATA, SCALES

QIDS, WHO_5, C_SSRS, PHQ_15 = (SCALES[code] for code in ("qids-sr16", "who-5", "c-ssrs", "phq-15"))
VECTORS = json.loads((DATA / "score_vectors.json").read_text())["vectors"]


def answered(values):
    """Answers by item id from a row of numbers; None is a question without an answer."""
    return {str(number): value for number, value in enumerate(values, 1) if value is not None}


def band_name(scale, total):
    found = band_of(scale, Fraction(total))
    return found and found.name["en"]


# What others computed.


@pytest.mark.parametrize(
    ("code", "case", "total"),
    [
        pytest.param(code, case, total, id=f"{code} {case['case']}")
        for code, name, total in [
            ("phq-2", "phq_2", "PHQ2_SCORE"),
            ("phq-8", "phq_8", "PHQ8_SCORE"),
            ("who-5", "who_5", "WHO5_PERCENTAGE_SCORE"),
        ]
        for case in VECTORS[name]
    ],
)
def test_a_published_answer_set_has_its_published_total(code, case, total):
    assert score(SCALES[code], answered(case["answers"].values())).total == case["expected"][total]


@pytest.mark.parametrize(("case", "band"), [("best_response", "None"), ("median_response", "Subthreshold")])
def test_a_published_isi_total_falls_in_its_published_band(case, band):
    published = {one["case"]: one["expected"] for one in VECTORS["isi"]}[case]

    assert band_name(SCALES["isi"], published["ISI_TOTAL_SCORE"]) == band
    assert {"None": "No clinically significant insomnia", "Subthreshold": "Subthreshold insomnia"}[band] == published[
        "ISI_INTERPRETATION"
    ]


# Added up by hand.


@pytest.mark.parametrize(("values", "total", "band"), [([1, 1], 2, "Screen negative"), ([2, 1], 3, "Screen positive")])
def test_phq_2_of_3_is_a_positive_screen(values, total, band):
    result = score(SCALES["phq-2"], answered(values))

    assert (result.total, band_name(SCALES["phq-2"], total)) == (total, band)


def test_phq_8_is_the_phq_9_without_its_ninth_question():
    assert [item.text for item in SCALES["phq-8"].items] == [item.text for item in SCALES["phq-9"].items[:8]]
    assert score(SCALES["phq-8"], answered([3, 3, 2, 2, 2, 2, 2, 1])).total == 17


def test_phq_15_of_a_woman_counts_fifteen_questions():
    result = score(PHQ_15, answered([1] * 15))

    assert (result.total, result.asked, band_name(PHQ_15, result.total)) == (15, 15, "High")


def test_phq_15_of_a_man_is_whole_without_the_question_about_periods():
    result = score(PHQ_15, answered([2, 2, 2, None, *[2] * 11]))

    assert (result.total, result.is_complete, result.answered, result.asked) == (28, True, 14, 14)


def test_phq_15_without_another_question_has_no_score():
    result = score(PHQ_15, answered([None, *[1] * 14]))

    assert (result.total, result.why) == (None, "1 of 15 questions were not answered")


def test_pain_is_the_one_number_that_was_tapped():
    assert score(SCALES["pain-nrs"], {"1": 7}).total == 7


@pytest.mark.parametrize(("values", "index", "band"), [([2, 2, 3, 3, 2], 48, "Low well-being"), ([3, 3, 3, 2, 2], 52, "Not low")])
def test_a_raw_sum_of_12_on_the_who_5_is_low_and_13_is_not(values, index, band):
    result = score(WHO_5, answered(values))

    assert (result.total, band_name(WHO_5, result.total)) == (index, band)


def test_who_5_needs_all_five_answers():
    assert score(WHO_5, answered([5, 5, 5, 5])).total is None


def test_oci_r_has_its_six_subscores():
    # Each of the first six questions 4, the rest 0: one question of each subscale.
    result = score(SCALES["oci-r"], answered([4, 3, 2, 1, 0, 4, *[0] * 12]))

    assert result.total == 14
    assert result.subscores == {
        "hoarding": 4, "checking": 3, "ordering": 2, "neutralizing": 1, "washing": 0, "obsessing": 4,
    }  # fmt: skip


@pytest.mark.parametrize(("value", "total"), [(1, 17), (3, 51), (5, 85)])
def test_pcl_c_begins_at_17(value, total):
    assert score(SCALES["pcl-c"], answered([value] * 17)).total == total


def test_a_zero_is_no_answer_of_the_pcl_c():
    with pytest.raises(BadAnswers, match="PCL-C, question 4: 0 is not one of its answers"):
        score(SCALES["pcl-c"], {"4": 0})


# QIDS: nine domains, three of them the largest of several items.


def test_qids_counts_the_largest_of_sleep_of_appetite_and_weight_and_of_slowness_and_restlessness():
    sleep, mood, appetite, middle, slowed = [1, 3, 0, 2], [2], [None, 1, 2, None], [1, 0, 1, 2, 1], [0, 3]

    # 3 for sleep, 2 for mood, 2 for appetite and weight, 5 for the next five, 3 for restlessness.
    assert score(QIDS, answered([*sleep, *mood, *appetite, *middle, *slowed])).total == 15


def test_qids_asks_for_less_appetite_or_more_and_for_neither_there_is_no_score():
    one_of_each, neither = [1] * 5 + [None, 1, 1, None] + [1] * 7, [1] * 5 + [None, None, 1, None] + [1] * 7

    assert score(QIDS, answered(one_of_each)).is_complete
    assert score(QIDS, answered(neither)).total is None
    assert missing_items(QIDS, answered(neither)) == ["6", "7"]


@QUICK
@given(st.lists(st.integers(0, 3), min_size=16, max_size=16), st.sampled_from([6, 7]), st.sampled_from([8, 9]))
def test_qids_of_random_answers_is_what_a_plain_computation_says(values, appetite, weight):
    given_ = {number: value for number, value in enumerate(values, 1) if number not in {6, 7, 8, 9} - {appetite, weight}}
    alone = [given_[number] for number in (5, 10, 11, 12, 13, 14)]
    expected = max(given_[n] for n in (1, 2, 3, 4)) + max(given_[appetite], given_[weight]) + max(given_[15], given_[16])

    assert score(QIDS, {str(number): value for number, value in given_.items()}).total == expected + sum(alone)


@pytest.mark.parametrize(("answer", "level"), [(0, None), (1, "urgent"), (2, "high"), (3, "high")])
def test_item_12_of_the_qids_reaches_its_level(answer, level):
    rule = safety_rule(QIDS, {"12": answer}, None)

    assert (rule and rule.level) == level


# C-SSRS: the triage level is the total.


@pytest.mark.parametrize(
    ("yes", "level", "band"),
    [
        ("", 0, "No risk reported"),
        ("1", 1, "Low"),
        ("1 2", 1, "Low"),
        ("1 2 3", 2, "Moderate"),
        # The warning of the triage document: 4 is high, not moderate.
        ("1 2 4", 3, "High"),
        ("1 2 3 4 5", 3, "High"),
        ("6", 2, "Moderate"),
        ("6 6b", 3, "High"),
        ("1 6 6b", 3, "High"),
    ],
)
def test_the_answers_of_the_c_ssrs_have_their_triage_level(yes, level, band):
    asked = ["1", "2", "3", "4", "5", "6"] if "2" in yes.split() else ["1", "2", "6"]
    asked += ["6b"] if "6" in yes.split() else []
    result = score(C_SSRS, {item: int(item in yes.split()) for item in asked})

    assert (result.total, band_name(C_SSRS, level), result.is_complete) == (level, band, True)


def test_without_thoughts_of_suicide_the_c_ssrs_goes_straight_to_behaviour():
    assert missing_items(C_SSRS, {"1": 1, "2": 0}) == ["6"]
    assert missing_items(C_SSRS, {"1": 1, "2": 1}) == ["3", "4", "5", "6"]
    assert missing_items(C_SSRS, {"1": 0, "2": 0, "6": 1}) == ["6b"]


def test_a_c_ssrs_that_was_broken_off_has_no_level_and_its_gravest_answer_still_raises():
    answers = {"1": 1, "2": 1, "3": 0, "4": 1}

    assert score(C_SSRS, answers).total is None
    assert safety_rule(C_SSRS, answers, None).level == "high"


def test_a_grave_answer_that_need_not_have_been_asked_counts_all_the_same():
    answers = {"1": 0, "2": 0, "4": 1, "6": 0}

    assert score(C_SSRS, answers).total == 3


@QUICK
@given(st.fixed_dictionaries({item: st.integers(0, 1) for item in ("1", "2", "3", "4", "5", "6", "6b")}))
def test_the_alert_of_a_c_ssrs_is_never_milder_than_its_level(answers):
    rule, level = safety_rule(C_SSRS, answers, None), score(C_SSRS, answers).total

    assert (rule.triage if rule else 0) == level
    assert (rule is not None and rule.level == "high") == (level == 3)


# Typed totals.

# One total for each band, the edges of each from the published table.
EDGES = {
    "madrs": {6: "Absent", 7: "Mild", 19: "Mild", 20: "Moderate", 34: "Moderate", 35: "Severe"},
    "qids-sr16": {
        5: "None",
        6: "Mild",
        10: "Mild",
        11: "Moderate",
        15: "Moderate",
        16: "Severe",
        20: "Severe",
        21: "Very severe",
    },
    "bdi-ii": {13: "Minimal", 14: "Mild", 19: "Mild", 20: "Moderate", 28: "Moderate", 29: "Severe"},
    "y-bocs": {
        7: "Subclinical",
        8: "Mild",
        15: "Mild",
        16: "Moderate",
        23: "Moderate",
        24: "Severe",
        31: "Severe",
        32: "Extreme",
    },
    "spin": {20: "None", 21: "Mild", 30: "Mild", 31: "Moderate", 40: "Moderate", 41: "Severe", 50: "Severe", 51: "Very severe"},
    "lsas": {29: "Below the cut", 30: "Social anxiety", 59: "Social anxiety", 60: "Generalised social anxiety"},
    "asrm": {5: "Less likely", 6: "Probable (hypo)mania"},
    "isi": {7: "None", 8: "Subthreshold", 14: "Subthreshold", 15: "Moderate", 21: "Moderate", 22: "Severe"},
    "wsas": {9: "Subclinical", 10: "Significant", 20: "Significant", 21: "Moderately severe or worse"},
    "hit-6": {
        36: "Little or none",
        49: "Little or none",
        50: "Some",
        55: "Some",
        56: "Substantial",
        59: "Substantial",
        60: "Severe",
    },
    "midas": {5: "I, little or none", 6: "II, mild", 10: "II, mild", 11: "III, moderate", 20: "III, moderate", 21: "IV, severe"},
    "oci-r": {20: "Below the cut", 21: "OCD likely"},
    "phq-15": {4: "Minimal", 5: "Low", 9: "Low", 10: "Medium", 14: "Medium", 15: "High"},
    "phq-8": {4: "Minimal", 5: "Mild", 9: "Mild", 10: "Moderate", 15: "Moderately severe", 20: "Severe"},
}


@pytest.mark.parametrize(("code", "total", "band"), [(code, *edge) for code, edges in EDGES.items() for edge in edges.items()])
def test_a_total_at_the_edge_of_a_band_falls_on_its_side(code, total, band):
    assert band_name(SCALES[code], total) == band


ENDS = {
    "madrs": (0, 60), "qids-sr16": (0, 27), "bdi-ii": (0, 63), "y-bocs": (0, 40), "spin": (0, 68), "lsas": (0, 144),
    "asrm": (0, 20), "isi": (0, 28), "wsas": (0, 40), "hit-6": (36, 78), "midas": (0, 270), "cadss-6": (0, 24),
    "caps-5": (0, 80), "pcl-c": (17, 85), "who-5": (0, 100), "oci-r": (0, 72), "ham-d17": (0, 52),
}  # fmt: skip


def test_every_scale_whose_total_is_typed_has_its_published_ends():
    assert {code: (scale.lowest, scale.highest) for code, scale in SCALES.items() if scale.takes_total} == ENDS


@pytest.mark.parametrize(("code", "ends"), ENDS.items())
def test_a_total_beyond_the_ends_is_refused_in_words(code, ends):
    scale = SCALES[code]

    assert [score_total(scale, Decimal(end)).total for end in ends] == list(ends)
    for beyond in (ends[0] - 1, ends[1] + 1):
        with pytest.raises(BadAnswers, match=f"{scale.title} goes from {ends[0]} to {ends[1]}; {beyond} is outside"):
            score_total(scale, Decimal(beyond))


def test_half_a_point_is_refused_where_totals_are_whole():
    with pytest.raises(BadAnswers, match=r"MADRS is a whole number; 18\.5 is not"):
        score_total(SCALES["madrs"], Decimal("18.5"))


def test_a_raw_sum_typed_for_the_index_of_the_who_5_is_refused():
    with pytest.raises(BadAnswers, match="WHO-5 goes in steps of 4; 13 lies between two of them"):
        score_total(WHO_5, Decimal(13))


@pytest.mark.parametrize(("total", "level"), [(5, None), (6, "urgent"), (20, "urgent")])
def test_an_asrm_of_6_must_be_seen_before_the_next_dose(total, level):
    rule = safety_rule(SCALES["asrm"], {}, Fraction(total))

    assert (rule and rule.level) == level


# Subscores beside a typed total.


def test_the_subscores_of_a_y_bocs_come_with_its_total():
    result = score_total(SCALES["y-bocs"], Decimal(21), {"obsessions": Decimal(12), "compulsions": Decimal(9)})

    assert (result.total, result.subscores) == (21, {"obsessions": 12, "compulsions": 9})


def test_subscores_that_do_not_add_up_to_the_total_are_refused():
    with pytest.raises(BadAnswers, match="The subscores add up to 21, the total says 22"):
        score_total(SCALES["y-bocs"], Decimal(22), {"obsessions": Decimal(12), "compulsions": Decimal(9)})


def test_one_subscore_alone_may_stand_beside_the_total():
    assert score_total(SCALES["caps-5"], Decimal(40), {"c": Decimal(6)}).subscores == {"c": 6}


def test_a_subscore_beyond_its_ends_is_refused_by_its_name():
    with pytest.raises(BadAnswers, match="Avoidance goes from 0 to 8; 9 is outside"):
        score_total(SCALES["caps-5"], Decimal(40), {"c": Decimal(9)})


def test_a_subscore_that_the_scale_has_not_is_refused():
    with pytest.raises(BadAnswers, match="MADRS has no subscore mood"):
        score_total(SCALES["madrs"], Decimal(10), {"mood": Decimal(3)})
