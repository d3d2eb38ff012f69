"""What there is, now or as the ledger stood at a moment; every line of a period; who received a lot."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from programs import ledger
from programs.ledger import Amounts, Kind, Movement, Sums
from programs.models import Counted, DoseOrder, DrugLot, GivenDose, LedgerLine, PumpReading, Session, Vial
from programs.protocols import Kind as SessionKind
from programs.schedule import utc_of
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor


@dataclass(frozen=True)
class OpenVial:
    """An opened vial that holds something, or from which something is drawn and not accounted for."""

    vial: Vial
    open_ul: int
    drawn_ul: int
    is_set_apart: bool


@dataclass
class LotStock:
    """What there is of one lot."""

    lot: DrugLot
    sealed: int = 0
    is_set_apart: bool = False
    vials: list[OpenVial] = field(default_factory=list)

    @property
    def total_ul(self) -> int:
        """All of it, wherever it lies."""
        return self.sealed * self.lot.volume_ul + sum(one.open_ul + one.drawn_ul for one in self.vials)

    @property
    def is_there(self) -> bool:
        return bool(self.sealed or self.vials)


def stock_of(clinic: Clinic, actor: Actor, *, at: datetime | None = None) -> list[LotStock]:
    """What there is of each lot, empty ones too, as the ledger stood at `at`: three statements."""
    lines = LedgerLine.objects.visible_to(actor)
    lots = DrugLot.objects.visible_to(actor).select_related("clinic")
    return _stock(clinic, lines, lots, at)


def stock_of_lot(lot: DrugLot, *, at: datetime | None = None) -> LotStock:
    """What there is of one lot that the caller may see."""
    return _stock(lot.clinic, LedgerLine.objects.filter(lot=lot), DrugLot.objects.filter(pk=lot.pk), at)[0]


def _stock(clinic: Clinic, lines, lots, at: datetime | None) -> list[LotStock]:  # type: ignore[no-untyped-def]
    now = at or timezone.now()
    day = now.astimezone(clinic.tz).date()
    stocks = {lot.pk: LotStock(lot, is_set_apart=lot.is_expired(day)) for lot in lots}
    sums = _sums(lines.filter(recorded_at__lte=now))
    holding = {vial_id: amounts for (_lot, vial_id), amounts in sums.items() if vial_id and amounts.open_ul + amounts.drawn_ul}
    for (lot_id, _vial_id), amounts in sums.items():
        stocks[lot_id].sealed += amounts.sealed
    for vial in Vial.objects.filter(pk__in=holding):
        amounts = holding[vial.pk]
        vial.lot = stocks[vial.lot_id].lot
        stocks[vial.lot_id].vials.append(OpenVial(vial, amounts.open_ul, amounts.drawn_ul, vial.is_past_use(day)))
    return list(stocks.values())


def _sums(lines) -> dict[tuple[int, int | None], Amounts]:  # type: ignore[no-untyped-def]
    rows = lines.order_by().values_list("lot_id", "vial_id").annotate(
        sealed=Sum("sealed_change"), open_ul=Sum("open_change_ul"), drawn_ul=Sum("drawn_change_ul")
    )  # fmt: skip
    return {(lot_id, vial_id): Amounts(sealed, open_ul, drawn_ul) for lot_id, vial_id, sealed, open_ul, drawn_ul in rows}


@dataclass(frozen=True)
class Place:
    """Where something can be counted: the sealed vials of a lot, or one open vial; and how much the ledger says."""

    lot: DrugLot
    vial: Vial | None
    amount: int

    @property
    def key(self) -> str:
        return f"vial-{self.vial.pk}" if self.vial else f"lot-{self.lot.pk}"


def places_of(clinic: Clinic) -> list[Place]:
    """Everything that two people count at a change of shift, what is set apart included."""
    stocks = _stock(clinic, LedgerLine.objects.filter(clinic=clinic), DrugLot.objects.filter(clinic=clinic), None)
    places = [Place(stock.lot, None, stock.sealed) for stock in stocks if stock.sealed]
    return places + [Place(stock.lot, one.vial, one.open_ul) for stock in stocks for one in stock.vials if one.open_ul]


def usable_vials(actor: Actor, day: date) -> list[tuple[Vial, int]]:
    """The vials that may be drawn from on that day, with what is in each."""
    lines = LedgerLine.objects.visible_to(actor).exclude(vial=None).order_by().values_list("vial_id")
    holding = {pk: open_ul for pk, open_ul in lines.annotate(open_ul=Sum("open_change_ul")) if open_ul}
    vials = Vial.objects.visible_to(actor).filter(pk__in=holding, use_until__gte=day).select_related("lot")
    return [(vial, holding[vial.pk]) for vial in vials]


def lines_to_show(actor: Actor):  # type: ignore[no-untyped-def]
    """Lines with everything that a table of them names."""
    return LedgerLine.objects.visible_to(actor).select_related(
        "lot", "vial__lot", "session", "patient", "corrects", "corrected_by"
    )


@dataclass(frozen=True)
class Differing:
    """A session of which the ledger says that another amount was given than was measured at the chair."""

    session: Session
    given_ug: int

    @property
    def measured_ug(self) -> int:
        assert self.session.dose_ug is not None
        return self.session.dose_ug


@dataclass(frozen=True)
class Matters:
    """What keeps a period from adding up."""

    pending: list[LedgerLine]
    unsigned: list[Counted]
    unwritten: list[Session]
    differing: list[Differing]

    @property
    def count(self) -> int:
        return len(self.pending) + len(self.unsigned) + len(self.unwritten) + len(self.differing)


def open_matters(clinic: Clinic, actor: Actor, *, since: date | None = None, until: date | None = None) -> Matters:
    """Draws without given and wasted, discrepancies without a signature, infusions without a draw, and those of which the
    ledger says another amount than the record, of these days.
    """
    first, last = since or date(1900, 1, 1), until or timezone.now().astimezone(clinic.tz).date()
    start, end = _bounds(clinic, first, last)
    pending = LedgerLine.objects.visible_to(actor).pending().filter(happened_at__gte=start, happened_at__lt=end)
    # While an infusion runs its drug is where it should be: in the syringe.
    pending = pending.exclude(session__state__in=[Session.State.ARRIVED, Session.State.IN_PROGRESS])
    unsigned = Counted.objects.visible_to(actor).unsigned().filter(count__counted_at__gte=start, count__counted_at__lt=end)
    return Matters(
        list(pending.select_related("lot", "vial__lot", "session__patient")),
        list(unsigned.select_related("count", "lot", "vial__lot")),
        _unwritten(clinic, actor, first, last),
        _differing(actor, first, last),
    )


def _unwritten(clinic: Clinic, actor: Actor, first: date, last: date) -> list[Session]:
    """Infusions that began since the ledger has vials, and that are over, for which nothing was drawn."""
    began = LedgerLine.objects.visible_to(actor).order_by("recorded_at").values_list("recorded_at", flat=True).first()
    if began is None:
        return []
    over = (
        Session.objects.visible_to(actor)
        .standing()
        .filter(kind=SessionKind.INFUSION, started_at__gte=began, ended_at__isnull=False, day__range=(first, last))
    )
    drawn = LedgerLine.objects.visible_to(actor).standing().filter(kind=Kind.DRAWN, volume_ul__gt=0)
    # What comes in a device of its own is not drawn from a vial, also for a reader of the ledger who sees no orders.
    by_device = DoseOrder.objects.filter(clinic=clinic).exclude(device_ug=None)
    over = over.exclude(pk__in=by_device.values("session_id"))
    return list(over.exclude(pk__in=drawn.values("session_id")).select_related("patient").order_by("starts_at"))


def _differing(actor: Actor, first: date, last: date) -> list[Differing]:
    """Sessions all of whose draws are accounted for, with another sum than the pump's figures or the doses now say.

    When it was accounted for the two agreed; a figure was corrected since. Nobody knows by that which of them is right.
    """
    given, strength = (Cast(F(name), BigIntegerField()) for name in ("given_ul", "lot__ug_per_ml"))
    uses = _of_session(LedgerLine.objects.standing().filter(kind=Kind.USED)).order_by().values("session")
    measured = Exists(_of_session(PumpReading.objects.standing())) | Exists(_of_session(GivenDose.objects.standing()))
    rows = Session.objects.visible_to(actor).standing().filter(measured, day__range=(first, last), ended_at__isnull=False)
    rows = rows.exclude(Exists(_of_session(LedgerLine.objects.pending()))).annotate(
        given_ng=Subquery(uses.annotate(sum=Sum(given * strength)).values("sum")),
        may_be_off_ng=Subquery(uses.annotate(sum=Sum(strength) * ledger.READ_OFF_UL).values("sum")),
        off_ng=F("given_ng") - Cast(F("dose_ug"), BigIntegerField()) * 1000,
    )
    found = rows.filter(Q(off_ng__gt=F("may_be_off_ng")) | Q(off_ng__lt=-1 * F("may_be_off_ng")))
    return [Differing(row, row.given_ng // 1000) for row in found.select_related("patient").order_by("starts_at")]


def _of_session(rows: QuerySet) -> QuerySet:
    return rows.filter(session=OuterRef("pk"))


def _bounds(clinic: Clinic, first: date, last: date) -> tuple[datetime, datetime]:
    midnight = datetime.min.time()
    return utc_of(first, midnight, clinic.tz), utc_of(last + timedelta(days=1), midnight, clinic.tz)


@dataclass(frozen=True)
class LotPeriod:
    """One lot over a period: what there was, what its lines made of it, what there is at the end."""

    lot: DrugLot
    before_ul: int
    sums: Sums
    after_ul: int

    @property
    def adds_up(self) -> bool:
        """What there was, with what came in and went out, is what there is; and all that was drawn is accounted for."""
        return self.before_ul + self.sums.net_ul == self.after_ul


@dataclass(frozen=True)
class Report:
    """Every line that was written in a period, lot by lot, and whether it adds up. `lines` are not read before they are shown."""

    clinic: Clinic
    first: date
    last: date
    lots: list[LotPeriod]
    lines: QuerySet[LedgerLine]
    matters: Matters

    @property
    def adds_up(self) -> bool:
        return not self.matters.count and all(lot.adds_up for lot in self.lots)


def report_of(clinic: Clinic, actor: Actor, first: date, last: date) -> Report:
    """The ledger of these days, both included: balances before and after from the sums, between them line by line."""
    start, end = _bounds(clinic, first, last)
    lines = lines_to_show(actor).filter(recorded_at__gte=start, recorded_at__lt=end).order_by("recorded_at", "pk")
    movements = _movements(lines)
    moment = timedelta(microseconds=1)
    before = {stock.lot.pk: stock.total_ul for stock in stock_of(clinic, actor, at=start - moment)}
    closing = stock_of(clinic, actor, at=end - moment)
    periods = [
        LotPeriod(
            stock.lot,
            before[stock.lot.pk],
            ledger.add_up(movements[stock.lot.pk]),
            stock.total_ul,
        )
        for stock in closing
        if movements[stock.lot.pk] or before[stock.lot.pk] or stock.total_ul
    ]
    return Report(clinic, first, last, periods, lines, open_matters(clinic, actor, since=first, until=last))


def _movements(lines: QuerySet[LedgerLine]) -> dict[int, list[tuple[Movement, Movement | None]]]:
    """All lines of a lot that are of one kind, and correct one kind or none, as one movement: by lot, in one statement."""
    kinds = lines.order_by().values_list("lot_id", "kind", "corrects__kind").annotate(
        Sum("volume_ul"), Sum("given_ul"), Sum("wasted_ul"),
        Sum("corrects__volume_ul"), Sum("corrects__given_ul"), Sum("corrects__wasted_ul"),
    )  # fmt: skip
    found: dict[int, list[tuple[Movement, Movement | None]]] = defaultdict(list)
    for lot_id, kind, corrected, volume, given, wasted, *of_corrected in kinds:
        was = Movement(Kind(corrected), 0, *of_corrected) if corrected else None
        found[lot_id].append((Movement(Kind(kind), 0, volume, given, wasted), was))
    return found


def received_of(lot: DrugLot, actor: Actor) -> list[LedgerLine]:
    """Each use and each pending draw of a lot that named a patient, newest first: whom a recall must reach."""
    lines = LedgerLine.objects.visible_to(actor).filter(lot=lot)
    uses = lines.standing().filter(kind=Kind.USED, given_ul__gt=0)
    found = uses | lines.pending()
    return list(found.select_related("patient", "session", "vial", "lot").order_by("-happened_at", "-pk"))
