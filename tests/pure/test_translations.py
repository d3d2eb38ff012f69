"""The Spanish catalogue holds what patients read, all of it, and its compiled form holds the same."""

import re
from html.parser import HTMLParser

import polib
import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from tests.messages import CATALOGUE, COMPILED, TEMPLATES, found_words, patient_templates

PLACEHOLDER = re.compile(r"%%\w|%\(\w+\)s")
# Names, and each language's own word for itself.
NEEDS_NO_TRANSLATION = {"Sextant", "English", "Español"}


def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def spanish(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_the_compiled_catalogue_holds_exactly_what_the_readable_one_holds():
    compiled = {(entry.msgid, entry.msgid_plural): spanish(entry) for entry in polib.mofile(str(COMPILED))}
    assert compiled == {(entry.msgid, entry.msgid_plural): spanish(entry) for entry in catalogue()}


def test_every_string_that_patients_read_is_in_the_catalogue():
    known = {(entry.msgid, entry.msgid_plural) for entry in catalogue()}
    assert {words: places for words, places in found_words().items() if words not in known} == {}


def test_the_catalogue_keeps_no_string_that_nobody_reads_any_more():
    assert {(entry.msgid, entry.msgid_plural) for entry in catalogue()} - set(found_words()) == set()


def test_every_string_of_the_catalogue_has_its_spanish():
    assert [entry.msgid for entry in catalogue() if not entry.translated() or entry.fuzzy] == []


def test_the_spanish_keeps_every_placeholder_of_the_english():
    lost = [
        entry.msgid
        for entry in catalogue()
        for text in spanish(entry)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(entry.msgid))
    ]
    assert lost == []


@pytest.mark.parametrize("name", patient_templates())
def test_a_page_for_patients_writes_no_word_past_the_catalogue(name: str):
    assert set(bare_words((TEMPLATES / name).read_text())) - NEEDS_NO_TRANSLATION == set()


def test_the_support_card_speaks_spanish_to_who_reads_spanish():
    with override("es"):
        card = render_to_string("components/support.html", {"help": None})
    assert "Gracias por decirnos." in card
    assert "Llamar al 988, opción 2" in card
    assert 'href="sms:988?&amp;body=AYUDA"' in card


def bare_words(source: str) -> list[str]:
    """The words of a template that reach the reader without having been looked up."""
    source = re.sub(r"{#.*?#}", "", source, flags=re.S)
    source = re.sub(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", "", source, flags=re.S)
    # A space for each tag, so that quotes inside it do not end an HTML attribute.
    source = re.sub(r"{%.*?%}|{{.*?}}", " ", source, flags=re.S)
    reader = _Reader()
    reader.feed(source)
    return [text for text in reader.said if re.search(r"[^\W\d_]{2}", text)]


class _Reader(HTMLParser):
    """What a person sees or hears of some HTML: its text and the attributes that are spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said += [data.strip()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value.strip() for name, value in attrs if name in {"alt", "aria-label", "placeholder", "title"} and value]
