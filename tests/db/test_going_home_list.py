"""The clinic's own list before going home: beside the Aldrete score or in its place, never in that of the other lines."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from programs.models import Check, ChecklistLine, Discharge, Session
from programs.services import infusion
from programs.services.checklist import ALDRETE, IDENTITY, checklist_of, write_checklist
from programs.services.discharge import Answered, Findings, discharge_patient, record_thoughts
from programs.services.signing import signed_of
from tests.cast import WELL, Cast
from tests.db.test_record_pages import TICKED
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused

SignedIn = Callable[[str], Client]
HOME = ChecklistLine.Asked.GOING_HOME
PAIN, DRANK = ("Pain is none or little", True), ("Has drunk", False)
NO_SCORE = replace(WELL, activity=None, respiration=None, consciousness=None, oxygen=None)


@pytest.fixture
def well(cast: Cast, snapshots: Snapshots) -> Session:
    """Yesterday at 10:45 Pia's dose ended; at noon she was measured and asked."""
    return snapshots.begin_with(asked_yesterday, cast)


def asked_yesterday(cast: Cast) -> Session:
    day = timezone.now().astimezone(cast.north.tz).date() - timedelta(days=1)
    session = cast.give(cast.enrol(starts_on=day).sessions.get(infusion=1))
    stamp = cast.stamp("nils", session.ends_at)
    infusion.record_vitals(session, systolic=124, diastolic=80, pulse=72, spo2=98, stamp=stamp)
    record_thoughts(session, has_thoughts=False, words="", stamp=replace(stamp, key=uuid.uuid4()))
    return session


def write(cast: Cast, *lines: tuple[str, bool]) -> list[ChecklistLine]:
    return write_checklist(cast.north, asked=HOME, lines=lines, actor=cast.actor("maya"))


def said(line: ChecklistLine, answer: str, detail: str = "") -> dict[int, Answered]:
    return {line.pk: Answered(answer, detail)}


def leave(cast: Cast, session: Session, found: Findings) -> Discharge:
    return discharge_patient(session, found, stamp=cast.stamp("nils", session.ends_at))


def test_each_line_of_the_list_waits_for_its_answer(cast: Cast, well: Session) -> None:
    write(cast, (ALDRETE, True), PAIN, DRANK)
    with pytest.raises(Refused, match=r"Not answered: Pain is none or little\. Not answered: Has drunk\."):
        leave(cast, well, WELL)


def test_a_no_keeps_the_patient_here_where_the_clinic_says_so(cast: Cast, well: Session) -> None:
    pain, drank = write(cast, PAIN, DRANK)
    with pytest.raises(Refused, match=r"^Pain is none or little: no\.$"):
        leave(cast, well, replace(WELL, answers=said(pain, "no") | said(drank, "no")))
    assert leave(cast, well, replace(WELL, answers=said(pain, "yes") | said(drank, "no"))).way == "met"


def test_the_list_takes_the_place_of_the_score(cast: Cast, well: Session) -> None:
    (pain,) = write(cast, PAIN)
    row = leave(cast, well, replace(NO_SCORE, answers=said(pain, "yes")))
    assert (row.list_version, row.aldrete) == (1, (None,) * 5)


def test_beside_the_score_both_are_asked(cast: Cast, well: Session) -> None:
    _score, pain = write(cast, (ALDRETE, True), PAIN)
    with pytest.raises(Refused, match="Aldrete score is not whole"):
        leave(cast, well, replace(NO_SCORE, answers=said(pain, "yes")))


@pytest.mark.parametrize("found", [{"walks": False}, {"dissociation_gone": None}, {"escort": ""}, {"instructions_given": False}])
def test_no_list_takes_the_place_of_what_holds_everywhere(cast: Cast, well: Session, found: dict[str, object]) -> None:
    (pain,) = write(cast, PAIN)
    with pytest.raises(Refused):
        leave(cast, well, replace(NO_SCORE, answers=said(pain, "yes"), **found))
    assert not Check.objects.filter(line=pain).exists()


def test_the_answers_are_rows_of_the_record_under_its_signature(cast: Cast, well: Session) -> None:
    (pain,) = write(cast, PAIN)
    leave(cast, well, replace(WELL, answers=said(pain, "n/a", "Asleep in the car")))
    well.refresh_from_db()
    cast.sign_record(well)
    Check.objects.filter(line=pain).update(answer="yes")
    assert not any(one.is_valid for one in signed_of(well))


@pytest.mark.parametrize(("lines", "because"), [
    ((DRANK,), "at least one line must keep the patient here"),
    ((PAIN, ("aldrete of 8", True)), "Tick it there instead"),
    ((PAIN, PAIN), "stands twice"),
])  # fmt: skip
def test_a_list_that_would_let_harm_pass_is_refused(cast: Cast, lines: tuple[tuple[str, bool], ...], because: str) -> None:
    with pytest.raises(Refused, match=because):
        write(cast, *lines)


def test_the_two_lists_have_their_own_versions(cast: Cast) -> None:
    write(cast, PAIN)
    write(cast, PAIN, DRANK)
    before = checklist_of(cast.north.pk)
    assert [(row.words, row.version) for row in before] == [(IDENTITY, 1)]
    assert [(row.words, row.version) for row in checklist_of(cast.north.pk, HOME)] == [(PAIN[0], 2), (DRANK[0], 2)]


def test_nils_writes_no_list(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        write_checklist(cast.north, asked=HOME, lines=[PAIN], actor=cast.actor("nils"))


def test_maya_writes_the_list_on_its_page(cast: Cast, signed_in: SignedIn) -> None:
    maya = signed_in("maya")
    assert "Ask the Aldrete score too" in maya.get("/room/going-home/").content.decode()
    typed = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-words": PAIN[0], "form-0-stops": "on"}
    maya.post("/room/going-home/", {**typed, "aldrete": "on"})
    assert [row.words for row in checklist_of(cast.north.pk, HOME)] == [ALDRETE, PAIN[0]]
    assert "(a “no” keeps the patient here)" in maya.post("/room/going-home/", typed, follow=True).content.decode()
    assert [row.words for row in checklist_of(cast.north.pk, HOME)] == [PAIN[0]]


def test_the_record_shows_the_version_that_was_answered(cast: Cast, signed_in: SignedIn, well: Session) -> None:
    (pain,) = write(cast, PAIN)
    typed = TICKED | {"key": str(uuid.uuid4()), f"line-{pain.pk}-answer": "n/a"}
    nils, address = signed_in("nils"), f"/sessions/{well.public_id}"
    refused = nils.post(f"{address}/discharge/", typed)
    assert "write why it does not apply" in refused.content.decode()
    assert "Ana Northwood, sister" in refused.content.decode()
    nils.post(f"{address}/discharge/", typed | {f"line-{pain.pk}-detail": "Sleeps"})
    write(cast, DRANK, (ALDRETE, True))
    page = nils.get(f"{address}/record/").content.decode()
    assert "The clinic’s list, version 1: Pain is none or little: does not apply (Sleeps)" in page
    assert "in place of the Aldrete score" in page


def test_an_answer_to_the_old_words_is_none_to_the_new(cast: Cast, signed_in: SignedIn, well: Session) -> None:
    (pain,) = write(cast, PAIN)
    write(cast, ("No bleeding", True))
    typed = TICKED | {"key": str(uuid.uuid4()), f"line-{pain.pk}-answer": "yes"}
    page = signed_in("nils").post(f"/sessions/{well.public_id}/discharge/", typed).content.decode()
    assert "Not answered: No bleeding." in page


def test_the_empty_sheet_asks_the_list(cast: Cast, signed_in: SignedIn, well: Session) -> None:
    write(cast, PAIN)
    page = signed_in("nils").get(f"/sessions/{well.public_id}/sheet/").content.decode()
    assert "☐ yes ☐ no Pain is none or little" in page
    assert "Aldrete: activity" not in page
