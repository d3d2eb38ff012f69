"""Which programs a clinic offers."""

from django.db import models

from programs.protocols import Protocol
from tracker.accounts.models import Clinic


class ProgramSwitch(models.Model):
    """A clinic's decision about one program, the newest; the ones before it are events.

    A program that a clinic never decided about is offered if its file says so.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=64)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "code"], name="one_switch_a_program")]

    def __str__(self) -> str:
        return self.code

    @property
    def public_id(self) -> str:
        """What the audit calls it: the code names it within its clinic."""
        return self.code


def is_offered(protocol: Protocol, switch: ProgramSwitch | None) -> bool:
    """Whether patients can be enrolled in it now."""
    return switch.is_on if switch else protocol.on_by_default
