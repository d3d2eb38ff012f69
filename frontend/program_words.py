"""A program in words: its dose, its sequence, what it asks."""

import re

from assessments.scales import Scale
from programs.dosing import ROUTE_WORDS, over, show
from programs.models.plans import kind_words
from programs.protocols import Block, CheckInRule, Dose, Protocol, SessionSpec
from programs.schedule import Pace


def proposal_words(dose: Dose) -> str:
    """What is proposed: "0.5 mg/kg", "56 mg (2 devices × 28 mg)", or nothing."""
    if dose.mg_per_kg:
        return f"{show(dose.mg_per_kg)} mg/kg"
    if dose.mg and dose.device_mg:
        return f"{show(dose.mg)} mg ({show(dose.mg / dose.device_mg)} × {show(dose.device_mg)} mg)"
    return f"{show(dose.mg)} mg" if dose.mg else ""


def most_words(dose: Dose) -> str:
    """What nobody orders beyond: "1.5 mg/kg and 150 mg"."""
    per_kg = f"{show(dose.most_mg_per_kg)} mg/kg and " if dose.most_mg_per_kg else ""
    return f"{per_kg}{show(dose.most_mg)} mg"


def route_words(dose: Dose) -> str:
    """How it is given: "ketamine IV, over 40 min"."""
    return f"{dose.drug} {ROUTE_WORDS.get(dose.route, dose.route)}{over(dose.minutes)}"


def span_words(protocol: Protocol) -> str:
    """How many doses in how many days, how many at most, and how often: "6 within 21 days, at most 8"."""
    words = f"{protocol.infusions} within {_days(protocol.infusions_within_days)}, at most {protocol.most_infusions}"
    return f"{words}; at most {Pace(protocol.frequency).words}" if protocol.frequency else words


def block_words(block: Block, route: str) -> str:
    """One line of the sequence: "6 times: Infusion, 7 days after the one before, ± 2 days; Integration, 1 day after …"."""
    sessions = "; ".join(_session_words(spec, route) for spec in block.sessions)
    if not block.repeat:
        return f"By need, when a clinician adds one: {sessions}"
    return f"{block.repeat} times: {sessions}" if block.repeat > 1 else sessions


def _session_words(spec: SessionSpec, route: str) -> str:
    words = f"{kind_words(spec.kind, route)}, {_in_turn(spec.spacing_days)} after the one before, ± {_days(spec.window_days)}"
    return words + (f", at least {spec.least_gap_hours} hours between" if spec.least_gap_hours else "")


def _in_turn(days: tuple[int, ...]) -> str:
    return f"{', '.join(map(str, days))} days in turn" if len(days) > 1 else _days(days[0])


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def checkin_words(rule: CheckInRule, known: dict[str, Scale]) -> str:
    """One line of what is asked: "PHQ-9: the morning after each dose"."""
    return f"{', '.join(known[code].title if code in known else code for code in rule.scales)}: {when_words(rule)}"


def when_words(rule: CheckInRule) -> str:
    """When that is: "the morning after each dose"."""
    if rule.purpose == "baseline":
        return f"in the {-rule.days} days before the first dose (baseline)"
    which = {"first": "the first dose", "each": "each dose", "last": "the last dose"}
    of = which[rule.infusions] if isinstance(rule.infusions, str) else f"dose {' and '.join(map(str, rule.infusions))}"
    return f"{'the morning' if rule.days == 1 else _days(rule.days)} after {of}"


GROUPS = {
    "indications": "For",
    "least": "Not more often",
    "blocks": "Phase",
    "sessions": "session",
    "checkins": "Check-in",
    "reviews": "Review",
}
PARTS = {"least_days_between": "Least days between", "en": "English", "es": "Spanish", "dose": "Dose", "frequency": "How often"}
KEYS = {
    "title": "Title",
    "summary": "What happens",
    "judged": "How it is judged",
    "end": "How it ends",
    "consent": "What the patient agrees to",
    "not_for": "Not for, a line each",
    "source": "Where it comes from",
    "infusions_within_days": "All doses within days",
    "most_infusions": "Doses at most",
    "primary_scale": "Judged by",
    "repeat": "Times (0: by need)",
    "kind": "What",
    "spacing_days": "Days after the one before",
    "window_days": "Days earlier or later",
    "least_gap_hours": "Least hours since the last dose",
    "minutes": "Minutes",
    "needs": "Needs",
    "purpose": "For",
    "infusions": "After which doses",
    "numbers": "Their numbers",
    "days": "Days from the dose",
    "open_days": "Open for days",
    "scales": "Asks",
    "after_infusion": "After dose",
    "asks": "Asks",
    "mg_per_kg": "Proposed mg/kg",
    "mg": "Proposed mg",
    "most_mg_per_kg": "Never beyond mg/kg",
    "most_mg": "Never beyond mg",
    "ready_minutes": "Minutes before",
    "recovery_minutes": "Minutes of watching",
    "doses": "Doses",
    "out": "Leave out",
    "setting": "Where",
    "words": "For whom",
    "scale": "Scale",
}
# What a definition's own sentences call a field, as the form calls it.
KEYS_SAID = {"least_gap_hours", "most_infusions", "minutes", "mg_per_kg", "most_mg_per_kg", "most_mg", "infusions_within_days"}


def path_words(path: tuple[str, ...]) -> tuple[str, str]:
    """Where a value of a program stands, and what it is: ("Phase 1, session 2", "Minutes")."""
    groups: list[str] = []
    key = ""
    for step in path:
        if step in GROUPS:
            groups.append(GROUPS[step])
        elif step.isdigit() and groups:
            groups[-1] += f" {int(step) + 1}"
        elif step in PARTS:
            groups.append(PARTS[step])
        else:
            key = KEYS.get(step, step.replace("_", " "))
    return ", ".join(groups), key


def refusal_words(message: str) -> str:
    """A sentence of the definition as a sentence of the form: its keys by their labels."""
    said = re.sub(r"\b[a-z_]+\b", lambda found: f"“{KEYS[found[0]]}”" if found[0] in KEYS_SAID else found[0], message)
    return f"{said[:1].upper()}{said[1:]}."
