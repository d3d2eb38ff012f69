"""The drug of a demo clinic: vials come in, are opened, drawn from and counted, so that its ledger adds up.

One count, two days ago, found a millilitre less than the ledger says: it waits for a clinician's signature.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from assessments.demo.cast import DemoClinic
from programs.ledger import plain_ml
from programs.models import DoseOrder, DrugLot, LedgerLine, Session, Vial
from programs.schedule import utc_of
from programs.services.ledger import counting, drawing, reading, stock
from programs.services.ledger.drawing import Use
from programs.services.ledger.lines import Signing
from tracker.accounts.roles import Role

VIALS_A_DELIVERY = 10
MG_PER_ML, VIAL_ML = 10, 20
# A syringe is filled to the next half millilitre; what is not given is wasted.
SYRINGE_STEP_UL = 500
COUNTED_AT = time(20)
DIFFERS_DAYS_AGO = 2
COUNTED_DAYS_AGO = (37, 30, 23, 16, 9, DIFFERS_DAYS_AGO)


class Stockroom:
    """Keeps one clinic's ledger: the nurse writes, the clinician bears witness."""

    def __init__(self, place: DemoClinic) -> None:
        self.clinic = place.clinic
        self.nurse, self.clinician = place.actors[Role.NURSE], place.actors[Role.CLINICIAN]
        self.random = Random(place.clinic.slug)
        self.deliveries = 0
        self.sealed = 0
        self.lot: DrugLot | None = None
        self.vial: Vial | None = None
        self.left_ul = 0

    def draw(self, row: Session, order: DoseOrder, at: datetime) -> LedgerLine:
        """As much as the order needs, from the open vial or a new one."""
        needed_ul = -(-order.dose_ug // MG_PER_ML // SYRINGE_STEP_UL) * SYRINGE_STEP_UL
        vial = self._vial_with(needed_ul, at)
        self.left_ul -= needed_ul
        return drawing.draw(row, vial, ml=plain_ml(needed_ul), signing=self._sign(at))

    def account_for(self, drawn: LedgerLine, row: Session, at: datetime) -> None:
        """The dose was given, the rest of the syringe wasted."""
        assert row.dose_ug is not None
        given_ul = row.dose_ug // MG_PER_ML
        use = Use(plain_ml(given_ul), plain_ml(drawn.volume_ul - given_ul))
        drawing.account_for(drawn, use, signing=self._sign(at, is_witnessed=True))

    def _vial_with(self, needed_ul: int, at: datetime) -> Vial:
        today = at.astimezone(self.clinic.tz).date()
        if self.vial and self.left_ul >= needed_ul and not self.vial.is_past_use(today):
            return self.vial
        if self.vial and self.left_ul:
            reason = "Past its day" if self.vial.is_past_use(today) else "Too little for a dose"
            signing = self._sign(at, is_witnessed=True)
            stock.waste_rest(self.vial, ml=plain_ml(self.left_ul), reason=reason, signing=signing)
        self.vial = stock.open_vial(self._lot(at), signing=self._sign(at))
        self.sealed -= 1
        self.left_ul = self.vial.lot.volume_ul
        return self.vial

    def _lot(self, at: datetime) -> DrugLot:
        if self.lot is None or not self.sealed:
            self.deliveries += 1
            expires_on = date(at.year + 2, at.month, 1) - timedelta(days=1)
            name = f"KT{self.clinic.slug[0].upper()}{self.deliveries:03d}"
            label = stock.Label("ketamine", str(MG_PER_ML), str(VIAL_ML), name, expires_on)
            signing = self._sign(at, is_witnessed=True)
            self.lot = stock.receive_vials(self.clinic, label, VIALS_A_DELIVERY, signing=signing).lot
            self.sealed = VIALS_A_DELIVERY
        return self.lot

    def counts(self, now: datetime) -> Iterator[datetime]:
        """Nurse and clinician count once a week, in the evening."""
        today = now.astimezone(self.clinic.tz).date()
        for days in COUNTED_DAYS_AGO:
            at = utc_of(today - timedelta(days=days), COUNTED_AT, self.clinic.tz)
            yield at
            self._count(at, missing_ul=1_000 if days == DIFFERS_DAYS_AGO else 0)

    def _count(self, at: datetime, *, missing_ul: int) -> None:
        places = reading.places_of(self.clinic)
        found = {place.key: plain_ml(max(place.amount - missing_ul, 0)) if place.vial else str(place.amount) for place in places}
        if places:
            counting.record_count(self.clinic, found, signing=self._sign(at, is_witnessed=True))

    def _sign(self, at: datetime, *, is_witnessed: bool = False) -> Signing:
        key = uuid.UUID(int=self.random.getrandbits(128), version=4)
        return Signing(self.nurse, key, self.clinician if is_witnessed else None, happened_at=at, at=at)
