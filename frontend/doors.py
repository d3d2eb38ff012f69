"""What stands before every page: signed in, acting in a role, and that role may see this kind of page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.db.models import Manager
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from tracker.accounts.models import User
from tracker.accounts.roles import Actor
from tracker.accounts.visibility import ClinicalQuerySet
from tracker.errors import NotAllowed
from tracker.people.services import Hat


class Request(HttpRequest):
    """A request behind a door: somebody acts."""

    user: User
    hat: Hat
    actor: Actor
    htmx: HtmxDetails


P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponse]


def door(capability: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Let in who acts in a role with `capability`; others sign in first, or read that it is not theirs (403)."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def behind_door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor: Actor | None = request.actor  # type: ignore[attr-defined]
            if actor is None:
                return redirect("locked" if request.locked_hat else "no_role")  # type: ignore[attr-defined]
            if not actor.may(capability):
                raise NotAllowed(_("This page belongs to another role."))
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return behind_door  # type: ignore[return-value]

    return decorate


def get_visible(rows: "ClinicalQuerySet | Manager[Any]", actor: Actor, **lookup: object) -> Any:
    """The one row of `rows` that `actor` may see; 404 for any other, the same whether it exists or not."""
    found = rows.visible_to(actor).filter(**lookup).first()  # type: ignore[union-attr]
    if found is None:
        raise Http404
    return found
