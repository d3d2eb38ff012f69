"""Counting at a change of shift, what came of it, and a clinician's word on what differed."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from frontend.doors import Request, door, get_visible
from frontend.forms import attempt
from frontend.ledger.forms import CountForm, SignForm
from frontend.ledger.signing import new_key, sign, witnesses_for
from frontend.ledger.stock import act_page
from programs.models import Counted, StockCount
from programs.services.ledger import counting
from programs.services.ledger.reading import places_of


@require_http_methods(["GET", "POST"])
@door("keep_ledger")
def count(request: Request) -> HttpResponse:
    """Two people count: what the ledger says is not shown until they have."""
    clinic = request.hat.clinic
    places = places_of(clinic)
    form = CountForm(places, witnesses_for(request), request.POST or None, initial=new_key())
    made: list[StockCount] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: made.append(counting.record_count(clinic, form.found, signing=sign(request, form))))
    ):
        return redirect("ledger_counted", made[0].public_id)
    about = "Count together, then type what you found. What is set apart is counted too."
    if not places:
        about = "There is nothing to count: no vial is there."
    return act_page(request, form, title="Count", button="Write it down", back="ledger", about=about, is_empty=not places)


@require_safe
@door("see_ledger")
def counted(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What one count found, beside what the ledger said."""
    row: StockCount = get_visible(StockCount.objects, request.actor, public_id=public_id)
    items = row.items.select_related("lot", "vial__lot", "signed_line")
    return render(request, "ledger/counted.html", {"count": row, "items": items})


@require_http_methods(["GET", "POST"])
@door("sign_discrepancy")
def discrepancy(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Why a count differed, signed by a clinician."""
    item: Counted = get_visible(
        Counted.objects.select_related("count", "lot__clinic", "vial__lot"), request.actor, public_id=public_id
    )
    form = SignForm(request.POST or None, initial=new_key())
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if attempt(
            form,
            lambda: counting.sign_discrepancy(
                item, is_explained=typed["outcome"] == "explained", reason=typed["reason"], signing=sign(request, form)
            ),
        ):
            messages.success(request, "Signed.")
            return redirect("ledger_counted", item.count.public_id)
    about = f"{item}. Counted by {item.count.author}, witness {item.count.witness}."
    return act_page(
        request,
        form,
        title="Sign a discrepancy",
        button="Sign as " + request.actor.name,
        back="ledger_counted",
        row=item.count,
        about=about,
    )
