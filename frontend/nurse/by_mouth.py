"""An order by word of mouth, as a nurse writes it down: who gave it, and that it was read back."""

from collections.abc import Sequence
from typing import Any

from django import forms

from frontend.doors import Request
from frontend.nurse.forms import KeyedForm
from programs.models import Session
from programs.services.releases import prescribers_of
from tracker.accounts.models import User


class ByMouthForm(KeyedForm):
    """Whoever orders themselves is offered nobody, and asked neither."""

    prescriber = forms.TypedChoiceField(label="Who ordered it?", coerce=int, empty_value=None, required=False)
    read_back = forms.BooleanField(label="I read the order back to the prescriber", required=False)

    def __init__(self, *args: Any, prescribers: Sequence[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if prescribers:
            self.fields["prescriber"].choices = [("", "Choose"), *((user.pk, str(user)) for user in prescribers)]  # type: ignore[attr-defined]
        else:
            del self.fields["prescriber"], self.fields["read_back"]
        # What is ordered comes first.
        self.order_fields([name for name in self.fields if name not in {"prescriber", "read_back"}])


def prescribers_for(request: Request, session: Session) -> list[User]:
    """Who may have ordered what is written down now; nobody where the writer orders themselves."""
    return [] if request.actor.may("release_start") else prescribers_of(session.clinic_id)
