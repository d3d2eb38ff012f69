"""Events on the session's page: a key each, what is said of them later, and the page of a serious one."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.nurse.forms import KeyedForm
from programs.doubles import doubles
from programs.models import EventMore, Incident, RoomEvent, Session
from programs.services.events import call_serious, record_event, review_incident, say_more
from programs.services.record import Stamp, moment_of
from tracker.audit.services import record_seen
from tracker.errors import Refused

# The keys of the first row; the rest stand behind one more tap.
FIRST = (
    RoomEvent.What.NAUSEA, RoomEvent.What.DIZZY, RoomEvent.What.ANXIETY, RoomEvent.What.DISSOCIATION, RoomEvent.What.VISION,
    RoomEvent.What.SALIVA, RoomEvent.What.SITE, RoomEvent.What.RASH,
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """An event with all that was said of it: the last word on each question stands."""

    event: RoomEvent
    more: list[EventMore]
    incident: Incident | None
    key: uuid.UUID
    double_of: RoomEvent | None = None

    def last(self, name: str) -> object:
        """What was said last of this; empty where nothing was."""
        return next((getattr(row, name) for row in reversed(self.more) if getattr(row, name)), "")

    @property
    def severity(self) -> object:
        return self.last("severity")

    @property
    def done(self) -> object:
        return self.last("done")

    @property
    def outcome(self) -> object:
        return self.last("outcome")

    @property
    def ended_at(self) -> object:
        return self.last("ended_at")


def events_of(session: Session) -> dict[str, object]:
    """What the session's page shows of events, newest first: two statements."""
    rows = list(
        session.roomevent_rows.select_related("incident__review", "corrects", "corrected_by").order_by("-happened_at", "-pk")
    )
    first = _first_rows(rows)
    more: dict[int, list[EventMore]] = {}
    for row in session.eventmore_rows.order_by("recorded_at", "pk"):
        more.setdefault(first[row.event_id], []).append(row)
    incidents = {first[row.pk]: row.incident for row in rows if hasattr(row, "incident")}
    twice = _doubles(rows)
    shown = [
        Shown(row, more.get(first[row.pk], []), incidents.get(first[row.pk]), uuid.uuid4(), twice.get(row.pk)) for row in rows
    ]
    rest = [kind for kind in RoomEvent.What if kind not in FIRST]
    keys = {"first_kinds": FIRST, "other_kinds": rest, "event_key": uuid.uuid4()}
    return {"events": shown, "severities": EventMore.Severity, **keys}


def _doubles(rows: list[RoomEvent]) -> dict[int, RoomEvent]:
    """Events of one kind within a minute of each other: perhaps one, written down twice."""
    standing = [row for row in rows if not row.is_corrected]
    kinds = {row.what for row in standing}
    return {pk: row for kind in kinds for pk, row in doubles([one for one in standing if one.what == kind]).items()}


def _first_rows(rows: Iterable[RoomEvent]) -> dict[int, int]:
    """For each row the first one that it goes back to: what was said of that is said of the corrected one too."""
    corrected = {row.pk: row.corrects_id for row in rows}
    first = {}
    for row in rows:
        pk = row.pk
        while (before := corrected[pk]) is not None:
            pk = before
        first[row.pk] = pk
    return first


class MoreForm(KeyedForm):
    """What is said of an event later; every field may be left empty, not all of them."""

    severity = forms.ChoiceField(choices=[("", "–"), *EventMore.Severity.choices], required=False)
    done = forms.CharField(max_length=200, required=False)
    outcome = forms.CharField(max_length=200, required=False)
    ended = forms.TimeField(required=False)


def _session(request: Request, public_id: uuid.UUID) -> Session:
    found: Session = get_visible(Session.objects.select_related("clinic", "patient"), request.actor, public_id=public_id)
    return found


def _event(request: Request, session: Session, row_id: uuid.UUID) -> RoomEvent:
    rows = RoomEvent.objects.select_related("session__clinic", "corrected_by")
    found: RoomEvent = get_visible(rows, request.actor, public_id=row_id, session=session)
    return found


def _try(request: Request, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


@require_POST
@door("record_infusion")
def event(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One tap: this happened now."""
    session = _session(request, public_id)
    form = KeyedForm(request.POST)
    what = request.POST.get("what", "")
    if form.is_valid():
        stamp = Stamp(request.actor, form.cleaned_data["key"])
        _try(request, lambda: record_event(session, what=what, stamp=stamp), "Recorded. How bad was it?")
    else:
        messages.error(request, "The page was not sent whole. Reload it and try again.")
    return redirect("session", public_id)


@require_POST
@door("record_infusion")
def more(request: Request, public_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """Severity, what was done, how it ended: a row of its own each time."""
    session = _session(request, public_id)
    row = _event(request, session, row_id)
    form = MoreForm(request.POST)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("severity", "done", "outcome")}
        ended_at = _at(session, form.cleaned_data["ended"])
        stamp = Stamp(request.actor, form.cleaned_data["key"])
        _try(request, lambda: say_more(row, stamp=stamp, ended_at=ended_at, **said), "Added.")
    else:
        messages.error(request, "Not added. " + " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("session", public_id)


def _at(session: Session, clock: time | None) -> datetime | None:
    return moment_of(session, clock) if clock else None


@require_POST
@door("record_infusion")
def serious(request: Request, public_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """This is serious: open the incident and the clinic's own card."""
    row = _event(request, _session(request, public_id), row_id)
    try:
        opened = call_serious(row, actor=request.actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("session", public_id)
    return redirect("incident", opened.public_id)


class ReviewForm(forms.Form):
    words = forms.CharField(label="What you found", widget=forms.Textarea({"rows": 4}), max_length=4000)


@require_http_methods(["GET", "POST"])
@door("see_record")
def incident(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The clinic's card with a timer; below it the review, which a clinician signs."""
    rows = Incident.objects.select_related("event", "session__clinic", "patient", "review")
    row: Incident = get_visible(rows, request.actor, public_id=public_id)
    form = ReviewForm(request.POST or None)
    if request.method == "POST":
        request.actor.require("review_safety", clinic_id=row.clinic_id)
        words = form.data.get("words", "")
        if form.is_valid() and attempt(form, lambda: review_incident(row, words=words, actor=request.actor)):
            messages.success(request, "Reviewed and signed.")
            return redirect("worklist")
    record_seen(request.actor, "incident", [row.patient_id])
    return render(request, "nurse/incident.html", {"incident": row, "form": form}, status=422 if form.errors else 200)
