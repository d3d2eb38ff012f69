"""Programs and scales are files: the good ones are read, a bad one is refused with file, line and reason."""

from decimal import Decimal

import pytest

from assessments.scales import Scale, read_scales
from programs.protocols import Kind, Need, Protocol, Route, read_protocols, sequence
from tests.programs_and_scales import PROTOCOL_FOLDER, PROTOCOLS, SCALE_FOLDER, SCALES
from tracker.definitions import FileRefused, read_folders, read_text, write_text

SIX_TEXT = (PROTOCOL_FOLDER / "six-infusion-series.toml").read_text()
GAD_TEXT = (SCALE_FOLDER / "gad-7.toml").read_text()


@pytest.fixture
def refusal(tmp_path):
    """`refusal(Protocol, text)` writes the text as a file and gives back the sentence with which it is refused."""

    def refused(kind, text, name="six-infusion-series.toml"):
        (tmp_path / name).write_text(text)
        with pytest.raises(FileRefused) as error:
            read_folders([tmp_path], kind)
        return str(error.value)

    return refused


def changed(text, old, new):
    """The text with its first `old` as `new`, and the line on which that stands."""
    assert old in text
    return text.replace(old, new, 1), text[: text.index(old)].count("\n") + 1


# The files that come with Sextant.


def test_three_programs_are_on_where_a_clinic_never_decided():
    on = sorted(code for code, protocol in PROTOCOLS.items() if protocol.on_by_default)

    assert on == ["ketamine-and-therapy", "six-infusion-series", "weekly-three-months"]


def test_the_scales_with_their_text_here_are_those_whose_text_is_free():
    asked = {code for code, scale in SCALES.items() if scale.items and scale.text == "here"}

    assert asked == {"gad-7", "mood", "pain-nrs", "pcl-5", "peg", "phq-2", "phq-8", "phq-9", "phq-15"}


def test_no_question_of_a_scale_under_licence_is_written_out():
    licensed = {code: scale for code, scale in SCALES.items() if scale.text == "licensed"}

    assert sorted(licensed) == ["c-ssrs", "oci-r", "pcl-c", "qids-sr16", "who-5"]
    assert not any(scale.stem or item.text for scale in licensed.values() for item in scale.items)
    assert {scale.languages for scale in licensed.values()} == {()}


def test_of_the_others_only_the_total_is_kept():
    totals = {code for code, scale in SCALES.items() if scale.scoring == "total"}

    assert totals == {
        "asrm", "bdi-ii", "cadss-6", "caps-5", "ham-d17", "hit-6", "isi", "lsas", "madrs", "midas", "spin", "wsas", "y-bocs",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "route", "mg_per_kg", "minutes", "infusions", "scale"),
    [
        ("six-infusion-series", Route.IV, "0.5", 40, 6, "phq-9"),
        ("ketamine-and-therapy", Route.IV, "0.5", 40, 6, "pcl-5"),
        ("weekly-three-months", Route.SC, "1", 0, 12, "gad-7"),
        ("six-in-twelve-days", Route.IV, "0.5", 40, 6, "phq-9"),
        ("eight-twice-weekly", Route.IV, "0.5", 40, 8, "pcl-5"),
        ("maintenance", Route.IV, "0.5", 40, 4, "phq-9"),
        ("booster", Route.IV, "0.5", 40, 1, "phq-9"),
    ],
)
def test_a_program_proposes_what_was_published(code, route, mg_per_kg, minutes, infusions, scale):
    found = PROTOCOLS[code]

    assert (found.dose.route, found.dose.mg_per_kg, found.dose.minutes) == (route, Decimal(mg_per_kg), minutes)
    assert (found.infusions, found.primary_scale) == (infusions, scale)


RECORD_ONLY = ["chronic-pain", "headache-daily", "intranasal-ketamine", "oral-ketamine", "six-injections", "sublingual-ketamine"]


@pytest.mark.parametrize("code", RECORD_ONLY)
def test_a_program_without_a_published_dose_proposes_none_and_is_off(code):
    found = PROTOCOLS[code]

    assert (found.dose.is_proposed, found.on_by_default, found.dose.most_mg <= 150) == (False, False, True)


def test_esketamine_proposes_two_devices_and_two_hours_of_watching():
    dose = PROTOCOLS["esketamine-nasal"].dose

    assert (dose.drug, dose.mg, dose.device_mg, dose.most_mg, dose.recovery_minutes) == ("esketamine", 56, 28, 84, 120)


def test_only_the_daily_course_for_headache_is_for_patients_in_hospital():
    assert [code for code, protocol in PROTOCOLS.items() if protocol.setting == "inpatient"] == ["headache-daily"]


@pytest.mark.parametrize("code", PROTOCOLS)
def test_a_program_says_in_both_languages_for_whom_it_is_not(code):
    english, spanish = (PROTOCOLS[code].words[language].not_for for language in ("en", "es"))

    assert len(english) == len(spanish) >= 7


def test_every_scale_that_a_program_asks_exists():
    assert {code for protocol in PROTOCOLS.values() for code in protocol.scales} <= set(SCALES)


def test_the_therapy_program_asks_the_question_after_3_and_the_decision_after_6():
    reviews = [PROTOCOLS["ketamine-and-therapy"].review_after(given) for given in (0, 2, 3, 5, 6, 7)]

    assert reviews == ["", "", "question", "question", "decision", "decision"]


def test_a_talk_with_a_counselor_needs_a_therapist_and_no_chair():
    talks = [spec for block in PROTOCOLS["ketamine-and-therapy"].blocks for spec in block.sessions if spec.minutes]

    assert {spec.needs for spec in talks} == {(Need.THERAPIST,)}


def test_phq_9_and_gad_7_are_whole_in_english_and_spanish_and_pcl_5_in_english_only():
    languages = {code: SCALES[code].languages for code in ("phq-9", "gad-7", "pcl-5")}

    assert languages == {"phq-9": ("en", "es"), "gad-7": ("en", "es"), "pcl-5": ("en",)}


def test_the_lowest_answer_of_the_gad_7_is_not_at_all():
    assert SCALES["gad-7"].options[0].text["en"] == "Not at all"


def test_ham_d17_brings_no_item_text():
    assert (SCALES["ham-d17"].items, SCALES["ham-d17"].scoring) == ((), "total")


# A file more.


def test_a_program_file_in_a_second_folder_is_read_with_the_others(tmp_path):
    text = SIX_TEXT.replace('code = "six-infusion-series"', 'code = "two-infusions"').replace("repeat = 6", "repeat = 2")
    (tmp_path / "two-infusions.toml").write_text(text)

    found = read_protocols([PROTOCOL_FOLDER, tmp_path])

    assert (len(found), found["two-infusions"].definition.infusions) == (len(PROTOCOLS) + 1, 2)


def test_a_program_may_close_with_a_talk_that_stays_whatever_the_number_of_infusions():
    closing = (
        '[[blocks]]\nrepeat = 1\nsessions = [{kind = "follow-up", spacing_days = 7, window_days = 3, minutes = 30, needs = []}]'
    )
    protocol = read_text(SIX_TEXT.replace("[[checkins]]", f"{closing}\n\n[[checkins]]", 1), Protocol, "closing.toml").definition

    assert [[step.spec.kind for step in sequence(protocol, count)] for count in (2, 8)] == [
        [Kind.INFUSION] * 2 + [Kind.FOLLOW_UP],
        [Kind.INFUSION] * 8 + [Kind.FOLLOW_UP],
    ]


def test_a_scale_file_in_a_second_folder_is_read_with_the_others(tmp_path):
    (tmp_path / "worry.toml").write_text(GAD_TEXT.replace('code = "gad-7"', 'code = "worry"'))

    assert sorted(read_scales([SCALE_FOLDER, tmp_path])) == sorted([*SCALES, "worry"])


def test_the_hash_of_a_file_changes_with_its_text(tmp_path):
    (tmp_path / "gad-7.toml").write_text(GAD_TEXT + "\n# a word more\n")
    before, after = (read_folders([folder], Scale)["gad-7"] for folder in (SCALE_FOLDER, tmp_path))

    assert (before.definition, before.sha256 == after.sha256) == (after.definition, False)


# Refused, whatever it is.


def test_a_file_that_is_no_toml_is_refused_at_its_line(refusal):
    text, line = changed(SIX_TEXT, 'primary_scale = "phq-9"', "primary_scale = phq-9")

    assert refusal(Protocol, text).startswith(f"six-infusion-series.toml, line {line}: ")


def test_a_key_that_nobody_knows_is_refused_at_its_line(refusal):
    text, line = changed(SIX_TEXT, "window_days = 1", "windw_days = 1")
    said = refusal(Protocol, text)

    # The missing one is named at its table, the line with the header.
    assert said.startswith("six-infusion-series.toml, line ")
    assert "window_days" in said
    assert int(said.split("line ")[1].split(":")[0]) in range(line - 4, line + 1)


def test_an_extra_key_is_refused_at_its_line(refusal):
    text, line = changed(SIX_TEXT, "minutes = 40", "minutes = 40\nhours = 1")

    assert refusal(Protocol, text) == (
        f"six-infusion-series.toml, line {line + 1}: Extra inputs are not permitted (at dose.hours)"
    )


def test_a_code_that_is_not_its_files_name_is_refused(refusal):
    said = refusal(Protocol, SIX_TEXT, name="seven-infusions.toml")

    assert said == "seven-infusions.toml, line 1: its code is 'six-infusion-series', its file name is not"


def test_one_code_in_two_folders_is_refused(tmp_path):
    (tmp_path / "gad-7.toml").write_text(GAD_TEXT)

    with pytest.raises(FileRefused, match=r"gad-7\.toml, line 1: 'gad-7' is defined in two folders"):
        read_scales([SCALE_FOLDER, tmp_path])


def test_a_file_that_is_not_utf_8_is_refused_at_its_line(tmp_path):
    line = GAD_TEXT[: GAD_TEXT.index("ö")].count("\n") + 1
    (tmp_path / "gad-7.toml").write_bytes(GAD_TEXT.encode("cp1252"))

    with pytest.raises(FileRefused, match=rf"gad-7\.toml, line {line}: it is not written in UTF-8"):
        read_folders([tmp_path], Scale)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    (tmp_path / "gad-7.toml").mkdir()

    with pytest.raises(FileRefused, match=r"gad-7\.toml, line 1: it cannot be read \(Is a directory\)"):
        read_folders([tmp_path], Scale)


@pytest.mark.parametrize("code", ["GAD-7", "gad 7", "gad/7", "-gad", "g" * 65])
def test_a_code_that_no_address_could_carry_is_refused(refusal, code):
    said = refusal(Scale, GAD_TEXT.replace('"gad-7"', f'"{code}"', 1), name="gad-7.toml")

    assert said.startswith("gad-7.toml, line 1: ")


# A program that cannot be.


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("most_mg_per_kg = 1.5", "most_mg_per_kg = 15", "less than or equal to 2"),
        ("mg_per_kg = 0.5", "mg_per_kg = 0", "greater than 0"),
        ("most_mg = 150", "most_mg = 1500", "less than or equal to 300"),
        ('route = "IV"', 'route = "nose"', "'IV', 'IM', 'SC', 'IN', 'PO' or 'SL'"),
        ("window_days = 1", "window_days = -1", "greater than or equal to 0"),
        ("repeat = 6", "repeat = 600", "less than or equal to 60"),
        ("repeat = 6", "repeat = 6.5", "valid integer"),
        ('asks = "decision"', 'asks = "anything"', "'question' or 'decision'"),
    ],
)
def test_a_value_that_no_program_has_is_refused_at_its_line(refusal, old, new, reason):
    text, line = changed(SIX_TEXT, old, new)
    said = refusal(Protocol, text)

    assert said.startswith(f"six-infusion-series.toml, line {line}: ")
    assert reason in said


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("\nmg_per_kg = 0.5", "\nmg_per_kg = 1.6", "the proposed mg_per_kg is above most_mg_per_kg"),
        ("least_gap_hours = 24\n", "", "an infusion needs least_gap_hours"),
        ("least_gap_hours = 24", "least_gap_hours = 24\nminutes = 60", "minutes stands with every session but an infusion"),
        ("days = -7", "days = 7", "a baseline has negative days"),
        ("most_infusions = 8", "most_infusions = 5", "the sequence has more infusions than most_infusions"),
        ('primary_scale = "phq-9"', 'primary_scale = "pcl-5"', "no baseline check-in asks the primary scale"),
        ("after_infusion = 6", "after_infusion = 9", "there is no dose 9: at most 8 are given"),
        ("infusions = [2, 4]", "infusions = [2, 9]", "there is no dose 9: at most 8 are given"),
        ("[words.en]", "[words.de]", "words.de"),
        ("\nmg_per_kg = 0.5", "\nmg_per_kg = 0.5\nmg = 40", "proposed as mg_per_kg or as mg, not as both"),
        ("\nmg_per_kg = 0.5", "\nmg = 200", "the proposed mg is above most_mg"),
        ("\nmg_per_kg = 0.5", "", "a program that proposes no dose is off until a clinic switches it on"),
        ("most_mg_per_kg = 1.5\n", "", "most_mg_per_kg is missing"),
        ("\nmg_per_kg = 0.5", "\nmg = 56\ndevice_mg = 28", "a dose by device is given into the nose"),
        ("repeat = 6", "repeat = 0", "no block holds an infusion"),
    ],
)
def test_a_program_that_does_not_hang_together_is_refused_with_the_reason(refusal, old, new, reason):
    assert reason in refusal(Protocol, changed(SIX_TEXT, old, new)[0])


def test_a_program_whose_baseline_does_not_ask_its_scale_is_refused(refusal):
    text, _ = changed(SIX_TEXT, 'scales = ["phq-9", "gad-7"]', 'scales = ["gad-7"]')

    assert "no baseline check-in asks the primary scale" in refusal(Protocol, text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\nmg_per_kg = 0.5", "\nmg_per_kg = 1.6"),
        ("most_infusions = 8", "most_infusions = 5"),
        ('primary_scale = "phq-9"', 'primary_scale = "pcl-5"'),
    ],
)
def test_a_misfit_of_a_program_is_named_at_the_line_to_look_at(refusal, old, new):
    text, line = changed(SIX_TEXT, old, new)

    assert refusal(Protocol, text).startswith(f"six-infusion-series.toml, line {line + new.count(chr(10))}: ")


ESKETAMINE_TEXT = (PROTOCOL_FOLDER / "esketamine-nasal.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("mg = 56", "mg = 50", "mg is not a whole number of devices of 28 mg"),
        ("most_mg = 84", "most_mg = 80", "most_mg is not a whole number of devices of 28 mg"),
        ("most_mg = 84", "most_mg = 84\nmost_mg_per_kg = 1", "a dose by device does not go by weight"),
        ("repeat = 8", "repeat = 0", "only the last block with an infusion can be by need"),
    ],
)
def test_a_program_by_device_that_does_not_hang_together_is_refused_at_its_line(refusal, old, new, reason):
    text, line = changed(ESKETAMINE_TEXT, old, new)
    said = refusal(Protocol, text, name="esketamine-nasal.toml")

    assert said.startswith(f"esketamine-nasal.toml, line {line + new.count(chr(10))}: ")
    assert reason in said


# A scale that cannot be.


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("from = 5", "from = 6", "the bands leave a gap or overlap between 4 and 6"),
        ("to = 21", "to = 20", "the bands do not reach from lowest to highest"),
        ("highest = 21", "highest = 28", "the bands do not reach from lowest to highest"),
        ("lowest = 0", "lowest = 21", "lowest is not below highest"),
        ('id = "2"', 'id = "1"', "two items have the same id"),
        ("prorate_up_to = 2", 'prorate_up_to = 2\nrequired_items = ["8"]', "no item is called 8"),
        ('scoring = "sum"', 'scoring = "total"', "a scale has items, or scoring"),
        ("at_most = 4", "at_most = 4\nat_least = 4", "remission has either at_most or at_least"),
        ("value = 3", "value = 4", "lowest and highest are not what the options add up to"),
        ('id = "2"', 'id = "2"\nasked_if = { item = "3", answers = [1] }', "an item that does not stand before it"),
        ('id = "2"', 'id = "2"\nasked_if = { item = "1", answers = [9] }', "or an answer it has not"),
        ("prorate_up_to = 2", 'largest_of = [["1", "8"]]', "no item is called 8"),
        ("prorate_up_to = 2", 'prorate_up_to = 2\neither = [["1", "2"]]', "a gap cannot be stood for"),
        ("prorate_up_to = 2", 'text = "licensed"', "so no question is written out"),
        ("[[items]]", '[[items]]\nid = "0"\n[[items]]', "the text of the question or of one of its answers is missing"),
        ("prorate_up_to = 2", "factor = 2", "lowest and highest are not what the options add up to"),
        (
            "[[bands]]",
            '[subscores.a]\nname = { en = "A" }\nlowest = 0\nhighest = 9\n\n[[bands]]',
            "a subscore names some of them",
        ),
        ("[[bands]]", '[subscores.a]\nname = { en = "A" }\n\n[[bands]]', "a subscore has either items, or lowest and highest"),
    ],
)
def test_a_scale_that_does_not_hang_together_is_refused_with_the_reason(refusal, old, new, reason):
    text, _ = changed(GAD_TEXT, old, new)
    said = refusal(Scale, text, name="gad-7.toml")

    assert said.startswith("gad-7.toml, line ")
    assert reason in said


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("recall_days = 14", 'recall_days = "two weeks"', "valid integer"),
        ('better = "lower"', 'better = "less"', "'lower' or 'higher'"),
        ('rater = "patient"', 'rater = "anybody"', "'patient' or 'clinician'"),
        ("percent = 50", "percent = 150", "less than or equal to 100"),
        ('id = "7"', 'id = "no spaces"', "match pattern"),
    ],
)
def test_a_value_that_no_scale_has_is_refused_at_its_line(refusal, old, new, reason):
    text, line = changed(GAD_TEXT, old, new)
    said = refusal(Scale, text, name="gad-7.toml")

    assert said.startswith(f"gad-7.toml, line {line}: ")
    assert reason in said


@pytest.mark.parametrize(
    ("old", "new"),
    [("from = 5", "from = 6"), ("lowest = 0", "lowest = 21"), ('id = "2"', 'id = "1"'), ('scoring = "sum"', 'scoring = "total"')],
)
def test_a_misfit_of_a_scale_is_named_at_the_line_to_look_at(refusal, old, new):
    text, line = changed(GAD_TEXT, old, new)

    assert refusal(Scale, text, name="gad-7.toml").startswith(f"gad-7.toml, line {line}: ")


@pytest.mark.parametrize("code", SCALES)
def test_a_definition_put_together_here_reads_back_the_same(code: str) -> None:
    assert read_text(write_text(SCALES[code]), Scale, "x").definition == SCALES[code]


def test_what_a_person_typed_cannot_leave_its_place_in_the_file() -> None:
    typed = 'a" ]\nversion = 9 # \\ \x7f \t “é”'
    body = write_text(SCALES["ham-d17"].model_copy(update={"title": typed}))
    assert read_text(body, Scale, "x").definition.title == typed
