"""Who may do what: one table, asked by every service and by every `visible_to`."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from tracker.errors import NotAllowed


class Role(TextChoices):
    NURSE = "nurse", _("Nurse")
    CLINICIAN = "clinician", _("Clinician")
    THERAPIST = "therapist", _("Therapist")
    DESK = "desk", _("Front desk")
    MANAGER = "manager", _("Manager")
    PATIENT = "patient", _("Patient")
    # Whoever runs a command on the server itself; never held by a signed-in person.
    OPERATOR = "operator", _("Operator")


NURSE, CLINICIAN, THERAPIST, DESK, MANAGER, PATIENT, OPERATOR = Role

CAPABILITIES: dict[str, frozenset[Role]] = {
    # seeing
    "work_here": frozenset({NURSE, CLINICIAN, THERAPIST, DESK, MANAGER}),
    "see_people": frozenset({NURSE, CLINICIAN, THERAPIST, DESK, MANAGER, PATIENT, OPERATOR}),
    "see_plan": frozenset({NURSE, CLINICIAN, THERAPIST, DESK, MANAGER, PATIENT, OPERATOR}),
    "see_scores": frozenset({NURSE, CLINICIAN, THERAPIST, MANAGER, PATIENT, OPERATOR}),
    # The scores of many, as a list; see_scores is also the patient's own.
    "see_all_scores": frozenset({NURSE, CLINICIAN, THERAPIST, MANAGER}),
    "see_record": frozenset({NURSE, CLINICIAN, OPERATOR}),
    "see_alerts": frozenset({NURSE, CLINICIAN, THERAPIST, OPERATOR}),
    # who works here
    "open_clinic": frozenset({OPERATOR}),
    "add_member": frozenset({OPERATOR}),
    # Which programs the clinic offers, and how its own go: the manager's. What a dose may be is medicine: a clinician's.
    "switch_program": frozenset({MANAGER, CLINICIAN, OPERATOR}),
    "change_program": frozenset({MANAGER, CLINICIAN}),
    "set_dose_limits": frozenset({CLINICIAN}),
    # people and plans
    "add_patient": frozenset({CLINICIAN, DESK, MANAGER, OPERATOR}),
    "let_patient_sign_in": frozenset({OPERATOR}),
    "enrol_patient": frozenset({CLINICIAN, OPERATOR}),
    "record_consent": frozenset({CLINICIAN, NURSE}),
    "move_session": frozenset({CLINICIAN, NURSE, DESK}),
    "change_course": frozenset({CLINICIAN}),
    # the day of the session
    "receive_patient": frozenset({CLINICIAN, NURSE, THERAPIST, DESK}),
    "hold_session": frozenset({CLINICIAN, NURSE}),
    "sign_order": frozenset({CLINICIAN}),
    # An unusual order, a weight far from the last: another person reads it, and signs in for it.
    "second_look": frozenset({CLINICIAN, NURSE}),
    "record_infusion": frozenset({CLINICIAN, NURSE}),
    # The limits and the checklist of the room; what stops a start, let pass.
    "sign_limits": frozenset({CLINICIAN}),
    "release_start": frozenset({CLINICIAN}),
    # The record of a session, signed by who kept it, read and signed by a clinician.
    "review_record": frozenset({CLINICIAN}),
    # The record of a session that was kept on the wrong patient's chart.
    "move_record": frozenset({CLINICIAN}),
    "keep_safety_list": frozenset({CLINICIAN, NURSE}),
    "review_safety": frozenset({CLINICIAN}),
    "record_talk": frozenset({CLINICIAN, THERAPIST}),
    # the drug ledger
    "see_ledger": frozenset({NURSE, CLINICIAN, MANAGER, OPERATOR}),
    "keep_ledger": frozenset({CLINICIAN, NURSE}),
    "witness_ledger": frozenset({CLINICIAN, NURSE}),
    "sign_discrepancy": frozenset({CLINICIAN}),
    "set_vial_days": frozenset({CLINICIAN}),
    # how the patient is doing
    "answer_checkin": frozenset({PATIENT}),
    "enter_checkin": frozenset({CLINICIAN, NURSE, THERAPIST}),
    "close_alert": frozenset({CLINICIAN}),
    "import_scores": frozenset({MANAGER, CLINICIAN, OPERATOR}),
    # What the clinic measures with, and on whose licence, is the clinic's decision, not one patient's.
    "define_scale": frozenset({MANAGER, CLINICIAN}),
    "see_outcomes": frozenset({MANAGER, CLINICIAN, OPERATOR}),
}

STAFF = frozenset({NURSE, CLINICIAN, THERAPIST, DESK, MANAGER})


@dataclass(frozen=True)
class Actor:
    """Somebody acting: a user in one role at one clinic, for patients also as one patient.

    One person may hold several roles; an Actor is the one they act in now.
    """

    role: Role
    clinic_id: int
    user_id: int | None = None
    name: str = ""
    patient_id: int | None = None
    membership_id: int | None = None

    @property
    def signer_id(self) -> int:
        """The user whose name stands under a row. NotAllowed for a command, which signs nothing."""
        if self.user_id is None:
            raise NotAllowed("Only a signed-in person can sign this.")
        return self.user_id

    def may(self, capability: str) -> bool:
        """Whether the role includes `capability`; KeyError for one that the table does not name."""
        return self.role in CAPABILITIES[capability]

    def require(self, capability: str, *, clinic_id: int, patient_id: int | None = None) -> None:
        """Raise NotAllowed unless this actor may do `capability` to a row of that clinic (and patient)."""
        if not self.may(capability):
            raise NotAllowed(str(_("Your role (%(role)s) does not include this.") % {"role": self.role.label}))
        if clinic_id != self.clinic_id:
            raise NotAllowed(str(_("This belongs to another clinic.")))
        if self.patient_id is not None and patient_id != self.patient_id:
            raise NotAllowed(str(_("This belongs to another person.")))
