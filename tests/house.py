"""Pia in the middle of her course, and everybody who may come to her pages: shared by the tests of a whole file."""

import uuid
from datetime import UTC, date, datetime, timedelta
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assessments.transfer.uploads import keep_file
from programs.models import CheckIn, Vitals, Weight
from programs.services.before_dose import Stop
from programs.services.events import call_serious, record_event
from programs.services.medicines import Typed, TypedLine, give_ordered, sign_standing_orders
from programs.services.releases import record_verbal_release
from programs.services.room_orders import ByMouth
from programs.services.safety import add_safety_item
from tests.access import read_table
from tests.cast import SIX, Cast, set_aside
from tests.tablet import new_point
from tracker.accounts.models import User
from tracker.alerts.models import Alert
from tracker.alerts.services import raise_alert

ROWS = read_table()
# Friday, half past nine in the north: Pia's third infusion is near, and the check-in after the second is open.
NOW = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
# An empty body is refused before the row is looked for here; answers are what somebody would try.
BODIES: dict[str, dict[str, Any]] = {
    "api_tablet_key": {"key": new_point()},
    "api_tablet_sealed": {"rows": [{"key": str(uuid.uuid4()), "sealed": "x"}]},
    "api_answers": {"key": str(uuid.uuid4()), "answers": {"phq-9": {"1": 0}}},
    "api_tablet": {"tablet": str(uuid.uuid4()), "unsent": 0},
    "api_rows": {"patient": str(uuid.uuid4()), "rows": [{"key": str(uuid.uuid4()), "kind": "note", "values": {"text": "x"}}]},
}


def signed_in(user: User) -> dict[str, str]:
    """The cookies of somebody who signed in, and whose first page has noted as whom they act."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.get(reverse("home"))
    return {name: cookie.value for name, cookie in client.cookies.items()}


class House:
    """Pia in the middle of her course: an address for each kind of row that belongs to her."""

    def __init__(self, cast: Cast) -> None:
        self.cookies = {"nobody": {}, **{name: signed_in(user) for name, user in cast.users.items()}}
        course = cast.enrol(starts_on=date(2026, 3, 2))
        first, second, third = course.sessions.filter(infusion__in=[1, 2, 3]).order_by("infusion")
        baseline = course.checkins.get(purpose=CheckIn.Purpose.BASELINE)
        cast.answer(baseline, each=2, q9=0)
        cast.infuse(first)
        cast.answer(course.checkins.get(session=first, days=1), each=1, q9=0)
        cast.infuse(second)
        cast.prepare(third, NOW - timedelta(minutes=10))
        alert = raise_alert(
            course.patient, actor=cast.actor("pia"), level=Alert.Level.HIGH, rule="x", cause="x", course_id=course.pk, at=NOW
        )  # fmt: skip
        brought = keep_file(
            cast.north, kind="scores", file=BytesIO(b"id,total\n1,9\n"), file_name="a.csv", actor=cast.actor("alma")
        )
        due = course.checkins.get(session=second, days=1)
        item = add_safety_item(course.patient, kind="diagnosis", words="x", last_taken="", actor=cast.actor("nils"), at=NOW)
        by_word = record_verbal_release(
            third, Stop("x", "x"), prescriber=cast.users["maya"], read_back=True, reason="x", actor=cast.actor("nils"), at=NOW
        )
        event = record_event(third, what="nausea", stamp=cast.stamp("nils", NOW))
        line = sign_standing_orders(
            cast.north, lines=[TypedLine("Ondansetron", "4", "mg", "IV", "nausea")], actor=cast.actor("maya"), at=NOW
        )[0]
        typed, by = Typed("Ondansetron", "8", "mg", "IV"), ByMouth(cast.users["maya"].pk, read_back=True)
        given = give_ordered(third, typed, by=by, stamp=cast.stamp("nils", NOW))
        row_id = {"row_id": Weight.objects.get(session=third).public_id}
        aside = set_aside(third, why_not="x", author=cast.users["nils"], at=NOW)
        self.rows: dict[str, dict[str, Any]] = {
            "-": {},
            "program": {"code": SIX},
            "scale": {"code": "phq-9"},
            "reset": {"uidb36": "1", "key": "set-password"},
            "checkin": {"public_id": due.public_id},
            "sent": {"public_id": baseline.public_id},
            "session": {"public_id": third.public_id},
            "weight": {"public_id": third.public_id, "kind": "weight", **row_id},
            "reading": {"public_id": third.public_id, "row_id": Vitals.objects.get(session=third).public_id},
            "pump": {"public_id": third.public_id, "act": "pause"},
            "aside": {"public_id": aside.public_id},
            "event": {"public_id": third.public_id, "row_id": event.public_id},
            "incident": {"public_id": call_serious(event, actor=cast.actor("nils"), at=NOW).public_id},
            "patient": {"public_id": course.patient.public_id},
            "enrol": {"public_id": course.patient.public_id, "code": SIX},
            "course": {"public_id": course.public_id},
            "figure": {"public_id": course.public_id, "code": "phq-9"},
            "item": {"public_id": course.public_id, "item_id": item.public_id},
            "standing": {"public_id": third.public_id, "row_id": line.public_id},
            "ordered": {"public_id": given.order.public_id if given.order else None},
            "release": {"public_id": by_word.public_id},
            "alert": {"public_id": alert.public_id},
            "licensed": {"code": "who-5"},
            "version": {"code": cast.own_program().code, "number": 1},
            "own": {"code": cast.own_scale().code},
            "import": {"public_id": brought.public_id},
            **cast.keep_ledger(third, NOW),
            "staged": {"public_id": brought.public_id, "verdict": "refused"},
        }

    def client(self, who: str) -> Client:
        """A browser in which `who` has signed in."""
        client = Client()
        client.cookies = SimpleCookie(self.cookies[who])
        return client

    def ask(self, who: str, method: str, name: str, *, elsewhere: bool = False) -> HttpResponse:
        """`who` asks, and what it changes is gone after it; `elsewhere` for a row that was never there."""
        client = self.client(who)
        row = self.rows[ROWS[name].row]
        if elsewhere:
            kept = {"act", "code", "kind", "verdict", "number"}
            row = {key: value if key in kept else uuid.uuid4() for key, value in row.items()}
        address = reverse(name, kwargs=row)
        sent = {"content_type": "application/json"} if name in BODIES else {}
        with transaction.atomic():
            answer = client.get(address) if method == "GET" else client.post(address, BODIES.get(name, {}), **sent)
            transaction.set_rollback(True)
        return answer
