"""The site as it is served, and in the same processes, on the same database, the bare views.

They stand before every middleware, session and permission: what they cost is the least that Django can cost here.
"""

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.test.utils import override_settings

from tracker.wsgi import application as site


class Bare(WSGIHandler):
    """Django with no middleware, and only the bare views."""

    def get_response(self, request: HttpRequest):
        request.urlconf = "bench.bare"  # type: ignore[attr-defined]
        return super().get_response(request)


with override_settings(MIDDLEWARE=[]):
    bare = Bare()


def application(environ, start_response):
    """/bare/ to the bare views, everything else to the site."""
    serve = bare if environ["PATH_INFO"].startswith("/bare/") else site
    return serve(environ, start_response)
