"""What the tablet needs of the pages: the shell that opens while the server is away, and rows that were set aside."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from frontend.doors import Request, door, get_visible
from programs.models import SetAside
from programs.services.sealed_rows import settle
from tracker.errors import Refused


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """A page with no person's word in it. The service worker keeps it, and shows it when the server is not reached."""
    return render(None, "nurse/tablet.html", {"emergency_call": settings.EMERGENCY_CALL})


@require_POST
@door("record_infusion")
def settled(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Somebody says what was done with a row that came from a tablet and is not in the record."""
    row: SetAside = get_visible(SetAside.objects.select_related("session"), request.actor, public_id=public_id)
    try:
        settle(row, how=request.POST.get("how", "").replace("\x00", ""), actor=request.actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Noted. The row stays in sight with what you wrote.")
    return redirect("session", row.session.public_id)
