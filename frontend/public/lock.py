"""The idle lock: patients' words go from the screen, the clock, the next vitals and the emergency card stay on it."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from frontend.doors import Request, door
from frontend.forms import attempt
from frontend.middleware import LOCKED
from programs.models import RecordRow, Session
from programs.services.room_rules import rules_of_clinic, vitals_due_at
from tracker.accounts.models import User
from tracker.accounts.proving import prove
from tracker.people.services import Hat


class UnlockForm(forms.Form):
    """The password of the one who locked it."""

    password = forms.CharField(widget=forms.PasswordInput({"autocomplete": "current-password"}), label="Your password")


@dataclass(frozen=True)
class Chair:
    """A chair with a running dose, and when its next vitals are due: no name, no reading."""

    name: str
    due_at: datetime | None


@require_POST
@door("work_here")
def lock(request: Request) -> HttpResponse:
    """Whoever sits down here next proves first who they are."""
    request.session[LOCKED] = request.POST.get("next", "")
    return redirect("locked")


@require_http_methods(["GET", "POST"])
@login_required
def locked(request: HttpRequest) -> HttpResponse:
    """What may stay in view, and the way back to where it was locked."""
    hat: Hat | None = request.locked_hat  # type: ignore[attr-defined]
    if hat is None:
        return redirect("home")
    form = UnlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _prove(request, hat, form)):
        return _back(request.session.pop(LOCKED))
    context = {"form": form, "locked_hat": hat, "chairs": _chairs(hat.clinic.pk), "now": timezone.now()}
    rules = rules_of_clinic(hat.clinic.pk)
    card = rules.serious_words if rules else ""
    return render(request, "public/locked.html", context | {"card": card}, status=422 if form.errors else 200)


def _prove(request: HttpRequest, hat: Hat, form: forms.Form) -> None:
    user: User = hat.user
    prove(request, user, form.cleaned_data["password"], capability="work_here", clinic_id=hat.clinic.pk)


def _back(path: str) -> HttpResponse:
    if path.startswith("/") and url_has_allowed_host_and_scheme(path, None):
        return HttpResponseRedirect(path)
    return redirect("home")


def _chairs(clinic_id: int) -> list[Chair]:
    """Every chair of the clinic at which a dose runs: three statements, however many there are."""
    rules = rules_of_clinic(clinic_id)
    running = Session.objects.filter(clinic_id=clinic_id, state=Session.State.IN_PROGRESS).select_related("chair", "clinic")
    stands = Q(vitals_rows__corrected_by=None) & ~Q(vitals_rows__why=RecordRow.Why.TAKEN_BACK)
    rows = running.annotate(last_at=Max("vitals_rows__happened_at", filter=stands))
    return [
        Chair(str(row.chair or "No chair"), vitals_due_at(row, rules, last_at=row.last_at, minutes=_minutes(row)))
        for row in rows.prefetch_related("orders")
    ]


def _minutes(session: Session) -> int | None:
    orders = list(session.orders.all())
    return orders[0].minutes if orders else None
