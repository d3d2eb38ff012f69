"""Every address of the site x everybody: the answers are those of the hand-written table in tests/access.py."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.urls import URLResolver, get_resolver, reverse

from tests.access import PEOPLE
from tests.house import ROWS, House

LET_IN = {200, 201, 204, 302, 400, 422}


def names_of_addresses(resolver: URLResolver | None = None) -> Iterator[str]:
    for found in (resolver or get_resolver()).url_patterns:
        if isinstance(found, URLResolver):
            yield from names_of_addresses(found)
        else:
            yield found.name or str(found.pattern)


def letter(response: HttpResponse) -> str:
    """How the table writes this answer."""
    if response.status_code == 302:
        return "s" if response["Location"].startswith(reverse("account_login")) else "r"
    return {200: "k", 403: "x", 404: ".", 405: "m"}.get(response.status_code, str(response.status_code))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(ROWS) == set(names_of_addresses())


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if set(row.get.values()) != {"m"}])
def test_asking_for_a_page(house: House, name: str) -> None:
    assert {who: letter(house.ask(who, "GET", name)) for who in PEOPLE} == ROWS[name].get


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if set(row.post.values()) != {"m"}])
def test_doing_something(house: House, name: str) -> None:
    verdicts = ROWS[name].post
    assert {who: letter_of_act(house.ask(who, "POST", name), verdicts[who]) for who in PEOPLE} == verdicts


def letter_of_act(response: HttpResponse, verdict: str) -> str:
    """How the table writes it; who is let in may be answered in several ways."""
    found = letter(response)
    return "i" if verdict == "i" and found != "s" and response.status_code in LET_IN else found


NOT_TAKEN = [
    (name, method)
    for name, row in ROWS.items()
    for method, verdicts in (("GET", row.get), ("POST", row.post))
    if set(verdicts.values()) == {"m"}
]


@pytest.mark.parametrize(("name", "method"), NOT_TAKEN)
def test_an_address_takes_only_its_methods(house: House, name: str, method: str) -> None:
    answer = house.ask("maya", method, name)
    assert answer.status_code == 405
    assert answer["Allow"]


def test_the_address_of_a_form_says_so_when_it_is_opened_as_a_page(house: House) -> None:
    answer = house.ask("nils", "GET", "session_start")
    assert "takes what a form sends" in answer.content.decode()


STRANGERS = [
    (who, method, name)
    for name, row in ROWS.items()
    for method, verdicts in (("GET", row.get), ("POST", row.post))
    for who in ("paul", "omar")
    if verdicts[who] == "." and row.row != "scale"
]


@pytest.mark.parametrize(("who", "method", "name"), STRANGERS)
def test_a_stranger_cannot_tell_pias_row_from_none(house: House, who: str, method: str, name: str) -> None:
    hers, none = (house.ask(who, method, name, elsewhere=elsewhere) for elsewhere in (False, True))
    assert (hers.status_code, without_marks(hers)) == (none.status_code, without_marks(none))


def without_marks(response: HttpResponse) -> str:
    """The page without what differs from one asking to the next: the address asked for, the form's token."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", response.content.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
