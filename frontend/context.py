"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from frontend.middleware import CHOICE_KEY
from tracker.accounts.roles import CAPABILITIES


def layout(request: HttpRequest) -> dict[str, Any]:
    """The acting person, their clinic, the chosen theme, whether the people here are synthetic."""
    hat = getattr(request, "hat", None)
    theme = request.COOKIES.get("theme")
    return {
        "hat": hat,
        "actor": hat and hat.actor,
        "clinic": hat and hat.clinic,
        "theme": theme if theme in {"light", "dark"} else "auto",
        "may_change_hats": request.session.get(CHOICE_KEY, False) if hat else False,
        "is_demo": settings.IS_DEMO,
        "may": {name: hat.actor.may(name) for name in CAPABILITIES} if hat else {},
    }
