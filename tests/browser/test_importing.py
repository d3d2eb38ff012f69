"""Alma has no terminal: from three unlike files on her desk to a chart."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from assessments.transfer.working import work_due
from tests.browser.conftest import DESK, Visit

# A Windows spreadsheet with semicolons and European dates.
PEOPLE = "Nummer;Name;Geboren\r\nK-1;José Núñez;23.11.1980\r\nK-2;Anna Öst;14.02.1975\r\n".encode("latin-1")
# A row a patient, a column a visit, apart by tabs.
SCORES = "mrn\tphq9 start\tphq9 2w\tphq9 4w\nK-1\t20\t14\t8\nK-2\t18\t17\t16\n"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Three files of three programs."""
    (tmp_path / "people.csv").write_bytes(PEOPLE)
    (tmp_path / "scores.txt").write_text(SCORES)
    with xlsxwriter.Workbook(tmp_path / "sessions.xlsx") as book:
        sheet = book.add_worksheet("Infusions")
        for number, line in enumerate([["MRN", "Date", "Dose mg"], ["K-1", "2026-01-06", 35], ["K-1", "2026-01-09", 40]]):
            sheet.write_row(number, 0, line)
    return {"people": tmp_path / "people.csv", "sessions": tmp_path / "sessions.xlsx", "scores": tmp_path / "scores.txt"}


def work() -> None:
    while work_due():
        pass


def choose(page: Page, **fields: str) -> None:
    """Fill the form of the columns; the worker reads the file, and it comes in."""
    for name, value in fields.items():
        field = page.locator(f"main form:has(h2:text('Which column is what')) [name='{name.replace('_n_', '-')}']")
        if field.first.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="Read the file", exact=True).click()
    work()
    page.reload()
    page.get_by_role("button", name="Bring it in").click()
    work()
    page.reload()
    expect(page.get_by_role("heading", name="What came in")).to_be_visible()


def upload(visit: Visit, kind: str, file: Path) -> Page:
    page = visit.go("/imports/")
    page.locator(f"input[name=kind][value={kind}]").check()
    page.locator("input[name=file]").set_input_files(file)
    page.get_by_role("button", name="Next").click()
    return page


def test_alma_brings_three_unlike_files_and_sees_the_chart(visit: Callable[..., Visit], files: dict[str, Path]) -> None:
    alma = visit("alma", viewport=DESK)
    choose(upload(alma, "people", files["people"]), patient="Nummer", legal_name="Name", birth_date="Geboren")
    choose(
        upload(alma, "sessions", files["sessions"]), patient="MRN", program="six-infusion-series", when_column="Date",
        dose="Dose mg", dose_unit="mg", route="IV",
    )  # fmt: skip
    choose(
        upload(alma, "scores", files["scores"]), patient="mrn", program="six-infusion-series", scale="phq-9", total="",
        start_on="2026-01-06", visit_n_1="phq9 start", after_n_1="0", unit_n_1="days", visit_n_2="phq9 2w", after_n_2="2",
        unit_n_2="weeks", visit_n_3="phq9 4w", after_n_3="4", unit_n_3="weeks",
    )  # fmt: skip
    page = alma.go("/patients/all/")
    page.get_by_role("link", name="José Núñez").click()
    expect(page.locator("figure svg").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("60%")
    assert (alma.faults, alma.strangers) == ([], [])
