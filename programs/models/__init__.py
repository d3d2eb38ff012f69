"""What was agreed (plans, consent, orders), and what was done (the infusion record, the drug ledger)."""

from programs.models.infusion import DoseMark, Draft, Note, RecordRow, Vitals, Weight
from programs.models.ledger import Counted, DrugLot, LedgerLine, StockCount, Vial
from programs.models.offers import ProgramSwitch, is_offered
from programs.models.orders import DoseOrder, TreatmentConsent
from programs.models.plans import (
    CHECKIN_MOVES,
    ENROLMENT_MOVES,
    SESSION_MOVES,
    Booking,
    CheckIn,
    Enrolment,
    Program,
    Session,
)

__all__ = [
    "CHECKIN_MOVES",
    "ENROLMENT_MOVES",
    "SESSION_MOVES",
    "Booking",
    "CheckIn",
    "Counted",
    "DoseMark",
    "DoseOrder",
    "Draft",
    "DrugLot",
    "Enrolment",
    "LedgerLine",
    "Note",
    "Program",
    "ProgramSwitch",
    "RecordRow",
    "Session",
    "StockCount",
    "TreatmentConsent",
    "Vial",
    "Vitals",
    "Weight",
    "is_offered",
]
