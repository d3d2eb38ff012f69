"""A browser in front of the real web server, on a database that both the server and the test see."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from tests.cast import Cast, make_cast
from tests.processes import web
from tests.snapshots import Snapshots

# Playwright's API runs an event loop in this thread, and Django refuses its database under one. Nothing here
# is asynchronous: the loop only waits for the browser.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PHONE: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 1180, "height": 746}
DESK: ViewportSize = {"width": 1366, "height": 768}
SECONDS_TO_FINISH = 20


class Visit:
    """A page in the browser, and what went wrong in it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.site}{path}")
        return self.page

    @property
    def strangers(self) -> list[str]:
        """Requests to anybody but the site itself."""
        return [url for url in self.requests if not url.startswith((self.site, "data:", "blob:"))]


@pytest.fixture(scope="session")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The web server, as in production, on the database of the tests."""
    log = tmp_path_factory.mktemp("web") / "log"
    with web({"SEXTANT_DATABASE_URL": database_url()}, log=log) as (url, _process):
        yield url


def database_url() -> str:
    """The test database's own address: its name is not the one in the environment."""
    return os.environ["SEXTANT_DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["SEXTANT_TEST_CHROMIUM"], args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def cast(site: str, committed_db: None, snapshots: Snapshots) -> Iterator[Cast]:
    """Everybody, committed, so that the web server sees them too. The tables are emptied after the test."""
    yield snapshots.begin_with(make_cast)
    let_the_server_finish()


def let_the_server_finish() -> None:
    """A closed page may have left a request under way, and what that writes would stay in the tables."""
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
    with connection.cursor() as cursor:
        for _ in range(SECONDS_TO_FINISH * 20):
            cursor.execute(busy)
            if cursor.fetchone()[0] == 1:  # this very question
                return
            time.sleep(0.05)
    raise TimeoutError(f"The web server was still at work {SECONDS_TO_FINISH} s after the test.")


@pytest.fixture
def visit(site: str, browser: Browser, cast: Cast) -> Iterator[Callable[..., Visit]]:
    """`visit("pia")` is a browser of her own in which Pia has signed in; "" is nobody."""
    contexts = []

    def start(name: str = "", *, viewport: ViewportSize = PHONE, **options) -> Visit:
        options.setdefault("has_touch", viewport == PHONE)
        context = browser.new_context(viewport=viewport, reduced_motion="reduce", **options)
        contexts.append(context)
        if name:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast, name), "url": site}])
        return Visit(context.new_page(), site)

    yield start
    for context in contexts:
        context.close()


def session_of(cast: Cast, name: str) -> str:
    """The key of a new session of that person."""
    client = Client()
    client.force_login(cast.users[name], backend=settings.AUTHENTICATION_BACKENDS[0])
    return str(client.session.session_key)
