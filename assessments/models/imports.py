"""A file that somebody brought: kept as it came, read into staged rows, published, perhaps taken back.

The file stands in the database in pieces and not on a disk: web and worker are two machines, one backup holds all
of it, and a file is there whole with its row or not at all.
"""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow, RowOfClinic


class ImportQuerySet(ClinicalQuerySet):
    seen_with = "import_scores"

    def due(self, at: datetime) -> Self:
        """With work to do that no worker holds. What a command asked for, it does itself."""
        free = Q(held_until=None) | Q(held_until__lte=at)
        working = [Import.State.READING, Import.State.PUBLISHING, Import.State.WITHDRAWING]
        return self.filter(free, asked_by_member__isnull=False, state__in=working)


class Import(ClinicalRow):
    """One file, how its columns are read, and how far it came."""

    class Kind(models.TextChoices):
        PEOPLE = "people", _("People and enrolments")
        SESSIONS = "sessions", _("Sessions")
        SCORES = "scores", _("Scores")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Brought, not read yet")
        READING = "reading", _("Being read")
        ASKING = "asking", _("Waiting for answers")
        STOPPED = "stopped", _("Reading stopped")
        READ = "read", _("Read, not brought in yet")
        PUBLISHING = "publishing", _("Being brought in")
        PUBLISHED = "published", _("Brought in")
        WITHDRAWING = "withdrawing", _("Being taken back")
        WITHDRAWN = "withdrawn", _("Taken back")

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SCORES)
    state = models.CharField(max_length=11, choices=State, default=State.UPLOADED)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(default=0, help_text="of the file, in bytes")
    # How the file is written: recognised, and changed by the person where that was wrong.
    format_kind = models.CharField(max_length=4, default="csv")
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    sheet = models.CharField(max_length=100, blank=True)
    mapping = models.TextField(blank=True, help_text="TOML: which column is what")
    brought_by = models.CharField(max_length=120)
    brought_at = models.DateTimeField()
    # The work that was asked for, by whom, and which worker holds it until when.
    asked_by_member = models.BigIntegerField(null=True, help_text="the membership that asked for the work under way")
    held_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.TextField(blank=True, help_text="why the last work that was asked for was not done")
    questions = models.TextField(blank=True, help_text="JSON: what the file does not say, waiting for answers")
    is_asked = models.BooleanField(default=False, help_text="a person has seen those questions, or there were none")
    lines_read = models.PositiveIntegerField(default=0, help_text="the last line whose rows are staged")
    takes_good_rows = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True, help_text="why what stood is replaced, or why all was taken back")
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    patients_added = models.PositiveIntegerField(default=0)
    sessions_added = models.PositiveIntegerField(default=0)
    scores_added = models.PositiveIntegerField(default=0)
    rows_replaced = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)

    objects: ClassVar[ImportQuerySet] = ImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-brought_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "uploaded", "reading", "asking", "stopped", "read", "publishing", "published", "withdrawing", "withdrawn",
                    ]
                ),
                name="import_state_is_known",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        """Whether a worker has something to do with it."""
        return self.state in {self.State.READING, self.State.PUBLISHING, self.State.WITHDRAWING}


IMPORT_MOVES: dict[str, frozenset[str]] = {
    "uploaded": frozenset({"reading"}),
    "reading": frozenset({"read", "asking", "stopped"}),
    "asking": frozenset({"reading"}),
    "stopped": frozenset({"reading"}),
    "read": frozenset({"reading", "publishing"}),
    "publishing": frozenset({"published", "read"}),
    "published": frozenset({"withdrawing"}),
    "withdrawing": frozenset({"withdrawn", "published"}),
    "withdrawn": frozenset(),
}


class PartQuerySet(ClinicalQuerySet):
    """What belongs to a file: whoever sees the file sees it."""

    seen_with = "import_scores"


class FilePiece(RowOfClinic):
    """A stretch of the bytes of one file."""

    brought_in = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    objects: ClassVar[PartQuerySet] = PartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["brought_in", "number"], name="file_piece_is_one")]

    def __str__(self) -> str:
        return f"{self.brought_in_id}, piece {self.number}"


class StagedRow(RowOfClinic):
    """One thing that a line of the file would bring, or why that line cannot come in.

    Working rows: written anew when the file is read again, and no part of anybody's record.
    """

    class Verdict(models.TextChoices):
        NEW = "new", _("new")
        KNOWN = "known", _("known already")
        BLANK = "blank", _("nothing in it")
        REFUSED = "refused", _("refused")
        # Questions to a person:
        TWIN = "twin", _("same name and birth date under another record number")
        DIFFERS = "differs", _("differs from what stands")
        DISAGREES = "disagrees", _("the total disagrees with the answers")

    class Answer(models.TextChoices):
        NONE = "", _("not answered")
        TAKE = "take", _("take the file's")
        LEAVE = "leave", _("leave it out")

    class Total(models.TextChoices):
        NONE = "", _("not answered")
        ITEMS = "items", _("take the answers")
        TOTAL = "total", _("take the total")

    brought_in = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="staged")
    line = models.PositiveIntegerField()
    part = models.PositiveSmallIntegerField(default=0, help_text="its place among the things of one line")
    verdict = models.CharField(max_length=9, choices=Verdict)
    answer = models.CharField(max_length=5, choices=Answer, blank=True)
    total = models.CharField(max_length=5, choices=Total, blank=True)
    column = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=300, blank=True)
    mrn = models.CharField(max_length=64, blank=True)
    # What may stand once only: two rows of one key are the same thing, or a contradiction.
    key = models.CharField(max_length=240, blank=True)
    twin = models.CharField(max_length=260, blank=True, help_text="of a person: name and birth date")
    has_safety = models.BooleanField(default=False)
    has_start = models.BooleanField(default=True, help_text="of a score: the file, or a typed date, says when the first dose was")
    data = models.TextField(blank=True, help_text="JSON: what the line said, as the reader of the file wrote it")

    objects: ClassVar[PartQuerySet] = PartQuerySet.as_manager()  # type: ignore[assignment]
    # What `data` says, in the process that read the line; not stored.
    said: Any = None

    class Meta:
        indexes = [
            models.Index(fields=["brought_in", "verdict", "line", "part"], name="staged_by_verdict"),
            models.Index(fields=["brought_in", "key"], name="staged_by_key"),
            models.Index(fields=["brought_in", "mrn"], name="staged_by_number"),
        ]
        constraints = [models.UniqueConstraint(fields=["brought_in", "line", "part"], name="staged_once")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.verdict}"

    @property
    def is_question(self) -> bool:
        return self.verdict in {self.Verdict.TWIN, self.Verdict.DIFFERS, self.Verdict.DISAGREES}


class BroughtRow(RowOfClinic):
    """What a file brought or changed, besides scores: a score names its file itself."""

    class What(models.TextChoices):
        PATIENT = "patient", _("Patient")
        COURSE = "course", _("Course")
        SESSION = "session", _("Session")
        # What was changed: the dose of a session that stood, the details of a patient who was known.
        DOSE = "dose", _("Dose")
        DETAILS = "details", _("Details")

    brought_in = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="brought_rows")
    what = models.CharField(max_length=7, choices=What)
    row_id = models.BigIntegerField()
    was = models.TextField(blank=True, help_text="of details: what was known before, as JSON")

    objects: ClassVar[PartQuerySet] = PartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["what", "row_id"], name="brought_by_row")]

    def __str__(self) -> str:
        return f"{self.what} {self.row_id}"


class KeptMappingQuerySet(ClinicalQuerySet):
    seen_with = "import_scores"


class KeptMapping(ClinicalRow):
    """A mapping that was given a name, for the next file of the same shape."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Import.Kind)
    text = models.TextField(help_text="TOML")
    kept_by = models.CharField(max_length=120)
    kept_at = models.DateTimeField()

    objects: ClassVar[KeptMappingQuerySet] = KeptMappingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["clinic", "kind", "name"], name="mapping_name_is_unique")]

    def __str__(self) -> str:
        return self.name
