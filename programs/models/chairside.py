"""What surrounds the record at the chair: which tablets have a session open, and who handed it over to whom."""

from django.db import models

from programs.models.infusion import RecordRow
from programs.models.plans import Session


class OpenTablet(models.Model):
    """One tablet that has a session's page open: who has it, when it was last heard, how many rows it has not sent.

    Not part of the record: it is overwritten at each word, and goes when the page is closed with nothing unsent.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tablets")
    tablet = models.UUIDField(help_text="the browser, by a name that it gave itself")
    user_id = models.BigIntegerField()
    unsent = models.PositiveSmallIntegerField(default=0)
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "tablet"], name="open_tablet_has_one_last_word")]

    def __str__(self) -> str:
        return f"{self.unsent} unsent"


class HandOver(RecordRow):
    """A session went from one nurse to the next. The author is who took over, and signed for it."""

    giver = models.CharField(max_length=120, blank=True, help_text="who had it until then; nobody where none was planned")
    giver_user_id = models.BigIntegerField(null=True)
    shown = models.TextField(help_text="the last rows and what was open, as they were shown to who signed")

    def __str__(self) -> str:
        return f"taken over by {self.author} from {self.giver or 'nobody'}"
