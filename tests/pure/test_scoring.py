"""From answers to a score: a golden case for each scale, and every count that others have published."""

import csv
import json
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import BadAnswers, band_of, rounded, safety_items, safety_rule, score, score_total
from tests.counts import QUICK
from tests.programs_and_scales import DATA, SCALES

PHQ_9, GAD_7, PCL_5, PEG = (SCALES[code] for code in ("phq-9", "gad-7", "pcl-5", "peg"))


def answered(values):
    """Answers by item id from a row of numbers; None is a question without an answer."""
    return {str(number): value for number, value in enumerate(values, 1) if value is not None}


# A golden case for each scale, added up by hand.


def test_phq_9_of_18_is_moderately_severe():
    result = score(PHQ_9, answered([3, 3, 2, 2, 2, 2, 2, 1, 1]))

    assert (result.total, band_of(PHQ_9, result.total).name["en"]) == (18, "Moderately severe")


def test_gad_7_of_15_is_severe():
    result = score(GAD_7, answered([3, 3, 2, 2, 2, 2, 1]))

    assert (result.total, band_of(GAD_7, result.total).name["en"]) == (15, "Severe")


def test_pcl_5_has_its_four_clusters_and_no_band():
    result = score(PCL_5, answered([4, 3, 2, 1, 0, 4, 4, 1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 2, 3, 3]))

    assert (result.total, result.subscores) == (35, {"b": 10, "c": 8, "d": 7, "e": 10})
    assert band_of(PCL_5, result.total) is None


def test_peg_is_the_mean_of_three_shown_to_one_decimal():
    result = score(PEG, answered([4, 4, 5]))

    assert (result.total, rounded(result.total, PEG.decimals)) == (Fraction(13, 3), Decimal("4.3"))


def test_mood_is_the_one_number_that_was_tapped():
    assert score(SCALES["mood"], {"1": 7}).total == 7


def test_ham_d17_is_a_total_that_a_rater_wrote():
    scale = SCALES["ham-d17"]

    assert band_of(scale, score_total(scale, Decimal(19)).total).name["en"] == "Severe"


# What others computed.

VECTORS = json.loads((DATA / "score_vectors.json").read_text())["vectors"]
# Their name of the instrument, ours, and where they put the total.
VECTORED = [("phq_9", PHQ_9, "PHQ9_SCORE"), ("GAD_7", GAD_7, "GAD7_SCORE"), ("pcl_5", PCL_5, "PCL5_TOTAL_SYMPTOM_SEVERITY_SCORE")]


@pytest.mark.parametrize(
    ("scale", "case", "total"),
    [pytest.param(scale, case, total, id=f"{name}-{case['case']}") for name, scale, total in VECTORED for case in VECTORS[name]],
)
def test_a_published_answer_set_has_its_published_total(scale, case, total):
    assert score(scale, answered(case["answers"].values())).total == case["expected"][total]


@pytest.mark.parametrize("case", VECTORS["pcl_5"], ids=lambda case: case["case"])
def test_a_published_pcl_5_has_its_published_clusters(case):
    clusters = {letter: case["expected"][f"PCL5_DSM_5_SYMPTOM_CLUSTER_{letter.upper()}"] for letter in "bcde"}

    assert score(PCL_5, answered(case["answers"].values())).subscores == clusters


# Their word for the band, ours.
BAND_WORDS = {
    "None/minimal depression": "Minimal",
    "Severe depression": "Severe",
    "No anxiety": "Minimal",
    "Severe anxiety": "Severe",
}


@pytest.mark.parametrize(("name", "scale"), [("phq_9", PHQ_9), ("GAD_7", GAD_7)])
def test_a_published_answer_set_falls_in_its_published_band(name, scale):
    said = [case["expected"][f"{name.replace('_', '').upper()}_INTERPRETATION"] for case in VECTORS[name]]
    ours = [band_of(scale, score(scale, answered(case["answers"].values())).total).name["en"] for case in VECTORS[name]]

    assert ours == [BAND_WORDS[words] for words in said]


@pytest.fixture(scope="module")
def survey():
    """2,177 people: the printed total of each, and our score."""
    with (DATA / "phq9_irt_chiu_2177.csv").open(newline="") as file:
        return [
            (int(row["SumScore"]), score(PHQ_9, {str(n): int(row[f"Item{n}_num"]) for n in range(1, 10)}))
            for row in csv.DictReader(file)
        ]


def test_all_2177_printed_phq_9_totals_are_ours(survey):
    assert [len(survey), *(scored.total for _, scored in survey)] == [2177, *(printed for printed, _ in survey)]


def test_the_2177_fall_into_the_published_bands(survey):
    found = Counter(band_of(PHQ_9, scored.total).name["en"] for _, scored in survey)

    assert found == {"Minimal": 112, "Mild": 523, "Moderate": 608, "Moderately severe": 584, "Severe": 350}


def test_679_of_the_2177_answered_item_9_above_zero(survey):
    assert sum(scored.safety > 0 for _, scored in survey) == 679


def test_every_gad_7_answer_set_is_its_sum_and_in_the_band_of_its_sum():
    cuts = {"Minimal": range(5), "Mild": range(5, 10), "Moderate": range(10, 15), "Severe": range(15, 22)}
    wrong = []
    for values in product(range(4), repeat=7):
        total = score(GAD_7, answered(values)).total
        # Counted, not added: how many ones, twos and threes.
        expected = values.count(1) + 2 * values.count(2) + 3 * values.count(3)
        if total != expected or expected not in cuts[band_of(GAD_7, total).name["en"]]:
            wrong.append(values)

    assert wrong == []


# Gaps.


def test_two_gaps_in_a_phq_9_are_stood_for_by_the_mean_of_the_others():
    result = score(PHQ_9, answered([None, None, 2, 2, 2, 2, 2, 2, 2]))

    assert (result.total, result.is_prorated, result.is_complete, result.answered) == (18, True, False, 7)


def test_a_prorated_half_is_rounded_up():
    # Four points in eight answers: 0.5 × 9 = 4.5.
    assert score(PHQ_9, answered([None, 1, 1, 1, 1, 0, 0, 0, 0])).total == 5


def test_three_gaps_leave_no_score_and_say_so():
    result = score(PHQ_9, answered([None, None, None, 3, 3, 3, 3, 3, 3]))

    assert (result.total, result.why) == (None, "3 of 9 questions were not answered")


def test_a_phq_9_without_item_9_has_no_score():
    result = score(PHQ_9, answered([1, 1, 1, 1, 1, 1, 1, 1]))

    assert (result.total, result.why) == (None, "question 9 was not answered")


def test_no_answer_at_all_has_no_mean_whatever_the_gap_rule():
    lenient = GAD_7.model_copy(update={"prorate_up_to": 7})

    assert score(lenient, {}).why == "7 of 7 questions were not answered"


@pytest.mark.parametrize(("scale", "most"), [(PCL_5, 4), (PEG, 10)])
def test_a_scale_without_a_gap_rule_needs_every_answer(scale, most):
    result = score(scale, answered([None] + [most] * (len(scale.items) - 1)))

    assert (result.total, result.why) == (None, f"1 of {len(scale.items)} questions were not answered")


def test_a_cluster_with_a_gap_has_no_subscore_and_the_others_have_theirs():
    result = score(PCL_5, answered([None] + [1] * 19))

    assert result.subscores == {"c": 2, "d": 7, "e": 6}


@pytest.mark.parametrize("scale", [scale for scale in SCALES.values() if scale.items], ids=lambda scale: scale.code)
def test_no_answer_at_all_is_never_zero(scale):
    result = score(scale, {})

    assert (result.total, result.safety, result.answered) == (None, None, 0)


@QUICK
@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=7, max_size=7))
def test_a_gad_7_with_gaps_is_what_a_plain_sum_says(values):
    given_ = [value for value in values if value is not None]
    # Halves up, in whole numbers: (2 × 7 × sum + n) // (2 × n).
    expected = (14 * sum(given_) + len(given_)) // (2 * len(given_)) if len(given_) >= 5 else None

    assert score(GAD_7, answered(values)).total == expected


@QUICK
@given(st.data())
def test_every_full_answer_set_of_every_scale_lies_in_its_range(data):
    scale = data.draw(st.sampled_from([scale for scale in SCALES.values() if scale.items]))
    answers = {item.id: data.draw(st.sampled_from(scale.options_of(item))).value for item in scale.items}

    assert scale.lowest <= score(scale, answers).total <= scale.highest


# What is no answer.


@pytest.mark.parametrize("value", [7, 9, 4, -1])
def test_a_code_for_refused_or_unknown_is_not_points(value):
    with pytest.raises(BadAnswers, match=f"PHQ-9, question 3: {value} is not one of its answers"):
        score(PHQ_9, {"3": value})


def test_an_answer_to_a_question_that_is_not_there_is_refused():
    with pytest.raises(BadAnswers, match="PHQ-9 has no question 10"):
        score(PHQ_9, {"10": 0})


@pytest.mark.parametrize("total", ["-1", "53"])
def test_a_total_outside_the_range_is_refused(total):
    with pytest.raises(BadAnswers, match=f"HAM-D17 goes from 0 to 52; {total} is outside"):
        score_total(SCALES["ham-d17"], Decimal(total))


# Safety answers.


@pytest.mark.parametrize(("answer", "level"), [(0, None), (1, "urgent"), (2, "high"), (3, "high")])
def test_item_9_of_the_phq_9_reaches_its_level(answer, level):
    rule = safety_rule(PHQ_9, {"9": answer}, None)

    assert (rule and rule.level) == level


@pytest.mark.parametrize(("answer", "level"), [(2, None), (3, "urgent"), (4, "urgent")])
def test_item_16_of_the_pcl_5_reaches_its_level(answer, level):
    rule = safety_rule(PCL_5, {"16": answer}, None)

    assert (rule and rule.level) == level


def test_a_safety_answer_counts_where_the_gaps_leave_no_score():
    result = score(PHQ_9, {"9": 2})

    assert (result.total, result.safety) == (None, 2)


def test_a_safety_question_without_an_answer_is_not_a_zero():
    assert score(PHQ_9, answered([0] * 8)).safety is None


def test_the_scales_that_ask_about_safety_name_the_questions():
    assert {code: safety_items(scale) for code, scale in SCALES.items() if scale.safety} == {
        "phq-9": ("9",),
        "pcl-5": ("16",),
        "qids-sr16": ("12",),
        "c-ssrs": ("1", "2", "3", "4", "5", "6", "6b"),
        "asrm": (),
    }


def test_a_typed_mean_between_two_whole_numbers_is_taken():
    assert score_total(SCALES["peg"], Decimal("4.67")).total == Fraction(467, 100)
