"""The text of a licensed scale from a file, here with invented words: each place is found, what has none is named."""

import pytest

from assessments.scales.texts import places_of
from assessments.transfer.text_file import TextNotRead, empty_text_file, read_text_file
from tests.programs_and_scales import SCALES

WHO = SCALES["who-5"]
KEYS = [place.key for place in places_of(WHO)]


def test_a_table_is_read_whatever_parts_its_cells():
    found = read_text_file("place;about;en;es\nitem-1;Mood;One;Uno\nanswer-5;;Five;Cinco\n".encode("latin-1"), WHO)

    assert found == {"item-1": {"en": "One", "es": "Uno"}, "answer-5": {"en": "Five", "es": "Cinco"}}


def test_a_toml_file_has_a_table_for_each_language():
    assert read_text_file(b'[en]\nitem-1 = "One"\n[es]\nitem-1 = "Uno"\n', WHO) == {"item-1": {"en": "One", "es": "Uno"}}


def test_a_question_may_be_named_by_its_number():
    assert read_text_file(b"place,English\n1,One\n", WHO) == {"item-1": {"en": "One"}}


def test_the_empty_table_names_every_place_and_is_read_back_once_filled():
    lines = empty_text_file(WHO).splitlines()
    filled = "\r\n".join([lines[0], *(line[:-1] + "words," for line in lines[1:])])

    assert list(read_text_file(filled.encode(), WHO)) == KEYS


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"place,en\nitem-9,Nine\n", "Line 2: WHO-5 has no place 'item-9'"),
        (b"question,en\n1,One\n", "a column called place"),
        (b"place,de\n1,Eins\n", "a column called place, and one called en or es"),
        (b"[en]\nitem-1 = 1\n", "between quotation marks"),
        (b"[en]\nitem-1 = 'One'\n[de]\nitem-1 = 'Eins'\n", "[de] is no language"),
        (b"place,en\nitem-1,\n", "holds no text"),
        (b"place,en\nitem-1," + b"x" * 1001, "longer than 1000 letters"),
        (b"\x00" * 20, "neither a text file"),
        (b"", "empty"),
        (b"x" * 500_001, "larger than 500 kB"),
    ],
)
def test_a_file_that_holds_no_text_of_the_scale_is_refused_with_the_reason(content, said):
    with pytest.raises(TextNotRead) as refusal:
        read_text_file(content, WHO)
    assert said in str(refusal.value)
