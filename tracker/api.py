"""The API, gathered from the floors above by name."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

urlpatterns = [
    path("", include("programs.api")),
    path("", include("assessments.api")),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api_schema"),
]
