"""Events in the chair: a tap each, more said later, an incident where one is serious."""

from datetime import timedelta

import pytest

from programs.models import EventMore, Incident, RoomEvent, Session
from programs.services.events import call_serious, record_event, review_incident, say_more
from programs.services.room_rules import sign_rules
from tests.cast import Cast
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia is here for her first infusion."""
    return snapshots.begin_with(cast.prepared)


@pytest.fixture
def event(cast: Cast, session: Session) -> RoomEvent:
    return record_event(session, what="nausea", stamp=cast.stamp("nils", session.starts_at + timedelta(minutes=20)))


def test_what_is_said_later_stands_beside_the_event(cast: Cast, session: Session, event: RoomEvent) -> None:
    later = session.starts_at + timedelta(minutes=30)
    say_more(event, severity="moderate", stamp=cast.stamp("nils", later))
    say_more(event, done="ondansetron 4 mg", outcome="passed", ended_at=later, stamp=cast.stamp("nils", later))
    assert [str(row) for row in EventMore.objects.all()] == ["moderate", "ondansetron 4 mg; passed"]
    assert RoomEvent.objects.get().happened_at == session.starts_at + timedelta(minutes=20)


@pytest.mark.parametrize("said", [{}, {"severity": "terrible"}, {"done": "  "}])
def test_nothing_said_is_no_row(cast: Cast, session: Session, event: RoomEvent, said: dict[str, str]) -> None:
    with pytest.raises(Refused):
        say_more(event, stamp=cast.stamp("nils", session.starts_at), **said)


def test_no_event_ends_before_it_began(cast: Cast, session: Session, event: RoomEvent) -> None:
    with pytest.raises(Refused, match="before it began"):
        say_more(event, ended_at=session.starts_at, stamp=cast.stamp("nils", session.starts_at))


def test_what_is_not_on_the_list_is_no_event(cast: Cast, session: Session) -> None:
    with pytest.raises(Refused, match="Choose what happened"):
        record_event(session, what="boredom", stamp=cast.stamp("nils", session.starts_at))


def test_a_serious_event_keeps_the_card_as_it_was(cast: Cast, event: RoomEvent) -> None:
    sign_rules(cast.north, during_every=10, after_every=15, serious_words="Call 911.", actor=cast.actor("maya"))
    opened = call_serious(event, actor=cast.actor("nils"))
    sign_rules(cast.north, during_every=10, after_every=15, serious_words="Call Maya.", actor=cast.actor("maya"))
    assert Incident.objects.get().card == "Call 911."
    assert call_serious(event, actor=cast.actor("nils")) == opened


def test_an_incident_waits_until_a_clinician_has_reviewed_it(cast: Cast, event: RoomEvent) -> None:
    opened = call_serious(event, actor=cast.actor("nils"))
    assert list(Incident.objects.visible_to(cast.actor("maya")).unreviewed()) == [opened]
    with pytest.raises(NotAllowed):
        review_incident(opened, words="All well.", actor=cast.actor("nils"))
    review_incident(opened, words="Airway was clear throughout.", actor=cast.actor("maya"))
    assert not Incident.objects.unreviewed().exists()


def test_a_review_is_signed_once(cast: Cast, event: RoomEvent) -> None:
    opened = call_serious(event, actor=cast.actor("nils"))
    review_incident(opened, words="All well.", actor=cast.actor("maya"))
    with pytest.raises(Refused, match="Maya has reviewed this already"):
        review_incident(opened, words="Not so well.", actor=cast.actor("maya"))
