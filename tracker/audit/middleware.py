"""From which request, and which address, what follows was done."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Source:
    """Where an act came from; a command or task has neither."""

    request_id: str = ""
    address: str = ""


source: ContextVar[Source] = ContextVar("source", default=Source())  # noqa: B039 - frozen


def address_of(request: HttpRequest) -> str:
    """Whose address a request comes from: the neighbour's, or what the outermost proxy of ours says that it saw.

    Each proxy adds on the right whom it heard from. What stands further left anybody can write.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < proxies <= len(seen):
        with suppress(ValueError):
            return str(ip_address(seen[-proxies].strip()))
    return request.META.get("REMOTE_ADDR", "")


def note_where_from(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what is audited during a request carries its id and address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = source.set(Source(uuid.uuid4().hex, address_of(request)))
        try:
            return get_response(request)
        finally:
            source.reset(token)

    return middleware
