"""The plan over the API: the sessions of today."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.models import Session
from programs.room_api import RowsView, TabletView
from programs.services.day import DayRow, day_of
from programs.tablet_api import PassOnView, TabletKeyView
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_seen
from tracker.errors import NotAllowed


class SessionOut(serializers.ModelSerializer[Session]):
    """One session as the day list shows it."""

    id = serializers.UUIDField(source="public_id")
    patient = serializers.UUIDField(source="patient.public_id")
    patient_name = serializers.CharField(source="patient.legal_name")
    chair = serializers.CharField(source="chair.name", default=None)

    class Meta:
        model = Session
        fields = ["id", "patient", "patient_name", "kind", "infusion", "starts_at", "ends_at", "chair", "state", "state_reason"]


class DayRowOut(serializers.Serializer[DayRow]):
    """A session and what it still needs."""

    session = SessionOut()
    needs = serializers.ListField(child=serializers.CharField())


class TodayView(APIView):
    """The sessions of the clinic's day, by time and chair."""

    @extend_schema(responses=DayRowOut(many=True))
    def get(self, request: Request) -> Response:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.may("work_here"):
            raise NotAllowed
        clinic = Clinic.objects.get(pk=actor.clinic_id)
        rows = day_of(actor, timezone.now().astimezone(clinic.tz).date())
        record_seen(actor, "today", {row.session.patient_id for row in rows})
        return Response(DayRowOut(rows, many=True).data)  # type: ignore[arg-type]


urlpatterns = [
    path("sessions/today/", TodayView.as_view(), name="api_today"),
    path("sessions/<uuid:public_id>/rows/", RowsView.as_view(), name="api_rows"),
    path("tablet/key/", TabletKeyView.as_view(), name="api_tablet_key"),
    path("tablet/sealed/", PassOnView.as_view(), name="api_tablet_sealed"),
    path("sessions/<uuid:public_id>/tablet/", TabletView.as_view(), name="api_tablet"),
]
