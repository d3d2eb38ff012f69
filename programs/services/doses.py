"""Doses that are given at times: each is a row, their sum is what the session gave, the first one begins it."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from programs.dose_limits import Figures, stay_within
from programs.dosing import read_amount
from programs.giving import Portion, next_devices_ug, next_ug, portion_of
from programs.models import SITES, DoseMark, DoseOrder, GivenDose, RecordRow, Session
from programs.services.dose_limits import dose_limits_of
from programs.services.given import keep_given
from programs.services.infusion import begin_dose, move_start
from programs.services.record import Stamp, add_row, known_row, require_open, strike
from programs.services.typed import read_field
from tracker.errors import Refused


@dataclass(frozen=True)
class Typed:
    """One dose as it was typed: mg, or whole devices; and where an injection went in."""

    mg: str = ""
    devices: str = ""
    site: str = ""


def portion_given(session: Session, order: DoseOrder, *, but: int | None = None) -> Portion:
    """What of the order was given in this session, one row left out where it is about to be corrected."""
    rows = GivenDose.objects.standing().filter(session=session).exclude(pk=but)
    return portion_of(order.dose_ug, rows.values_list("dose_ug", flat=True), order.device_ug)


@transaction.atomic
def give_dose(session: Session, typed: Typed, *, safety_answered_at: datetime | None, stamp: Stamp) -> GivenDose:
    """One dose was given; the first one begins the session. Raises Refused with every line that stops it, for a dose
    beyond what is left of the order, and beyond what the clinic has signed for.
    """
    stamp.actor.require("record_infusion", clinic_id=session.clinic_id)
    # The start and the first dose are one moment.
    now = stamp.at or timezone.now()
    stamp = replace(stamp, at=now)
    # Two nurses, or two clicks, must not both find the same dose left.
    Session.objects.select_for_update().get(pk=session.pk)
    order = _order(session)
    known = known_row(GivenDose, stamp)
    if known is None and session.state == Session.State.ARRIVED:
        begin_dose(session, safety_answered_at=safety_answered_at, stamp=stamp)
    require_open(session, *_GIVING)
    _check_moment(session, stamp.happened_at or now)
    row = _add(session, order, typed, stamp, but=known.pk if known else None)
    keep_given(session)
    _keep_start(session, stamp, RecordRow.Why.LATE)
    return row


@transaction.atomic
def correct_dose(old: GivenDose, typed: Typed, *, stamp: Stamp) -> GivenDose:
    """Another amount, site or time than was written; the start follows where it was the first dose. Both rows stay."""
    session = old.session
    Session.objects.select_for_update().get(pk=session.pk)
    _check_moment(session, stamp.happened_at or old.happened_at)
    known = known_row(GivenDose, stamp)
    row = _add(session, old.order, typed, stamp, but=known.pk if known else old.pk)
    keep_given(session)
    _keep_start(session, stamp, stamp.why)
    return row


@transaction.atomic
def strike_dose(old: GivenDose, *, stamp: Stamp) -> GivenDose:
    """It was given to another patient: neither row stands here, and the sum goes down."""
    session = old.session
    Session.objects.select_for_update().get(pk=session.pk)
    row = strike(old, stamp=stamp)
    keep_given(session)
    _keep_start(session, stamp, stamp.why)
    return row


# Also afterwards, for a dose that nobody wrote down at the time.
_GIVING = (Session.State.IN_PROGRESS, Session.State.DONE, Session.State.STOPPED_EARLY)


def _order(session: Session) -> DoseOrder:
    order: DoseOrder | None = session.orders.select_related("limits").first()
    if order is None:
        raise Refused("No clinician has signed an order for this session.")
    if not order.is_at_times:
        raise Refused("This dose runs by a pump: start the infusion.")
    return order


def _check_moment(session: Session, happened_at: datetime) -> None:
    if session.ended_at and happened_at > session.ended_at:
        raise Refused("That is after the session ended.", "clock")


def _add(session: Session, order: DoseOrder, typed: Typed, stamp: Stamp, *, but: int | None) -> GivenDose:
    portion = portion_given(session, order, but=but)
    dose_ug, devices = _amount(portion, typed)
    _stay_within_clinic(session, order, portion.given_ug + dose_ug)
    site = _site(order, typed.site)
    return add_row(session, GivenDose, stamp, order=order, dose_ug=dose_ug, devices=devices, site=site)


def _amount(portion: Portion, typed: Typed) -> tuple[int, int | None]:
    if portion.device_ug is None:
        return read_field("mg", lambda: next_ug(portion, read_amount(typed.mg, "mg"))), None
    dose_ug = read_field("devices", lambda: next_devices_ug(portion, read_amount(typed.devices, "devices")))
    return dose_ug, dose_ug // portion.device_ug


def _site(order: DoseOrder, typed: str) -> str:
    sites = SITES.get(order.route)
    if sites is None:
        return ""
    if typed not in sites:
        raise Refused("Choose where it went in.", "site")
    return typed


def _stay_within_clinic(session: Session, order: DoseOrder, sum_ug: int) -> None:
    """The limits that hold now: they may have come down since the order was signed."""
    limits = dose_limits_of(session.clinic_id, session.enrolment.program.code, order.route)
    if limits is None:
        raise Refused("No clinician of this clinic has signed the limits of this dose yet: see Room.")
    whole = sum_ug == order.dose_ug
    figures = Figures(
        mg=Decimal(sum_ug) / 1000,
        weight_kg=order.weight_kg,
        # Rounding the order to 0.1 mg moved nothing beyond a limit; neither does giving all of it.
        ordered_mg_per_kg=order.mg_per_kg if whole else None,
    )
    read_field("mg" if order.device_ug is None else "devices", lambda: stay_within(limits.signed, figures))


def _keep_start(session: Session, stamp: Stamp, why: str) -> None:
    """The session began with its first dose: where that turns out to be at another time, the start is corrected with it."""
    first = GivenDose.objects.standing().filter(session=session).order_by("happened_at", "pk").first()
    if first is None or first.happened_at == session.started_at:
        return
    begun = DoseMark.objects.standing().get(session=session, what=DoseMark.What.START)
    key = uuid.uuid5(stamp.key, "start")
    move_start(begun, stamp=replace(stamp, key=key, happened_at=first.happened_at, corrects=begun, why=why))
    session.started_at = first.happened_at
