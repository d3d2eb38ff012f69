"""A second person proves who they are, on the device at which somebody else is signed in."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tracker.accounts.models import Membership, User
from tracker.accounts.roles import Actor
from tracker.errors import Refused


def who_may(capability: str, *, clinic_id: int, but_not: int) -> list[User]:
    """Everybody of this clinic, by name, whose role includes `capability`, but the user `but_not`."""
    members = Membership.objects.filter(clinic_id=clinic_id, is_active=True, user__is_active=True).exclude(user_id=but_not)
    users = {row.user_id: row.user for row in members.select_related("user") if row.as_actor().may(capability)}
    return sorted(users.values(), key=lambda user: (str(user), user.pk))


def prove(request: HttpRequest, user: User, password: str, *, capability: str, clinic_id: int) -> Actor:
    """The actor that `user` is at this clinic, once the password is right. Nobody's session changes.

    Tries count against the same limits as the sign-in, and a wrong one is audited as it is there. Call it outside
    a transaction: hashing takes long, and one that waits for it would hold its locks. Raises Refused in words.
    """
    try:
        proved = get_adapter().authenticate(request, email=user.email, password=password)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "password") from error
    if proved is None or proved.pk != user.pk:
        raise Refused(f"This is not the password of {user}.", "password")
    for member in Membership.objects.filter(user=user, clinic_id=clinic_id, is_active=True).select_related("user"):
        if member.as_actor().may(capability):
            return member.as_actor()
    raise Refused(f"{user} may not do this here.", "witness")
