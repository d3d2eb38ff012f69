"""The plan: a program, a course of it, its sessions, its check-ins, and what each occupies.

Beside each state stands the table of what may follow it. States change by compare-and-swap in
`services.states` only; the database refuses a state that the table does not know.
"""

from datetime import datetime
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.protocols import Kind, Need, Protocol, protocol_of
from tracker.accounts.models import Chair, User
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient
from tracker.stored import StoredDefinition

KIND_WORDS = {
    Kind.PREPARATION.value: _("Preparation"),
    Kind.INFUSION.value: _("Infusion"),
    Kind.INTEGRATION.value: _("Integration"),
    Kind.FOLLOW_UP.value: _("Follow-up"),
}
# What an infusion is called that does not run into a vein.
ROUTE_KINDS = {
    "IM": _("Injection"),
    "SC": _("Injection"),
    "IN": _("Nasal dose"),
    "PO": _("Dose by mouth"),
    "SL": _("Dose by mouth"),
}


def kind_words(kind: str, route: str) -> str:
    """What a session of this kind is called where the drug is given by this route: "Infusion", "Injection"."""
    is_other = kind == Kind.INFUSION and route in ROUTE_KINDS
    return str(ROUTE_KINDS[route] if is_other else KIND_WORDS[kind])


class Program(StoredDefinition):
    """One version of a program, as it was when the first patient was enrolled in it."""

    @property
    def protocol(self) -> Protocol:
        return self.definition_by(protocol_of)


class EnrolmentQuerySet(ClinicalQuerySet):
    seen_with = "see_plan"

    def running(self) -> Self:
        """Courses that are being given, or about to be."""
        return self.filter(state__in=[Enrolment.State.PLANNED, Enrolment.State.ACTIVE])


class Enrolment(ClinicalRow):
    """One patient's course of one program."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        COMPLETED = "completed", _("Completed")
        STOPPED = "stopped", _("Stopped")
        # It came in with an import that was taken back.
        WITHDRAWN = "withdrawn", "Taken back"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="enrolments")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    indication = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    state_reason = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField()
    clock = models.TimeField(help_text="when this person's sessions usually begin")
    therapist = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    infusions = models.PositiveSmallIntegerField(help_text="how many are planned now")
    enrolled_at = models.DateTimeField()
    # What was done, stored as it happens: pages and outcomes read it.
    infusions_given = models.PositiveSmallIntegerField(default=0)
    first_dose_at = models.DateTimeField(null=True, blank=True)
    last_dose_at = models.DateTimeField(null=True, blank=True)
    is_imported = models.BooleanField(default=False)
    typed_start = models.DateField(null=True, blank=True, help_text="first dose of an imported course, as an import said it")
    primary_scale = models.CharField(max_length=64)
    # Which of the program's questions the team stands before: "", "question" or "decision".
    review = models.CharField(max_length=8, blank=True)
    missed_in_a_row = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[EnrolmentQuerySet] = EnrolmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-enrolled_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["planned", "active", "paused", "completed", "stopped", "withdrawn"]),
                name="enrolment_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(state__in=["planned", "active", "paused"]),
                name="one_running_course_for_a_patient",
            ),
        ]

    def __str__(self) -> str:
        return self.program.protocol.words["en"].title

    @property
    def protocol(self) -> Protocol:
        return self.program.protocol

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.COMPLETED, self.State.STOPPED, self.State.WITHDRAWN}


ENROLMENT_MOVES: dict[str, frozenset[str]] = {
    "planned": frozenset({"active", "paused", "stopped"}),
    # Planned again: the only dose of it was another patient's.
    "active": frozenset({"planned", "paused", "completed", "stopped"}),
    "paused": frozenset({"planned", "active", "stopped"}),
    # More infusions were agreed after the last one.
    "completed": frozenset({"active", "withdrawn"}),
    "stopped": frozenset(),
    # The same file was brought again.
    "withdrawn": frozenset({"completed"}),
}


# The dose has ended, the patient is watched still.
RECOVERING = Q(kind=Kind.INFUSION, is_imported=False, ended_at__isnull=False, discharged_at=None) & ~Q(state="moved")
IN_THE_ROOM = ("arrived", "held", "in progress")


class SessionQuerySet(ClinicalQuerySet):
    seen_with = "see_plan"

    def on_day_of(self, at: datetime, zone: ZoneInfo) -> Self:
        """Sessions on the clinic's local day of `at`."""
        return self.filter(day=at.astimezone(zone).date())

    def waiting(self) -> Self:
        """Still to come: nothing of them has begun."""
        return self.filter(state=Session.State.PLANNED)

    def under_way(self) -> Self:
        """All but those that a paused course keeps for later: nobody waits for them. Who is here already still is."""
        return self.exclude(enrolment__state=Enrolment.State.PAUSED, state=Session.State.PLANNED)

    def given(self) -> Self:
        """Infusions in which a dose was begun."""
        return self.standing().exclude(started_at=None).filter(kind=Kind.INFUSION)

    def standing(self) -> Self:
        """All but those that came in with an import which was taken back, and those that were another patient's."""
        return self.exclude(state__in=[Session.State.WITHDRAWN, Session.State.MOVED])

    def planned_here(self) -> Self:
        """Planned and given in this clinic, not brought from elsewhere: what the live board shows."""
        return self.filter(is_imported=False)

    def recovering(self) -> Self:
        """The dose has ended, the patient has not been discharged."""
        return self.filter(RECOVERING)

    def in_the_room(self) -> Self:
        """Whose patient is here: from arrival to discharge."""
        return self.filter(Q(state__in=IN_THE_ROOM) | RECOVERING)


class Session(ClinicalRow):
    """One session of a course. Its time is local date, clock and zone; the UTC times follow from them."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ARRIVED = "arrived", _("Arrived")
        HELD = "held", _("Held, not dosed")
        IN_PROGRESS = "in progress", _("In progress")
        DONE = "done", _("Done")
        MISSED = "missed", _("Missed")
        CANCELLED = "cancelled", _("Cancelled")
        STOPPED_EARLY = "stopped early", _("Stopped early")
        # It came in with an import that was taken back.
        WITHDRAWN = "withdrawn", "Taken back"
        # Another patient sat in the chair: the record stands in that one's course, and counts for nothing here.
        MOVED = "moved", "Of another patient"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="sessions")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField(help_text="its place in the whole sequence")
    infusion = models.PositiveSmallIntegerField(default=0, help_text="its number among the infusions; 0 for a talk")
    kind = models.CharField(max_length=12, choices=list(KIND_WORDS.items()))
    day = models.DateField()
    clock = models.TimeField()
    zone = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    window_from = models.DateField()
    window_to = models.DateField()
    # What the program asked of it, kept here so that it can be placed again without the file.
    spacing_days = models.PositiveSmallIntegerField()
    window_days = models.PositiveSmallIntegerField()
    least_gap_hours = models.PositiveIntegerField(null=True, blank=True)
    needs = models.CharField(max_length=40)
    chair = models.ForeignKey(Chair, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    nurse = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    therapist = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, choices=State, default=State.PLANNED)
    state_reason = models.CharField(max_length=200, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="the dose, or the talk; the patient may be here still")
    discharged_at = models.DateTimeField(null=True, blank=True)
    # Since then the record takes nothing but addenda.
    signed_at = models.DateTimeField(null=True, blank=True)
    dose_ug = models.PositiveIntegerField(null=True, blank=True, help_text="what was given, or will be by the order")
    is_imported = models.BooleanField(default=False)

    objects: ClassVar[SessionQuerySet] = SessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["clinic", "day"], name="sessions_of_a_day"),
            models.Index(fields=["clinic"], name="sessions_under_way", condition=Q(state__in=["arrived", "in progress"])),
        ]
        constraints = [
            # One that was another patient's left its place in the course free.
            models.UniqueConstraint(
                fields=["enrolment", "number"], condition=~Q(state="moved"), name="session_number_is_unique_in_course"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "planned",
                        "arrived",
                        "held",
                        "in progress",
                        "done",
                        "missed",
                        "cancelled",
                        "stopped early",
                        "withdrawn",
                        "moved",
                    ]
                ),
                name="session_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "cancelled", "stopped early", "moved"]) | ~Q(state_reason=""),
                name="session_says_why_it_was_not_given_whole",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None) | Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="session_ended_after_it_started",
            ),
            models.CheckConstraint(
                condition=Q(discharged_at=None) | Q(discharged_at__gte=F("ended_at")),
                name="session_discharged_after_the_dose",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(discharged_at__isnull=False), name="session_signed_after_discharge"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().lower()} {self.infusion or self.number}"

    @property
    def title(self) -> str:
        """What it is called, without its number."""
        return kind_words(self.kind, self.enrolment.protocol.dose.route)

    @property
    def is_infusion(self) -> bool:
        return self.kind == Kind.INFUSION

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def is_recovering(self) -> bool:
        """Whether the dose has ended and the patient is still watched."""
        is_over = self.is_infusion and self.ended_at is not None and self.state != self.State.MOVED
        return is_over and not self.is_imported and self.discharged_at is None

    @property
    def is_in_the_room(self) -> bool:
        """Whether the patient is here: arrived, and neither given up nor gone home."""
        return self.state in IN_THE_ROOM or self.is_recovering

    @property
    def can_move(self) -> bool:
        """Whether another time may be given to it."""
        return "planned" in SESSION_MOVES[self.state] or self.is_waiting


SESSION_MOVES: dict[str, frozenset[str]] = {
    "planned": frozenset({"arrived", "missed", "cancelled"}),
    "arrived": frozenset({"planned", "held", "in progress", "cancelled"}),
    # Arrived but not dosed: released by a clinician, given another time, or given up.
    "held": frozenset({"arrived", "planned", "cancelled"}),
    # Whatever was begun may turn out to be another patient's.
    "in progress": frozenset({"done", "stopped early", "moved"}),
    "missed": frozenset({"planned", "arrived", "cancelled"}),
    # Taken back: only one that an import brought.
    "done": frozenset({"withdrawn", "moved"}),
    "cancelled": frozenset({"planned"}),
    "stopped early": frozenset({"moved"}),
    "withdrawn": frozenset(),
    "moved": frozenset(),
}


class Booking(models.Model):
    """A quarter of an hour of a chair or a person, held by one session. The two constraints are the rule:
    no chair, nurse or therapist twice, whichever door the session came in by.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="bookings")
    slot = models.DateTimeField()
    chair = models.ForeignKey(Chair, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    need = models.CharField(max_length=10)
    # A nurse who watches two chairs has lanes 0 and 1.
    lane = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["slot"], name="bookings_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["chair", "slot"], condition=~Q(chair=None), name="chair_booked_once"),
            models.UniqueConstraint(fields=["person", "lane", "slot"], condition=~Q(person=None), name="person_booked_once"),
            models.CheckConstraint(
                condition=Q(chair=None, person__isnull=False) | Q(chair__isnull=False, person=None),
                name="booking_is_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need} {self.slot}"

    @property
    def resource(self) -> Need:
        return Need(self.need)


class CheckInQuerySet(ClinicalQuerySet):
    seen_with = "see_plan"

    def due(self, at: datetime | None = None) -> Self:
        """Open for an answer, of courses that are not paused."""
        now = at or timezone.now()
        return self.filter(state=CheckIn.State.PLANNED, opens_at__lte=now, closes_at__gt=now).exclude(
            enrolment__state=Enrolment.State.PAUSED
        )

    def overdue(self, at: datetime | None = None) -> Self:
        """Closed without an answer, and not yet marked so."""
        return self.filter(state=CheckIn.State.PLANNED, closes_at__lte=at or timezone.now()).exclude(
            enrolment__state=Enrolment.State.PAUSED
        )


class CheckIn(ClinicalRow):
    """A check-in that is due: when, for how long, asking which scales. Its answers live on the floor above."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DONE = "done", _("Answered")
        MISSED = "missed", _("Missed")
        CANCELLED = "cancelled", _("Cancelled")

    class Purpose(models.TextChoices):
        BASELINE = "baseline", _("Baseline")
        AFTER = "after", _("After the dose")
        FOLLOW_UP = "follow-up", _("Follow-up")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="checkins")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="checkins")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="checkins")
    purpose = models.CharField(max_length=10, choices=Purpose)
    days = models.SmallIntegerField(help_text="from its session; negative is before")
    due_on = models.DateField()
    clock = models.TimeField()
    zone = models.CharField(max_length=64)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    scale_codes = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CheckInQuerySet] = CheckInQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["opens_at"]
        indexes = [models.Index(fields=["closes_at"], name="checkins_to_close", condition=Q(state="planned"))]
        constraints = [
            models.UniqueConstraint(fields=["session", "days"], name="one_checkin_a_day_of_a_session"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="checkin_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "done", "missed", "cancelled"]), name="checkin_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"check-in of {self.due_on:%b} {self.due_on.day}"

    @property
    def scales(self) -> tuple[str, ...]:
        return tuple(self.scale_codes.split())

    def is_open(self, at: datetime) -> bool:
        return self.state == self.State.PLANNED and self.opens_at <= at < self.closes_at


CHECKIN_MOVES: dict[str, frozenset[str]] = {
    "planned": frozenset({"done", "missed", "cancelled"}),
    # One taken on paper in time and entered late.
    "missed": frozenset({"done", "planned"}),
    "cancelled": frozenset({"planned"}),
    "done": frozenset(),
}
