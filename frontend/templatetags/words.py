"""How days, times and amounts are written on a page."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from django import template
from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import get_language, override

from assessments import sentences
from assessments.models import Import, Outcome, Score
from assessments.scales import Scale, Text
from assessments.scoring import item_named, safety_items, safety_rule
from programs.dosing import show, show_mg
from programs.ledger import mg_in, show_ml, ul_of
from programs.models import CheckIn, DrugLot, Enrolment, Session
from programs.models.plans import kind_words
from programs.weights import both_units
from tracker.audit.models import Event
from tracker.people.models import Contact

register = template.Library()

STORED_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# As staff read them, who read English.
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

STAFF_ENTERED = {Score.Mode.CLINICIAN, Score.Mode.PAPER, Score.Mode.VOICE}


@register.filter
def when(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as a patient reads it: "Tue, Nov 24, 9:30 am", "mar 24 nov, 9:30"."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    if get_language() == "es":
        return date_format(local, "D j M, G:i").lower()
    return f"{date_format(local, 'D, M j, g:i')} {local:%p}".replace("AM", "am").replace("PM", "pm")


@register.filter
def day(value: date | None) -> str:
    """A day: "Tue, Nov 24", "mar 24 nov"."""
    if value is None:
        return ""
    return date_format(value, "D j M").lower() if get_language() == "es" else staff_day(value)


def staff_day(value: date) -> str:
    """A day as staff read it: "Tue, Nov 24". Not by strftime: a page of a course has a hundred, each five times as dear."""
    return f"{DAYS[value.weekday()]}, {MONTHS[value.month - 1]} {value.day}"


@register.filter
def long_day(value: date | None) -> str:
    """A day with its year, as staff read it: "Nov 24, 1990"."""
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}" if value else ""


@register.filter
def clock(moment: datetime | time | None, zone: ZoneInfo | None = None) -> str:
    """A clock time as staff read it: 14:05. In the hour that autumn repeats, which of the two: 01:30 EDT, 01:30 EST."""
    if isinstance(moment, datetime) and zone is not None:
        moment = moment.astimezone(zone)
        if moment.replace(fold=1 - moment.fold).utcoffset() != moment.utcoffset():
            return f"{moment:%H:%M %Z}"
    return f"{moment.hour:02}:{moment.minute:02}" if moment else ""


@register.filter
def clock_off(seconds: int) -> str:
    """How far a device's clock was off: "3 min ahead"."""
    return f"{round(abs(seconds) / 60)} min {'ahead' if seconds > 0 else 'behind'}"


@register.filter
def staff_when(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as staff read it: "Nov 24, 14:05"."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{MONTHS[local.month - 1]} {local.day}, {local.hour:02}:{local.minute:02}"


@register.filter
def dated(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment that is read long afterwards, on paper too: "Nov 24, 2026, 14:05"."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local:%b} {local.day}, {local:%Y, %H:%M}"


@register.filter
def minutes_until(begin: datetime, now: datetime) -> int:
    """Full minutes from one moment to a later one."""
    return max(0, int((now - begin).total_seconds())) // 60


@register.filter
def day_in(moment: datetime, zone: ZoneInfo) -> date:
    """The day that a moment falls on in a zone."""
    return moment.astimezone(zone).date()


@register.filter
def mg(dose_ug: int | None) -> str:
    """A dose in mg to 0.1, as ISMP asks: no zero behind the last digit, a space before the unit."""
    return "" if dose_ug is None else f"{show_mg(dose_ug)} mg"


@register.filter
def ismp(amount: Decimal) -> str:
    """A number as ISMP asks."""
    return show(amount)


@register.filter
def ml(volume_ul: int | None) -> str:
    """A volume in mL as ISMP asks."""
    return "" if volume_ul is None else f"{show_ml(volume_ul)} mL"


@register.filter
def drug_mg(volume_ul: int, lot: DrugLot) -> str:
    """How much drug a volume of this lot holds, in mg."""
    return f"{show(mg_in(volume_ul, lot.ug_per_ml))} mg"


@register.filter
def ml_of(dose_ug: int, lot: DrugLot) -> str:
    """The volume of this lot that holds a dose, to 0.01 mL."""
    return ml(ul_of(dose_ug, lot.ug_per_ml))


@register.filter
def weight(weight_g: int | None) -> str:
    """A weight in kg, and in lb beside it."""
    return "" if weight_g is None else both_units(Decimal(weight_g) / 1000)


@register.filter
def age(birth_date: date, today: date) -> int:
    """Full years on the day `today`."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def text_in(text: Text) -> str:
    """A text in the reader's language, or in English where there is no other."""
    return text.get("es", text["en"]) if get_language() == "es" else text["en"]


@register.filter
def get(counts: dict[str, int], name: str) -> int:
    """How often `name` was counted."""
    return counts.get(name, 0)


register.filter(kind_words)


@register.filter
def purpose_words(purpose: str) -> str:
    """What a check-in is for, in words."""
    return label_of(CheckIn.Purpose, purpose)


@register.filter
def whose_words(contact: Contact) -> str:
    """Whom one reaches there, in words."""
    return label_of(Contact.Who, contact.who)


@cache
def label_of(choices: type[TextChoices], value: str) -> str:
    """What staff call a choice, in English; looked up once, for a page of a course says some fifty times the same."""
    with override("en"):
        return str(choices(value).label)


@register.filter
def state_badge(row: Enrolment | Session | CheckIn | Import) -> str:
    """The state of a course, a session, a check-in or an import, as a word in a box."""
    if isinstance(row, Session) and row.is_recovering:
        return format_html('<span class="badge state-in-progress">{}</span>', "Recovering")
    return _badge(row.State, row.state)


@cache
def _badge(states: type[TextChoices], state: str) -> str:
    return format_html('<span class="badge state-{}">{}</span>', slugify(state), label_of(states, state))


@register.filter
def scale_titles(codes: Iterable[str], scales: Mapping[str, Scale]) -> str:
    """The titles by their codes, of these scales of the clinic."""
    return ", ".join(scales[code].title if code in scales else code for code in codes)


@register.filter
def change(percent: Decimal | None) -> str:
    """A change since the start: "+63%" is better, "−12%" is worse."""
    if percent is None:
        return ""
    text = sentences.per_cent(abs(Fraction(percent)))
    return f"+{text}" if percent > 0 else f"−{text}" if percent < 0 else text


@register.filter
def course_of_scores(outcome: Outcome) -> str:
    """From the baseline to now: "PHQ-9 19 → 7"."""
    latest, baseline = outcome.latest, outcome.baseline
    if latest is None:
        return ""
    scale = latest.definition
    shown = [sentences.total(scale, row.as_point().total) for row in (baseline, latest) if row]
    return f"{scale.title} {' → '.join(shown if baseline != latest else shown[-1:])}"


@register.filter
def safety_words(score: Score) -> str:
    """The safety answer of a score, as the patient read it."""
    scale = score.definition
    if scale.scoring == "triage":
        return f"{scale.title}: {sentences.total_words(scale, score.total)}" if score.total is not None else _gravest(score)
    said = []
    for item_id in safety_items(scale):
        if item_id in score.answers:
            options = scale.options_of(item_named(scale, item_id))
            said += [option.words for option in options if option.value == score.answers[item_id]]
    if not said and score.total is not None:
        said = [sentences.total(scale, score.total)]
    return f"{scale.title}: “{', '.join(said)}”"


def _gravest(score: Score) -> str:
    """What a triage came to that has no total for what was not answered."""
    rule = safety_rule(score.definition, score.answers, None)
    return rule.words if rule else f"{score.definition.title}: no total, {score.why}"


@register.filter
def result_words(score: Score) -> str:
    """What came of one scale: "PHQ-9 18", "C-SSRS screener 3 (High), by Maya"."""
    return f"{score}, by {score.author}" if score.mode in STAFF_ENTERED else str(score)


@register.filter
def event_words(event: Event) -> str:
    """One line of the timeline: who did what to what, from where to where, and why."""
    was, now = (_dates_said(event.was), _dates_said(event.now)) if event.verb == "moved" else (event.was, event.now)
    said = SENTENCES.get((event.subject, event.verb), "{who} {verb} {label}").format(
        who=event.who, verb=event.verb, label=event.label, was=was, now=now
    )
    return f"{said} ({event.reason})" if event.reason else said


def _dates_said(text: str) -> str:
    """A stored "2026-11-23 09:00" as a person says it."""
    return STORED_DATE.sub(lambda found: staff_day(date.fromisoformat(found[0])), text)


SENTENCES = {
    ("alert", "closed"): "{who} wrote the outcome of a safety answer: {now}",
    ("alert", "raised"): "Safety answer: {label}",
    ("checkin", "cancelled"): "{label} was cancelled",
    ("checkin", "missed"): "{label} was missed",
    ("checkin", "moved"): "{label} moved: {was} → {now}",
    ("checkin", "planned again"): "{label} was planned again",
    ("enrolment", "began"): "{label} began",
    ("enrolment", "changed infusions"): "{who} changed the number of doses: {was} → {now}",
    ("enrolment", "completed"): "{label} was completed",
    ("enrolment", "has no dose any more"): "{label} has no dose any more",
    ("enrolment", "enrolled"): "{who} enrolled the patient in {label}",
    ("recordsignature", "reviewed"): "{who} reviewed and signed the record",
    ("recordsignature", "signed"): "{who} signed the record",
    ("session", "arrived"): "{who} received the patient for {label}",
    ("session", "missed"): "{who} marked {label} as missed",
    ("movedrecord", "moved here"): "{who} moved a record here from another patient's chart",
    ("session", "moved away"): "{who} moved {label} away: it was another patient's",
    ("session", "moved"): "{who} moved {label}: {was} → {now}",
    ("treatmentconsent", "consented"): "{who} recorded {label}",
    ("treatmentconsent", "withdrew consent"): "{who} recorded that it was taken back: {label}",
}
