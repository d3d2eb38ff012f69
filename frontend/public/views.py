"""Pages for anybody: the way in, who one is here, how a page looks, and what went wrong."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontend.middleware import HAT_KEY, LANGUAGE_COOKIE
from frontend.remembered import DIM_COOKIE, remember
from tracker.accounts.roles import Role
from tracker.people.services import hats_of

API = "/api/"
HOMES = {
    Role.PATIENT: "my_home",
    Role.NURSE: "today",
    Role.THERAPIST: "today",
    Role.DESK: "today",
    Role.CLINICIAN: "worklist",
    Role.MANAGER: "worklist",
}


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the first page of whoever this is."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.locked_hat:  # type: ignore[attr-defined]
        return redirect("locked")
    return redirect(HOMES[actor.role] if actor else "no_role")


@require_safe
@login_required
def no_role(request: HttpRequest) -> HttpResponse:
    """Signed in, and nothing here is theirs."""
    return render(request, "public/no_role.html", status=403)


@require_http_methods(["GET", "POST"])
@login_required
def switch(request: HttpRequest) -> HttpResponse:
    """Choose in which role, at which clinic, to act."""
    if request.locked_hat:  # type: ignore[attr-defined]
        return redirect("locked")
    hats = hats_of(request.user)  # type: ignore[arg-type]
    if request.method == "POST":
        if any(hat.key == request.POST.get("hat") for hat in hats):
            request.session[HAT_KEY] = request.POST["hat"]
        return redirect("home")
    actor = request.actor  # type: ignore[attr-defined]
    layout = "layouts/patient.html" if actor and actor.role == Role.PATIENT else "layouts/staff.html"
    return render(request, "public/switch.html", {"hats": hats, "layout": layout})


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    # Not redirect(): it takes a bare word for the name of a page and fails on one that it does not know.
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, None, settings.IS_HTTPS):
        return HttpResponseRedirect(target)
    return redirect("home")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device has it; and the colours of a dim room, on or off."""
    response = _back(request)
    remember(response, "theme", request.POST.get("theme", ""), {"light", "dark", "auto"})
    remember(response, DIM_COOKIE, request.POST.get("dim", ""), {"on", "off"})
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """English or Spanish, on this device."""
    response = _back(request)
    remember(response, LANGUAGE_COOKIE, request.POST.get("language", ""), {"en", "es"})
    return response


def _say(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse({"detail": words}, status=status)
    return render(request, "public/error.html", {"title": title, "words": words}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400"""
    words = _("The page was not sent as we expected. Go back, reload it and try again.")
    return _say(request, 400, _("We could not read that"), words)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    return _say(request, 403, _("This is not open to you"), str(exception or "") or _("Your role does not include this page."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not yours; the answer is the same."""
    return _say(request, 404, _("There is nothing here"), _("The address is wrong, or it is not yours to see."))


def explain_form_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: who opens as a page what only takes a form is told so; 405 alone is a blank window.

    Whoever unlocks, or changes the light, on a page that a refused form led to comes back to the form's address.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        words = _("This address takes what a form sends, and shows nothing by itself. Nothing was changed.")
        page = _say(request, 405, _("There is nothing to see here"), words)
        page["Allow"] = response["Allow"]
        return page

    return middleware


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long, or came from elsewhere."""
    words = _("Nothing was changed. Go back, reload the page and send it again.")
    return _say(request, 403, _("This page was open too long"), words)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page without the database, the session or the template's frame, with a number to call."""
    numbers = {"call": settings.CRISIS_CALL, "danger": settings.EMERGENCY_CALL}
    return render(None, "public/server_error.html", numbers, status=500)
