"""The web process: `gunicorn tracker.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from tracker.startup import refuse_unless_sound

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
application = get_wsgi_application()
refuse_unless_sound()
