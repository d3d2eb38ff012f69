"""From the end of the dose to the door: what is watched, what is asked, and who lets the patient go.

A score alone lets nobody go. Each line below stops the discharge; which of them a clinician may let pass, and what
somebody who leaves against advice leaves behind, is one table. The clinic's own list is asked beside these lines: it may
take the place of the score, never of a line.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from programs.due import has_forty
from programs.models import Check, Discharge, Session, ThoughtsAsked, Vitals
from programs.recovery import ALDRETE, READY_AT, Compared, aldrete_total, circulation_points
from programs.services.checklist import GoingHome, answer_line, going_home_of
from programs.services.record import Stamp, add_row
from programs.services.releases import prescribers_of
from programs.services.states import demand_reason
from tracker.accounts.models import User
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert
from tracker.alerts.services import raise_alert
from tracker.errors import Overtaken, Refused
from tracker.ready import Ready

Way = Discharge.Way
# The kinds of lines that each way of leaving does without.
DOES_WITHOUT: dict[str, frozenset[str]] = {
    Way.MET: frozenset(),
    Way.NO_ESCORT: frozenset({"escort"}),
    Way.DECIDED: frozenset({"line"}),
    Way.AGAINST_ADVICE: frozenset({"escort", "line", "time", "thoughts"}),
}


@dataclass(frozen=True)
class Recovery:
    """What the record says about the recovery of one session, read once."""

    session: Session
    before: Vitals | None
    last: Vitals | None
    has_forty: bool
    thoughts: ThoughtsAsked | None
    alert: Alert | None
    next_session: Session | None
    listed: GoingHome

    @property
    def earliest(self) -> datetime:
        """Before this moment nobody who takes advice goes home."""
        assert self.session.ended_at
        return self.session.ended_at + timedelta(minutes=self.session.enrolment.protocol.dose.recovery_minutes)

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The numbers before the dose beside the last ones since it; empty without both readings."""
        if self.before is None or self.last is None:
            return ()
        pairs = (("Systolic", "systolic"), ("Diastolic", "diastolic"), ("Pulse", "pulse"))
        return tuple(Compared(title, getattr(self.before, name), getattr(self.last, name)) for title, name in pairs)

    @property
    def circulation(self) -> int | None:
        """The one item of the Aldrete score that is worked out; none where the clinic's list takes its place."""
        if not self.listed.asks_aldrete:
            return None
        return circulation_points(self.compared[0] if self.compared else None)

    @property
    def next_words(self) -> str:
        """The next session as it is named to the patient."""
        if self.next_session is None:
            return "No further session is planned"
        return f"{self.next_session.title}, {self.next_session.day:%a, %b %-d}, {self.next_session.clock:%-I:%M %p}"


@dataclass(frozen=True)
class Answered:
    """What was said to one line of the clinic's list, and in words."""

    answer: str
    detail: str = ""


@dataclass(frozen=True)
class Findings:
    """How the patient is, as the nurse found it. None where nothing was ticked; `answers` by the id of the list's line."""

    activity: int | None = None
    respiration: int | None = None
    consciousness: int | None = None
    oxygen: int | None = None
    dissociation_gone: bool | None = None
    walks: bool | None = None
    oriented: bool | None = None
    nausea_controlled: bool | None = None
    line_out: bool | None = None
    instructions_given: bool | None = None
    next_named: bool | None = None
    escort: str = ""
    comfort: int | None = None
    answers: Mapping[int, Answered] = field(default_factory=dict)


@dataclass(frozen=True)
class Leave:
    """Who lets the patient go although a line is not met, and why."""

    way: str
    reason: str
    clinician: User | None
    read_back: bool = False


@dataclass(frozen=True)
class Unmet:
    """One line that stops the discharge, in words, and of which kind it is."""

    kind: str
    words: str


_readings_of = Ready(
    lambda session: Vitals.objects.standing().filter(session_id=session).exclude(systolic=None).exclude(pulse=None)
    .order_by("happened_at", "pk")
)  # fmt: skip
_asked_in = Ready(lambda session: ThoughtsAsked.objects.standing().filter(session_id=session).order_by("happened_at", "pk"))
_next_after = Ready(
    lambda course, starts_at: (
        Session.objects.filter(enrolment_id=course, starts_at__gt=starts_at)
        .waiting()
        .select_related("enrolment__program")
        .order_by("starts_at")[:1]
    )
)


def recovery_of(session: Session) -> Recovery:
    """Read what the discharge rests on."""
    readings = _readings_of(session=session.pk)
    asked = _asked_in(session=session.pk)
    causes = [one.alert_cause for one in asked if one.has_thoughts]
    began = session.started_at
    return Recovery(
        session=session,
        has_forty=began is not None and has_forty((one.happened_at for one in readings), given_at=began),
        before=next((one for one in reversed(readings) if session.started_at and one.happened_at <= session.started_at), None),
        last=next((one for one in reversed(readings) if session.ended_at and one.happened_at >= session.ended_at), None),
        thoughts=asked[-1] if asked else None,
        alert=Alert.objects.open().filter(cause__in=causes).first() if causes else None,
        next_session=_next_after.first(course=session.enrolment_id, starts_at=session.starts_at),
        listed=going_home_of(session.clinic_id),
    )


@transaction.atomic
def record_thoughts(session: Session, *, has_thoughts: bool, words: str, stamp: Stamp) -> ThoughtsAsked:
    """The patient was asked about new suicidal thoughts. A yes raises its alert in the same transaction."""
    _require_recovering(session)
    if has_thoughts and not words.strip():
        raise Refused("Write what the patient said.", "words")
    row = add_row(session, ThoughtsAsked, stamp, has_thoughts=has_thoughts, words=words.strip()[:300])
    if row.has_thoughts and not Alert.objects.filter(cause=row.alert_cause).exists():
        rule = f"New suicidal thoughts after the dose: {row.words}"[:200]
        raise_alert(
            session.patient, actor=stamp.actor, level=Alert.Level.URGENT, rule=rule,
            cause=row.alert_cause, course_id=session.enrolment_id, at=stamp.at or timezone.now(),
        )  # fmt: skip
    return row


def what_stops_discharge(recovery: Recovery, findings: Findings, *, at: datetime) -> tuple[Unmet, ...]:
    """Every line that is not met, in words; empty when the patient may go."""
    return (
        *_time_lines(recovery, at),
        *_thoughts_lines(recovery),
        *_score_lines(recovery, findings),
        *_vitals_lines(recovery),
        *_finding_lines(recovery.session, findings),
        *_listed_lines(recovery.listed, findings),
    )


def _time_lines(recovery: Recovery, at: datetime) -> Iterator[Unmet]:
    if at < recovery.earliest:
        least = recovery.session.enrolment.protocol.dose.recovery_minutes
        clock = recovery.earliest.astimezone(recovery.session.clinic.tz)
        assert recovery.session.ended_at
        watched = max(0, (at - recovery.session.ended_at) // timedelta(minutes=1))
        yield Unmet("time", f"Watched {watched} of at least {least} minutes: not before {clock:%H:%M}.")


def _thoughts_lines(recovery: Recovery) -> Iterator[Unmet]:
    if recovery.thoughts is None:
        yield Unmet("thoughts", "The patient was not asked about new suicidal thoughts.")
    if recovery.alert:
        yield Unmet("thoughts", "New suicidal thoughts: a clinician sees the patient and writes the outcome of the alert first.")


def _score_lines(recovery: Recovery, findings: Findings) -> Iterator[Unmet]:
    if not recovery.listed.asks_aldrete:
        return
    points = (findings.activity, findings.respiration, recovery.circulation, findings.consciousness, findings.oxygen)
    total = aldrete_total(points)
    if total is None:
        yield Unmet("line", "The Aldrete score is not whole.")
    elif total < READY_AT:
        yield Unmet("line", f"Aldrete {total} of 10; at least {READY_AT} are needed.")


def _vitals_lines(recovery: Recovery) -> Iterator[Unmet]:
    if recovery.session.enrolment.protocol.dose.device_mg and not recovery.has_forty:
        yield Unmet("line", "There is no reading 40 minutes after the dose, as the label of esketamine asks (30 to 50 count).")
    if not recovery.compared:
        missing = "before" if recovery.before is None else "since the end of"
        yield Unmet("line", f"There is no reading {missing} the dose.")
    for one in recovery.compared:
        if not one.is_near:
            yield Unmet("line", f"{one.words}, {one.far_words}.")


FINDING_WORDS = {
    "dissociation_gone": "The dissociation is gone",
    "walks": "Walks steadily",
    "oriented": "Knows who, where and when",
    "nausea_controlled": "No nausea, or it is controlled",
    "line_out": "The IV is out",
    "instructions_given": "Instructions given: no driving, alcohol or decisions until slept, whom to call",
    "next_named": "The next session was named",
}


def asked_findings(session: Session) -> dict[str, str]:
    """The yes-or-no lines of this session; where nothing went into a vein, no IV comes out."""
    by_vein = session.enrolment.protocol.dose.route == "IV"
    return {name: words for name, words in FINDING_WORDS.items() if name != "line_out" or by_vein}


def _finding_lines(session: Session, findings: Findings) -> Iterator[Unmet]:
    for name, words in asked_findings(session).items():
        if not getattr(findings, name):
            yield Unmet("line", f"Not yet: {words[0].lower() + words[1:] if name != 'line_out' else words}.")
    if not findings.escort.strip():
        yield Unmet("escort", "Nobody is named who takes the patient home.")


def _listed_lines(listed: GoingHome, findings: Findings) -> Iterator[Unmet]:
    for line in listed.lines:
        said = findings.answers.get(line.pk)
        if said is None:
            yield Unmet("line", f"Not answered: {line.words}.")
        elif line.stops and said.answer == Check.Answer.NO:
            yield Unmet("line", f"{line.words}: no.")


@transaction.atomic
def discharge_patient(session: Session, findings: Findings, *, stamp: Stamp) -> Discharge:
    """The patient goes home with every line met. Raises Refused with every one that is not."""
    return _discharge(session, findings, Leave(Way.MET, "", None), stamp)


@transaction.atomic
def discharge_otherwise(session: Session, findings: Findings, leave: Leave, *, stamp: Stamp) -> Discharge:
    """Without an escort, with a line not met, or against advice: a clinician answers for it, with the reason.

    The clinician is the actor, or gave the order by word of mouth: then it was read back, and only that clinician
    reviews and signs the record. Raises Refused.
    """
    if leave.way not in {Way.NO_ESCORT, Way.DECIDED, Way.AGAINST_ADVICE}:
        raise Refused("Choose how the patient leaves.", "way")
    demand_reason(leave.reason)
    _check_clinician(session, leave, stamp.actor)
    return _discharge(session, findings, leave, stamp)


def _check_clinician(session: Session, leave: Leave, actor: Actor) -> None:
    if leave.clinician is None or leave.clinician not in prescribers_of(session.clinic_id):
        raise Refused("Choose the clinician who knows of it.", "clinician")
    if leave.clinician.pk != actor.signer_id and not leave.read_back:
        raise Refused("Read the order back to the clinician, then tick that you did.", "read_back")


def _discharge(session: Session, findings: Findings, leave: Leave, stamp: Stamp) -> Discharge:
    stamp.actor.require("record_infusion", clinic_id=session.clinic_id)
    known = Discharge.objects.filter(author_user_id=stamp.actor.signer_id, key=stamp.key, session=session).first()
    if known:
        return known
    _require_recovering(session)
    at = stamp.happened_at or stamp.at or timezone.now()
    if session.ended_at and at < session.ended_at:
        raise Refused("The patient cannot have left before the dose ended.", "clock")
    recovery = recovery_of(session)
    unmet = what_stops_discharge(recovery, findings, at=at)
    if stopping := [one.words for one in unmet if one.kind not in DOES_WITHOUT[leave.way]]:
        raise Refused(" ".join(stopping))
    _answer_list(recovery, findings, stamp)
    row = add_row(session, Discharge, stamp, **_values(recovery, findings, leave, unmet, stamp.actor))
    _leave_recovery(session, row.happened_at)
    return row


def _answer_list(recovery: Recovery, findings: Findings, stamp: Stamp) -> None:
    """A row for each line of the clinic's list that was answered."""
    for line in recovery.listed.lines:
        said = findings.answers.get(line.pk)
        if said:
            own = replace(stamp, key=uuid.uuid5(stamp.key, f"line {line.pk}"))
            answer_line(recovery.session, line, answer=said.answer, detail=said.detail, stamp=own)


def _values(recovery: Recovery, findings: Findings, leave: Leave, unmet: tuple[Unmet, ...], actor: Actor) -> dict[str, object]:
    names = (
        "activity", "respiration", "consciousness", "oxygen", "dissociation_gone", "walks", "oriented",
        "nausea_controlled", "line_out", "instructions_given", "comfort",
    )  # fmt: skip
    unasked = FINDING_WORDS.keys() - asked_findings(recovery.session)
    unasked |= set() if recovery.listed.asks_aldrete else {item.name for item in ALDRETE}
    return {
        **{name: getattr(findings, name) for name in names if name not in unasked},
        "way": leave.way,
        "list_version": recovery.listed.version,
        "circulation": recovery.circulation,
        "next_session": recovery.next_words if findings.next_named else "",
        "escort": findings.escort.strip()[:120],
        "unmet": " ".join(one.words for one in unmet),
        "clinician": leave.clinician,
        "is_verbal": leave.clinician is not None and leave.clinician.pk != actor.signer_id,
        "reason": leave.reason.strip(),
    }


def _leave_recovery(session: Session, at: datetime) -> None:
    if not Session.objects.filter(pk=session.pk, discharged_at=None).update(discharged_at=at):
        raise Overtaken("A colleague discharged this patient meanwhile. Reload to see it.")
    session.discharged_at = at


def _require_recovering(session: Session) -> None:
    if not session.is_recovering:
        why = "was discharged already" if session.discharged_at else "has not reached the end of the dose"
        raise Refused(f"{session.patient.legal_name} {why}.")
