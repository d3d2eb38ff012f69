"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from frontend.menu import Menu, menu_of
from frontend.middleware import CHOICE_KEY
from frontend.remembered import DIM_COOKIE
from tracker.accounts.roles import CAPABILITIES
from tracker.people.services import Hat


def layout(request: HttpRequest) -> dict[str, Any]:
    """The acting person, their clinic, the chosen theme, whether the people here are synthetic."""
    hat = getattr(request, "hat", None)
    theme = request.COOKIES.get("theme")
    return {
        "hat": hat,
        "actor": hat and hat.actor,
        "clinic": hat and hat.clinic,
        "theme": theme if theme in {"light", "dark"} else "auto",
        "is_dim": request.COOKIES.get(DIM_COOKIE) == "on" and bool(hat and hat.actor.may("see_record")),
        "may_change_hats": request.session.get(CHOICE_KEY, False) if hat else False,
        "menu": _menu(request, hat) if hat else None,
        "is_demo": settings.IS_DEMO,
        "may": {name: hat.actor.may(name) for name in CAPABILITIES} if hat else {},
    }


def _menu(request: HttpRequest, hat: Hat) -> Menu:
    here = request.resolver_match.url_name if request.resolver_match else ""
    return menu_of(hat.actor.role, is_training=hat.clinic.is_training, here=here or "")
