"""How the API answers what was refused."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from tracker.errors import NotAllowed, Refused


def answer_in_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler: our refusals as `{"detail": ..., "field": ...}`, everything else as DRF does it."""
    if isinstance(error, Refused):
        return Response({"detail": str(error), "field": error.field}, status=error.status)
    if isinstance(error, NotAllowed):
        error = exceptions.PermissionDenied(str(error) or None)
    return exception_handler(error, context)
