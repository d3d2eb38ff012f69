"""What each kind of file brings: how its rows are told apart, compared with what stands, and written."""

from types import ModuleType

from assessments.models import Import
from assessments.transfer.kinds import people, scores, sessions

KINDS: dict[str, ModuleType] = {Import.Kind.PEOPLE: people, Import.Kind.SESSIONS: sessions, Import.Kind.SCORES: scores}
