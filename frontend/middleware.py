"""As whom a signed-in person acts, and in which language they read."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.crypto import constant_time_compare

from tracker.accounts.roles import Role
from tracker.people.services import Hat, hats_of, wearing

HAT_KEY = "hat"
# Set while the page is locked: where to go on afterwards. Whoever locked it acts as nobody until they have unlocked it.
LOCKED = "locked at"
# Whether there was more than one to choose from, so that a patient's page need not ask each time.
CHOICE_KEY = "may change hats"
LANGUAGE_COOKIE = "language"


def act_for_user(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: set `request.hat` and `request.actor` (None for nobody, and while the page is locked).

    Looked up at every request, so a role that was taken away opens nothing from the next one on. Staff pages
    are in English; patients read the language of their cookie.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        hat = _hat(request)
        is_locked = hat is not None and LOCKED in request.session
        request.locked_hat = hat if is_locked else None  # type: ignore[attr-defined]
        request.hat = None if is_locked else hat  # type: ignore[attr-defined]
        request.actor = request.hat.actor if request.hat else None  # type: ignore[attr-defined]
        with translation.override(_language(request)):
            return get_response(request)

    return middleware


def _hat(request: HttpRequest) -> Hat | None:
    hat = _worn(request.session)
    if hat:
        request.user = hat.user
        return hat
    if not request.user.is_authenticated:
        return None
    hats = hats_of(request.user)
    hat = next(iter(hats), None)
    request.session[HAT_KEY] = hat.key if hat else None
    request.session[CHOICE_KEY] = len(hats) > 1
    return hat


def _worn(session: SessionBase) -> Hat | None:
    """The hat that was put on earlier, and with it the user, in one statement.

    None unless the sign-in holds by everything that Django's own get_user asks: a locked account, another
    password or a backend that is gone leave it to that.
    """
    worn, signed = session.get(HAT_KEY), session.get(HASH_SESSION_KEY)
    if not worn or not signed or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    hat = wearing(int(session[SESSION_KEY]), worn)
    holds = hat and hat.user.is_active and constant_time_compare(signed, hat.user.get_session_auth_hash())
    return hat if holds else None


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
