"""The room over the API: a tablet sends rows of the record in batches, and reads of each what became of it."""

import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.models import Session
from programs.services.room import MOST_ROWS, Answer, Sent, write_rows
from programs.services.room_kinds import KINDS
from programs.services.tablets import changes_of, hear_tablet
from programs.services.training import is_cut_off
from tracker.accounts.roles import Actor
from tracker.errors import NotAllowed

# A clock that is off by more than ten days is no clock; the row is refused in words.
MOST_AHEAD = 10 * 24 * 3600


class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A text, a whole number, yes or no; null is a reading left out. What belongs where is asked row by row."""

    def to_internal_value(self, data: object) -> str | int:
        if isinstance(data, int) and abs(data) < 10**6:
            return data
        if isinstance(data, str) and len(data) <= 4000 and "\x00" not in data:
            return data
        raise serializers.ValidationError("A text, a whole number, true or false belongs here.")

    def to_representation(self, value: Any) -> Any:
        return value


class RowIn(serializers.Serializer[Any]):
    """One row. `key` is made by the device, once a row; a correction names the row it corrects, and why."""

    key = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=sorted(KINDS))
    happened_at = serializers.DateTimeField()
    values = serializers.DictField(child=ValueField(allow_null=True))
    # How many seconds the device's clock ran ahead of the server's when the row was typed.
    clock_ahead_s = serializers.IntegerField(required=False, min_value=-MOST_AHEAD, max_value=MOST_AHEAD)
    corrects = serializers.UUIDField(required=False)
    why = serializers.CharField(required=False, max_length=14)


class RowsIn(serializers.Serializer[Any]):
    """A batch: the patient whom the page shows, and the rows in the order in which they were typed."""

    patient = serializers.UUIDField()
    rows = serializers.ListField(child=RowIn(), allow_empty=False, max_length=MOST_ROWS)


def sent_of(row: dict[str, Any]) -> Sent:
    """A row as the services take it: at the time by our clock, whatever the device's said."""
    ahead = timedelta(seconds=row.get("clock_ahead_s", 0))
    return Sent(**row | {"happened_at": row["happened_at"] - ahead})


class AnswerOut(serializers.Serializer[Answer]):
    """What became of one row: `outcome` is stored, known or refused; a refused one says why and in which field."""

    key = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=["stored", "known", "refused"])
    id = serializers.UUIDField(source="row.public_id", default=None)
    recorded_at = serializers.DateTimeField(source="row.recorded_at", default=None)
    why = serializers.CharField()
    field = serializers.CharField(source="wrong", allow_null=True)


class AnswersOut(serializers.Serializer[Any]):
    """The answers, in the order of the rows."""

    rows = AnswerOut(many=True)


class CutOff(APIException):
    """The script of a practice has taken the wifi away."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The wifi of this practice is gone."


class RowsView(APIView):
    """Add rows to the record of a session. The same rows again change nothing; a key with other content is refused."""

    @extend_schema(request=RowsIn, responses=AnswersOut)
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.may("record_infusion"):
            raise NotAllowed
        rows = Session.objects.visible_to(actor).select_related("patient", "clinic", "enrolment__program")
        session = rows.filter(public_id=public_id).first()
        if session is None:
            raise Http404
        if is_cut_off(session, at=timezone.now()):
            raise CutOff
        sent = RowsIn(data=request.data)
        sent.is_valid(raise_exception=True)
        body = sent.validated_data
        answers = write_rows(session, [sent_of(row) for row in body["rows"]], patient=body["patient"], actor=actor)
        return Response(AnswersOut({"rows": answers}).data)


class TabletIn(serializers.Serializer[Any]):
    """A tablet's word, under a name that it gave itself: how many rows of the session it has not sent; `leaving` when its
    page is closed.
    """

    tablet = serializers.UUIDField()
    unsent = serializers.IntegerField(min_value=0, max_value=10_000)
    leaving = serializers.BooleanField(default=False)


class ChangesOut(serializers.Serializer[Any]):
    """Grows with each row that anybody adds: a page that knows another number asks for itself again."""

    changes = serializers.IntegerField()


class TabletView(APIView):
    """A tablet with a session's page open says that it is there, and asks whether somebody else wrote into the session.

    The board tells whether it is in step.
    """

    @extend_schema(responses=ChangesOut)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        _actor, session = self._found(request, public_id, "see_record")
        return Response({"changes": changes_of(session)})

    @extend_schema(request=TabletIn, responses={204: None})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        actor, session = self._found(request, public_id, "record_infusion")
        word = TabletIn(data=request.data)
        word.is_valid(raise_exception=True)
        said = word.validated_data
        hear_tablet(session, said["tablet"], unsent=said["unsent"], is_leaving=said["leaving"], actor=actor)
        return Response(status=HTTPStatus.NO_CONTENT)

    @staticmethod
    def _found(request: Request, public_id: uuid.UUID, act: str) -> tuple[Actor, Session]:
        """Who asks, and the session. Raises NotAllowed for who may not do this, Http404 for what they cannot see."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.may(act):
            raise NotAllowed
        session = Session.objects.visible_to(actor).filter(public_id=public_id).first()
        if session is None:
            raise Http404
        return actor, session
