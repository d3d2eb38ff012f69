"""What the API asks before any view of it runs."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class IsActing(BasePermission):
    """Signed in, and acting in a role that still holds. What the role may do is asked by each service."""

    def has_permission(self, request: Request, view: object) -> bool:
        return getattr(request, "actor", None) is not None
