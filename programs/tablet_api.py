"""What a tablet asks for besides sending rows: a statement whose key it holds, and passing on what another typed."""

import uuid
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.room_api import RowIn, sent_of
from programs.services.room import MOST_ROWS, Sent
from programs.services.sealed_rows import Passed, Statement, pass_on, state_key
from tracker.accounts.roles import Actor
from tracker.errors import NotAllowed, Refused


class KeyIn(serializers.Serializer[Any]):
    """The public half of a key that the browser made: a point of P-256, as base64url."""

    key = serializers.CharField(max_length=100)


class StatementOut(serializers.Serializer[Statement]):
    """What the tablet keeps for its author."""

    statement = serializers.CharField()
    seal_with = serializers.CharField()
    ends_at = serializers.DateTimeField()


class SealedIn(serializers.Serializer[Any]):
    """One envelope. The key names it in the answer; the row's own key stands inside."""

    key = serializers.UUIDField()
    sealed = serializers.CharField(max_length=12_000)


class EnvelopesIn(serializers.Serializer[Any]):
    """Envelopes in the order in which their rows were typed."""

    rows = serializers.ListField(child=SealedIn(), allow_empty=False, max_length=MOST_ROWS)


class PassedOut(serializers.Serializer[Passed]):
    """What became of one envelope; nothing of what stands in it."""

    key = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=["stored", "known", "set aside", "refused"])


class AllPassedOut(serializers.Serializer[Any]):
    """The answers, in the order of the envelopes."""

    rows = PassedOut(many=True)


class SignedRow(RowIn):
    """A row as its author's tablet signed it: it says itself which session and which patient it belongs to."""

    session = serializers.UUIDField()
    patient = serializers.UUIDField()


class TabletKeyView(APIView):
    """State that a key of this browser signs for whoever is signed in, as long as a sign-in lasts."""

    @extend_schema(request=KeyIn, responses=StatementOut)
    def post(self, request: Request) -> Response:
        _may(request, "record_infusion")
        sent = KeyIn(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(StatementOut(state_key(sent.validated_data["key"], actor=_actor(request))).data)


class IsActingOrLocked(BasePermission):
    """Also while the page is locked: what is passed on proves itself, and the answer says nothing of it."""

    def has_permission(self, request: Request, view: object) -> bool:
        return _actor(request) is not None


class PassOnView(APIView):
    """Pass on rows that another typed on this tablet. They are filed under that person, who signed them."""

    permission_classes = (IsActingOrLocked,)

    @extend_schema(request=EnvelopesIn, responses=AllPassedOut)
    def post(self, request: Request) -> Response:
        _may(request, "work_here")
        sent = EnvelopesIn(data=request.data)
        sent.is_valid(raise_exception=True)
        envelopes = [(row["key"], row["sealed"]) for row in sent.validated_data["rows"]]
        return Response(AllPassedOut({"rows": pass_on(envelopes, read=_read, actor=_actor(request))}).data)


def _actor(request: Request) -> Actor:
    locked = getattr(request, "locked_hat", None)
    actor: Actor = locked.actor if locked else request.actor  # type: ignore[attr-defined]
    return actor


def _may(request: Request, capability: str) -> None:
    if not _actor(request).may(capability):
        raise NotAllowed


def _read(row: Mapping[str, Any]) -> tuple[uuid.UUID, uuid.UUID, Sent]:
    sent = SignedRow(data=row)
    if not sent.is_valid():
        raise Refused("There is no row of a session in it.")
    values = dict(sent.validated_data)
    return values.pop("session"), values.pop("patient"), sent_of(values)
