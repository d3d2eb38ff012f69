"""A program is a file: added, it is offered everywhere; broken or changed in silence, nothing starts."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core import checks
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from programs.protocols import _read
from tests.cast import INDICATION, SIX, Cast
from tests.programs_and_scales import PROTOCOL_FOLDER

MONDAY = date(2026, 3, 2)
NEW = """code = "two-infusions"
version = 1
source = "Written for a test."
consent_version = "1"
infusions_within_days = 10
most_infusions = 3
primary_scale = "gad-7"

[indications]
worry = "Worry"

[words.en]
title = "Two infusions"
summary = "Two ketamine infusions, a week apart."
judged = "We ask the morning after each."
end = "It ends with the second."
consent = "I agree to two infusions."

[words.es]
title = "Dos infusiones"
summary = "Dos infusiones de ketamina, con una semana entre ellas."
judged = "Preguntamos la mañana después de cada una."
end = "Termina con la segunda."
consent = "Acepto dos infusiones."

[dose]
route = "IV"
mg_per_kg = 0.4
minutes = 40
ready_minutes = 20
recovery_minutes = 60
most_mg_per_kg = 1.0
most_mg = 100

[[blocks]]
repeat = 2

[[blocks.sessions]]
kind = "infusion"
spacing_days = 7
window_days = 1
least_gap_hours = 72
needs = ["chair", "nurse"]

[[checkins]]
purpose = "baseline"
infusions = "first"
days = -7
open_days = 7
scales = ["gad-7"]

[[checkins]]
purpose = "after"
infusions = "each"
days = 1
open_days = 2
scales = ["gad-7"]

[[reviews]]
after_infusion = 2
asks = "decision"
"""


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """A second folder of programs, read beside our own. What is read is kept until the process ends: each has its own."""
    settings.PROGRAM_DIRS = [PROTOCOL_FOLDER, tmp_path]
    return tmp_path


@pytest.fixture
def added(folder: Path) -> Path:
    file = folder / "two-infusions.toml"
    file.write_text(NEW)
    return file


def serious() -> list[str]:
    """What would stop the start, after the files were read anew as at a start."""
    _read.cache_clear()
    return [str(found.msg) for found in checks.run_checks(databases=["default"]) if found.is_serious()]


@pytest.mark.usefixtures("added")
def test_an_added_program_is_offered(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("maya").get(reverse("choose_program", args=[cast.patients["pia"].public_id]))
    assert "Two ketamine infusions, a week apart." in page.content.decode()


@pytest.mark.usefixtures("added")
def test_its_enrolment_form_shows_its_plan(cast: Cast, signed_in: Callable[[str], Client], stand_at: Callable) -> None:
    stand_at(datetime(2026, 2, 26, 15, tzinfo=UTC))
    address = reverse("enrol", args=[cast.patients["pia"].public_id, "two-infusions"])
    page = signed_in("maya").post(address, {"indication": "worry", "starts_on": "2026-03-02", "clock": "10:00"})
    assert [session.day for session in page.context["plan"].sessions] == [MONDAY, MONDAY + timedelta(days=7)]
    assert "Worry" in page.content.decode()


@pytest.mark.usefixtures("added")
def test_its_course_is_planned_answered_and_drawn(
    cast: Cast, signed_in: Callable[[str], Client], stand_at: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(INDICATION, "two-infusions", "worry")
    course = cast.enrol(program="two-infusions", starts_on=MONDAY)
    first = course.sessions.get(infusion=1)
    cast.answer(course.checkins.get(purpose="baseline"), each=2)
    cast.infuse(first)
    after = course.checkins.get(session=first, days=1)
    cast.answer(after, each=1)
    stand_at(after.opens_at)
    page = signed_in("maya").get(reverse("patient", args=[course.patient.public_id])).content.decode()
    assert "Two infusions" in page
    assert "<svg" in page
    assert "GAD-7" in page


def test_a_program_that_is_sound_lets_the_site_start(added: Path) -> None:
    assert serious() == []


@pytest.mark.parametrize(
    ("was", "now", "line", "reason"),
    [
        ('route = "IV"', 'route = "eye"', 27, "eye|'IV'"),
        ("mg_per_kg = 0.4", "mg_per_kg = much", 28, "Invalid value"),
        ("repeat = 2", "repeat = 2\ncolour = 3", 37, "Extra inputs"),
        ('code = "two-infusions"', 'code = "three-infusions"', 1, "its file name is not"),
        ('open_days = 2\nscales = ["gad-7"]', 'open_days = 2\nscales = ["gad-8"]', 57, "gad-8"),
        ('consent_version = "1"', f'consent_version = "{"1" * 21}"', 4, "at most 20"),
        ('primary_scale = "gad-7"', 'primary_scale = "phq-9"', 7, "no baseline check-in asks"),
    ],
)  # fmt: skip
def test_a_bad_file_stops_the_start_with_file_line_and_reason(added: Path, was: str, now: str, line: int, reason: str) -> None:
    added.write_text(NEW.replace(was, now, 1))
    assert now.splitlines()[-1] in added.read_text().splitlines()[line - 1]
    assert re.search(rf"two-infusions\.toml, line {line}: .*({reason})", " ".join(serious()))


def test_a_changed_file_needs_a_new_version(cast: Cast, added: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(INDICATION, "two-infusions", "worry")
    cast.enrol(program="two-infusions", starts_on=MONDAY)
    added.write_text(NEW.replace("mg_per_kg = 0.4", "mg_per_kg = 0.6", 1))
    assert serious()[0].startswith("two-infusions.toml, line 2: it changed, but its version is still 1")


def test_a_new_version_is_for_new_courses_only(cast: Cast, added: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(INDICATION, "two-infusions", "worry")
    old = cast.enrol(program="two-infusions", starts_on=MONDAY)
    added.write_text(NEW.replace("mg_per_kg = 0.4", "mg_per_kg = 0.6", 1).replace("version = 1", "version = 2", 1))
    assert serious() == []
    new = cast.enrol("paul", program="two-infusions", starts_on=MONDAY)
    assert (str(old.protocol.dose.mg_per_kg), str(new.protocol.dose.mg_per_kg)) == ("0.4", "0.6")


def test_a_file_that_nobody_used_may_change(added: Path) -> None:
    serious()
    added.write_text(NEW.replace("mg_per_kg = 0.4", "mg_per_kg = 0.6", 1))
    assert serious() == []


def test_one_code_in_two_folders_is_refused(folder: Path) -> None:
    (folder / f"{SIX}.toml").write_text((PROTOCOL_FOLDER / f"{SIX}.toml").read_text())
    assert "is defined in two folders" in " ".join(serious())
