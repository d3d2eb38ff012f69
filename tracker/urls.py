"""The site's addresses: the pages, the sign-in, the API. Each is a string, so that ground never imports roof."""

from django.urls import include, path

urlpatterns = [
    # The pages last: all of them are tried for an address that begins like none of these.
    path("account/", include("tracker.accounts.urls")),
    path("api/v1/", include("tracker.api")),
    path("", include("frontend.urls")),
]

handler400 = "frontend.public.views.bad_request"
handler403 = "frontend.public.views.not_allowed"
handler404 = "frontend.public.views.not_found"
handler500 = "frontend.public.views.server_error"
