"""Refusing to start when something is wrong.

Django runs its checks under manage.py only: gunicorn would serve and Celery say ready with an Error standing.
"""

import sys

from django.core import checks
from django.db import connections


def refuse_unless_sound() -> None:
    """Run every check, those on the database included; with an error say it and exit with 1."""
    errors = [found for found in checks.run_checks(databases=["default"]) if found.is_serious()]
    # A connection must not be inherited by the processes that fork from this one.
    connections.close_all()
    if errors:
        sys.exit("Sextant does not start:\n" + "\n".join(f"  {error}" for error in errors))
