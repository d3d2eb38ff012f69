"""A scale in words: the sentences say what is counted, whatever the scale."""

from decimal import Decimal

import pytest

from assessments.describing import asks_words, counting_words, example_start, range_words, text_words, verdict_facts
from assessments.outcomes import is_response, response_line, why_no_verdict
from assessments.scales import Response
from tests.programs_and_scales import SCALES, TEST_SCALES


def facts_of(code):
    return {fact.title: fact.text for fact in verdict_facts(SCALES[code])}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("phq-9", "9 questions about depression, answered by the patient, looking back 14 days"),
        ("pain-nrs", "1 question about pain, answered by the patient, looking back 1 day"),
        ("c-ssrs", "7 questions about risk of suicide, rated by a clinician, looking back 30 days"),
        ("cadss-6", "A total that stands for dissociation, rated by a clinician, about now"),
    ],
)
def test_what_a_scale_asks_is_said_with_who_and_how_far_back(code, words):
    assert asks_words(SCALES[code]) == words


def test_the_range_says_which_way_is_better():
    assert [range_words(SCALES[code]) for code in ("hit-6", "who-5")] == [
        "From 36 to 78, lower is better",
        "From 0 to 100, higher is better",
    ]


@pytest.mark.parametrize(
    ("code", "response"),
    [
        ("madrs", "Better than the baseline by 50% or more. From 40 that is 20 or less."),
        ("y-bocs", "Better than the baseline by 35% or more. From 27 that is 17 or less."),
        ("pain-nrs", "Better than the baseline by 2 points or more. From 7 that is 5 or less."),
        ("pcl-c", "Better than the baseline by 50% or more. From 63 that is 40 or less. The per cent is of what lies above 17."),
        ("who-5", "Better than the baseline by 10 points or more. From 32 that is 42 or more."),
        ("wsas", "A change is shown, never a verdict."),
    ],
)  # fmt: skip
def test_the_rule_of_response_is_said_with_an_example(code, response):
    assert facts_of(code)["Response"] == response


def test_a_low_start_is_said():
    assert facts_of("phq-9")["Response"].endswith("A baseline below 10 gets no verdict; the change is shown.")


def test_remission_and_reliable_change_are_said_with_their_sources_or_not_at_all():
    phq, caps = verdict_facts(SCALES["phq-9"]), facts_of("caps-5")

    assert [(fact.title, bool(fact.source)) for fact in phq] == [
        ("Response", True), ("Remission", True), ("Reliable change", True),
    ]  # fmt: skip
    assert caps["Remission"] == "Nothing is said: no cut is named."
    assert "Reliable change" not in caps


def test_how_a_qids_is_counted_is_said_rule_by_rule():
    assert list(counting_words(SCALES["qids-sr16"])) == [
        "The total is the sum of the answers.",
        "Of questions 1, 2, 3 and 4 only the largest answer counts.",
        "Of questions 6, 7, 8 and 9 only the largest answer counts.",
        "Of questions 15 and 16 only the largest answer counts.",
        "Of questions 6 and 7 one is enough.",
        "Of questions 8 and 9 one is enough.",
        "Without an answer to each question that is asked there is no total.",
    ]


def test_the_skips_of_the_c_ssrs_are_said():
    assert "Question 6b is asked only when question 6 was answered yes." in list(counting_words(SCALES["c-ssrs"]))


def test_the_gaps_that_the_phq_9_allows_are_said_and_the_question_that_allows_none():
    assert list(counting_words(SCALES["phq-9"]))[-1] == (
        "Up to 2 questions may stay without an answer: the mean of the others stands for it, and the total is marked."
        " Never for question 9."
    )


def test_where_the_wording_stands_is_said():
    assert text_words(SCALES["phq-9"]) == "The wording stands here, in English and Spanish."
    assert "Until then its total may be typed" in text_words(SCALES["who-5"])
    assert "typed" not in text_words(SCALES["c-ssrs"])


def test_an_example_that_there_cannot_be_is_left_out():
    far = SCALES["who-5"].model_copy(update={"response": Response(points=Decimal(90))})

    assert verdict_facts(far)[0].text == "Better than the baseline by 90 points or more."


JUDGED = [scale for scale in [*SCALES.values(), *TEST_SCALES.values()] if scale.judged]


@pytest.mark.parametrize("scale", JUDGED, ids=lambda scale: scale.code)
def test_the_example_is_a_start_from_which_response_can_be_reached(scale):
    start = example_start(scale)

    assert why_no_verdict(scale, start) is None
    assert is_response(scale, start, response_line(scale, start))
