"""Check-ins and outcomes over the API: the same services as the pages."""

import uuid
from typing import Any

from django.http import Http404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assessments import sentences
from assessments.models import Outcome, Score
from assessments.services.answering import submit_checkin
from programs.models import CheckIn
from tracker.accounts.roles import Actor, Role
from tracker.audit.services import record_seen
from tracker.errors import NotAllowed
from tracker.people.models import Patient
from tracker.ready import Ready


class CheckInOut(serializers.Serializer[Any]):
    """A check-in that is open, and the scales it asks. Fields that are taken from the model would be made at each answer."""

    id = serializers.UUIDField(source="public_id")
    purpose = serializers.ChoiceField(choices=CheckIn.Purpose.choices)
    due_on = serializers.DateField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    scales = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=CheckIn.State.choices)
    answered_at = serializers.DateTimeField(allow_null=True)


class AnswersIn(serializers.Serializer[Any]):
    """Answers as whole numbers: scale code -> question -> value. `key` is made by the sender, once a sending."""

    key = serializers.UUIDField()
    language = serializers.ChoiceField(choices=["en", "es"], default="en")
    answers = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=999)), allow_empty=False
    )

    def validate_answers(self, answers: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        if len(answers) > 10 or any(len(items) > 100 for items in answers.values()):
            raise serializers.ValidationError("No check-in asks that much.")
        return answers


class ScoreOut(serializers.Serializer[Score]):
    """One score; `total` is null when there is none, and `why` says why."""

    scale = serializers.CharField(source="code")
    day = serializers.DateField()
    total = serializers.SerializerMethodField()
    answered = serializers.IntegerField()
    asked = serializers.IntegerField()
    is_prorated = serializers.BooleanField()
    why = serializers.CharField()
    mode = serializers.CharField()

    def get_total(self, score: Score) -> str | None:
        return None if score.total is None else sentences.total(score.definition, score.total)


class OutcomeOut(serializers.Serializer[Outcome]):
    """How a course stands on one scale."""

    scale = serializers.CharField(source="code")
    percent_better = serializers.DecimalField(source="percent", max_digits=8, decimal_places=2, allow_null=True)
    response = serializers.BooleanField(allow_null=True)
    remission = serializers.BooleanField(allow_null=True)
    reliable_change = serializers.CharField(source="reliable")
    why = serializers.CharField()
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, outcome: Outcome) -> str:
        scores: list[Score] = self.context["scores"][(outcome.enrolment_id, outcome.code)]
        points = [score.as_point() for score in scores]
        scale = scores[-1].definition
        summary = outcome.as_summary(scale, {point.id: point for point in points})
        if self.context["for_patient"]:
            return sentences.progress(scale, points, summary).headline
        return sentences.headline(scale, points, summary)


class HistoryOut(serializers.Serializer[Any]):
    """A patient's scores in order of time, and their outcomes."""

    patient = serializers.UUIDField()
    scores = ScoreOut(many=True)
    outcomes = OutcomeOut(many=True)


def _acting(request: Request, capability: str) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(capability):
        raise NotAllowed
    return actor


class MyCheckInsView(APIView):
    """My check-ins that are open now."""

    @extend_schema(responses=CheckInOut(many=True))
    def get(self, request: Request) -> Response:
        actor = _acting(request, "answer_checkin")
        rows = CheckIn.objects.visible_to(actor).due(timezone.now()).order_by("closes_at")
        record_seen(actor, "my check-ins", [actor.patient_id or 0])
        return Response(CheckInOut(rows, many=True).data)


class SubmitView(APIView):
    """Send the answers of one check-in. The same key again gets the same answer and changes nothing."""

    @extend_schema(request=AnswersIn, responses={201: CheckInOut})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        actor = _acting(request, "answer_checkin")
        sent = AnswersIn(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            checkin = submit_checkin(public_id, actor=actor, **sent.validated_data)
        except CheckIn.DoesNotExist:
            raise Http404 from None
        return Response(CheckInOut(checkin).data, status=status.HTTP_201_CREATED)


class HistoryView(APIView):
    """A patient's scores with their outcomes; a patient sees their own."""

    @extend_schema(responses=HistoryOut)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        actor = _acting(request, "see_scores")
        patient = _patient.first(actor, public_id=public_id)
        if patient is None:
            raise Http404
        scores = _scores(actor, patient=patient.pk)
        by_scale: dict[tuple[int, str], list[Score]] = {}
        for score in scores:
            if score.points is not None:
                by_scale.setdefault((score.enrolment_id, score.code), []).append(score)
        outcomes = [row for row in _outcomes(actor, patient=patient.pk) if (row.enrolment_id, row.code) in by_scale]
        record_seen(actor, "history", [patient.pk])
        body = {"patient": patient.public_id, "scores": scores, "outcomes": outcomes}
        return Response(HistoryOut(body, context={"scores": by_scale, "for_patient": actor.role == Role.PATIENT}).data)


_patient = Ready(lambda actor, public_id: Patient.objects.visible_to(actor).filter(public_id=public_id))
_scores = Ready(
    lambda actor, patient: (
        Score.objects.visible_to(actor).standing().in_time().filter(patient=patient).with_scale().defer("answers", "scale__body")
    )
)
_outcomes = Ready(
    lambda actor, patient: Outcome.objects.visible_to(actor).filter(patient=patient).order_by("enrolment_id", "code")
)


urlpatterns = [
    path("check-ins/", MyCheckInsView.as_view(), name="api_checkins"),
    path("check-ins/<uuid:public_id>/answers/", SubmitView.as_view(), name="api_answers"),
    path("patients/<uuid:public_id>/history/", HistoryView.as_view(), name="api_history"),
]
