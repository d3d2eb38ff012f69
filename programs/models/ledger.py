"""The drug ledger: what came in, what was opened, drawn, given and wasted, what was counted.

Lines are added, never changed: a correction is a new line that points at the old. The lines of a lot are numbered,
and each keeps what there was after it, which can never be less than nothing. The database refuses to change or to
delete a row of the ledger, whichever door somebody comes in by (see programs.apps).
"""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from programs.ledger import Amounts, Kind, Movement, show_ml
from programs.models.plans import Session
from tracker.accounts.visibility import ClinicalQuerySet, ClinicalRow
from tracker.people.models import Patient


class LedgerQuerySet(ClinicalQuerySet):
    seen_with = "see_ledger"


class DrugLot(ClinicalRow):
    """One lot of a drug, as its label says."""

    drug = models.CharField(max_length=40)
    ug_per_ml = models.PositiveIntegerField(help_text="the concentration: 10 mg/mL is 10,000")
    volume_ul = models.PositiveIntegerField(help_text="in one vial, by its label")
    lot = models.CharField(max_length=40)
    expires_on = models.DateField(help_text="the last day of use")

    objects: ClassVar[ClinicalQuerySet] = LedgerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["expires_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "drug", "lot", "ug_per_ml", "volume_ul", "expires_on"], name="lot_is_in_the_ledger_once"
            ),
            models.CheckConstraint(condition=Q(ug_per_ml__gt=0, volume_ul__gt=0), name="vial_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.drug} {show_ml(self.ug_per_ml)} mg/mL, lot {self.lot}"

    def is_expired(self, on: date) -> bool:
        return on > self.expires_on


class Vial(ClinicalRow):
    """A vial that was opened. Several sessions may draw from it until `use_until`."""

    lot = models.ForeignKey(DrugLot, on_delete=models.PROTECT, related_name="opened_vials")
    number = models.PositiveIntegerField(help_text="the how manieth of its lot")
    opened_at = models.DateTimeField()
    use_until = models.DateField(help_text="the last day of use: never past the lot's expiry")

    objects: ClassVar[ClinicalQuerySet] = LedgerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["lot", "number"], name="vial_number_is_unique_in_lot")]

    def __str__(self) -> str:
        return f"vial {self.number} of lot {self.lot.lot}"

    def is_past_use(self, on: date) -> bool:
        return on > self.use_until


class StockCount(ClinicalRow):
    """What two people found when they counted, at a change of shift."""

    key = models.UUIDField()
    counted_at = models.DateTimeField()
    author = models.CharField(max_length=120)
    author_user_id = models.BigIntegerField()
    witness = models.CharField(max_length=120)
    witness_user_id = models.BigIntegerField()

    objects: ClassVar[ClinicalQuerySet] = LedgerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-counted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["author_user_id", "key"], name="count_sent_once"),
            models.CheckConstraint(condition=~Q(witness_user_id=F("author_user_id")), name="count_witness_is_another"),
        ]

    def __str__(self) -> str:
        return "count"


class CountedQuerySet(LedgerQuerySet):
    def unsigned(self) -> Self:
        """Discrepancies that no clinician has signed yet."""
        return self.exclude(counted=F("expected")).filter(signed_line=None)


class Counted(ClinicalRow):
    """What was found of one lot (sealed vials) or in one open vial (microlitres), and what the ledger said then."""

    count = models.ForeignKey(StockCount, on_delete=models.PROTECT, related_name="items")
    lot = models.ForeignKey(DrugLot, on_delete=models.PROTECT, related_name="+")
    vial = models.ForeignKey(Vial, null=True, on_delete=models.PROTECT, related_name="+")
    expected = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()

    objects: ClassVar[CountedQuerySet] = CountedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.what}: the ledger says {self.show(self.expected)}, {self.show(self.counted)} counted"

    @property
    def what(self) -> str:
        """What was counted, in words."""
        return str(self.vial) if self.vial else f"sealed vials of lot {self.lot.lot}"

    @property
    def difference(self) -> int:
        return self.counted - self.expected

    def show(self, amount: int) -> str:
        """An amount with its unit: vials when sealed, else mL."""
        return f"{show_ml(amount)} mL" if self.vial else f"{amount}"


class LineQuerySet(LedgerQuerySet):
    def standing(self) -> Self:
        """Lines that no later line corrects."""
        return self.filter(corrected_by=None)

    def pending(self) -> Self:
        """Draws of which nobody has said yet what was given and what wasted."""
        used = LedgerLine.objects.filter(kind=Kind.USED, draw=Coalesce(OuterRef("draw_id"), OuterRef("pk")))
        return self.standing().filter(~Exists(used), kind=Kind.DRAWN, volume_ul__gt=0)


def _values(*kinds: Kind) -> list[str]:
    return [kind.value for kind in kinds]


_WITNESSED = _values(Kind.RECEIVED, Kind.OVERFILL, Kind.WASTED, Kind.DESTROYED, Kind.RETURNED)
_REASONED = _values(Kind.WASTED, Kind.DESTROYED, Kind.RETURNED)
_USED_UP = _values(Kind.USED, Kind.WASTED)
_FOR_A_SESSION = _values(Kind.DRAWN, Kind.USED)
_SIGNED = _values(Kind.FOUND, Kind.MISSING, Kind.VIALS_FOUND, Kind.VIALS_MISSING, Kind.EXPLAINED)


class LedgerLine(ClinicalRow):
    """One line of the ledger."""

    class What(models.TextChoices):
        RECEIVED = Kind.RECEIVED.value, _("Received")
        OPENED = Kind.OPENED.value, _("Opened")
        OVERFILL = Kind.OVERFILL.value, _("Overfill")
        DRAWN = Kind.DRAWN.value, _("Drawn")
        USED = Kind.USED.value, _("Given, wasted")
        WASTED = Kind.WASTED.value, _("Rest wasted")
        DESTROYED = Kind.DESTROYED.value, _("Unopened, destroyed")
        RETURNED = Kind.RETURNED.value, _("Returned unopened")
        FOUND = Kind.FOUND.value, _("More than expected")
        MISSING = Kind.MISSING.value, _("Less than expected")
        VIALS_FOUND = Kind.VIALS_FOUND.value, _("More vials than expected")
        VIALS_MISSING = Kind.VIALS_MISSING.value, _("Fewer vials than expected")
        EXPLAINED = Kind.EXPLAINED.value, _("Discrepancy explained")

    lot = models.ForeignKey(DrugLot, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(help_text="its place among the lines of its lot")
    kind = models.CharField(max_length=14, choices=What)
    vial = models.ForeignKey(Vial, null=True, on_delete=models.PROTECT, related_name="lines")
    session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="ledger_lines")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    # The first line of a draw, on what is used of it and on each correction of it.
    draw = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(Counted, null=True, on_delete=models.PROTECT, related_name="signed_line")
    vials = models.PositiveIntegerField(default=0)
    volume_ul = models.PositiveIntegerField(default=0)
    given_ul = models.PositiveIntegerField(default=0)
    wasted_ul = models.PositiveIntegerField(default=0)
    # What it changed, less what the line it corrects had changed.
    sealed_change = models.IntegerField()
    open_change_ul = models.IntegerField()
    drawn_change_ul = models.IntegerField()
    # What there was after it: sealed vials of the lot; in its vial, and drawn from that and not accounted for.
    sealed_after = models.IntegerField()
    open_after_ul = models.IntegerField(default=0)
    drawn_after_ul = models.IntegerField(default=0)
    key = models.UUIDField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    author = models.CharField(max_length=120)
    author_user_id = models.BigIntegerField()
    witness = models.CharField(max_length=120, blank=True)
    witness_user_id = models.BigIntegerField(null=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar[LineQuerySet] = LineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["recorded_at", "pk"]
        indexes = [models.Index(fields=["clinic", "recorded_at"], name="ledger_of_clinic")]
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="ledger_line_has_its_place"),
            models.UniqueConstraint(fields=["author_user_id", "key"], name="ledger_line_sent_once"),
            models.UniqueConstraint(
                fields=["draw"], condition=Q(kind=Kind.USED.value, corrects=None), name="ledger_draw_accounted_once"
            ),
            models.CheckConstraint(
                condition=Q(sealed_after__gte=0, open_after_ul__gte=0, drawn_after_ul__gte=0), name="ledger_never_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=_USED_UP, volume_ul=F("given_ul") + F("wasted_ul"))
                | (~Q(kind__in=_USED_UP) & Q(given_ul=0, wasted_ul=0)),
                name="ledger_drawn_is_given_and_wasted",
            ),
            models.CheckConstraint(
                condition=Q(witness_user_id=None) | ~Q(witness_user_id=F("author_user_id")), name="ledger_witness_is_another"
            ),
            models.CheckConstraint(
                condition=Q(witness_user_id__isnull=False)
                | Q(kind__in=_SIGNED)
                | (Q(corrects=None) & ~Q(kind__in=_WITNESSED) & Q(wasted_ul=0)),
                name="ledger_line_is_witnessed",
            ),
            models.CheckConstraint(
                condition=(Q(corrects=None) & ~Q(kind__in=[*_SIGNED, *_REASONED])) | ~Q(reason=""),
                name="ledger_line_says_why",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=False) | Q(volume_ul__gt=0) | Q(kind=Kind.EXPLAINED.value),
                name="ledger_line_is_of_something",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=_FOR_A_SESSION, session__isnull=False, patient__isnull=False)
                | (~Q(kind__in=_FOR_A_SESSION) & Q(session=None, patient=None)),
                name="ledger_draw_is_for_a_session",
            ),
            models.CheckConstraint(condition=Q(kind__in=_values(*Kind)), name="ledger_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().lower()} {self.amount}".strip()

    @property
    def amount(self) -> str:
        """How much it is about, in words."""
        if self.kind == Kind.USED:
            return f"{show_ml(self.given_ul)} mL given, {show_ml(self.wasted_ul)} mL wasted"
        if self.vials:
            return f"{self.vials} vial{'' if self.vials == 1 else 's'}"
        return f"{show_ml(self.volume_ul)} mL"

    @property
    def movement(self) -> Movement:
        """The line as the arithmetic takes it."""
        return Movement(Kind(self.kind), self.vials, self.volume_ul, self.given_ul, self.wasted_ul)

    @property
    def amounts_after(self) -> Amounts:
        return Amounts(self.sealed_after, self.open_after_ul, self.drawn_after_ul)

    @property
    def is_corrected(self) -> bool:
        """Whether a later line stands in its place; costs a statement unless `corrected_by` was fetched with it."""
        return hasattr(self, "corrected_by")
