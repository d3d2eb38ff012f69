"""What every page keeps: nothing inline, nothing from elsewhere, styled classes, words for nothing to show and for no."""

import logging
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from frontend.public.views import server_error
from programs.models import CheckIn
from tests.access import PEOPLE
from tests.cast import Cast
from tests.house import ROWS, House
from tracker.accounts.models import Clinic, Membership
from tracker.accounts.roles import Role
from tracker.people.services import add_patient

FRONTEND = Path(settings.BASE_DIR) / "frontend"
SHOWN = [(who, name) for name, row in ROWS.items() for who in PEOPLE if row.get[who] == "k" and not name.startswith("api_")]
# These answer with a file, or with a part of a page.
FILES = {"ledger_csv", "ledger_pdf", "import_mapping", "import_refused", "import_progress", "board_tiles", "scale_text_empty"}
# One person a page is enough for what its template says: Maya, who may do most, where it is hers.
BY_MAYA_LAST = sorted(SHOWN, key=lambda one: one[0] == "maya")
ONCE = list({name: (who, name) for who, name in BY_MAYA_LAST if not name.endswith("figure") and name not in FILES}.values())
# States that are a plain badge, without a colour of their own.
PLAIN = {"state-planned", "state-done", "state-completed", "state-uploaded"}
# A chart names all its parts, and each sheet styles those that it shows.
DRAWN = {"svg", "path", "rect", "circle", "polyline", "text", "tspan", "line", "g"}


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and what stands inside script and style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside = ""
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in {"script", "style"} and data.strip():
            self.inline.append(data)


Pages = Callable[[str, str], HttpResponse]


@pytest.fixture(scope="module")
def pages(house: House) -> Pages:
    """`pages("maya", "worklist")`: each page is asked for once, whatever is looked at in it."""
    return cache(lambda who, name: house.ask(who, "GET", name))


@pytest.mark.parametrize(("who", "name"), ONCE)
def test_no_page_has_inline_script_or_style(pages: Pages, who: str, name: str) -> None:
    page = Tags(pages(who, name).content.decode())
    assert page.inline == []
    assert [attrs for _, attrs in page.tags if any(key == "style" or key.startswith("on") for key in attrs)] == []


@pytest.mark.parametrize(("who", "name"), ONCE)
def test_no_page_asks_another_host(pages: Pages, who: str, name: str) -> None:
    page = Tags(pages(who, name).content.decode())
    asked = [attrs.get(key) or "" for _, attrs in page.tags for key in ("src", "href", "action", "data-figure", "srcset")]
    assert [address for address in asked if re.match(r"(https?:)?//", address)] == []


@pytest.mark.parametrize(("who", "name"), ONCE)
def test_each_class_of_a_page_is_in_its_stylesheet(pages: Pages, who: str, name: str) -> None:
    page = Tags(pages(who, name).content.decode())
    used = {one for tag, attrs in page.tags if tag not in DRAWN for one in (attrs.get("class") or "").split()}
    assert used - styled(page) - PLAIN == set()


def styled(page: Tags) -> set[str]:
    """The class names that the page's own stylesheets know."""
    sheets = [attrs["href"] for tag, attrs in page.tags if tag == "link" and attrs.get("rel") == "stylesheet"]
    names = [re.sub(r"\.[0-9a-f]{12}\.css$", ".css", str(href)).removeprefix("/static/") for href in sheets]
    css = "".join((FRONTEND / "static" / name).read_text() for name in names)
    return set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", css))


@pytest.mark.parametrize(("who", "name"), ONCE)
def test_each_page_has_one_heading_a_language_and_a_title(pages: Pages, who: str, name: str) -> None:
    page = Tags(pages(who, name).content.decode())
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("h1"), tags[: tags.index("body")].count("title"), tags.count("main")) == (1, 1, 1)
    assert page.tags[0][1]["lang"] in {"en", "es"}


POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'")


def assert_guarded(answer: HttpResponse) -> None:
    assert all(part in answer["Content-Security-Policy"] for part in POLICY)
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(("who", "name"), [*ONCE, *(("maya", name) for name in sorted(FILES))])
def test_each_page_is_guarded(pages: Pages, who: str, name: str) -> None:
    assert_guarded(pages(who, name))


@pytest.mark.usefixtures("aside")
@pytest.mark.parametrize(
    ("who", "address", "status"), [("dana", "/imports/", 403), ("maya", "/nowhere/", 404), ("nobody", "/nowhere/", 404)]
)
def test_an_error_page_is_guarded_too(house: House, who: str, address: str, status: int) -> None:
    answer = house.client(who).get(address)
    assert answer.status_code == status
    assert_guarded(answer)


@pytest.mark.usefixtures("aside")
def test_a_failure_of_ours_is_a_guarded_page_with_a_number_to_call(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontend.nurse.views.day_of", lambda *args, **kwargs: 1 / 0)
    client = house.client("nils")
    client.raise_request_exception = False
    answer = client.get("/today/")
    assert answer.status_code == 500
    assert_guarded(answer)
    assert 'href="tel:988"' in answer.content.decode()


def test_the_page_of_a_failure_says_the_numbers_of_the_installation(settings: Settings) -> None:
    settings.CRISIS_CALL, settings.EMERGENCY_CALL = "116123", "112"
    page = server_error(HttpRequest()).content.decode()
    assert page.count('href="tel:116123"') == page.count('href="tel:112"') == 2
    assert "988" not in page


@pytest.mark.usefixtures("aside")
def test_not_allowed_is_said_in_words_with_a_way_back(house: House) -> None:
    page = house.ask("dana", "GET", "worklist").content.decode()
    assert "This is not open to you" in page
    assert f'href="{reverse("home")}"' in page


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the server writes to its console."""
    [console] = [handler for handler in logging.getLogger().handlers if handler.get_name() == "console"]
    written = StringIO()
    monkeypatch.setattr(console, "stream", written)
    return written


@pytest.mark.usefixtures("aside")
def test_a_refusal_is_one_line_of_the_log(house: House, log: StringIO) -> None:
    house.ask("dana", "GET", "worklist")
    assert log.getvalue().count("\n") == 1
    assert "Forbidden (Permission denied): /patients/" in log.getvalue()


@pytest.mark.usefixtures("aside")
def test_a_failure_of_ours_is_logged_with_where_it_happened(house: House, log: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontend.nurse.views.day_of", lambda *args, **kwargs: 1 / 0)
    client = house.client("nils")
    client.raise_request_exception = False
    client.get("/today/")
    assert "ZeroDivisionError" in log.getvalue()


def test_a_form_from_elsewhere_changes_nothing_and_is_told(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in("nils").cookies
    answer = client.post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


# Nothing to show, on the day the clinic opens.
EMPTY = {
    "today": ("nils", "No sessions on this day."),
    "worklist": ("maya", "Nobody is in a course yet."),
    "imports": ("alma", "None yet."),
    "my_home": ("pia", "Nothing to answer now"),
    "progress": ("pia", "Your first chart appears after 2 check-ins."),
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_page_says_so(cast: Cast, signed_in: Callable[[str], Client], name: str) -> None:
    who, words = EMPTY[name]
    assert words in signed_in(who).get(reverse(name)).content.decode()


def test_a_new_patients_page_says_what_is_missing(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("maya").get(reverse("patient", args=[cast.patients["pia"].public_id])).content.decode()
    assert "Not enrolled in a program yet." in page


def test_a_search_that_finds_nobody_says_so(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    assert "Nobody by that name or number." in signed_in("dana").get("/patients/all/?q=zzz").content.decode()


@pytest.mark.parametrize("typed", ["ibarra", "IBARRA", "Ibárra", "N00002"])
def test_paul_is_found_by_a_part_of_his_name_or_by_his_number(cast: Cast, signed_in: Callable[[str], Client], typed: str) -> None:
    page = signed_in("dana").get("/patients/all/", {"q": typed}).content.decode()
    assert "Paul Ibarra" in page
    assert "Pia Northwood" not in page


@pytest.mark.parametrize(
    ("who", "method", "address", "status"),
    [
        ("nobody", "get", "/api/v1/check-ins/", 403),
        ("dana", "get", "/api/v1/check-ins/", 403),
        ("pia", "get", "/api/v1/patients/00000000-0000-4000-8000-000000000000/history/", 404),
        ("pia", "get", "/api/v1/nothing/", 404),
        ("pia", "post", "/api/v1/check-ins/", 405),
        ("pia", "post", "/api/v1/check-ins/00000000-0000-4000-8000-000000000000/answers/", 400),
    ],
)
def test_the_api_says_no_in_json(
    cast: Cast, signed_in: Callable[[str], Client], who: str, method: str, address: str, status: int
) -> None:
    client = Client() if who == "nobody" else signed_in(who)
    answer = getattr(client, method)(address, **({"content_type": "application/json"} if method == "post" else {}))
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert answer.json()


def test_the_site_says_that_it_is_up(cast: Cast) -> None:
    answer = Client(headers={"host": "whatever.example"}).get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.parametrize(("chosen", "shown"), [("dark", "dark"), ("light", "light"), ("auto", "auto"), ("pink", "auto")])
def test_the_theme_is_as_chosen(cast: Cast, signed_in: Callable[[str], Client], chosen: str, shown: str) -> None:
    nils = signed_in("nils")
    assert nils.post("/theme/", {"theme": chosen, "next": "/today/"})["Location"] == "/today/"
    assert f'data-bs-theme="{shown}"' in nils.get("/today/").content.decode()


def test_pia_reads_spanish_when_she_asks_for_it(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    pia = signed_in("pia")
    pia.post("/language/", {"language": "es", "next": "/me/"})
    page = pia.get("/me/").content.decode()
    assert '<html lang="es"' in page
    assert "Hola" in page


def test_staff_pages_stay_english(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    nils = signed_in("nils")
    nils.post("/language/", {"language": "es"})
    assert '<html lang="en"' in nils.get("/today/").content.decode()


@pytest.fixture
def maya_in_both(cast: Cast, signed_in: Callable[[str], Client]) -> Client:
    """Maya, clinician of the north, is also a nurse of the south."""
    Membership.objects.create(user=cast.users["maya"], clinic=cast.south, role=Role.NURSE)
    return signed_in("maya")


def wear(client: Client, cast: Cast, clinic: object) -> HttpResponse:
    hat = Membership.objects.get(user=cast.users["maya"], clinic=clinic)
    return client.post("/switch/", {"hat": f"m{hat.pk}"}, follow=True)


def test_maya_changes_from_clinic_to_clinic(cast: Cast, maya_in_both: Client) -> None:
    assert "North Clinic" in maya_in_both.get("/", follow=True).content.decode()
    page = wear(maya_in_both, cast, cast.south).content.decode()
    assert "South Clinic" in page
    assert "maya, nurse" in page.lower()


def test_in_the_south_maya_sees_nothing_of_the_north(cast: Cast, maya_in_both: Client) -> None:
    wear(maya_in_both, cast, cast.south)
    pia = reverse("patient", args=[cast.patients["pia"].public_id])
    assert maya_in_both.get(pia).status_code == 404
    wear(maya_in_both, cast, cast.north)
    assert maya_in_both.get(pia).status_code == 200


def test_nobody_takes_a_role_that_is_not_theirs(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    dana = signed_in("dana")
    wear(dana, cast, cast.north)
    assert dana.get(reverse("worklist")).status_code == 403


def test_a_role_taken_away_opens_nothing_from_the_next_page_on(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    maya = signed_in("maya")
    assert maya.get("/patients/").status_code == 200
    Membership.objects.filter(user=cast.users["maya"]).update(is_active=False)
    assert maya.get("/patients/", follow=True).status_code == 403


@pytest.fixture
def maya_treated(cast: Cast, signed_in: Callable[[str], Client]) -> Client:
    """Maya, clinician of the north, is treated in the south, and has just put that hat on."""
    row = add_patient(
        cast.south,
        actor=cast.actor("omar"),
        mrn="S9",
        legal_name="Maya Reyes",
        birth_date=date(1980, 1, 1),
        user=cast.users["maya"],
    )
    maya = signed_in("maya")
    maya.get("/")
    maya.post("/switch/", {"hat": f"p{row.pk}"})
    return maya


def test_who_is_treated_and_works_here_finds_the_way_back_on_a_patients_page(maya_treated: Client) -> None:
    page = maya_treated.get("/me/").content.decode()
    assert f'href="{reverse("switch")}"' in page


def test_a_patient_chooses_a_role_in_the_patients_frame(maya_treated: Client) -> None:
    page = maya_treated.get("/switch/").content.decode()
    assert 'class="patient"' in page
    assert "Clinician, North Clinic" in page
    assert reverse("today") not in page


def test_pia_who_is_one_person_only_is_offered_no_other(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    assert reverse("switch") not in signed_in("pia").get("/me/").content.decode()


@pytest.fixture
def abroad(cast: Cast) -> Clinic:
    """The north clinic with numbers of its own, and its hours in English only."""
    Clinic.objects.filter(pk=cast.north.pk).update(crisis_call="116123", hours_en="We read this on weekdays.", hours_es="")
    return cast.north


def test_hours_that_nobody_translated_are_marked_as_english(
    abroad: Clinic, cast: Cast, signed_in: Callable[[str], Client]
) -> None:
    pia = signed_in("pia")
    pia.post("/language/", {"language": "es"})
    assert '<p lang="en">We read this on weekdays.</p>' in pia.get("/help/").content.decode()


def test_offline_the_form_names_the_clinics_own_number(abroad: Clinic, cast: Cast, signed_in: Callable[[str], Client]) -> None:
    course = cast.enrol(starts_on=timezone.now().date() + timedelta(days=2))
    checkin = course.checkins.get(purpose=CheckIn.Purpose.BASELINE)
    page = signed_in("pia").get(f"/me/check-ins/{checkin.public_id}/").content.decode()
    assert "If you need help now, call 116123." in page
    assert "call 988" not in page.lower()


def test_staff_who_copy_from_paper_see_each_scale_by_name_with_the_numbers_of_its_sheet(
    cast: Cast, signed_in: Callable[[str], Client]
) -> None:
    course = cast.enrol(starts_on=timezone.now().date() + timedelta(days=2))
    checkin = course.checkins.get(purpose=CheckIn.Purpose.BASELINE)
    page = signed_in("maya").get(f"/check-ins/{checkin.public_id}/enter/").content.decode()
    phq_9, gad_7 = (page.index(f"<h2>{name}</h2>") for name in ("PHQ-9", "GAD-7"))
    assert phq_9 < page.index("<legend>9. ") < gad_7 < page.rindex("<legend>1. ")
