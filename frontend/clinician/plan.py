"""The long lists of the patient's page: the sessions of a course, its check-ins with what came of them, what happened."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from zoneinfo import ZoneInfo

from assessments.models import Score
from assessments.scales import Scale
from frontend.clinician.visits import Visit
from frontend.markup import Markup, link
from frontend.templatetags.words import (
    clock,
    event_words,
    mg,
    purpose_words,
    result_words,
    scale_titles,
    staff_day,
    staff_when,
    state_badge,
)
from programs.models import CheckIn, Enrolment, Session
from programs.models.plans import kind_words
from programs.services.course import KEPT_AS_THEY_ARE
from tracker.accounts.roles import Actor
from tracker.audit.models import Event


def session_rows(enrolment: Enrolment, sessions: Iterable[Session], actor: Actor) -> Markup:
    """One row a session, with the links that this actor may follow."""
    return Markup("".join([_session_row(session, enrolment, actor) for session in sessions]))


def _session_row(session: Session, enrolment: Enrolment, actor: Actor) -> str:
    words = kind_words(session.kind, enrolment.protocol.dose.route)
    name = f"{words} {session.infusion}" if session.infusion else words
    when = f"{staff_day(session.day)}, {clock(session.clock)}"
    is_left_open = session.is_waiting and enrolment.state == Enrolment.State.PAUSED
    has_page = session.is_infusion and actor.may("see_record")
    cells = {
        "No.": str(session.number),
        "Session": link("session", session.public_id, name) if has_page else escape(name),
        "When": '<span class="quiet">when it goes on</span>' if is_left_open else when,
        "Place": "–" if is_left_open else _place(session),
        "Dose": "" if session.state == Session.State.MOVED else mg(session.dose_ug),
        "State": _state(session),
    }
    return _row(cells, f'<div class="acts">{" ".join(_session_links(session, enrolment, name, actor))}</div>')


def _place(session: Session) -> str:
    chair = session.chair.name if session.chair else ""
    return escape(f"{chair} {session.therapist}" if session.therapist else chair)


def _state(session: Session) -> str:
    why = f' <span class="quiet">{escape(session.state_reason)}</span>' if session.state_reason else ""
    return state_badge(session) + why


def _session_links(session: Session, enrolment: Enrolment, name: str, actor: Actor) -> list[str]:
    links = []
    if session.is_waiting and session.is_infusion and not enrolment.is_over and actor.may("sign_order"):
        links.append(link("session_order", session.public_id, "Order", f" for {name.lower()}"))
    is_beyond = session.infusion > enrolment.infusions
    if session.can_move and not is_beyond and enrolment.state not in KEPT_AS_THEY_ARE and actor.may("move_session"):
        words = "Move" if session.is_waiting else "Plan again"
        links.append(link("session_move", session.public_id, words, f" session {session.number}"))
    return links


def visit_rows(visits: Iterable[Visit], scales: Mapping[str, Scale], actor: Actor) -> Markup:
    """One row a check-in, or a score that was entered apart from any; what came of it for who may see scores."""
    return Markup("".join([_visit_row(visit, scales, actor) for visit in visits]))


def _visit_row(visit: Visit, scales: Mapping[str, Scale], actor: Actor) -> str:
    row = visit.checkin
    cells = {
        "Day": staff_day(visit.day),
        "For": purpose_words(row.purpose) if row else "Entered apart",
        "Asks": escape(scale_titles(row.scales, scales)) if row else "–",
        "State": state_badge(row) if row else "–",
    }
    if actor.may("see_scores"):
        cells["What came of it"] = _results(visit.scores)
    late = row if row and row.state == CheckIn.State.MISSED and actor.may("enter_checkin") else None
    enter = link("checkin_enter", late.public_id, "Enter from paper", f", check-in of {staff_day(late.due_on)}") if late else ""
    return _row(cells, enter)


def _results(scores: Sequence[Score]) -> str:
    return "<br>".join([escape(result_words(score)) + (" ⚑" if score.safety else "") for score in scores])


def event_rows(events: Iterable[Event], zone: ZoneInfo) -> Markup:
    """One line an event."""
    lines = [(staff_when(event.at, zone), escape(event_words(event))) for event in events]
    return Markup("".join([f"<li><time>{when}</time> {words[:1].upper()}{words[1:]}</li>" for when, words in lines]))


def _row(cells: Mapping[str, str], acts: str) -> str:
    """A row whose cells are markup and say by themselves what they are, for a screen too narrow for a table."""
    named = [f'<td data-label="{label}">{inner}</td>' for label, inner in cells.items()]
    return f"<tr>{''.join(named)}<td>{acts}</td></tr>\n"
