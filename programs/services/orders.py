"""The clinician's order of a dose: worked out from what was typed, looked at, signed.

The same arithmetic works it out for the page that shows it and for the signature, so that what is signed is what
was shown. Nothing of it is carried forward from the program: that is a proposal only.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from programs import dosing, weights
from programs.dose_limits import Before, Figures, reasons_to_look, stay_within, what_changed
from programs.models import DoseLimits, DoseOrder, Session, Weight
from programs.models.orders import NEWEST_ORDER
from programs.preparation import LONGEST_MINUTES, Bag, preparation_words, prepare
from programs.protocols import Dose
from programs.services.dose_limits import dose_limits_of
from programs.services.record import require_open
from programs.services.typed import read_field
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.ready import Ready

# The same order by the same clinician within this time is one click too many, not a second order.
SECOND_CLICK = timedelta(minutes=1)
# A weight older than this says little about today's.
WEIGHT_COUNTS = timedelta(days=180)


@dataclass(frozen=True)
class Wanted:
    """An order as it was typed: numbers in the unit printed beside them, the rest chosen."""

    mg_per_kg: str = ""
    mg: str = ""
    weight: str = ""
    weight_unit: str = ""
    basis: str = DoseOrder.Basis.ACTUAL
    why: str = ""
    height: str = ""
    height_unit: str = ""
    sex: str = ""
    minutes: str = ""
    mg_per_ml: str = ""
    # "added" to the bag, "included" in it, or "none": drawn up undiluted.
    mixing: str = ""
    bag_ml: str = ""
    # mg/h between which a nurse may set the pump without asking again; both empty: only the rate that comes of the order.
    rate_from: str = ""
    rate_to: str = ""


@dataclass(frozen=True)
class Worked:
    """An order worked out and not signed: the row to be, what is other than last time, and what a weight looked like."""

    order: DoseOrder
    changed: tuple[str, ...]
    doubt: weights.Doubt | None

    @property
    def sentence(self) -> str:
        return order_sentence(self.order)


def work_out(session: Session, wanted: Wanted, *, actor: Actor, at: datetime | None = None) -> Worked:
    """The dose as typed, to the mL/h. Raises Refused for anything but plain numbers, and for a dose beyond the
    program's or the clinic's most: nobody types past those.
    """
    actor.require("sign_order", clinic_id=session.clinic_id)
    require_open(session, Session.State.PLANNED, Session.State.ARRIVED, Session.State.HELD)
    if not session.is_infusion:
        raise Refused("No dose is given in this session.")
    dose, now = session.enrolment.protocol.dose, at or timezone.now()
    limits = dose_limits_of(session.clinic_id, session.enrolment.program.code, dose.route)
    if limits is None:
        raise Refused("No clinician of this clinic has signed the limits of this dose yet: see Room.")
    order = DoseOrder(
        clinic_id=session.clinic_id, session=session, patient_id=session.patient_id, drug=dose.drug, route=dose.route,
        limits=limits, signed_at=now, signed_by=actor.name, signer_user_id=actor.signer_id,
        **(_by_device(dose, wanted) if dose.device_mg else _from_vial(dose, wanted)),
    )  # fmt: skip
    read_field("mg_per_kg" if order.ug_per_kg else "mg", lambda: stay_within(limits.signed, order.figures))
    if order.to_ug_per_h:
        fastest = replace(order.figures, ordered_mg_per_kg=None, mg=Decimal(order.to_ug_per_h) / 1000, minutes=60)
        read_field("rate_to", lambda: stay_within(replace(limits.signed, most_mg=fastest.mg, most_mg_per_kg=None), fastest))
    before = _before(session, dose, order)
    doubt = _doubt(session, order, now)
    order.look_for = "\n".join(_reasons(limits, order, before, doubt))
    return Worked(order, what_changed(order.figures, before) if before and before.day else (), doubt)


@transaction.atomic
def sign_order(session: Session, wanted: Wanted, *, actor: Actor, at: datetime | None = None) -> DoseOrder:
    """A clinician orders the dose of this session as typed. Raises Refused as `work_out` does."""
    order = work_out(session, wanted, actor=actor, at=at).order
    known = session.orders.filter(signer_user_id=actor.signer_id, signed_at__gt=order.signed_at - SECOND_CLICK).first()
    if known and order_sentence(known) == order_sentence(order):
        return known
    order.save(force_insert=True)
    record_act(
        actor, "ordered", order, at=order.signed_at, patient_id=session.patient_id, course_id=session.enrolment_id,
        now=order_sentence(order), reason=order.look_for,
    )  # fmt: skip
    return order


def limits_of(dose: Dose) -> dosing.Limits:
    """What nobody orders beyond in a course with this dose, whatever the clinic signed."""
    return dosing.Limits(dose.most_mg_per_kg, dose.most_mg)


def _by_device(dose: Dose, wanted: Wanted) -> dict[str, object]:
    assert dose.device_mg
    one_device_mg = dose.device_mg
    mg = read_field("mg", lambda: dosing.device_mg(dosing.read_amount(wanted.mg, "mg"), one_device_mg, limits_of(dose)))
    return {"device_ug": int(one_device_mg * 1000), "dose_ug": int(mg * 1000), "minutes": dose.minutes}


def _from_vial(dose: Dose, wanted: Wanted) -> dict[str, object]:
    """By weight or in mg, drawn from a vial; what is given at once has neither minutes nor bag."""
    kg, weighed = _weight(wanted)
    per_kg, mg = _mg(dose, wanted, kg)
    minutes = read_field("minutes", lambda: _minutes(wanted.minutes)) if dose.minutes else 0
    mg_per_ml = read_field("mg_per_ml", lambda: dosing.read_amount(wanted.mg_per_ml, "mg/mL"))
    bag = read_field("bag_ml", lambda: _bag(wanted)) if dose.minutes else None
    drawn = read_field("mg_per_ml", lambda: prepare(dose.route, mg, minutes, mg_per_ml, bag))
    return {
        **weighed,
        "ug_per_kg": None if per_kg is None else int(per_kg * 1000),
        "dose_ug": int(mg * 1000),
        "minutes": minutes,
        "ug_per_ml": int(mg_per_ml * 1000),
        "draw_ul": int(drawn.draw_ml * 1000),
        "bag_ul": int(bag.volume_ml * 1000) if bag else None,
        "bag_includes_drug": bag.includes_drug if bag else False,
        "ul_per_h": None if drawn.ml_per_h is None else int(drawn.ml_per_h * 1000),
        "ug_per_h": None if drawn.mg_per_h is None else int(drawn.mg_per_h * 1000),
        **_range(wanted, drawn.mg_per_h),
    }


def _range(wanted: Wanted, ordered: Decimal | None) -> dict[str, int | None]:
    """The mg/h between which a nurse may set the pump; nothing where the order leaves it at its own rate."""
    if ordered is None or not (wanted.rate_from.strip() or wanted.rate_to.strip()):
        return {}
    slowest = read_field("rate_from", lambda: dosing.read_amount(wanted.rate_from, "mg/h"))
    fastest = read_field("rate_to", lambda: dosing.read_amount(wanted.rate_to, "mg/h"))
    if not 0 < slowest <= ordered:
        raise Refused(f"The slowest rate lies above 0 and is at most the ordered {dosing.show(ordered)} mg/h.", "rate_from")
    if fastest < ordered:
        raise Refused(f"The fastest rate is at least the ordered {dosing.show(ordered)} mg/h.", "rate_to")
    return {"from_ug_per_h": int(slowest * 1000), "to_ug_per_h": int(fastest * 1000)}


def _weight(wanted: Wanted) -> tuple[Decimal, dict[str, object]]:
    """The weight that the dose rests on, and what is kept of it: the actual one, and the reason where it is another."""
    unit = _chosen(wanted.weight_unit, {"kg", "lb"}, "Choose kg or lb.", "weight_unit")
    actual = read_field("weight", lambda: dosing.kg_of(dosing.read_amount(wanted.weight, unit), unit))
    basis = _chosen(wanted.basis, set(DoseOrder.Basis.values), "Choose which weight the dose rests on.", "basis")
    is_actual = basis == DoseOrder.Basis.ACTUAL
    height_cm = None if is_actual and not wanted.height.strip() else _height(wanted)
    grams = int(actual * 1000)
    values: dict[str, object] = {"actual_g": grams, "height_mm": int(height_cm * 10) if height_cm else None}
    if is_actual or height_cm is None:
        return actual, {**values, "weight_g": grams}
    sex = _chosen(wanted.sex, set(weights.IDEAL_AT_60_IN_KG), "Choose the sex: the formula asks for it.", "sex")
    if not wanted.why.strip():
        raise Refused("Write why the dose does not rest on the actual weight.", "why")
    rests_on = read_field("basis", lambda: weights.dosing_kg(basis, actual, height_cm, sex))
    why = wanted.why.strip()[:200]
    return rests_on, {**values, "weight_g": int(rests_on * 1000), "weight_basis": basis, "weight_why": why, "sex": sex}


def _height(wanted: Wanted) -> Decimal:
    unit = _chosen(wanted.height_unit, {"cm", "in"}, "Choose cm or in.", "height_unit")
    return read_field("height", lambda: weights.cm_of(dosing.read_amount(wanted.height, unit), unit))


def _mg(dose: Dose, wanted: Wanted, kg: Decimal) -> tuple[Decimal | None, Decimal]:
    """The mg per kg, where it goes by that, and the rounded mg."""
    if wanted.mg_per_kg and wanted.mg:
        raise Refused("Write mg per kg or mg, not both.", "mg")
    limits = limits_of(dose)
    if wanted.mg:
        return None, read_field("mg", lambda: dosing.fixed_mg(dosing.read_amount(wanted.mg, "mg"), kg, limits))
    per_kg = read_field("mg_per_kg", lambda: dosing.read_amount(wanted.mg_per_kg, "mg/kg"))
    return per_kg, read_field("mg_per_kg", lambda: dosing.dose_mg(kg, per_kg, limits))


def _minutes(typed: str) -> int:
    minutes = dosing.read_amount(typed, "min")
    if minutes % 1 or not 0 < minutes <= LONGEST_MINUTES:
        raise dosing.DoseRefused(f"{dosing.show(minutes)} min: write whole minutes, 1 to {LONGEST_MINUTES}.")
    return int(minutes)


def _bag(wanted: Wanted) -> Bag | None:
    said = "Choose whether the drug is added to the bag, included in it, or not diluted."
    mixing = _chosen(wanted.mixing, {"added", "included", "none"}, said, "mixing")
    if mixing != "none":
        return Bag(dosing.read_amount(wanted.bag_ml, "mL"), mixing == "included")
    if wanted.bag_ml.strip():
        raise Refused("Undiluted has no bag. Leave the mL empty, or choose how the drug is mixed.", "bag_ml")
    return None


def _chosen(value: str, among: set[str], said: str, field: str) -> str:
    if value not in among:
        raise Refused(said, field)
    return value


def _before(session: Session, dose: Dose, order: DoseOrder) -> Before | None:
    """What this order is held against: the last dose that was begun, else the program's proposal for this weight."""
    last = last_given_order(session)
    if last:
        return Before(last.figures, last.session.day)
    if dose.mg_per_kg and order.weight_kg:
        mg = (dose.mg_per_kg * order.weight_kg).quantize(dosing.MG_STEP)
        return Before(Figures(mg, order.weight_kg, dose.mg_per_kg, dose.minutes))
    return Before(Figures(dose.mg, minutes=dose.minutes)) if dose.mg else None


def _doubt(session: Session, order: DoseOrder, now: datetime) -> weights.Doubt | None:
    if order.actual_g is None:
        return None
    last = weight_before(session, now)
    height_cm = Decimal(order.height_mm) / 10 if order.height_mm else None
    return weights.doubt_about(Decimal(order.actual_g) / 1000, last.weight_kg if last else None, height_cm)


def _reasons(limits: DoseLimits, order: DoseOrder, before: Before | None, doubt: weights.Doubt | None) -> tuple[str, ...]:
    """Why another person has to look. The very words are kept on the order."""
    found = reasons_to_look(limits.signed, order.figures, before)
    return (*found, doubt.words) if doubt and doubt.needs_second else found


def order_sentence(order: DoseOrder) -> str:
    """The order in one sentence."""
    if order.device_mg:
        return dosing.device_sentence(order.drug, order.route, order.dose_mg, order.device_mg)
    assert order.weight_kg
    basis = "" if order.weight_basis == DoseOrder.Basis.ACTUAL else f" ({order.weight_basis} weight)"
    if order.mg_per_kg:
        said = dosing.sentence(order.route, order.dose_mg, order.mg_per_kg, order.weight_kg, order.minutes, basis)
    else:
        said = dosing.fixed_sentence(order.route, order.dose_mg, order.weight_kg, order.minutes, basis)
    if order.preparation:
        said += f" · {preparation_words(order.preparation)}"
    if order.rate_range:
        slowest, fastest = (dosing.show(rate) for rate in order.rate_range)
        said += f" · the nurse may set {slowest} to {fastest} mg/h"
    return said


def last_order(session: Session) -> DoseOrder | None:
    """The order that a new one begins with: that of this session, else of the one before it in this course."""
    orders = DoseOrder.objects.filter(session__enrolment_id=session.enrolment_id).exclude(session__state=Session.State.MOVED)
    return orders.order_by(*NEWEST_ORDER).first()


def last_given_order(session: Session) -> DoseOrder | None:
    """The order of the last dose that this patient was given, of this drug by this route, before this session."""
    dose = session.enrolment.protocol.dose
    given = DoseOrder.objects.filter(
        patient_id=session.patient_id, drug=dose.drug, route=dose.route, session__started_at__lt=session.starts_at
    )
    theirs = given.exclude(session=session).exclude(session__state=Session.State.MOVED).select_related("session")
    return theirs.order_by("-session__started_at", *NEWEST_ORDER).first()


_WEIGHTS_BEFORE = Ready(
    lambda patient, session, since: (
        Weight.objects.standing()
        .filter(patient_id=patient, happened_at__gt=since)
        .exclude(session_id=session)
        .exclude(session__state=Session.State.MOVED)
        .order_by("-happened_at", "-pk")[:1]
    )
)


def weight_before(session: Session, now: datetime) -> Weight | None:
    """The newest weight of this patient from an earlier session, of the last 180 days."""
    return _WEIGHTS_BEFORE.first(patient=session.patient_id, session=session.pk, since=now - WEIGHT_COUNTS)
