"""Every slip of the hand that has hurt somebody, made in a good order: it is refused, or somebody else has to look."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from programs.dosing import show
from programs.models import DoseOrder, Session, Weight
from programs.services.orders import Wanted, work_out
from tests.cast import Cast, wanted
from tracker.errors import Refused

ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")


def times(factor: str) -> Callable[[str], str]:
    """A number typed so many times too large."""
    return lambda number: show(Decimal(number) * Decimal(factor)).replace(",", "")


def in_pounds(kg: str) -> str:
    """What a scale shows in lb, typed as kg."""
    return show((Decimal(kg) / Decimal("0.45359237")).quantize(Decimal("0.1")))


Slip = Callable[[Wanted], Wanted]
SLIPS: dict[str, Slip] = {
    **{f"mg/kg x{by}": lambda good, by=by: replace(good, mg_per_kg=times(by)(good.mg_per_kg)) for by in ("2", "5", "10", "100")},
    "weight x10": lambda good: replace(good, weight=times("10")(good.weight)),
    "a lost point in the weight": lambda good: replace(good, weight=f"{Decimal(good.weight):.1f}".replace(".", "")),
    "pounds as kg": lambda good: replace(good, weight=in_pounds(good.weight)),
    "mg typed as mg/kg": lambda good: replace(good, mg_per_kg=good.weight),
    "another vial": lambda good: replace(good, mg_per_ml="100"),
    "a tenth of the minutes": lambda good: replace(good, minutes="4"),
    "a comma": lambda good: replace(good, mg_per_kg=good.mg_per_kg.replace(".", ",") if "." in good.mg_per_kg else "1,0"),
    "an exponent": lambda good: replace(good, mg_per_kg=f"{good.mg_per_kg}e1"),
    "a unit in the field": lambda good: replace(good, mg_per_kg=f"{good.mg_per_kg} mg"),
    "other digits": lambda good: replace(good, mg_per_kg=good.mg_per_kg.translate(ARABIC)),
    "a minus": lambda good: replace(good, mg_per_kg=f"-{good.mg_per_kg}"),
    "a naked point": lambda good: replace(good, mg_per_kg=f".{good.mg_per_kg.replace('.', '')}5"),
    "no unit of the weight": lambda good: replace(good, weight_unit=""),
}


def try_slips(cast: Cast, session: Session, random: Random, count: int) -> list[str]:
    """Make `count` random slips after a dose that was given as intended. Gives those that nothing would have held."""
    last = DoseOrder.objects.exclude(session=session).get(patient=session.patient)
    passed = []
    for number in range(count):
        kg, per_kg = Decimal(random.randrange(300, 2500)) / 10, Decimal(random.randrange(30, 101)) / 100
        _give_before(last, kg, per_kg)
        usual = wanted(session.enrolment.protocol.dose, weight=show(kg), mg_per_kg=show(per_kg))
        name = random.choice(list(SLIPS))
        try:
            found = work_out(
                session, SLIPS[name](usual), actor=cast.actor("maya"), at=session.starts_at + timedelta(seconds=number)
            )
        except Refused:
            continue
        if not found.order.look_for:
            passed.append(f"{name}: {per_kg} mg/kg, {kg} kg")
    return passed


def _give_before(last: DoseOrder, kg: Decimal, per_kg: Decimal) -> None:
    """The last dose was that many mg/kg for somebody who weighed so much, as far as the program lets anybody."""
    ug = min(int(kg * per_kg * 10) * 100, 150_000)
    DoseOrder.objects.filter(pk=last.pk).update(
        ug_per_kg=int(per_kg * 1000), weight_g=int(kg * 1000), actual_g=int(kg * 1000), dose_ug=ug
    )
    Weight.objects.filter(patient_id=last.patient_id).update(weight_g=int(kg * 1000))
