"""What the log keeps of a request."""

import logging

from django.core.exceptions import PermissionDenied


class WithoutRefusalTraceback(logging.Filter):
    """A refusal (403) is one line: nothing is broken, and a traceback would bury what is."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True
