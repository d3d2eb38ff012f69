"""A weight at the chair that looks like a slip: a page of its own, and a second person where it is far off."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from programs.models import Session, Weight
from programs.services import infusion, sessions
from programs.services.infusion import Sure
from tests.cast import PASSWORD, Cast
from tests.snapshots import Snapshots
from tracker.errors import Refused

SignedIn = Callable[[str], Client]


@pytest.fixture
def second(cast: Cast, snapshots: Snapshots, stand_at: Callable) -> Session:
    """Pia is there for her second infusion; she weighed 70 kg at the first."""
    first = snapshots.begin_with(cast.home)
    session: Session = Session.objects.get(enrolment=first.enrolment_id, infusion=2)
    stand_at(session.starts_at)
    sessions.receive_patient(session, actor=cast.actor("nils"), at=session.starts_at)
    return session


def send(client: Client, session: Session, **typed: object) -> str:
    body = {"key": uuid.uuid4(), "unit": "kg", **typed}
    return client.post(reverse("session_weight", args=[session.public_id]), body, follow=True).content.decode()


def of_today(session: Session) -> list[Weight]:
    return list(Weight.objects.filter(session=session))


def test_nils_reads_both_units_side_by_side_before_a_doubtful_weight_counts(second: Session, signed_in: SignedIn) -> None:
    page = send(signed_in("nils"), second, weight="155")
    assert "It looks like pounds typed as kg." in page
    assert "70.3 kg = 155 lb" in page
    assert "70 kg = 154.3 lb" in page
    assert of_today(second) == []


def test_a_weight_a_little_off_is_kept_once_nils_is_sure(second: Session, signed_in: SignedIn) -> None:
    doubt = "80 kg is 14 % above the last weight, 70 kg."
    send(signed_in("nils"), second, weight="80", doubt=doubt)
    assert [(row.weight_g, row.doubt, row.second) for row in of_today(second)] == [(80_000, doubt, "")]


def test_a_usual_weight_is_not_asked_about(second: Session, signed_in: SignedIn) -> None:
    send(signed_in("nils"), second, weight="71")
    assert [row.doubt for row in of_today(second)] == [""]


@pytest.mark.parametrize(("password", "kept"), [(PASSWORD, ["Maya"]), ("another", []), ("", [])])
def test_far_off_maya_reads_the_scale_too(
    cast: Cast, second: Session, signed_in: SignedIn, password: str, kept: list[str]
) -> None:
    doubt = "90 kg is 29 % above the last weight, 70 kg."
    send(signed_in("nils"), second, weight="90", doubt=doubt, witness=cast.users["maya"].pk, password=password)
    assert [row.second for row in of_today(second)] == kept


def test_nils_is_no_second_person_beside_himself(cast: Cast, second: Session) -> None:
    sure = Sure("90 kg is 29 % above the last weight, 70 kg.", cast.actor("nils"))
    with pytest.raises(Refused, match="somebody else"):
        infusion.record_weight(second, typed="90", unit="kg", stamp=cast.stamp("nils", second.starts_at), sure=sure)


def test_a_doubt_that_was_read_answers_no_other_weight(cast: Cast, second: Session) -> None:
    sure = Sure("80 kg is 14 % above the last weight, 70 kg.")
    with pytest.raises(Refused, match="81 kg is 16 % above"):
        infusion.record_weight(second, typed="81", unit="kg", stamp=cast.stamp("nils", second.starts_at), sure=sure)


def test_a_first_weight_is_confirmed_in_both_units_before_it_counts(cast: Cast, stand_at: Callable, signed_in: SignedIn) -> None:
    session = cast.enrol("paul", starts_on=date(2026, 3, 2)).sessions.get(infusion=1)
    stand_at(session.starts_at)
    sessions.receive_patient(session, actor=cast.actor("nils"), at=session.starts_at)
    nils, asked = signed_in("nils"), "It is the first weight of this patient: 154 kg = 339.5 lb."
    assert asked in send(nils, session, weight="154")
    assert of_today(session) == []
    send(nils, session, weight="154", doubt=f"{asked} Is that what the scale says, unit and all?")
    assert [row.weight_g for row in of_today(session)] == [154_000]
