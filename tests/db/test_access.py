"""Every address of the site x everybody: the answers are those of the hand-written table in tests/access.py."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from assessments.transfer.importing import upload_scores
from programs.models import CheckIn, Weight
from tests.access import PEOPLE, read_table
from tests.cast import SIX, Cast, make_cast
from tracker.accounts.models import User
from tracker.alerts.models import Alert
from tracker.alerts.services import raise_alert

ROWS = read_table()
# Friday, half past nine in the north: Pia's third infusion is near, and the check-in after the second is open.
NOW = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
# An empty body is refused before the row is looked for here; answers are what somebody would try.
BODIES = {"api_answers": {"key": str(uuid.uuid4()), "answers": {"phq-9": {"1": 0}}}}
LET_IN = {200, 201, 204, 302, 400, 422}


def names_of_addresses(resolver: URLResolver | None = None) -> Iterator[str]:
    for found in (resolver or get_resolver()).url_patterns:
        if isinstance(found, URLResolver):
            yield from names_of_addresses(found)
        else:
            yield found.name or str(found.pattern)


def signed_in(user: User) -> dict[str, str]:
    """The cookies of somebody who signed in."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return {name: cookie.value for name, cookie in client.cookies.items()}


class House:
    """Pia in the middle of her course: an address for each kind of row that belongs to her."""

    def __init__(self, cast: Cast) -> None:
        self.cookies = {"nobody": {}, **{name: signed_in(user) for name, user in cast.users.items()}}
        course = cast.enrol(starts_on=date(2026, 3, 2))
        first, second, third = course.sessions.filter(infusion__in=[1, 2, 3]).order_by("infusion")
        baseline = course.checkins.get(purpose=CheckIn.Purpose.BASELINE)
        cast.answer(baseline, each=2, q9=0)
        cast.infuse(first)
        cast.answer(course.checkins.get(session=first, days=1), each=1, q9=0)
        cast.infuse(second)
        cast.prepare(third, NOW - timedelta(minutes=10))
        alert = raise_alert(
            course.patient, actor=cast.actor("pia"), level=Alert.Level.HIGH, rule="x", cause="x", course_id=course.pk, at=NOW
        )  # fmt: skip
        brought = upload_scores(
            cast.north, content=b"id,total\n1,9\n", file_name="a.csv", program=SIX, scale="phq-9", actor=cast.actor("alma")
        )
        due = course.checkins.get(session=second, days=1)
        row_id = {"row_id": Weight.objects.get(session=third).public_id}
        self.rows: dict[str, dict[str, Any]] = {
            "-": {},
            "program": {"code": SIX},
            "scale": {"code": "phq-9"},
            "reset": {"uidb36": "1", "key": "set-password"},
            "checkin": {"public_id": due.public_id},
            "sent": {"public_id": baseline.public_id},
            "session": {"public_id": third.public_id},
            "weight": {"public_id": third.public_id, "kind": "weight", **row_id},
            "patient": {"public_id": course.patient.public_id},
            "enrol": {"public_id": course.patient.public_id, "code": SIX},
            "course": {"public_id": course.public_id},
            "figure": {"public_id": course.public_id, "code": "phq-9"},
            "alert": {"public_id": alert.public_id},
            "import": {"public_id": brought.public_id},
        }

    def ask(self, who: str, method: str, name: str, *, elsewhere: bool = False) -> HttpResponse:
        """`who` asks; `elsewhere` for a row that was never there."""
        client = Client()
        client.cookies = SimpleCookie(self.cookies[who])
        row = self.rows[ROWS[name].row]
        if elsewhere:
            row = {key: value if key in {"code", "kind"} else uuid.uuid4() for key, value in row.items()}
        address = reverse(name, kwargs=row)
        if method == "GET":
            return client.get(address)
        return client.post(address, BODIES.get(name, {}), **({"content_type": "application/json"} if name in BODIES else {}))


@pytest.fixture(scope="module")
def house(shared_db: None) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: NOW)
        yield House(make_cast())


def letter(response: HttpResponse) -> str:
    """How the table writes this answer."""
    if response.status_code == 302:
        return "s" if response["Location"].startswith(reverse("account_login")) else "r"
    return {200: "k", 403: "x", 404: ".", 405: "m"}.get(response.status_code, str(response.status_code))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(ROWS) == set(names_of_addresses())


@pytest.mark.usefixtures("aside")
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if set(row.get.values()) != {"m"}])
def test_asking_for_a_page(house: House, name: str, who: str) -> None:
    assert letter(house.ask(who, "GET", name)) == ROWS[name].get[who]


@pytest.mark.usefixtures("aside")
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if set(row.post.values()) != {"m"}])
def test_doing_something(house: House, name: str, who: str) -> None:
    response = house.ask(who, "POST", name)
    verdict = ROWS[name].post[who]
    if verdict == "i":
        assert letter(response) != "s"
        assert response.status_code in LET_IN
    else:
        assert letter(response) == verdict


@pytest.mark.usefixtures("aside")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ROWS)
def test_an_address_takes_only_its_methods(house: House, name: str, method: str) -> None:
    verdicts = ROWS[name].get if method == "GET" else ROWS[name].post
    response = house.ask("maya", method, name)
    assert (response.status_code == 405) == (verdicts["maya"] == "m")


STRANGERS = [
    (who, method, name)
    for name, row in ROWS.items()
    for method, verdicts in (("GET", row.get), ("POST", row.post))
    for who in ("paul", "omar")
    if verdicts[who] == "." and row.row != "scale"
]


@pytest.mark.usefixtures("aside")
@pytest.mark.parametrize(("who", "method", "name"), STRANGERS)
def test_a_stranger_cannot_tell_pias_row_from_none(house: House, who: str, method: str, name: str) -> None:
    hers, none = (house.ask(who, method, name, elsewhere=elsewhere) for elsewhere in (False, True))
    assert (hers.status_code, without_marks(hers)) == (none.status_code, without_marks(none))


def without_marks(response: HttpResponse) -> str:
    """The page without what differs from one asking to the next: the address asked for, the form's token."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", response.content.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
