"""Every published questionnaire of the folder: taken with the points that stand in it, or refused for its true reason.

What is expected was read off each file by hand.
"""

import pytest

from assessments.transfer.questionnaire import NotTaken, Questionnaire, read_questionnaire
from tests.reference.data import reference_file

FOLDER = "fhir/questionnaires/"
MII = "Questionnaire-mii-qst-pro-phq-9.json"
MII_SETS = [f"ValueSet-mii-vs-pro-phq-9-answer-list-{name}.json" for name in ("ll358-3", "ll359-1")]
PHQ_POINTS = [[0, 1, 2, 3]] * 9
# AUDIT: questions 9 and 10 count 0, 2 or 4.
AUDIT_POINTS = [[0, 1, 2, 3, 4]] * 8 + [[0, 2, 4]] * 2


def read(*names: str) -> Questionnaire:
    return read_questionnaire([reference_file(FOLDER + name).read_bytes() for name in names])


def points(found: Questionnaire) -> list[list[int]]:
    return [[answer.points for answer in question.answers] for question in found.questions]


@pytest.mark.parametrize(
    "names",
    [
        ("lforms_phq9_R4.json",),
        ("lforms_phq9_weight_R4.json",),
        ("lformsapp_phq9_R4.json",),
        ("lforms_argonaut_phq9ish_R4.json",),
        ("hl7sdc_Questionnaire-questionnaire-sdc-profile-example-PHQ9.json",),
        (MII, *MII_SETS),
    ],
)
def test_six_forms_of_phq_9_count_alike(names: tuple[str, ...]) -> None:
    assert points(read(*names)) == PHQ_POINTS


def test_apgar_counts_from_0_to_2_by_item_weight() -> None:
    assert points(read("lforms_apgar_itemWeight_R4.json")) == [[0, 1, 2]] * 5


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("beda_gad-7.yaml", [[0, 1, 2, 3]] * 7),
        ("beda_phq2phq9.yaml", PHQ_POINTS),
        ("beda_audit-alcohol.yaml", AUDIT_POINTS),
    ],
)
def test_forms_in_yaml_count_as_written(name: str, expected: list[list[int]]) -> None:
    assert points(read(name)) == expected


def test_the_difficulty_of_phq_9_counts_nothing_and_is_named() -> None:
    left_out = read("lforms_phq9_R4.json").left_out
    assert len(left_out) == 2
    assert "How difficult have these problems made it" in left_out[1]


def test_item_9_keeps_its_code() -> None:
    assert read("lforms_argonaut_phq9ish_R4.json").questions[8].loinc == "44260-8"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (MII, "value set that is not here"),
        ("utn_GRIDHAMD.json", "value set that is not here: http://example.org/fhir/CodeSystem/gridhamd-answer-options-vs1"),
        # Its first answer has no points; its second question has one answer only.
        ("lforms_scores_R4.json", "no two answers"),
        ("utn_GRIDHAMD_codesystem.json", "these are: CodeSystem"),
        ("hl7sdc_CodeSystem-CSPHQ9.json", "these are: CodeSystem"),
        (MII_SETS[0], "these are: ValueSet"),
        (MII_SETS[1], "these are: ValueSet"),
        ("beda_behavioral-screening.yaml", "No answer in this file says how many points"),
        ("beda_mapping_gad-7-extract.yaml", "these are: Mapping"),
        ("beda_mapping_phq2phq9-extract.yaml", "these are: Mapping"),
    ],
)
def test_what_is_no_whole_questionnaire_is_refused(name: str, why: str) -> None:
    with pytest.raises(NotTaken, match=why):
        read(name)


def test_the_codes_of_grid_hamd_beside_it_do_not_say_which_belong_to_which_question() -> None:
    with pytest.raises(NotTaken, match="value set that is not here"):
        read("utn_GRIDHAMD.json", "utn_GRIDHAMD_codesystem.json")
