"""Markup that functions write: drawings, and the long lists of a page, which cost a template's loop ten times as much."""

import uuid
from functools import lru_cache
from html import escape

from django.urls import reverse

# Where the row of an address goes: an id that nothing else in an address can be.
PLACE = uuid.uuid4()


class Markup(str):
    """Escaped as it was built; templates take it as it is."""

    def __html__(self) -> str:
        return str(self)


@lru_cache(1000)
def _address_of(name: str, *args: object) -> str:
    return reverse(name, args=args)


def address(name: str, public_id: uuid.UUID | None = None, *codes: str) -> str:
    """Where a page is, or the page of one row; looked for once in a process."""
    if public_id is None:
        return _address_of(name)
    return _address_of(name, PLACE, *codes).replace(str(PLACE), str(public_id))


def link(name: str, public_id: uuid.UUID, words: str, more: str = "") -> str:
    """A link to the page of one row. `more` is for who cannot see what stands around it."""
    hidden = f'<span class="visually-hidden">{escape(more)}</span>' if more else ""
    return f'<a href="{address(name, public_id)}">{escape(words)}{hidden}</a>'
