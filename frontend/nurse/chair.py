"""A patient moves to another chair."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from programs.models import Session
from programs.services.chairs import Place, move_to_chair, places_for
from tracker.audit.services import record_seen
from tracker.errors import Refused


class ChairForm(forms.Form):
    """Which chair, and which one the page showed. A chair that is taken can be chosen: the answer says by whom."""

    chair = forms.TypedChoiceField(label="To which chair?", coerce=int, widget=forms.RadioSelect)
    was_in = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, places: list[Place], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        words = {place.chair.pk: f"{place.chair}: {_words(place)}" for place in places}
        self.fields["chair"].choices = list(words.items())  # type: ignore[attr-defined]


def _words(place: Place) -> str:
    return place.sits or (f"free, {place.booked}" if place.booked else "free")


@require_http_methods(["GET", "POST"])
@door("move_session")
def chair(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The other chairs, which of them are free, and the move."""
    rows = Session.objects.select_related("patient__clinic", "clinic", "chair", "enrolment")
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    places = places_for(session, actor=request.actor)
    form = ChairForm(places, request.POST or None, initial={"was_in": session.chair_id})
    back = "board" if request.actor.may("see_record") else "today"
    if request.method == "POST":
        if _is_there(request, session):
            return redirect(back)
        if form.is_valid() and attempt(form, lambda: _move(request, session, form, places)):
            messages.success(request, f"{session.patient} is in {session.chair} now.")
            return redirect(back)
    record_seen(request.actor, "chair", [session.patient_id])
    context = {"session": session, "places": places, "form": form, "back": back}
    return render(request, "nurse/chair.html", context, status=422 if form.errors else 200)


def _is_there(request: Request, session: Session) -> bool:
    """A second press: the first one has moved the patient to where this one asks."""
    return request.POST.get("chair") == str(session.chair_id)


def _move(request: Request, session: Session, form: ChairForm, places: list[Place]) -> None:
    typed = form.cleaned_data
    chosen = next((place.chair for place in places if place.chair.pk == typed["chair"]), None)
    if chosen is None:
        raise Refused("Choose a chair.", "chair")
    move_to_chair(session, chosen, was_in=typed["was_in"], actor=request.actor)
