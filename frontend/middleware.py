"""As whom a signed-in person acts, and in which language they read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tracker.accounts.roles import Role
from tracker.people.services import hats_of, wearing

SESSION_KEY = "hat"
LANGUAGE_COOKIE = "language"


def act_for_user(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: set `request.hat` and `request.actor` (None for nobody).

    Looked up at every request, so a role that was taken away opens nothing from the next one on. Staff pages
    are in English; patients read the language of their cookie.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.hat = _hat(request)  # type: ignore[attr-defined]
        request.actor = request.hat.actor if request.hat else None  # type: ignore[attr-defined]
        with translation.override(_language(request)):
            return get_response(request)

    return middleware


def _hat(request: HttpRequest):  # type: ignore[no-untyped-def]
    if not request.user.is_authenticated:
        return None
    worn = request.session.get(SESSION_KEY)
    hat = wearing(request.user, worn) if worn else None
    if hat is None:
        hat = next(iter(hats_of(request.user)), None)
        request.session[SESSION_KEY] = hat.key if hat else None
    return hat


def _language(request: HttpRequest) -> str:
    actor = request.actor  # type: ignore[attr-defined]
    if actor is not None and actor.role != Role.PATIENT:
        return "en"
    chosen = request.COOKIES.get(LANGUAGE_COOKIE)
    if chosen in {"en", "es"}:
        return chosen
    if actor is not None:
        return request.hat.language  # type: ignore[attr-defined]
    return translation.get_language_from_request(request)
