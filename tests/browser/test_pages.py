"""Every page of the site, on a phone and on a desk, in light and in dark: readable, quiet, and alone with its own site."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from frontend.public.views import server_error
from programs.models import CheckIn, Weight
from programs.services import infusion
from programs.services.events import call_serious, record_event
from tests.access import read_table
from tests.bringing import upload
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.phone import Visiting
from tests.cast import SIX, Cast
from tracker.alerts.models import Alert
from tracker.alerts.services import raise_alert

# Each address of the table is looked at by the first of these who may see it; some look different to each.
VIEWERS = ("pia", "nobody", "nils", "maya", "theo", "dana", "alma")
DIFFERENT_TO_EACH = {"today", "patient", "people"}
# They answer a script, or with a file.
FIGURES = {
    "progress_figure", "course_figure", "favicon", "ledger_csv", "ledger_pdf",
    "import_refused", "import_mapping", "import_progress", "board_tiles", "scale_text_empty",
}  # fmt: skip

AXE = Axe()
# Three quarters of axe's time go into the rules that look at colours.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
COLOURS = {"resultTypes": ["violations"], "runOnly": COLOUR_RULES}
# The one rule that reads the stylesheets too is an experiment of axe's, and off.
ALL_BUT_COLOURS = {
    "resultTypes": ["violations"], "preload": {"assets": ["media"]}, "rules": {rule: {"enabled": False} for rule in COLOUR_RULES},
}  # fmt: skip
# The visible words whose look nobody has judged yet, and their looks. A look is all that a contrast comes from: the place in
# the page's structure, the colours from the words down to the page, the size and weight of the letters.
NOT_YET_JUDGED = """judged => {
    const known = new Set(judged), looks = new Map([[null, ""]]), found = new Map();
    const look = (one) => {
        if (!looks.has(one)) {
            const style = getComputedStyle(one);
            looks.set(one, [look(one.parentElement), one.tagName, one.className, one.matches(":disabled, [aria-disabled=true]"),
                style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.textShadow, style.position,
                style.fontSize, style.fontWeight].join("|"));
        }
        return looks.get(one);
    };
    const isSeen = (one) => one.checkVisibility({visibilityProperty: true}) && one.getBoundingClientRect().width > 1;
    const hasWords = (one) => one.matches("input, select, textarea") || [...one.childNodes].some(
        (child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim());
    for (const one of document.body.querySelectorAll("*")) {
        if (hasWords(one) && isSeen(one) && !known.has(look(one)) && !found.has(look(one))) found.set(look(one), one);
    }
    window.notYetJudged = [...found.values()];
    return [...found.keys()];
}"""
VIEWPORTS = {"390": PHONE, "1366": DESK}


def pages_of(viewer: str) -> list[tuple[str, str]]:
    """What this one looks at: the names of the addresses, and which row each asks for."""
    found = []
    for name, row in read_table().items():
        may = [who for who in VIEWERS if row.get[who] == "k"]
        is_page = name not in FIGURES and not name.startswith("api_")
        if is_page and viewer in may and (viewer == may[0] or name in DIFFERENT_TO_EACH):
            found.append((name, row.row))
    return found


@pytest.fixture
def rows(cast: Cast) -> dict[str, dict]:
    """Pia's third infusion is today and the check-in after the second is open: a row for each kind of address."""
    now = timezone.now()
    course = cast.enrol(starts_on=now.astimezone(cast.north.tz).date() - timedelta(days=4))
    first, second, third = course.sessions.filter(infusion__lte=3).order_by("infusion")
    baseline = course.checkins.get(purpose=CheckIn.Purpose.BASELINE)
    cast.answer(baseline, each=2, q9=0)
    cast.infuse(first)
    cast.answer(course.checkins.get(session=first, days=1), each=1, q9=1)
    Alert.objects.update(closed_at=now, closed_by="Maya", outcome="no danger", note="We spoke.")
    cast.infuse(second)
    cast.prepare(third, now)
    infusion.record_vitals(third, systolic=144, diastolic=92, pulse=88, spo2=97, stamp=cast.stamp("nils", now))
    infusion.record_note(third, text="Quiet, eyes closed.", stamp=cast.stamp("nils", now))
    event = record_event(third, what="nausea", stamp=cast.stamp("nils", now))
    alert = raise_alert(
        course.patient, actor=cast.actor("pia"), level=Alert.Level.HIGH, rule="PHQ-9 item 9: several days", cause="x",
        course_id=course.pk, at=now,
    )  # fmt: skip
    brought = upload(cast, "mrn,date,total\nN9,2026-01-13,9\n")
    patient, weight = course.patient.public_id, Weight.objects.get(session=third).public_id
    return {
        "-": {},
        "program": {"code": SIX},
        "scale": {"code": "phq-9"},
        "licensed": {"code": "who-5"},
        "version": {"code": cast.own_program().code, "number": 1},
        "own": {"code": cast.own_scale().code},
        "reset": {"uidb36": "1", "key": "set-password"},
        "checkin": {"public_id": course.checkins.get(session=second, days=1).public_id},
        "sent": {"public_id": baseline.public_id},
        "session": {"public_id": third.public_id},
        "weight": {"public_id": third.public_id, "kind": "weight", "row_id": weight},
        "patient": {"public_id": patient},
        "enrol": {"public_id": patient, "code": SIX},
        "course": {"public_id": course.public_id},
        "incident": {"public_id": call_serious(event, actor=cast.actor("nils")).public_id},
        "alert": {"public_id": alert.public_id},
        "import": {"public_id": brought.public_id},
        **cast.keep_ledger(third, now),
        "staged": {"public_id": brought.public_id, "verdict": "refused"},
    }


def faults_of(visit: Visit, path: str, judged: set[str]) -> Iterator[str]:
    """Everything that is wrong with one page, in words; of its colours what is not among the looks `judged` before."""
    page = visit.page
    for width, viewport in VIEWPORTS.items():
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme="light")
        if viewport == PHONE or page.locator("figure[data-idle]").count():
            open_whole(visit, path)
        if viewport == DESK and page.locator("figure[data-idle]").count():
            expect(page.locator("figure.is-explored").first).to_be_visible(timeout=20000)
        yield from (f"{path} {width}: {found}" for found in axe(page, ALL_BUT_COLOURS))
        if too_wide := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"):
            yield f"{path} {width}: {too_wide} px too wide"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            yield from (f"{path} {width} {scheme}: {found}" for found in faults_of_colours(page, judged))


def faults_of_colours(page: Page, judged: set[str]) -> list[str]:
    """What axe finds in the colours of words that look like none before."""
    looks = page.evaluate(NOT_YET_JUDGED, list(judged))
    judged.update(looks)
    return axe(page, COLOURS, "window.notYetJudged") if looks else []


def with_axe(visit: Visit) -> Visit:
    """Every page that this one opens has axe in it: half a megabyte that is sent to the browser once, not for each page."""
    visit.page.add_init_script(AXE.axe_script)
    return visit


def open_whole(visit: Visit, path: str) -> None:
    """The page with all that it folds away. Only a chart's page depends on the width that it is opened at."""
    page = visit.go(path)
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")


def axe(page: Page, options: dict, where: str = "document") -> list[str]:
    """What axe finds, rule and place. Its script is in the page already."""
    found = page.evaluate(f"options => axe.run({where}, options)", options)["violations"]
    return [f"{one['id']} at {node['target'][0]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_every_page_reads_well(visit: Visiting, rows: dict, viewer: str) -> None:
    one = with_axe(visit("" if viewer == "nobody" else viewer))
    paths = [reverse(name, kwargs=rows[row]) for name, row in pages_of(viewer)]
    assert paths
    judged: set[str] = set()
    assert [fault for path in paths for fault in faults_of(one, path, judged)] == []
    assert (one.faults, one.strangers) == ([], [])


@pytest.mark.parametrize(
    ("who", "path", "title"), [("nobody", "/nothing/", "There is nothing here"), ("pia", "/today/", "This is not open to you")]
)
def test_a_page_that_is_not_theirs_reads_well(visit: Visiting, who: str, path: str, title: str) -> None:
    one = with_axe(visit("" if who == "nobody" else who))
    assert list(faults_of(one, path, set())) == []
    expect(one.page.get_by_role("heading", name=title)).to_be_visible()


def test_the_page_of_a_fault_of_ours_reads_well(visit: Visiting) -> None:
    one = with_axe(visit())
    page = server_error(HttpRequest()).content.decode()
    one.page.route("**/broken/", lambda route: route.fulfill(status=500, content_type="text/html", body=page))
    assert list(faults_of(one, "/broken/", set())) == []
    expect(one.page.get_by_role("link", name="988").first).to_be_visible()


def test_no_page_is_left_out() -> None:
    looked_at = {name for viewer in VIEWERS for name, _row in pages_of(viewer)}
    with_a_page = {name for name, row in read_table().items() if "k" in row.get.values() and not name.startswith("api_")}
    assert with_a_page - looked_at == FIGURES & with_a_page
