"""An order that waits for another person: what they are shown, and their own password."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.witness import WitnessedForm, prove_witness
from programs.models import DoseOrder, Session
from programs.services.orders import order_sentence
from programs.services.second_looks import look_again
from tracker.accounts.proving import who_may
from tracker.audit.services import record_seen
from tracker.errors import Refused


class SecondLookForm(WitnessedForm):
    """Who looked, and their password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["witness"].label = "Who looked?"
        self.fields["witness"].help_text = "Not the clinician who signed the order."
        self.fields["password"].label = "Their own password"


@require_http_methods(["GET", "POST"])
@door("second_look")
def second_look(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The order as a sentence, why it is asked, and who stands behind it."""
    rows = Session.objects.select_related("patient__clinic", "clinic", "enrolment")
    session: Session = get_visible(rows, request.actor, public_id=public_id)
    order = session.orders.select_related("second_look", "session").first()
    if order is None:
        raise Http404
    lookers = who_may("second_look", clinic_id=session.clinic_id, but_not=order.signer_user_id)
    form = SecondLookForm(lookers, request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _look(request, order, form, lookers)):
        messages.success(request, "Looked at and signed for.")
        return redirect("session", public_id)
    record_seen(request.actor, "second look", [session.patient_id])
    context = {"session": session, "order": order, "sentence": order_sentence(order), "form": form}
    return render(request, "nurse/second_look.html", context, status=422 if form.errors else 200)


def _look(request: Request, order: DoseOrder, form: SecondLookForm, lookers: list[Any]) -> None:
    looker = prove_witness(request, form, lookers, capability="second_look")
    if looker is None:
        raise Refused("Choose who looked.", "witness")
    look_again(order, looker=looker)
