"""Taking the answers of a check-in: from the patient, or by staff from paper or voice.

One transaction holds the key of the sending, the scores, the outcome, the state of the check-in, the audit
and event rows, the safety case and its message. Either all of it is on disk, or nothing was acknowledged.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from assessments import scoring
from assessments.describing import asked_words
from assessments.models import ScaleVersion, Score
from assessments.services.scales import versions_for
from assessments.services.standing import refresh_outcomes
from programs.dosing import NotANumber, read_amount, show
from programs.models import CheckIn, Enrolment
from programs.services.checkins import mark_answered
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert
from tracker.alerts.services import raise_alert
from tracker.audit.services import accept_once, record_act
from tracker.errors import Refused
from tracker.messaging.services import tell_clinic_of
from tracker.ready import Ready
from tracker.writing import insert

Answers = Mapping[str, Mapping[str, int]]

# After this the answers are history; a new state of mind is the next check-in.
ANSWER_AGAIN_WITHIN = timedelta(minutes=60)
# An earlier year is a slip of the hand; imports hold to the same.
EARLIEST_YEAR = 1980
# Staff read the pages, and what they rate by, in English.
RATED_IN = "en"
STAFF_MODES = {Score.Mode.PAPER, Score.Mode.VOICE}


@dataclass(frozen=True)
class Taken:
    """How a set of answers came: when they were given, how, in which language, who brought them."""

    at: datetime
    mode: str
    language: str
    actor: Actor
    recorded_at: datetime


@transaction.atomic
def submit_checkin(
    public_id: uuid.UUID, *, actor: Actor, key: uuid.UUID, answers: Answers, language: str, at: datetime | None = None
) -> CheckIn:
    """The patient's own answers (scale code -> item id -> value). The same `key` again changes nothing.

    Raises CheckIn.DoesNotExist for a check-in that is not theirs, Refused for one that is not open, holds no
    answer, or holds an answer that its scale does not have.
    """
    now = at or timezone.now()
    checkin = _lock(public_id, actor)
    actor.require("answer_checkin", clinic_id=checkin.clinic_id, patient_id=checkin.patient_id)
    token = uuid.uuid4().hex
    body = json.dumps([str(public_id), answers], sort_keys=True, default=dict)
    if accept_once(actor, "submit check-in", key, body=body, answer=token, at=now) != token:
        return checkin
    earlier = _check_open(checkin, now)
    taken = Taken(now, Score.Mode.PHONE, language, actor, now)
    _store(checkin, answers, taken, earlier)
    return checkin


@transaction.atomic
def enter_checkin(
    public_id: uuid.UUID,
    *,
    actor: Actor,
    key: uuid.UUID,
    answers: Answers,
    mode: str,
    taken_at: datetime,
    language: str = "en",
    at: datetime | None = None,
) -> CheckIn:
    """Answers that staff took on paper or by voice, with the time at which they were given.

    Raises Refused for a time outside the check-in's own window, so that a score never stands for another week.
    """
    now = at or timezone.now()
    checkin = _lock(public_id, actor)
    actor.require("enter_checkin", clinic_id=checkin.clinic_id)
    token = uuid.uuid4().hex
    body = json.dumps([str(public_id), answers, mode, taken_at.isoformat()], sort_keys=True, default=dict)
    if accept_once(actor, "enter check-in", key, body=body, answer=token, at=now) != token:
        return checkin
    if mode not in STAFF_MODES:
        raise Refused("Choose how it was taken: on paper or by voice.", "mode")
    if taken_at > now:
        raise Refused("That time has not come yet.", "taken_at")
    if not checkin.opens_at <= taken_at < checkin.closes_at:
        opened, closed = (moment.astimezone(checkin.patient.tz) for moment in (checkin.opens_at, checkin.closes_at))
        window = f"{opened:%b %-d, %H:%M} to {closed:%b %-d, %H:%M}"
        raise Refused(f"This check-in was open from {window}; the answers must be from that time.", "taken_at")
    if checkin.state not in {CheckIn.State.PLANNED, CheckIn.State.MISSED}:
        raise Refused(f"This check-in is {checkin.get_state_display().lower()} already.")
    _store(checkin, answers, Taken(taken_at, mode, language, actor, now), {})
    return checkin


@transaction.atomic
def enter_total(
    enrolment: Enrolment,
    *,
    code: str,
    total: str,
    taken_at: datetime,
    actor: Actor,
    key: uuid.UUID,
    subscores: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> Score:
    """A total worked out on paper, with the subscores that were typed beside it ("" for one that was not).

    Raises Refused for a scale with questions of its own, a total outside its range, a time to come.
    """
    now = at or timezone.now()
    version = _version_entered(enrolment, code, taken_at, actor, now)
    if not version.scale.takes_total:
        raise Refused(f"{version.scale.title} is entered by its answers.", "scale")
    typed = {part: _points(text, f"part-{part}") for part, text in (subscores or {}).items() if text}
    try:
        scored = scoring.score_total(version.scale, _points(total, "total"), typed)
    except scoring.BadAnswers as error:
        raise Refused(str(error), "total") from error
    mode = Score.Mode.PAPER if version.scale.rater == "patient" else Score.Mode.CLINICIAN
    return _keep(score_row(enrolment, version, {}, scored, Taken(taken_at, mode, "", actor, now)), enrolment, actor, key)


@transaction.atomic
def enter_rating(
    enrolment: Enrolment,
    *,
    code: str,
    answers: Mapping[str, int],
    taken_at: datetime,
    actor: Actor,
    key: uuid.UUID,
    at: datetime | None = None,
) -> Score:
    """The answers to a scale that staff rate, question by question.

    Raises Refused for a scale that staff do not rate here, without an answer, for a time to come, and for an answer to
    a question that the answers before it leave out: whoever sat with the patient knows which of the two is wrong.
    """
    now = at or timezone.now()
    version = _version_entered(enrolment, code, taken_at, actor, now)
    if not version.scale.is_rated_by_staff:
        raise Refused(f"{version.scale.title} is not rated here question by question.", "scale")
    if not answers:
        raise Refused("No question was answered yet.")
    try:
        scored = scoring.score(version.scale, answers)
    except scoring.BadAnswers as error:
        raise Refused(str(error)) from error
    if unasked := scoring.answered_unasked(version.scale, answers):
        rules = " ".join(asked_words(version.scale, item) for item in unasked)
        raise Refused(f"{rules} Change the answer before it, or choose “not asked”.")
    taken = Taken(taken_at, Score.Mode.CLINICIAN, RATED_IN, actor, now)
    return _keep(score_row(enrolment, version, answers, scored, taken), enrolment, actor, key)


def _version_entered(enrolment: Enrolment, code: str, taken_at: datetime, actor: Actor, now: datetime) -> ScaleVersion:
    """The version of a scale that this course has, for who may enter scores. Raises Refused for a time that cannot be."""
    actor.require("enter_checkin", clinic_id=enrolment.clinic_id)
    if taken_at > now:
        raise Refused("That time has not come yet.", "taken_at")
    if taken_at.year < EARLIEST_YEAR:
        raise Refused(f"{taken_at.year} is too long ago. Check the year.", "day")
    return versions_for(enrolment, [code])[code]


def _keep(row: Score, enrolment: Enrolment, actor: Actor, key: uuid.UUID) -> Score:
    """Store a score that staff brought, once for its key, with its outcome and its alert."""
    known = Score.objects.filter(public_id=key).first()
    if known:
        return known
    row.public_id = key
    row.checkin = _checkin_that_asks(enrolment, row)
    insert(row)
    if row.checkin:
        _close_if_all_is_entered(row.checkin, row, actor)
    refresh_outcomes(enrolment, at=row.recorded_at, codes=[row.code])
    raise_if_unsafe(row, enrolment, Taken(row.taken_at, row.mode, row.language, actor, row.recorded_at))
    record_act(actor, "entered", row, at=row.recorded_at, patient_id=row.patient_id, course_id=enrolment.pk, now=str(row))
    return row


def _checkin_that_asks(enrolment: Enrolment, row: Score) -> CheckIn | None:
    """The check-in of this course that asked for this scale at that time and has no score of it yet, held until the
    transaction ends: there the score of a visit is looked for.
    """
    at_the_time = enrolment.checkins.filter(opens_at__lte=row.taken_at, closes_at__gt=row.taken_at)
    standing = at_the_time.exclude(state=CheckIn.State.CANCELLED).order_by("closes_at").select_for_update(of=("self",))
    asking = [checkin for checkin in standing if row.code in checkin.scales]
    taken = set(Score.objects.filter(checkin__in=asking, code=row.code).values_list("checkin", flat=True)) if asking else set()
    return next((checkin for checkin in asking if checkin.pk not in taken), None)


def _close_if_all_is_entered(checkin: CheckIn, row: Score, actor: Actor) -> None:
    """A check-in that asks the patient nothing has its answers once staff entered each of its scales."""
    asked = versions_for(row.enrolment, checkin.scales).values()
    if checkin.state == CheckIn.State.DONE or any(v.scale.is_answered_by_patient and v.scale.languages for v in asked):
        return
    if set(checkin.scales) <= set(Score.objects.filter(checkin=checkin).values_list("code", flat=True)):
        checkin.enrolment = row.enrolment
        mark_answered(checkin, mode=row.mode, taken_at=row.taken_at, actor=actor, at=row.recorded_at)


def _points(text: str, field: str) -> Decimal:
    try:
        return read_amount(text, "points")
    except NotANumber as error:
        raise Refused(str(error), field) from error


def _lock(public_id: uuid.UUID, actor: Actor) -> CheckIn:
    """The check-in, held against a second sender until this transaction ends."""
    checkin = _locked.first(actor, public_id=public_id)
    if checkin is None:
        raise CheckIn.DoesNotExist
    checkin.enrolment.clinic = checkin.patient.clinic = checkin.clinic
    checkin.enrolment.patient = checkin.patient
    return checkin


_locked = Ready(
    lambda actor, public_id: (
        CheckIn.objects.visible_to(actor)
        .filter(public_id=public_id)
        .select_related("enrolment__program", "patient", "clinic")
        .defer("enrolment__program__body")
        .select_for_update(of=("self",))
    )
)


def _check_open(checkin: CheckIn, now: datetime) -> dict[str, Score]:
    """The scores that new answers would replace; Refused when none can be taken any more."""
    if checkin.state == CheckIn.State.DONE and checkin.answered_at:
        if now - checkin.answered_at > ANSWER_AGAIN_WITHIN:
            local = checkin.answered_at.astimezone(checkin.patient.tz)
            raise Refused(
                _("You sent this on %(day)s at %(time)s.")
                % {"day": date_format(local, "MONTH_DAY_FORMAT"), "time": time_format(local)}
            )
        return {score.code: score for score in checkin.scores.standing()}
    if checkin.state != CheckIn.State.PLANNED or checkin.opens_at > now:
        raise Refused(_("This check-in is not open now."))
    if checkin.closes_at <= now:
        raise Refused(_("This check-in has ended. The next one comes on its day."))
    return {}


def _store(checkin: CheckIn, answers: Answers, taken: Taken, earlier: Mapping[str, Score]) -> None:
    if unknown := set(answers) - set(checkin.scales):
        raise Refused(_("This check-in does not ask %(scales)s.") % {"scales": ", ".join(sorted(unknown))})
    if not any(answers.values()):
        raise Refused(_("No question was answered yet."))
    versions = versions_for(checkin.enrolment, checkin.scales)
    scales = {code: versions[code].scale for code in checkin.scales}
    # What a clinician rates is entered on a page of its own: nobody left it unanswered here.
    asked = [code for code, scale in scales.items() if scale.is_answered_by_patient and scale.is_asked_in(taken.language)]
    rows = [_score_one(checkin, versions[code], answers.get(code, {}), taken) for code in asked]
    for row in rows:
        row.replaces = earlier.get(row.code)
    insert(*rows)
    refresh_outcomes(checkin.enrolment, at=taken.recorded_at, codes=checkin.scales)
    _mark_answered(checkin, taken, is_again=bool(earlier))
    for row in rows:
        raise_if_unsafe(row, checkin.enrolment, taken)


def _score_one(checkin: CheckIn, version: ScaleVersion, answers: Mapping[str, int], taken: Taken) -> Score:
    try:
        scored = scoring.score(version.scale, answers)
    except scoring.BadAnswers as error:
        raise Refused(str(error)) from error
    row = score_row(checkin.enrolment, version, answers, scored, taken)
    row.checkin = checkin
    return row


def score_row(
    enrolment: Enrolment, version: ScaleVersion, answers: Mapping[str, int], scored: scoring.Score, taken: Taken
) -> Score:
    """The row of one scored scale, not saved."""
    is_mean = version.scale.scoring == "mean" and scored.answered
    divisor = scored.answered if is_mean else 1
    return Score(
        clinic_id=enrolment.clinic_id,
        patient_id=enrolment.patient_id,
        enrolment=enrolment,
        scale=version,
        code=version.code,
        answers=dict(answers),
        points=None if scored.total is None else scoring.rounded(scored.total * divisor if divisor > 1 else scored.total, 2),
        divisor=divisor,
        subscores=written_subscores(scored),
        answered=scored.answered,
        asked=scored.asked,
        is_prorated=scored.is_prorated,
        why=scored.why,
        safety=scored.safety,
        taken_at=taken.at,
        day=taken.at.astimezone(enrolment.clinic.tz).date(),
        recorded_at=taken.recorded_at,
        mode=taken.mode,
        language=taken.language,
        author=taken.actor.name,
        author_user_id=taken.actor.user_id,
    )


def written_subscores(scored: scoring.Score) -> dict[str, str]:
    """The subscores as they are stored: subscore -> its number, written out."""
    return {code: show(scoring.rounded(part, 2)) for code, part in scored.subscores.items()}


def _mark_answered(checkin: CheckIn, taken: Taken, *, is_again: bool) -> None:
    if is_again:
        record_act(
            taken.actor,
            "answered again",
            checkin,
            at=taken.recorded_at,
            patient_id=checkin.patient_id,
            course_id=checkin.enrolment_id,
        )
        return
    mark_answered(checkin, mode=taken.mode, taken_at=taken.at, actor=taken.actor, at=taken.recorded_at)


def raise_if_unsafe(row: Score, enrolment: Enrolment, taken: Taken) -> None:
    """Open a safety case and tell the clinic, when an answer or the total reaches a safety rule."""
    rule = scoring.safety_rule(row.definition, row.answers, row.total)
    if rule is None:
        return
    alert = raise_alert(
        enrolment.patient,
        actor=taken.actor,
        level=Alert.Level(rule.level),
        rule=rule.words,
        cause=f"score:{row.public_id}:{rule.item or 'total'}",
        course_id=enrolment.pk,
        at=taken.recorded_at,
    )
    tell_clinic_of(alert, enrolment.clinic, at=taken.recorded_at)
