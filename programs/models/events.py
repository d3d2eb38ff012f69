"""What befell the patient in the chair: the event, what was said of it afterwards, and the incident of a serious one."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models.infusion import RecordRow
from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class RoomEvent(RecordRow):
    """One tap: what happened, and when. How bad it was and how it went on are rows of their own."""

    class What(models.TextChoices):
        NAUSEA = "nausea", _("Nausea or vomiting")
        DIZZY = "dizziness", _("Dizziness")
        ANXIETY = "anxiety", _("Anxiety or panic")
        DISSOCIATION = "dissociation", _("Distressing dissociation")
        VISION = "vision", _("Visual changes")
        SALIVA = "salivation", _("Increased salivation")
        HEADACHE = "headache", _("Headache")
        SITE = "site pain", _("Pain at the site")
        RASH = "rash", _("Rash")
        PRESSURE = "blood pressure", _("Blood pressure change")
        FAST = "fast pulse", _("Fast pulse")
        SLOW = "slow pulse", _("Slow pulse")
        SEDATION = "sedation", _("Sedation")
        APPETITE = "low appetite", _("Low appetite")
        URINARY = "urinary", _("Urinary symptoms")
        RHYTHM = "abnormal rhythm", _("Abnormal heart rhythm")
        AIRWAY = "airway", _("Airway obstruction")
        SPASM = "laryngospasm", _("Spasm of the vocal cords")
        APNOEA = "respiratory arrest", _("Respiratory arrest")
        DESATURATION = "desaturation", _("Low oxygen")
        ALLERGY = "anaphylaxis", _("Serious allergic reaction")
        CRANIAL = "intracranial pressure", _("Raised intracranial pressure")
        SEIZURE = "seizure", _("Seizure-like movements")
        EXTRAVASATION = "extravasation", _("Extravasation")
        FALL = "fall", _("Fall")
        SUICIDAL = "suicidal thoughts", _("Suicidal thoughts")
        MANIA = "hypomania", _("Hypomania")
        OTHER = "other", _("Something else")

    what = models.CharField(max_length=24, choices=What)

    def __str__(self) -> str:
        return str(self.get_what_display())


class EventMore(RecordRow):
    """What was said of an event later: how bad, what was done, how it ended, when."""

    class Severity(models.TextChoices):
        MILD = "mild", _("mild")
        MODERATE = "moderate", _("moderate")
        SEVERE = "severe", _("severe")

    event = models.ForeignKey(RoomEvent, on_delete=models.PROTECT, related_name="more")
    severity = models.CharField(max_length=8, choices=Severity, blank=True)
    done = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(RecordRow.Meta):
        constraints = [
            *RecordRow.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(severity="") | ~Q(done="") | ~Q(outcome="") | Q(ended_at__isnull=False), name="more_says_something"
            ),
        ]

    def __str__(self) -> str:
        return "; ".join(word for word in (self.severity, self.done, self.outcome) if word) or "ended"


class IncidentQuerySet(ClinicalQuerySet):
    seen_with = "see_record"

    def unreviewed(self) -> Self:
        """Those that no clinician has reviewed."""
        return self.filter(review=None).exclude(session__state=Session.State.MOVED)


class Incident(ClinicalRow):
    """An event that was called serious, with what the clinic's own card said at that moment."""

    event = models.OneToOneField(RoomEvent, on_delete=models.PROTECT, related_name="incident")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="incidents")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    card = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)

    objects: ClassVar[IncidentQuerySet] = IncidentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["opened_at", "pk"]

    def __str__(self) -> str:
        return f"serious: {self.event}"


class IncidentReviewQuerySet(ClinicalQuerySet):
    seen_with = "see_record"


class IncidentReview(ClinicalRow):
    """What a clinician found, signed. Until it is there the incident stands on the clinicians' list."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="review")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    reviewed_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=120)

    objects: ClassVar[IncidentReviewQuerySet] = IncidentReviewQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"reviewed by {self.reviewed_by}"
