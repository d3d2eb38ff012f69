"""Which column is probably what, from its name and from what stands in it: a proposal, to be looked at. Pure."""

from typing import Any

from assessments.transfer.known import Known
from assessments.transfer.mapping import Kind
from assessments.transfer.proposing.columns import look_at
from assessments.transfer.proposing.people import propose_people
from assessments.transfer.proposing.scores import propose_scores
from assessments.transfer.proposing.sessions import propose_sessions
from assessments.transfer.table import Table


def propose(table: Table, kind: Kind, known: Known) -> dict[str, Any]:
    """The fields of a mapping as far as the file shows them; `mapping_of` says what is still missing.

    A caller that knows which scale it is narrows `known.scales` to that one.
    """
    columns = look_at(table, known)
    match kind:
        case "people":
            return propose_people(columns)
        case "sessions":
            return propose_sessions(columns)
        case "scores":
            return propose_scores(columns, known)
