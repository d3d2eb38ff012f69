"""From which request, and which address, what follows was done."""

import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Source:
    """Where an act came from; a command or task has neither."""

    request_id: str = ""
    address: str = ""


source: ContextVar[Source] = ContextVar("source", default=Source())  # noqa: B039 - frozen


def note_where_from(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what is audited during a request carries its id and address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = source.set(Source(uuid.uuid4().hex, request.META.get("REMOTE_ADDR", "")))
        try:
            return get_response(request)
        finally:
            source.reset(token)

    return middleware
