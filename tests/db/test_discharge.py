"""After the dose: watched, asked, and let go with every line met, or by a clinician who says why."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from programs.models import Discharge, Session
from programs.services import infusion
from programs.services.discharge import Leave, discharge_otherwise, discharge_patient, record_thoughts
from programs.services.tablets import hear_tablet
from tests.cast import WELL, Cast
from tests.snapshots import Snapshots
from tracker.alerts.models import Alert
from tracker.alerts.services import close_alert
from tracker.errors import NotAllowed, Refused

MONDAY = date(2026, 3, 2)


@pytest.fixture
def resting(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's first dose ended at 10:45, her session at noon; nothing was measured or asked since."""
    return snapshots.begin_with(cast.resting)


@pytest.fixture
def well(cast: Cast, resting: Session) -> Session:
    """The same, measured and asked at noon."""
    measure(cast, resting, 124, 80, 72)
    ask(cast, resting, "no")
    return resting


def measure(cast: Cast, session: Session, systolic: int, diastolic: int, pulse: int) -> None:
    infusion.record_vitals(
        session, systolic=systolic, diastolic=diastolic, pulse=pulse, spo2=98, stamp=cast.stamp("nils", session.ends_at)
    )


def ask(cast: Cast, session: Session, answer: str) -> None:
    said = "" if answer == "no" else "Wishes not to wake up"
    record_thoughts(session, has_thoughts=answer == "yes", words=said, stamp=cast.stamp("nils", session.ends_at))


def leave(cast: Cast, session: Session, at: datetime, way: str, who: str = "nils", **values: object) -> Discharge:
    order = Leave(way, "Her sister is late, a taxi with the nurse", cast.users["maya"], read_back=True)
    return discharge_otherwise(session, WELL, replace(order, **values), stamp=cast.stamp(who, at))


def assert_stays(session: Session) -> None:
    session.refresh_from_db()
    assert session.is_recovering
    assert not Discharge.objects.exists()


def test_the_end_of_the_dose_is_not_the_way_home(resting: Session) -> None:
    assert resting.is_recovering
    assert list(Session.objects.recovering()) == [resting]


def test_who_meets_every_line_goes_home_and_the_row_keeps_how_it_was(cast: Cast, well: Session) -> None:
    row = discharge_patient(well, WELL, stamp=cast.stamp("nils", well.ends_at))
    assert (row.way, row.circulation, row.unmet, row.escort) == ("met", 2, "", "Ana Northwood, sister")
    assert row.next_session == "Infusion, Wed, Mar 4, 10:00 AM"
    well.refresh_from_db()
    assert (well.is_recovering, well.discharged_at) == (False, well.ends_at)


@pytest.mark.parametrize(
    ("found", "because"),
    [
        ({"activity": 0}, "Aldrete 8 of 10; at least 9"),
        ({"oxygen": None}, "Aldrete score is not whole"),
        ({"dissociation_gone": False}, "the dissociation is gone"),
        ({"walks": None}, "walks steadily"),
        ({"oriented": False}, "knows who, where and when"),
        ({"nausea_controlled": False}, "no nausea"),
        ({"line_out": False}, "The IV is out"),
        ({"instructions_given": False}, "instructions given"),
        ({"next_named": False}, "the next session was named"),
        ({"escort": " "}, "Nobody is named who takes the patient home"),
    ],
)
def test_each_line_alone_keeps_the_patient_here(cast: Cast, well: Session, found: dict, because: str) -> None:
    with pytest.raises(Refused, match=because):
        discharge_patient(well, replace(WELL, **found), stamp=cast.stamp("nils", well.ends_at))
    assert_stays(well)


def test_a_full_score_is_never_enough_alone(cast: Cast, resting: Session) -> None:
    with pytest.raises(Refused, match=r"not asked about new suicidal thoughts.*no reading since the end of the dose"):
        discharge_patient(resting, WELL, stamp=cast.stamp("nils", resting.ends_at))


def test_the_least_time_of_the_program_is_watched(cast: Cast, well: Session) -> None:
    early = well.ended_at + timedelta(minutes=59)
    with pytest.raises(Refused, match="Watched 59 of at least 60 minutes: not before 11:45"):
        discharge_patient(well, WELL, stamp=cast.stamp("nils", early))


# 122 before the dose: a fifth is 24.4.
@pytest.mark.parametrize("systolic", [146, 98])
def test_a_pressure_within_a_fifth_of_before_the_dose_is_near(cast: Cast, resting: Session, systolic: int) -> None:
    measure(cast, resting, systolic, 80, 72)
    ask(cast, resting, "no")
    assert discharge_patient(resting, WELL, stamp=cast.stamp("nils", resting.ends_at)).circulation == 2


@pytest.mark.parametrize("systolic", [147, 97])
def test_a_pressure_more_than_a_fifth_off_keeps_the_patient_here(cast: Cast, resting: Session, systolic: int) -> None:
    measure(cast, resting, systolic, 80, 72)
    ask(cast, resting, "no")
    with pytest.raises(Refused, match=f"Systolic 122 before, {systolic} now"):
        discharge_patient(resting, WELL, stamp=cast.stamp("nils", resting.ends_at))
    assert_stays(resting)


def test_new_thoughts_raise_an_alert_and_wait_for_a_clinician(cast: Cast, well: Session) -> None:
    ask(cast, well, "yes")
    alert = Alert.objects.open().get(patient=well.patient)
    assert (alert.level, "Wishes not to wake up" in alert.rule) == ("urgent", True)
    with pytest.raises(Refused, match="writes the outcome of the alert first"):
        discharge_patient(well, WELL, stamp=cast.stamp("nils", well.ends_at))
    close_alert(alert, actor=cast.actor("maya"), outcome="plan", note="Seen; safety plan; sister stays", at=well.ends_at)
    assert discharge_patient(well, WELL, stamp=cast.stamp("nils", well.ends_at)).way == "met"


def test_a_later_no_does_not_take_the_yes_back(cast: Cast, well: Session) -> None:
    ask(cast, well, "yes")
    ask(cast, well, "no")
    with pytest.raises(Refused, match="outcome of the alert"):
        discharge_patient(well, WELL, stamp=cast.stamp("nils", well.ends_at))


def test_a_yes_sent_twice_is_one_alert(cast: Cast, resting: Session) -> None:
    stamp = cast.stamp("nils", resting.ends_at)
    for _ in range(2):
        record_thoughts(resting, has_thoughts=True, words="Wishes not to wake up", stamp=stamp)
    assert Alert.objects.filter(cause__startswith="thoughts:").count() == 1


def test_without_an_escort_the_clinician_and_the_reason_stand_in_the_record(cast: Cast, well: Session) -> None:
    alone = replace(WELL, escort="")
    order = Leave("no escort", "Taxi, and her sister waits at home", cast.users["maya"], read_back=True)
    row = discharge_otherwise(well, alone, order, stamp=cast.stamp("nils", well.ends_at))
    assert (row.clinician, row.is_verbal, row.reason) == (cast.users["maya"], True, order.reason)
    assert row.unmet == "Nobody is named who takes the patient home."


def test_no_escort_excuses_nothing_else(cast: Cast, well: Session) -> None:
    order = Leave("no escort", "Taxi", cast.users["maya"], read_back=True)
    with pytest.raises(Refused, match="walks steadily"):
        discharge_otherwise(well, replace(WELL, escort="", walks=False), order, stamp=cast.stamp("nils", well.ends_at))
    assert_stays(well)


def test_who_leaves_against_advice_is_gone_and_the_record_says_what_was_not_met(cast: Cast, resting: Session) -> None:
    row = leave(cast, resting, resting.ended_at + timedelta(minutes=20), "against advice")
    assert "Watched 20 of at least 60 minutes" in row.unmet
    assert "not asked about new suicidal thoughts" in row.unmet


def test_a_clinician_may_decide_about_a_line_but_not_about_the_time(cast: Cast, well: Session) -> None:
    with pytest.raises(Refused, match="Watched 30 of at least 60"):
        leave(cast, well, well.ended_at + timedelta(minutes=30), "decided", who="maya")
    assert_stays(well)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"reason": " "}, "Write why"),
        ({"clinician": None}, "Choose the clinician"),
        ({"read_back": False}, "Read the order back"),
        ({"way": "met"}, "Choose how the patient leaves"),
    ],
)
def test_leaving_otherwise_says_who_why_and_was_read_back(cast: Cast, well: Session, changed: dict, because: str) -> None:
    with pytest.raises(Refused, match=because):
        leave(cast, well, well.ends_at, **{"way": "no escort", **changed})
    assert_stays(well)


def test_a_clinician_of_the_south_answers_for_nobody_here(cast: Cast, well: Session) -> None:
    with pytest.raises(Refused, match="Choose the clinician"):
        leave(cast, well, well.ends_at, "no escort", clinician=cast.users["omar"])


def test_nobody_goes_home_before_the_dose_ends_or_twice(cast: Cast, well: Session) -> None:
    discharge_patient(well, WELL, stamp=cast.stamp("nils", well.ends_at))
    with pytest.raises(Refused, match="was discharged already"):
        discharge_patient(well, WELL, stamp=replace(cast.stamp("nils", well.ends_at), key=uuid.uuid4()))
    waiting = well.enrolment.sessions.get(infusion=2)
    with pytest.raises(Refused, match="has not reached the end of the dose"):
        discharge_patient(waiting, WELL, stamp=cast.stamp("nils", waiting.ends_at))


def test_the_page_says_which_tablets_may_hold_rows_before_the_patient_leaves(
    cast: Cast, resting: Session, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    stand_at(resting.ends_at)
    words = (("maya", 20, 0), ("nils", 20, 2))
    for who, seconds, unsent in words:
        heard = {"actor": cast.actor(who), "at": resting.ends_at - timedelta(seconds=seconds)}
        hear_tablet(resting, uuid.uuid4(), unsent=unsent, is_leaving=False, **heard)
    address, nils = reverse("session_discharge", args=[resting.public_id]), signed_in("nils")
    shown = re.findall(r"A tablet of <strong>(\w+)</strong>.* when it ([^.]*)", nils.get(address).content.decode())
    assert shown == [("Nils", "had 2 unsent rows")]
    stand_at(resting.ends_at + timedelta(minutes=2))
    shown = re.findall(r"A tablet of <strong>(\w+)</strong>", nils.get(address).content.decode())
    assert sorted(shown) == ["Maya", "Nils"], "silent for two minutes"


def test_theo_discharges_nobody(cast: Cast, well: Session) -> None:
    with pytest.raises(NotAllowed):
        discharge_patient(well, WELL, stamp=cast.stamp("theo", well.ends_at))
