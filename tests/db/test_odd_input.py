"""What no page of ours sends but somebody can, and what a hand mistypes: it is answered in words, never by a failure."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from programs.models import Draft, Session
from programs.services import sessions
from programs.services.course import pause_enrolment, propose_move, resume_enrolment
from programs.services.enrolling import Wish, draft_course
from tests.cast import SIX, Cast
from tests.snapshots import Snapshots
from tracker.errors import Refused

START = date(2026, 3, 2)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x%00"])
def test_a_day_at_the_end_of_the_calendar_shows_today(signed_in: Callable[[str], Client], day: str) -> None:
    answer = signed_in("nils").get(f"/today/?day={day}")
    assert answer.status_code == 200
    assert answer.context["is_today"]


@pytest.mark.parametrize("way_back", ["foo", "//elsewhere.example/", "a\x00b", "", "javascript:alert(1)"])
def test_a_way_back_that_is_no_path_leads_home(signed_in: Callable[[str], Client], way_back: str) -> None:
    answer = signed_in("nils").post("/theme/", {"next": way_back, "theme": "dark"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's first infusion."""
    return snapshots.begin_with(cast.enrolled).sessions.get(number=1)


def test_a_draft_and_a_reason_are_kept_without_their_nul(
    session: Session, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    stand_at(session.starts_at)
    nils = signed_in("nils")
    nils.post(f"/sessions/{session.public_id}/drafts/", {"note": "a\x00b"})
    nils.post(f"/sessions/{session.public_id}/arrive/")
    nils.post(f"/sessions/{session.public_id}/hold/", {"reason": "no\x00 ride"})
    assert Draft.objects.get(field="note").text == "ab"
    assert Session.objects.get(pk=session.pk).state_reason == "no ride"


def test_a_reason_too_long_to_keep_is_refused_not_cut(cast: Cast, session: Session) -> None:
    sessions.receive_patient(session, actor=cast.actor("nils"), at=session.starts_at)
    with pytest.raises(Refused, match="200 letters or fewer; these are 201"):
        sessions.hold_session(session, actor=cast.actor("nils"), reason="x" * 201, at=session.starts_at)
    assert Session.objects.get(pk=session.pk).state == "arrived"


def test_nobody_enrols_in_the_year_9999(cast: Cast) -> None:
    wish = Wish(SIX, "depression", date(9999, 12, 31), time(10))
    with pytest.raises(Refused, match="more than a year ahead"):
        draft_course(cast.patients["pia"], wish, actor=cast.actor("maya"))


def test_no_session_moves_to_the_year_9999(cast: Cast, session: Session) -> None:
    at = session.starts_at - timedelta(days=1)
    with pytest.raises(Refused, match="more than a year ahead"):
        propose_move(session, date(9999, 12, 31), time(10), actor=cast.actor("dana"), at=at)


def test_no_course_is_taken_up_again_in_the_year_9999(cast: Cast, session: Session) -> None:
    at = session.starts_at - timedelta(days=1)
    pause_enrolment(session.enrolment, actor=cast.actor("maya"), reason="travels", at=at)
    with pytest.raises(Refused, match="more than a year ahead"):
        resume_enrolment(session.enrolment, start=date(9999, 12, 31), actor=cast.actor("maya"), reason="back", at=at)


def test_a_browser_finds_its_icon_at_the_root(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert b"".join(answer).startswith(b"\x00\x00\x01\x00")  # type: ignore[call-overload]


def test_a_mapping_that_is_no_text_is_refused_in_words(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("id,total\na,12\n")
    (tmp_path / "m.toml").write_bytes(b"\xff\xfe bad")
    with pytest.raises(CommandError, match="no text in UTF-8"):
        call_command(
            "import_scores", tmp_path / "f.csv", mapping=tmp_path / "m.toml", clinic="north", program=SIX, scale="ham-d17"
        )
