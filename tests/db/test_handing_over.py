"""Nils hands Pia over to Maya, who signs with her own password: both stand in the record."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from programs.models import HandOver, Session
from programs.services.handing_over import Given, take_over
from programs.services.infusion import record_vitals
from tests.cast import PASSWORD, Cast, make_user
from tests.snapshots import Snapshots
from tracker.accounts.models import Membership
from tracker.accounts.roles import Role
from tracker.audit.models import Event
from tracker.errors import NotAllowed, Overtaken, Refused

MONDAY = date(2026, 3, 2)


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Pia's first infusion runs, and Nils has it; it is twenty past ten."""
    session = snapshots.begin_with(cast.running)
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at + timedelta(minutes=20))
    return Session.objects.select_related("nurse", "clinic", "patient").get(pk=session.pk)


def take(cast: Cast, session: Session, name: str = "maya", **more: Any) -> list[HandOver]:
    giver = more.pop("giver_id", session.nurse_id)
    return take_over(
        [Given(session, "10:12 144/92")], giver_id=giver, taker=cast.actor(name), key=more.pop("key", uuid.uuid4()),
        at=session.starts_at + timedelta(minutes=20),
    )  # fmt: skip


def test_the_session_is_hers_and_both_stand_in_the_record(cast: Cast, session: Session) -> None:
    [row] = take(cast, session)
    session.refresh_from_db()
    assert session.nurse == cast.users["maya"]
    assert (row.author, row.giver, row.shown) == ("Maya", "Nils", "10:12 144/92")
    event = Event.objects.get(subject="handover")
    assert (event.who, event.now) == ("Maya", "taken over by Maya from Nils")


def test_the_rest_of_the_session_is_booked_for_her(cast: Cast, session: Session) -> None:
    take(cast, session)
    booked = session.bookings.filter(need="nurse").order_by("slot").values_list("person__name", flat=True)
    assert list(booked)[:2] == ["Nils", "Maya"]
    assert set(booked[1:]) == {"Maya"}


def test_of_two_who_take_over_at_once_the_first_has_it(cast: Cast, session: Session) -> None:
    ana = Membership.objects.create(user=make_user("ana"), clinic=cast.north, role=Role.NURSE).as_actor()
    first_seen = session.nurse_id
    take(cast, session)
    again = Session.objects.select_related("nurse", "clinic", "patient").get(pk=session.pk)
    with pytest.raises(Overtaken, match="Somebody took over Pia Northwood meanwhile"):
        take_over([Given(again, "")], giver_id=first_seen, taker=ana, key=uuid.uuid4(), at=session.starts_at)
    assert HandOver.objects.get().author == "Maya"


def test_the_same_sending_again_changes_nothing(cast: Cast, session: Session) -> None:
    key, giver_id = uuid.uuid4(), session.nurse_id
    first = take(cast, session, key=key, giver_id=giver_id)
    assert take(cast, session, key=key, giver_id=giver_id) == first
    assert HandOver.objects.count() == 1


def test_nobody_takes_over_from_themselves(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="somebody else"):
        take(cast, session, "nils")


@pytest.mark.parametrize("name", ["theo", "dana", "alma", "omar"])
def test_who_keeps_no_record_takes_over_nobody(cast: Cast, session: Session, name: str) -> None:
    with pytest.raises(NotAllowed):
        take(cast, session, name)


def page(client: Client, session: Session) -> tuple[str, dict[str, Any]]:
    """The page as it reads, and what its form holds."""
    answer = client.get(f"/sessions/{session.public_id}/hand-over/")
    form = answer.context["form"]
    typed = {name: form[name].value() for name in ("key", "giver", "sessions")} | {"shown": answer.context["digest"]}
    return answer.content.decode(), typed


def test_the_page_shows_the_last_rows_and_what_is_open(cast: Cast, session: Session, signed_in: Callable[[str], Client]) -> None:
    for minute, systolic in ((1, 131), (5, 132), (10, 133), (15, 134)):
        at = session.starts_at + timedelta(minutes=minute)
        record_vitals(session, systolic=systolic, diastolic=80, pulse=80, spo2=98, stamp=cast.stamp("nils", at))
    text, _typed = page(signed_in("nils"), session)
    assert [f"10:{minute} 13" in text for minute in ("01", "05", "10", "15")] == [False, True, True, True]
    assert "Pump: 52.5 mg/h, dose 35 mg, running since 10:00" in text


def test_her_own_password_takes_it_on_his_tablet(cast: Cast, session: Session, signed_in: Callable[[str], Client]) -> None:
    nils = signed_in("nils")
    _text, typed = page(nils, session)
    answer = nils.post(
        f"/sessions/{session.public_id}/hand-over/", typed | {"witness": cast.users["maya"].pk, "password": PASSWORD}, follow=True
    )
    assert "Maya has taken over: Pia Northwood." in answer.content.decode()
    assert HandOver.objects.get().author == "Maya"
    assert answer.context["actor"].name == "Nils"


def test_a_wrong_password_takes_nothing(cast: Cast, session: Session, signed_in: Callable[[str], Client]) -> None:
    nils = signed_in("nils")
    _text, typed = page(nils, session)
    answer = nils.post(f"/sessions/{session.public_id}/hand-over/", typed | {"witness": cast.users["maya"].pk, "password": "x"})
    assert answer.status_code == 422
    assert "This is not the password of Maya." in answer.content.decode()
    assert not HandOver.objects.exists()


def test_a_row_that_came_since_is_shown_before_she_signs(
    cast: Cast, session: Session, signed_in: Callable[[str], Client]
) -> None:
    nils = signed_in("nils")
    _text, typed = page(nils, session)
    at = session.starts_at + timedelta(minutes=19)
    record_vitals(session, systolic=188, diastolic=104, pulse=88, spo2=97, stamp=cast.stamp("nils", at))
    answer = nils.post(
        f"/sessions/{session.public_id}/hand-over/", typed | {"witness": cast.users["maya"].pk, "password": PASSWORD}
    )
    assert "10:19 188/104" in answer.content.decode()
    assert "Something was added since this page was opened." in answer.content.decode()
    assert not HandOver.objects.exists()
