"""What a device remembers of how pages look on it, in cookies that hold nothing about anybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

DIM_COOKIE = "dim"


def remember(response: HttpResponse, name: str, value: str, allowed: set[str]) -> None:
    """Keep `value` on this device for a year, if it is one of those that can be chosen."""
    if value in allowed:
        response.set_cookie(name, value, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.IS_HTTPS, httponly=True)


def dim_for_dose(request: HttpRequest, response: HttpResponse) -> None:
    """A dose begins: the tablet takes the colours of a dim room, unless somebody chose for this device."""
    if DIM_COOKIE not in request.COOKIES:
        remember(response, DIM_COOKIE, "on", {"on"})
