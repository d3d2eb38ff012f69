"""What was agreed (plans, consent, orders), and what was done (the infusion record, the drug ledger)."""

from programs.models.chairside import HandOver, OpenTablet
from programs.models.checklist import Check, ChecklistLine
from programs.models.discharge import Addendum, Discharge, ThoughtsAsked
from programs.models.dose_limits import DoseLimits
from programs.models.doses import SITES, GivenDose
from programs.models.events import EventMore, Incident, IncidentReview, RoomEvent
from programs.models.imported import ImportedDose
from programs.models.infusion import DoseMark, Draft, Note, RecordRow, Vitals, Weight
from programs.models.ledger import Counted, DrugLot, LedgerLine, StockCount, Vial
from programs.models.limits import ClinicLimits
from programs.models.medicines import Medicine, StandingOrder
from programs.models.moved import MovedRecord
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
from programs.models.practice import Practice
from programs.models.rates import PumpReading, RateChange
from programs.models.release import CoSignature, RoomOrder, StartRelease
from programs.models.room import RoomRules
from programs.models.safety import SafetyItem, SafetyReview
from programs.models.second_look import SecondLook
from programs.models.signature import RecordSignature
from programs.models.tablet import SetAside

__all__ = [
    "CHECKIN_MOVES",
    "ENROLMENT_MOVES",
    "SESSION_MOVES",
    "SITES",
    "Addendum",
    "Booking",
    "Check",
    "CheckIn",
    "ChecklistLine",
    "ClinicLimits",
    "CoSignature",
    "Counted",
    "Discharge",
    "DoseLimits",
    "DoseMark",
    "DoseOrder",
    "Draft",
    "DrugLot",
    "Enrolment",
    "EventMore",
    "GivenDose",
    "HandOver",
    "ImportedDose",
    "Incident",
    "IncidentReview",
    "LedgerLine",
    "Medicine",
    "MovedRecord",
    "Note",
    "OpenTablet",
    "Practice",
    "Program",
    "ProgramSwitch",
    "PumpReading",
    "RateChange",
    "RecordRow",
    "RecordSignature",
    "RoomEvent",
    "RoomOrder",
    "RoomRules",
    "SafetyItem",
    "SafetyReview",
    "SecondLook",
    "Session",
    "SetAside",
    "StandingOrder",
    "StartRelease",
    "StockCount",
    "ThoughtsAsked",
    "TreatmentConsent",
    "Vial",
    "Vitals",
    "Weight",
    "is_offered",
]
