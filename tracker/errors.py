"""The family of refusals.

    SextantError
    ├── NotAllowed       this person may not do this                  403
    └── Refused          what was asked cannot be done, and why       422
        └── Overtaken    somebody else changed it in the meantime     409

A row that a person may not see is not an error of this family: it does not exist for them (404).
"""

from http import HTTPStatus

from django.core.exceptions import PermissionDenied


class SextantError(Exception):
    """Anything Sextant refuses, with a sentence for the person who asked."""


class NotAllowed(SextantError, PermissionDenied):
    """The acting person's role does not include this act."""


class Refused(SextantError):
    """The act cannot be done; `str(error)` says why in the words of the person who asked.

    `field` names the input that has to change, where there is one.
    """

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, why: str, field: str | None = None) -> None:
        super().__init__(why)
        self.field = field


class Overtaken(Refused):
    """The row changed since it was shown; the person must look again before deciding."""

    status = HTTPStatus.CONFLICT
