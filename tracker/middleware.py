"""The two things that every answer of the site has in common."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def answer_health(get_response: Handler) -> Handler:
    """Answer /healthz before anything else: no session, no host check, one question to the database."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return get_response(request)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")
        return HttpResponse("ok\n", content_type="text/plain")

    return middleware


def harden_headers(get_response: Handler) -> Handler:
    """No copy of a page in any cache: what a signed-in person saw must not be there after sign-out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return middleware
