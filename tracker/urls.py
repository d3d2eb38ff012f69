"""The site's addresses: the pages, the sign-in, the API. Each is a string, so that ground never imports roof."""

from django.urls import include, path

urlpatterns = [
    path("", include("frontend.urls")),
    path("account/", include("tracker.accounts.urls")),
    path("api/v1/", include("tracker.api")),
]

handler400 = "frontend.public.views.bad_request"
handler403 = "frontend.public.views.not_allowed"
handler404 = "frontend.public.views.not_found"
handler500 = "frontend.public.views.server_error"
