"""Two views that do next to nothing: what is measured stands beside them."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tracker.audit.models import AuditRow

ROWS = 20


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """One row more."""
    AuditRow.objects.create(at=datetime.now(UTC), role="", verb="bench", subject="", subject_id="", request_id="", address="")
    return HttpResponse(status=201)


def read(request: HttpRequest) -> HttpResponse:
    """The last twenty rows."""
    return JsonResponse({"rows": list(AuditRow.objects.order_by("-pk").values("at", "verb", "subject")[:ROWS])})


urlpatterns = [path("bare/insert", insert), path("bare/read", read)]
