"""What a tablet kept while the wifi was gone: medicines, doses at times, a serious event, the end, the pump's figures."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from assessments.services.dosing import give_dose
from programs.models import Incident, Medicine, Session
from programs.services.doses import Typed
from programs.services.medicines import TypedLine, sign_standing_orders
from programs.services.offering import switch_program
from programs.services.room import Answer, Sent, write_rows
from programs.services.safety import add_safety_item
from programs.services.second_looks import look_again
from tests.cast import Cast
from tests.snapshots import Snapshots

LINES = [TypedLine("Ondansetron", "4", "mg", "IV")]
Send = Callable[..., list[Answer]]


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia's first infusion runs since ten, 35 mg over 40 minutes."""
    return snapshots.begin_with(cast.running)


@pytest.fixture
def send(cast: Cast, session: Session) -> Send:
    """Nils's tablet sends rows, an hour after the dose began."""

    def sends(*rows: Sent, to: Session = session) -> list[Answer]:
        at = to.starts_at + timedelta(hours=1)
        return write_rows(to, rows, patient=to.patient.public_id, actor=cast.actor("nils"), at=at)

    return sends


def row(kind: str, at: datetime, **values: Any) -> Sent:
    return Sent(uuid.uuid4(), kind, at, values)


def after(session: Session, minutes: int) -> datetime:
    return session.starts_at + timedelta(minutes=minutes)


def test_a_standing_order_is_given_in_the_words_that_were_read(cast: Cast, session: Session, send: Send) -> None:
    [line] = sign_standing_orders(cast.north, lines=LINES, actor=cast.actor("maya"))
    given = row("standing", after(session, 20), line=str(line.public_id), words="Ondansetron 4 mg IV")
    other = row("standing", after(session, 20), line=str(line.public_id), words="Ondansetron 8 mg IV")
    assert [answer.outcome for answer in send(given, given, other)] == ["stored", "known", "refused"]
    assert Medicine.objects.get().happened_at == after(session, 20)


def test_a_medicine_in_doubt_comes_in_with_the_reason_why_it_was_given(cast: Cast, session: Session, send: Send) -> None:
    add_safety_item(session.patient, kind="allergy", words="Ondansetron: rash", last_taken="", actor=cast.actor("nils"))
    said = {"drug": "Ondansetron", "amount": "4", "unit": "mg", "route": "IV", "clock": "10:20"}
    said |= {"prescriber": cast.users["maya"].pk, "read_back": True}
    [asked] = send(row("medicine", after(session, 50), **said))
    assert (asked.outcome, asked.wrong) == ("refused", "doubt")
    [stored] = send(row("medicine", after(session, 50), **said, doubt=asked.why, reason="rash as a child, none since"))
    assert (stored.outcome, Medicine.objects.get().happened_at) == ("stored", after(session, 20))


def test_the_end_and_the_pump_come_in_with_what_was_typed_before_them(session: Session, send: Send) -> None:
    rows = [
        row("note", after(session, 39), text="calm"), row("end", after(session, 40)),
        row("pump", after(session, 41), infused="50", left="0"), row("end", after(session, 42)),
    ]  # fmt: skip
    assert [answer.outcome for answer in send(*rows)] == ["stored", "stored", "stored", "refused"]
    now = Session.objects.get(pk=session.pk)
    assert (now.state, now.ended_at) == ("done", after(session, 40))
    assert [answer.outcome for answer in send(*rows)] == ["known", "known", "known", "refused"]


def test_a_stop_says_why(session: Session, send: Send) -> None:
    said = [
        answer.outcome
        for answer in send(row("stop", after(session, 20), reason=" "), row("stop", after(session, 20), reason="hives"))
    ]
    assert said == ["refused", "stored"]
    assert Session.objects.get(pk=session.pk).state_reason == "hives"


def test_a_serious_event_is_one_incident_since_the_moment_it_was_called(session: Session, send: Send) -> None:
    event = row("event", after(session, 10), what="rash")
    serious = row("serious", after(session, 12), event=str(event.key))
    answers = send(event, serious), send(event, serious)
    assert answers[0][1] == answers[1][1]
    assert Incident.objects.get().opened_at == after(session, 12)


def test_a_dose_at_a_time_is_kept_but_not_the_first_which_begins_the_session(cast: Cast, send: Send) -> None:
    switch_program("six-injections", is_on=True, actor=cast.actor("alma"))
    session = cast.enrol("paul", program="six-injections", starts_on=date(2026, 3, 2)).sessions.get(infusion=1)
    cast.prepare(session, session.starts_at)
    look_again(session.orders.get(), looker=cast.actor("nils"), at=session.starts_at)
    begun, later = (row("dose", after(session, minute), mg=mg, site="left arm") for minute, mg in ((5, "20"), (30, "15")))
    assert [answer.outcome for answer in send(begun, to=session)] == ["refused"]
    give_dose(session, Typed(mg="20", site="left arm"), stamp=cast.stamp("nils", after(session, 5)))
    assert [answer.outcome for answer in send(later, later, to=session)] == ["stored", "known"]
    assert Session.objects.get(pk=session.pk).dose_ug == 35_000
