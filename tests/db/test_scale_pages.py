"""The pages of the scales: what staff read of each, and that a scale there is none of has no page."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.programs_and_scales import SCALES

SignedIn = Callable[[str], Client]


@pytest.fixture
def nils(signed_in: SignedIn) -> Client:
    return signed_in("nils")


def test_the_list_names_every_scale_with_its_range(nils: Client) -> None:
    page = nils.get("/scales/").content.decode()
    assert [code for code in SCALES if f'href="/scales/{code}/"' not in page] == []
    assert "18 questions about obsessions and compulsions" in page


@pytest.mark.parametrize("code", SCALES)
def test_the_page_of_each_scale_says_licence_and_source(nils: Client, code: str) -> None:
    answer = nils.get(f"/scales/{code}/")
    assert answer.status_code == 200
    assert answer.context["scale"] == SCALES[code]


def test_the_page_of_the_pain_scale_says_which_programs_ask_it_and_when(nils: Client) -> None:
    programs = {row.code: row.times for row in nils.get("/scales/pain-nrs/").context["programs"]}
    assert "in the 3 days before the first dose (baseline)" in programs["headache-daily"]


def test_a_scale_that_nobody_knows_has_no_page(nils: Client) -> None:
    assert nils.get("/scales/phq-10/").status_code == 404
