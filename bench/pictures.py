"""make pictures: each page of the running demo, as the person it is made for, narrow and wide, light and dark.

Which pages there are says the URLconf; which patient or session to show is found by following the links of
the demo and by looking into its database, so nothing is written to it. `--readme` takes the one picture that README.md shows.
"""

import json
import os
import re
import sqlite3
import sys
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from tests.chromium import chromium_path
from tests.environment import DEFAULTS

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "var" / "pictures"
README_PICTURE = ROOT / "docs" / "pictures" / "patient-page.png"
WIDTHS = (390, 1180, 1366)
HEIGHT = 1000
SCHEMES = ("light", "dark")
# Pages of one kind that are looked at before the fullest of them is chosen.
LOOKED_AT = 40
# Pages in `public` are for everybody: they are taken as the first of these who gets there.
AS = ("nobody", "patient", "nurse", "desk", "clinician", "manager")


@dataclass(frozen=True)
class Shown:
    """One page to photograph: as whom, what it is called, where."""

    role: str
    name: str
    path: str


@dataclass(frozen=True)
class Demo:
    """The running demo, with a signed-in browser for each role."""

    url: str
    signed_in: dict[str, StorageState | None]


def main(arguments: list[str]) -> None:
    """Take the pictures, or the one of the README."""
    os.environ.update(DEFAULTS | {"DJANGO_SETTINGS_MODULE": "tracker.settings"})
    import django

    django.setup()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path())
        demo = enter(browser)
        if arguments == ["--readme"]:
            take_for_readme(browser, demo)
        else:
            take_all(browser, demo)


def enter(browser: Browser) -> Demo:
    """Sign in one person of each role at the north clinic, as var/demo.json says."""
    file = ROOT / "var" / "demo.json"
    if not file.exists():
        raise SystemExit("The demo is not there. Start it in another terminal: make demo")
    said = json.loads(file.read_text())
    signed_in: dict[str, StorageState | None] = {"nobody": None}
    for person in said["people"]:
        if person["clinic"] == "north" and person["role"] in AS and person["role"] not in signed_in:
            signed_in[person["role"]] = sign_in(browser, said["url"], person)
    return Demo(said["url"], signed_in)


def sign_in(browser: Browser, url: str, person: dict[str, str]) -> StorageState:
    """The cookies of this person after the sign-in page."""
    context = browser.new_context()
    page = context.new_page()
    try:
        page.goto(url)
    except Exception as error:
        raise SystemExit(f"The demo does not answer at {url}. Start it in another terminal: make demo") from error
    page.fill("input[name=login]", person["email"])
    page.fill("input[name=password]", person["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "login" not in address)
    state = context.storage_state()
    context.close()
    return state


def take_all(browser: Browser, demo: Demo) -> None:
    """Every page that a link leads to, and a line on those that none does."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages: list[Shown] = []
    for role in AS:
        already = {shown.name for shown in pages}
        pages += [shown for shown in pages_of(browser, demo, role) if shown.name not in already]
    taken = 0
    for role in AS:
        for scheme in SCHEMES:
            context = browser.new_context(storage_state=demo.signed_in[role], color_scheme=scheme)  # type: ignore[arg-type]
            for shown in pages:
                if shown.role == role:
                    taken += photograph(context, demo.url, shown, scheme)
            context.close()
    lacking = sorted(set(names()) - {shown.name for shown in pages})
    print(f"{taken} pictures of {len(pages)} pages in var/pictures.")
    print(f"Not reached, as they only take a form or the demo links to none now: {', '.join(lacking)}.")


def names() -> Iterator[str]:
    """The name of every page in the URLconf."""
    from frontend.urls import urlpatterns

    return (route.name for route in urlpatterns if route.name)


def pages_of(browser: Browser, demo: Demo, role: str) -> list[Shown]:
    """For each page that is made for this role, the fullest one of those that links lead to."""
    context = browser.new_context(storage_state=demo.signed_in[role])
    fullest: dict[str, tuple[int, str]] = {}
    for name, path, size in walk(context, demo.url):
        if audience(path) in {role, "public"}:
            fullest[name] = max(fullest.get(name, (0, "")), (size, path))
    context.close()
    return [Shown(role, name, path) for name, (_size, path) in fullest.items()]


def walk(context: BrowserContext, url: str) -> Iterator[tuple[str, str, int]]:
    """Every page that can be named without an id, and what they link to, as (name, path, size); of each kind the first few."""
    queue = deque([*without_ids(), *sent_checkins()])
    seen, looked_at = set(queue), dict.fromkeys(names(), 0)
    while queue:
        path = queue.popleft()
        answer = context.request.get(urljoin(url, path))
        if not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
            continue
        body = answer.text()
        if "<html" not in body:
            continue  # a part of a page
        reached = urlsplit(answer.url).path
        if name := name_of(reached):
            yield name, reached, len(body)
        for found in re.findall(r'<a\b[^>]*\bhref="([^"#?]+)', body):
            address = urlsplit(urljoin(answer.url, unescape(found)))
            name = name_of(address.path)
            if name and address.netloc == urlsplit(url).netloc and address.path not in seen and looked_at[name] < LOOKED_AT:
                looked_at[name] += 1
                seen.add(address.path)
                queue.append(address.path)


def without_ids() -> Iterator[str]:
    """The path of every page that needs no id."""
    from django.urls import NoReverseMatch, reverse

    for name in names():
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def sent_checkins() -> Iterator[str]:
    """The page after Send, which no link leads to, newest first, from the database of the demo. Only its patient gets there."""
    with closing(sqlite3.connect(f"file:{ROOT / 'var' / 'demo.sqlite3'}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT c.public_id FROM programs_checkin c JOIN people_patient p ON p.id = c.patient_id"
            " WHERE c.state = 'done' AND p.user_id IS NOT NULL ORDER BY c.answered_at DESC LIMIT 10"
        )
        yield from (f"/me/check-ins/{uuid.UUID(public_id)}/sent/" for (public_id,) in rows)


def name_of(path: str) -> str:
    """What the URLconf calls the page at this path; "" for what is no page."""
    from django.urls import Resolver404, resolve

    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        return ""
    return name if name in set(names()) else ""


def audience(path: str) -> str:
    """For whom a page is made: the package that its view stands in says it."""
    from django.urls import resolve

    package = resolve(path).func.__module__.split(".")[1]
    return "nurse" if package == "ledger" else package


def photograph(context: BrowserContext, url: str, shown: Shown, scheme: str) -> int:
    """One page in every width; gives how many pictures that was."""
    page = context.new_page()
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    page.goto(urljoin(url, shown.path))
    has_chart = page.locator("[data-figure]").count()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if has_chart:
            # What it loads when it is idle depends on the width.
            page.reload(wait_until="networkidle")
        page.screenshot(path=PICTURES / f"{shown.role}-{shown.name}-{width}-{scheme}.png", full_page=True, animations="disabled")
    page.close()
    return len(WIDTHS)


def take_for_readme(browser: Browser, demo: Demo) -> None:
    """A responder's page as the clinician sees it."""
    context = browser.new_context(storage_state=demo.signed_in["clinician"], color_scheme="light")
    page = context.new_page()
    page.set_viewport_size({"width": WIDTHS[-1], "height": HEIGHT})
    page.goto(urljoin(demo.url, responder(context, demo.url)), wait_until="networkidle")
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=README_PICTURE, animations="disabled", scale="css")
    print(f"{README_PICTURE.relative_to(ROOT)}, {README_PICTURE.stat().st_size // 1000} kB.")


def responder(context: BrowserContext, url: str) -> str:
    """The page of the first patient on the list who responded and still has sessions ahead."""
    for name, path, _size in walk(context, url):
        if name != "patient" or "/move/" not in context.request.get(urljoin(url, path)).text():
            continue
        history = context.request.get(urljoin(url, f"/api/v1{path}history/")).json()
        if any(outcome["response"] for outcome in history["outcomes"]):
            return path
    raise SystemExit("Nobody in the demo has responded.")


if __name__ == "__main__":
    main(sys.argv[1:])
