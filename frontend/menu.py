"""The main menu of who works here: what stands in it, and for whom."""

from dataclasses import dataclass
from functools import cache
from html import escape

from django.urls import reverse

from frontend.markup import Markup
from tracker.accounts.roles import CAPABILITIES, Role


@dataclass(frozen=True)
class Entry:
    """A page of the menu, for roles with a capability."""

    page: str
    words: str
    capability: str = "work_here"
    is_for_practice: bool = False


MAIN = (
    Entry("board", "Board", "see_record"),
    Entry("today", "Today"),
    Entry("training", "Practice", "record_infusion", is_for_practice=True),
    Entry("worklist", "Patients", "see_scores"),
    Entry("people", "All patients"),
)
MORE = (
    Entry("ledger", "Drug ledger", "see_ledger"),
    Entry("programs", "Programs"),
    Entry("scales", "Scales"),
    Entry("room", "Room", "see_record"),
    Entry("imports", "Import", "import_scores"),
)


@dataclass(frozen=True)
class Menu:
    """The links that are always there, and those behind “More”."""

    main: Markup
    more: Markup


@cache
def menu_of(role: Role, *, is_training: bool, here: str) -> Menu:
    """The menu of this role on the page that is called `here`; written once in a process, for it stands on every page."""
    return Menu(_links(MAIN, role, is_training, here), _links(MORE, role, is_training, here))


def _links(entries: tuple[Entry, ...], role: Role, is_training: bool, here: str) -> Markup:
    seen = [one for one in entries if role in CAPABILITIES[one.capability] and (is_training or not one.is_for_practice)]
    return Markup("".join([_link(one, is_here=one.page == here) for one in seen]))


def _link(entry: Entry, *, is_here: bool) -> str:
    mark = ' aria-current="page"' if is_here else ""
    return f'<a href="{reverse(entry.page)}"{mark}>{escape(entry.words)}</a>\n'
