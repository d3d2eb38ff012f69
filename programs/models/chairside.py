"""What surrounds the record at the chair: which tablets have a session open, and who handed it over to whom."""

from django.db import models

from programs.models.infusion import RecordRow
from programs.models.plans import Session


class OpenTablet(models.Model):
    """One nurse's tablet that has a session's page open: when it was last heard, how many rows it has not sent.

    Not part of the record: it is overwritten at each word, and goes when the page is closed with nothing unsent.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tablets")
    user_id = models.BigIntegerField()
    unsent = models.PositiveSmallIntegerField(default=0)
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "user_id"], name="one_open_tablet_a_nurse")]

    def __str__(self) -> str:
        return f"{self.unsent} unsent"


class HandOver(RecordRow):
    """A session went from one nurse to the next. The author is who took over, and signed for it."""

    giver = models.CharField(max_length=120, blank=True, help_text="who had it until then; nobody where none was planned")
    giver_user_id = models.BigIntegerField(null=True)
    shown = models.TextField(help_text="the last rows and what was open, as they were shown to who signed")

    def __str__(self) -> str:
        return f"taken over by {self.author} from {self.giver or 'nobody'}"
