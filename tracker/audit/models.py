"""Who did or saw what; what changed; which sendings were accepted. Bare ids only: nothing here keeps a row alive."""

from django.db import models


class AuditRow(models.Model):
    """One person did, saw or was refused one thing. Added, never changed."""

    at = models.DateTimeField()
    clinic_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=12)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    patient_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=32)
    address = models.CharField(max_length=45)

    class Meta:
        indexes = [
            models.Index(fields=["patient_id", "at"], name="audit_of_patient"),
            models.Index(fields=["clinic_id", "at"], name="audit_of_clinic"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.role} {self.verb} {self.subject}"


class Event(models.Model):
    """One change of plan or state: what was, what is now, who, why. Added, never changed.

    The timeline, "as it stood on", and the course's history read these.
    """

    at = models.DateTimeField()
    clinic_id = models.BigIntegerField()
    patient_id = models.BigIntegerField(null=True)
    course_id = models.BigIntegerField(null=True, help_text="the enrolment, where there is one")
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=120)
    role = models.CharField(max_length=12)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    label = models.CharField(max_length=120, help_text="the subject as it was called then")
    was = models.CharField(max_length=200, blank=True)
    now = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["course_id", "at"], name="events_of_course"),
            models.Index(fields=["patient_id", "at"], name="events_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.subject}"


class AcceptedKey(models.Model):
    """A sending that was taken: the same one again gets the same answer and changes nothing."""

    sender = models.CharField(max_length=40)
    act = models.CharField(max_length=40)
    key = models.UUIDField()
    body_sha256 = models.CharField(max_length=64)
    answer = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "act", "key"], name="key_accepted_once")]

    def __str__(self) -> str:
        return f"{self.sender} {self.act} {self.key}"
