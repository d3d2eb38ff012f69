"""Handing over: the last rows and open items of a nurse's patients, and the password of who takes them over."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.templatetags.words import clock, mg
from frontend.witness import WitnessedForm, prove_witness
from programs.models import RoomEvent, Session, Vitals
from programs.services.board import Seat, board_of
from programs.services.handing_over import Given, chairs_watched, take_over, watched_by
from programs.services.running import running_of
from tracker.accounts.models import User
from tracker.accounts.proving import who_may
from tracker.accounts.roles import Actor
from tracker.audit.services import record_seen
from tracker.errors import Overtaken, Refused

LAST_ROWS = 3


@dataclass(frozen=True)
class Summary:
    """What whoever takes over reads of one patient."""

    session: Session
    lines: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def words(self) -> str:
        """All of it as one text: what is kept with the signature."""
        return "\n".join([*self.lines, *(f"open: {one}" for one in self.open)])


class HandOverForm(WitnessedForm):
    """Whose patients, which of them, and the one who takes over. `shown` is what the page said of them."""

    giver = forms.IntegerField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput)
    sessions = forms.MultipleChoiceField(
        label="Patients", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose whom you take over."}
    )

    def __init__(self, takers: Sequence[User], summaries: Sequence[Summary], *args: Any, **kwargs: Any) -> None:
        super().__init__(takers, *args, **kwargs)
        self.fields["sessions"].choices = [  # type: ignore[attr-defined]
            (str(one.session.public_id), str(one.session.patient)) for one in summaries
        ]
        self.fields["witness"].label = "Who takes over?"
        self.fields["witness"].help_text = ""
        self.fields["password"].label = "Their own password"
        self.fields["password"].help_text = "Typed by who takes over. Nobody is signed in or out by it."


@require_http_methods(["GET", "POST"])
@door("record_infusion")
def hand_over(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Everybody whom the nurse of this session has now, and the signature of who takes them over."""
    session: Session = get_visible(Session.objects.select_related("nurse"), request.actor, public_id=public_id)
    summaries = summaries_of(session.nurse_id, request.actor, timezone.now())
    if session.pk not in {one.session.pk for one in summaries}:
        messages.error(request, f"Nothing to hand over: this session is {session.get_state_display().lower()}.")
        return redirect("board")
    takers = who_may("record_infusion", clinic_id=session.clinic_id, but_not=session.nurse_id or 0)
    everybody = [str(one.session.public_id) for one in summaries]
    initial = {"key": uuid.uuid4(), "giver": session.nurse_id, "shown": _digest(summaries), "sessions": everybody}
    form = HandOverForm(takers, summaries, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _take(request, form, takers, summaries)):
        return redirect("board")
    record_seen(request.actor, "hand-over", {one.session.patient_id for one in summaries})
    chosen = request.POST.getlist("sessions") if request.method == "POST" else everybody
    context = {
        "session": session, "summaries": summaries, "form": form, "chosen": chosen, "digest": _digest(summaries),
        "giver_id": session.nurse_id,
    }  # fmt: skip
    return render(request, "nurse/hand_over.html", context, status=422 if form.errors else 200)


def summaries_of(giver_id: int | None, actor: Actor, at: datetime) -> list[Summary]:
    """One for each patient of this nurse who is here now."""
    sessions = watched_by(giver_id, actor=actor, at=at)
    seats = {seat.session.pk: seat for tile in board_of(actor, at=at) for seat in tile.here}
    return [_summary(session, seats.get(session.pk)) for session in sessions]


def _summary(session: Session, seat: Seat | None) -> Summary:
    tz = session.clinic.tz
    rows = Vitals.objects.standing().filter(session=session).order_by("-happened_at", "-pk")[:LAST_ROWS]
    lines = [f"{clock(row.happened_at, tz)} {row}" for row in rows] or ["No reading yet"]
    events = RoomEvent.objects.standing().filter(session=session).order_by("-happened_at", "-pk")[:LAST_ROWS]
    lines += [f"{clock(event.happened_at, tz)} {event}" for event in events]
    course = running_of(session) if session.state == Session.State.IN_PROGRESS else None
    if course:
        pump = "paused" if course.is_paused else f"{mg(course.ug_per_hour)}/h"
        lines.append(f"Pump: {pump}, dose {mg(course.dose_ug)}, running since {clock(session.started_at, tz)}")
    due = [f"vitals at {clock(seat.due_at, tz)}"] if seat and seat.due_at else []
    return Summary(session, tuple(lines), (*due, *(seat.open if seat else ())))


def _digest(summaries: Sequence[Summary]) -> str:
    """Tells whether what was shown is what stands now."""
    words = "\n\n".join(f"{one.session.public_id}\n{one.words}" for one in summaries)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _take(request: Request, form: HandOverForm, takers: Sequence[User], summaries: Sequence[Summary]) -> None:
    typed = form.cleaned_data
    if typed["giver"] != summaries[0].session.nurse_id:
        raise Overtaken("Somebody else took over meanwhile. This is how it stands now: look again.")
    if typed["shown"] != _digest(summaries):
        raise Overtaken("Something was added since this page was opened. It is shown now: look again, then sign.")
    taker = prove_witness(request, form, takers, capability="record_infusion")
    if taker is None:
        raise Refused("Choose who takes over.", "witness")
    given = [Given(one.session, one.words) for one in summaries if str(one.session.public_id) in typed["sessions"]]
    take_over(given, giver_id=typed["giver"], taker=taker, key=typed["key"])
    messages.success(request, _said(taker, given))


def _said(taker: Actor, given: Sequence[Given]) -> str:
    names = ", ".join(str(one.session.patient) for one in given)
    watches, most = chairs_watched(taker), given[0].session.clinic.chairs_per_nurse
    more = f" That is {watches} at once; this clinic plans {most} for one nurse." if watches > most else ""
    return f"{taker.name} has taken over: {names}.{more}"
