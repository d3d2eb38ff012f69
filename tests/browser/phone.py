"""A check-in as Pia's fingers find it."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page

from programs.models import CheckIn
from tests.browser.conftest import Visit

Visiting = Callable[..., Visit]


def path_of(checkin: CheckIn) -> str:
    return f"/me/check-ins/{checkin.public_id}/"


def option(page: Page, question: str, value: int) -> Locator:
    """An answer as a finger finds it."""
    return page.locator(f"label:has(input[name='{question}'][value='{value}'])")


def questions_of(page: Page) -> list[str]:
    return list(dict.fromkeys(page.locator("#checkin [type=radio]").evaluate_all("all => all.map(one => one.name)")))


def tap_all(page: Page) -> int:
    """Tap an answer to every question; gives the number of taps."""
    names = questions_of(page)
    for name in names:
        option(page, name, 1).tap()
    return len(names)


def answer(page: Page, *, besides: str = "") -> None:
    """An answer to every question but `besides`, at once: for the tests that are about something else."""
    page.evaluate(
        """besides => document.querySelectorAll("#checkin [type=radio][value='1']")
            .forEach((one) => one.name === besides || one.click())""",
        besides,
    )


def send(page: Page) -> None:
    page.locator("#checkin [value=all]").click()
