"""A second person beside the one who is signed in: chosen by name, proved by a password of their own."""

from collections.abc import Sequence
from typing import Any

from django import forms

from frontend.doors import Request
from frontend.nurse.forms import KeyedForm
from tracker.accounts.models import User
from tracker.accounts.proving import prove
from tracker.accounts.roles import Actor
from tracker.errors import Refused


class WitnessedForm(KeyedForm):
    """A form that a second person signs with their own password."""

    witness = forms.TypedChoiceField(
        label="Witness", coerce=int, empty_value=None, help_text="Somebody else, who stands beside you now."
    )
    password = forms.CharField(
        label="The witness's own password",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text="Typed by the witness. Nobody is signed in or out by it.",
    )

    def __init__(self, witnesses: Sequence[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["witness"].choices = [("", "Choose"), *((user.pk, str(user)) for user in witnesses)]  # type: ignore[attr-defined]
        # Who signs comes last, whatever a form adds.
        self.order_fields([name for name in self.fields if name not in {"witness", "password"}])


def prove_witness(request: Request, form: forms.Form, witnesses: Sequence[User], *, capability: str) -> Actor | None:
    """The witness who was chosen, once their password is right; None when nobody was. Call it before a transaction begins."""
    typed = form.cleaned_data
    if not typed.get("witness"):
        return None
    user = next((user for user in witnesses if user.pk == typed["witness"]), None)
    if user is None:
        raise Refused("Choose who it is.", "witness")
    return prove(request, user, typed.get("password", ""), capability=capability, clinic_id=request.actor.clinic_id)
