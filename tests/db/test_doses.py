"""Doses at times: each is a row, their sum is what the session gave, the first one begins it."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from assessments.services.dosing import correct_dose, give_dose, start_infusion, strike_dose
from programs.models import DoseMark, DoseOrder, GivenDose, Session
from programs.services import infusion
from programs.services.discharge import recovery_of, what_stops_discharge
from programs.services.dose_limits import proposed_limits, sign_dose_limits
from programs.services.doses import Typed
from programs.services.offering import switch_program
from programs.services.record import Stamp
from programs.services.second_looks import look_again
from tests.cast import WELL, Cast
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused

MONDAY = date(2026, 3, 2)
INJECTIONS, NASAL, DEVICES = "six-injections", "intranasal-ketamine", "esketamine-nasal"
ORAL, SUBLINGUAL = "oral-ketamine", "sublingual-ketamine"
ARM = Typed(mg="35", site="left arm")


def ready(cast: Cast, program: str) -> Session:
    """Pia is here and everything stands for her first dose of this program."""
    switch_program(program, is_on=True, actor=cast.actor("alma"))
    session = cast.enrol(program=program, starts_on=MONDAY).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    if session.orders.get().waits_for_look:
        look_again(session.orders.get(), looker=cast.actor("nils"), at=session.starts_at)
    return session


def ready_to_inject(cast: Cast) -> Session:
    return ready(cast, INJECTIONS)


def ready_to_spray(cast: Cast) -> Session:
    return ready(cast, DEVICES)


@pytest.fixture
def injected(cast: Cast, snapshots: Snapshots) -> Session:
    """35 mg into a muscle, ordered for 70 kg."""
    return snapshots.begin_with(ready_to_inject, cast)


@pytest.fixture
def sprayed(cast: Cast, snapshots: Snapshots) -> Session:
    """56 mg of esketamine, two devices."""
    return snapshots.begin_with(ready_to_spray, cast)


def give(cast: Cast, session: Session, typed: Typed, minute: int, name: str = "nils") -> GivenDose:
    stamp = cast.stamp(name, session.starts_at + timedelta(minutes=minute))
    return give_dose(Session.objects.get(pk=session.pk), typed, stamp=stamp)


def stored(session: Session) -> Session:
    return Session.objects.get(pk=session.pk)


def test_the_first_dose_begins_the_session(cast: Cast, injected: Session) -> None:
    give(cast, injected, ARM, 10)
    now = stored(injected)
    assert (now.state, now.started_at, now.dose_ug) == ("in progress", injected.starts_at + timedelta(minutes=10), 35_000)
    assert now.enrolment.infusions_given == 1


def test_the_first_dose_and_the_start_are_one_moment_also_by_a_clock_that_runs(cast: Cast) -> None:
    switch_program(INJECTIONS, is_on=True, actor=cast.actor("alma"))
    today = timezone.now().astimezone(cast.north.tz).date()
    session = cast.enrol(program=INJECTIONS, starts_on=today).sessions.get(infusion=1)
    cast.prepare(session, timezone.now())
    look_again(session.orders.get(), looker=cast.actor("nils"))
    row = give_dose(session, ARM, stamp=Stamp(cast.actor("nils"), uuid.uuid4()))
    assert DoseMark.objects.get(session=session).happened_at == row.happened_at


def test_doses_add_up_to_the_order_and_no_further(cast: Cast, injected: Session) -> None:
    give(cast, injected, replace(ARM, mg="20"), 10)
    give(cast, injected, Typed(mg="15", site="right arm"), 25)
    with pytest.raises(Refused, match="35 mg ordered, 35 mg given, 0 mg left"):
        give(cast, injected, replace(ARM, mg="0.1"), 30)
    assert (stored(injected).dose_ug, stored(injected).started_at) == (35_000, injected.starts_at + timedelta(minutes=10))


@pytest.mark.parametrize("mg", ["350", "35,0", "3.5e1", "35 mg", "٣٥", "-35", "0", ""])
def test_a_slip_in_the_mg_is_refused_at_the_field_and_nothing_begins(cast: Cast, injected: Session, mg: str) -> None:
    with pytest.raises(Refused) as refused:
        give(cast, injected, replace(ARM, mg=mg), 10)
    assert refused.value.field == "mg"
    assert (stored(injected).state, GivenDose.objects.count()) == ("arrived", 0)


def test_an_injection_names_its_site(cast: Cast, injected: Session) -> None:
    with pytest.raises(Refused, match="where it went in"):
        give(cast, injected, Typed(mg="35"), 10)


@pytest.mark.parametrize("program", [NASAL, ORAL, SUBLINGUAL])
def test_what_is_not_injected_has_no_site(cast: Cast, program: str) -> None:
    session = ready(cast, program)
    assert give(cast, session, Typed(mg="10", site="left arm"), 5).site == ""


def test_what_stops_a_start_stops_the_first_dose(cast: Cast, injected: Session) -> None:
    infusion.record_vitals(
        injected, systolic=170, diastolic=90, pulse=70, spo2=98,
        stamp=cast.stamp("nils", injected.starts_at + timedelta(minutes=5)),
    )  # fmt: skip
    with pytest.raises(Refused, match="Hold: blood pressure 170/90"):
        give(cast, injected, ARM, 10)


def test_a_dose_at_times_has_no_pump_to_start(cast: Cast, injected: Session) -> None:
    with pytest.raises(Refused, match="give the first dose"):
        start_infusion(injected, stamp=cast.stamp("nils", injected.starts_at))


def test_a_pumped_dose_is_not_given_at_times(cast: Cast) -> None:
    session = cast.enrol(starts_on=MONDAY).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    with pytest.raises(Refused, match="runs by a pump"):
        give(cast, session, ARM, 10)


def test_devices_are_counted_whole(cast: Cast, sprayed: Session) -> None:
    assert (give(cast, sprayed, Typed(devices="1"), 5).dose_ug, stored(sprayed).dose_ug) == (28_000, 28_000)
    with pytest.raises(Refused, match=r"2 devices \(56 mg\) is more than is left"):
        give(cast, sprayed, Typed(devices="2"), 10)
    assert give(cast, sprayed, Typed(devices="1"), 10).devices == 1


def test_the_same_sending_gives_one_dose(cast: Cast, injected: Session) -> None:
    stamp = cast.stamp("nils", injected.starts_at + timedelta(minutes=10))
    rows = {give_dose(stored(injected), ARM, stamp=stamp).pk for _ in range(2)}
    assert (len(rows), stored(injected).dose_ug, DoseMark.objects.count()) == (1, 35_000, 1)


def test_a_limit_that_came_down_since_the_order_holds(cast: Cast, injected: Session) -> None:
    course = injected.enrolment
    lower = replace(
        proposed_limits(course.protocol.dose), most_mg_per_kg=proposed_limits(course.protocol.dose).soft_from_mg_per_kg
    )
    lower = replace(lower, soft_to_mg_per_kg=lower.most_mg_per_kg)
    sign_dose_limits(cast.north, INJECTIONS, lower, actor=cast.actor("maya"))
    with pytest.raises(Refused, match="beyond what this clinic has signed for"):
        give(cast, injected, ARM, 10)


def test_a_session_given_in_part_is_stopped_with_a_reason_not_ended(cast: Cast, injected: Session) -> None:
    give(cast, injected, replace(ARM, mg="20"), 10)
    later = cast.stamp("nils", injected.starts_at + timedelta(minutes=60))
    with pytest.raises(Refused, match="20 mg of 35 mg was given"):
        infusion.end_infusion(stored(injected), stamp=later)
    infusion.stop_infusion(stored(injected), reason="enough", stamp=later)
    assert (stored(injected).state, stored(injected).dose_ug) == ("stopped early", 20_000)


def corrected(cast: Cast, old: GivenDose, minute: int, why: str = "typo") -> Stamp:
    at = old.session.starts_at + timedelta(minutes=minute)
    return Stamp(cast.actor("nils"), uuid.uuid4(), happened_at=at, corrects=old, why=why, at=at + timedelta(minutes=30))


def test_a_corrected_dose_counts_in_place_of_the_old_one(cast: Cast, injected: Session) -> None:
    old = give(cast, injected, replace(ARM, mg="30"), 10)
    correct_dose(old, replace(ARM, mg="35"), stamp=corrected(cast, old, 10))
    assert (stored(injected).dose_ug, GivenDose.objects.count(), GivenDose.objects.standing().count()) == (35_000, 2, 1)
    with pytest.raises(Refused, match="0 mg left"):
        give(cast, injected, replace(ARM, mg="5"), 20)


def test_the_start_follows_the_first_dose_when_its_time_was_wrong(cast: Cast, injected: Session) -> None:
    old = give(cast, injected, ARM, 10)
    correct_dose(old, ARM, stamp=corrected(cast, old, 4))
    first = injected.starts_at + timedelta(minutes=4)
    assert (stored(injected).started_at, stored(injected).enrolment.first_dose_at) == (first, first)
    assert DoseMark.objects.standing().get().happened_at == first


def test_a_dose_of_another_patient_is_struck_out_and_both_rows_stay(cast: Cast, injected: Session) -> None:
    give(cast, injected, replace(ARM, mg="20"), 10)
    wrong = give(cast, injected, replace(ARM, mg="15"), 20)
    strike_dose(wrong, stamp=corrected(cast, wrong, 20, why="wrong patient"))
    assert (stored(injected).dose_ug, GivenDose.objects.count(), GivenDose.objects.standing().count()) == (20_000, 3, 1)


def test_who_may_not_record_gives_nothing(cast: Cast, injected: Session) -> None:
    with pytest.raises(NotAllowed):
        give(cast, injected, ARM, 10, name="dana")
    with pytest.raises(NotAllowed):
        give(cast, injected, ARM, 10, name="omar")


def test_the_database_takes_no_order_without_a_weight_or_a_device(cast: Cast, injected: Session) -> None:
    order = injected.orders.get()
    for holes in (
        {"weight_g": None},
        {"weight_g": None, "ug_per_kg": None},
        {"weight_g": None, "ug_per_kg": None, "device_ug": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            DoseOrder.objects.filter(pk=order.pk).update(**holes)


SignedIn = Callable[[str], Client]


def test_the_page_offers_doses_and_speaks_of_no_pump(
    cast: Cast, injected: Session, signed_in: SignedIn, stand_at: Callable[[datetime], None]
) -> None:
    stand_at(injected.starts_at + timedelta(minutes=5))
    page = signed_in("nils").get(f"/sessions/{injected.public_id}/").content.decode()
    assert ("Give the first dose" in page, "0 mg of 35 mg given" in page) == (True, True)
    main = page[page.index("<main") :]
    assert not [word for word in ("drives no pump", "Start the infusion", "mL/h", "Volume infused") if word in main]


def test_the_page_says_that_nothing_is_taken_home(cast: Cast, signed_in: SignedIn, stand_at: Callable[[datetime], None]) -> None:
    session = ready(cast, SUBLINGUAL)
    stand_at(session.starts_at)
    page = signed_in("nils").get(f"/sessions/{session.public_id}/").content.decode()
    assert "in the clinic only. Home dosing is out of scope" in page


def test_a_wrong_number_comes_back_in_its_field(
    cast: Cast, injected: Session, signed_in: SignedIn, stand_at: Callable[[datetime], None]
) -> None:
    stand_at(injected.starts_at + timedelta(minutes=5))
    answer = signed_in("nils").post(
        f"/sessions/{injected.public_id}/dose/", {"key": str(uuid.uuid4()), "mg": "350", "site": "right thigh"}
    )
    page = answer.content.decode()
    assert (answer.status_code, 'value="350"' in page, "350 mg is more than is left" in page) == (422, True, True)


def test_a_row_is_corrected_on_the_page(
    cast: Cast, injected: Session, signed_in: SignedIn, stand_at: Callable[[datetime], None]
) -> None:
    old = give(cast, injected, replace(ARM, mg="30"), 10)
    stand_at(injected.starts_at + timedelta(minutes=30))
    typed = {"key": str(uuid.uuid4()), "mg": "35", "site": "right arm", "clock": "10:10", "why": "typo"}
    answer = signed_in("nils").post(f"/sessions/{injected.public_id}/correct/dose/{old.public_id}/", typed)
    page = signed_in("nils").get(f"/sessions/{injected.public_id}/").content.decode()
    assert answer.status_code == 302
    assert ("30 mg, left upper arm" in page, "35 mg, right upper arm" in page, "edited: typing error" in page) == (
        True,
        True,
        True,
    )


def test_after_a_device_two_hours_and_a_reading_at_forty_minutes(cast: Cast, sprayed: Session) -> None:
    give(cast, sprayed, Typed(devices="2"), 5)
    infusion.end_infusion(stored(sprayed), stamp=cast.stamp("nils", sprayed.starts_at + timedelta(minutes=6)))
    recovery = recovery_of(stored(sprayed))
    early = [one.words for one in what_stops_discharge(recovery, WELL, at=sprayed.starts_at + timedelta(minutes=125))]
    assert early[0].startswith("Watched 119 of at least 120 minutes")
    assert "There is no reading 40 minutes after the dose" in " ".join(early)
    at = cast.stamp("nils", sprayed.starts_at + timedelta(minutes=46))
    infusion.record_vitals(stored(sprayed), systolic=122, diastolic=78, pulse=70, spo2=98, stamp=at)
    later = what_stops_discharge(recovery_of(stored(sprayed)), WELL, at=sprayed.starts_at + timedelta(minutes=126))
    assert [one.words for one in later] == ["The patient was not asked about new suicidal thoughts."]
