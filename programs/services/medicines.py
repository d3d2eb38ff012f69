"""Medicines beside the dose: the clinic's standing orders, and each one given, on such a line or on an order of the moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.medicines import ROUTES, UNITS, Amount, doubts_about, read_thousandths
from programs.models import Medicine, SafetyItem, Session, StandingOrder
from programs.services.infusion import OPEN
from programs.services.record import Stamp, add_row, known_row, require_open
from programs.services.room_orders import ByMouth, take_order
from programs.services.states import demand_reason
from programs.services.typed import read_field
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused

MOST_LINES = 30
MOST_TIMES = 20


@dataclass(frozen=True)
class Typed:
    """A medicine as it was typed: the unit and the route are chosen."""

    drug: str
    amount: str
    unit: str
    route: str


@dataclass(frozen=True)
class TypedLine(Typed):
    """A line of the standing orders as it was typed."""

    when: str = ""
    most_times: int = 1


@dataclass(frozen=True)
class Sure:
    """It is given all the same: the very doubt that was read, and why."""

    doubt: str = ""
    reason: str = ""


def read_medicine(typed: Typed) -> Amount:
    """What was typed, as figures. Raises Refused, at the field."""
    if not typed.drug.strip():
        raise Refused("Write which medicine.", "drug")
    if typed.unit not in UNITS:
        raise Refused("Choose the unit.", "unit")
    if typed.route not in ROUTES:
        raise Refused("Choose the route.", "route")
    thousandths = read_field("amount", lambda: read_thousandths(typed.amount, typed.unit))
    return Amount(" ".join(typed.drug.split())[:80], thousandths, typed.unit, typed.route)


@transaction.atomic
def sign_standing_orders(
    clinic: Clinic, *, lines: Sequence[TypedLine], actor: Actor, at: datetime | None = None
) -> list[StandingOrder]:
    """A new version of the list, signed by a clinician; empty: nothing is given any more without asking."""
    actor.require("sign_limits", clinic_id=clinic.pk)
    if len(lines) > MOST_LINES:
        raise Refused(f"{len(lines)} lines; a list of standing orders has {MOST_LINES} at most.", "lines")
    now = at or timezone.now()
    newest = StandingOrder.objects.filter(clinic=clinic).order_by("-version").first()
    version = newest.version + 1 if newest else 1
    common = {"clinic": clinic, "version": version, "signed_at": now, "signed_by": actor.name}
    rows = [StandingOrder(place=place, **_line(line), **common) for place, line in enumerate(lines, 1)]
    rows = rows or [StandingOrder(place=1, **common)]
    StandingOrder.objects.bulk_create(rows)
    record_act(actor, "signed", rows[0], at=now, was=f"version {version - 1}", now=f"version {version}, {len(lines)} lines")
    return rows


def _line(typed: TypedLine) -> dict[str, object]:
    amount = read_medicine(typed)
    if not 1 <= typed.most_times <= MOST_TIMES:
        raise Refused(f"In one session 1 to {MOST_TIMES} times.", "most_times")
    return {
        "drug": amount.drug, "thousandths": amount.thousandths, "unit": amount.unit, "route": amount.route,
        "when": typed.when.strip(), "most_times": typed.most_times,
    }  # fmt: skip


def standing_orders_of(clinic_id: int) -> list[StandingOrder]:
    """The lines in force, in order."""
    return list(StandingOrder.objects.in_force(clinic_id))


def doubt_about(session: Session, amount: Amount) -> str:
    """What must be read before this is written, a line each; empty where nothing is odd."""
    items = SafetyItem.objects.standing().filter(patient_id=session.patient_id, kind=SafetyItem.Kind.ALLERGY)
    usual = [line.amount for line in standing_orders_of(session.clinic_id)]
    return "\n".join(doubts_about(amount, [item.words for item in items], usual))


@transaction.atomic
def give_standing(session: Session, line: StandingOrder, *, stamp: Stamp) -> Medicine:
    """Give what a line of the standing orders says. Raises Refused for a line that no longer holds, that was given as
    often as it allows, or whose drug the patient may not have: that needs a prescriber.
    """
    stamp.actor.require("record_infusion", clinic_id=session.clinic_id)
    require_open(session, *OPEN)
    Session.objects.select_for_update().get(pk=session.pk)
    if known_row(Medicine, stamp) is None:
        _check_line(session, line)
    return _add(session, line.amount, stamp, standing=line)


def _check_line(session: Session, line: StandingOrder) -> None:
    if line not in standing_orders_of(session.clinic_id):
        raise Refused("This standing order no longer holds. Reload the page.")
    if doubt := doubt_about(session, line.amount):
        raise Refused(f"{doubt} A standing order is not enough: ask a prescriber.", "drug")
    same = StandingOrder.objects.filter(clinic_id=session.clinic_id, drug=line.drug, unit=line.unit, route=line.route)
    times = Medicine.objects.standing().filter(session=session, standing__in=same).count()
    if times >= line.most_times:
        raise Refused(f"{line}: given {times} times already, and the standing order allows no more. Ask a prescriber.")


@transaction.atomic
def give_ordered(session: Session, typed: Typed, *, by: ByMouth, stamp: Stamp, sure: Sure | None = None) -> Medicine:
    """Give what a prescriber orders now. Raises Refused until somebody is `sure` of what is odd about it."""
    stamp.actor.require("record_infusion", clinic_id=session.clinic_id)
    require_open(session, *OPEN)
    amount = read_medicine(typed)
    doubt = doubt_about(session, amount)
    reason = _answer(doubt, sure or Sure())
    known = known_row(Medicine, stamp)
    now = stamp.at or timezone.now()
    order = known.order if known else take_order(session, str(amount), by, actor=stamp.actor, at=now, reason=reason)
    return _add(session, amount, stamp, order=order, doubt=doubt, reason=reason)


def _answer(doubt: str, sure: Sure) -> str:
    if not doubt:
        return ""
    # A browser sends the ends of its lines in its own way.
    if sure.doubt.splitlines() != doubt.splitlines():
        raise Refused(doubt, "doubt")
    return demand_reason(sure.reason)


@transaction.atomic
def correct_medicine(old: Medicine, typed: Typed, *, by: ByMouth, stamp: Stamp, sure: Sure | None = None) -> Medicine:
    """Another amount, time or name than was written. What a standing order says changes in its time alone; anything
    else is an order anew, read back and signed.
    """
    amount = read_medicine(typed)
    if old.standing and amount == old.standing.amount:
        return _add(old.session, amount, stamp, standing=old.standing)
    if old.order and amount == old.amount:
        return _add(old.session, amount, stamp, order=old.order, doubt=old.doubt, reason=old.reason)
    return give_ordered(old.session, typed, by=by, stamp=stamp, sure=sure)


def _add(session: Session, amount: Amount, stamp: Stamp, **rests_on: object) -> Medicine:
    return add_row(
        session, Medicine, stamp, drug=amount.drug, thousandths=amount.thousandths, unit=amount.unit, route=amount.route,
        **{"standing": None, "order": None, "doubt": "", "reason": ""} | rests_on,
    )  # fmt: skip
