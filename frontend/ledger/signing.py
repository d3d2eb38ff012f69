"""Whose names stand under a line: who is signed in, and the witness who types a password of their own."""

import uuid
from datetime import datetime
from typing import Any

from django import forms

from frontend.doors import Request
from frontend.witness import prove_witness
from programs.services.ledger.lines import Signing
from tracker.accounts.models import User
from tracker.accounts.proving import who_may


def witnesses_for(request: Request) -> list[User]:
    """Everybody but the one who is signed in who may bear witness here."""
    return who_may("witness_ledger", clinic_id=request.actor.clinic_id, but_not=request.actor.signer_id)


def new_key() -> dict[str, Any]:
    """The key of a form that is about to be typed."""
    return {"key": uuid.uuid4()}


def sign(request: Request, form: forms.Form, *, happened_at: datetime | None = None) -> Signing:
    """Who signs what was typed. The witness's password is checked here, before any transaction begins."""
    witness = prove_witness(request, form, witnesses_for(request), capability="witness_ledger")
    return Signing(request.actor, form.cleaned_data["key"], witness, happened_at)
