"""The board: who sits in which chair now, when the next vitals are due there, what is open. Two statements in all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Case, Exists, JSONField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import JSONObject

from programs.due import Pace
from programs.in_step import Step, Tablets
from programs.limits import Limit, Reading
from programs.models import (
    ClinicLimits,
    Discharge,
    DoseOrder,
    EventMore,
    Incident,
    LedgerLine,
    OpenTablet,
    RateChange,
    RecordRow,
    RoomEvent,
    RoomOrder,
    RoomRules,
    Session,
    StartRelease,
    Vitals,
)
from programs.models.orders import NEWEST_ORDER
from programs.models.plans import IN_THE_ROOM, RECOVERING
from programs.protocols import Kind
from programs.services.room_rules import due_by_pace
from tracker.accounts.models import Chair
from tracker.accounts.roles import Actor
from tracker.alerts.models import Alert
from tracker.audit.models import AuditRow
from tracker.ready import Ready

State = Session.State
# Begun and never ended: they stay on the board, whatever day it is.
UNENDED = Q(state__in=[State.ARRIVED, State.IN_PROGRESS]) | RECOVERING
OVER = (State.DONE, State.STOPPED_EARLY)
# What the audit calls this page. A name is written there when it first appears on somebody's board, and again on a page
# that is opened anew; a tick that shows it once more writes nothing for as long as a sign-in lasts.
PAGE = "board"
NAMED_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class Seat:
    """One session as its tile shows it."""

    session: Session
    due_at: datetime | None
    reading: Reading | None
    read_at: datetime | None
    beyond: tuple[str, ...]
    is_paused: bool
    open: tuple[str, ...]
    step: Step
    tablets: Tablets
    last_row_at: datetime | None
    was_named: bool


@dataclass(frozen=True)
class Tile:
    """One chair: who is in it, who comes next, and who left something open. No chair is that of sessions without one."""

    chair: Chair | None
    here: tuple[Seat, ...]
    next: Seat | None
    left: tuple[Seat, ...]

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Everybody whose name the tile shows."""
        return (*self.here, *((self.next,) if self.next else ()), *self.left)


def board_of(actor: Actor, *, at: datetime) -> list[Tile]:
    """The chairs of the clinic that `actor` works in, in the order of their names; last what has no chair."""
    actor.require("see_record", clinic_id=actor.clinic_id)
    chairs = _chairs(clinic_id=actor.clinic_id)
    seats = [_seat(row, at) for row in _sessions_now(actor, at)]
    tiles = [_tile(chair, seats) for chair in sorted(chairs, key=_in_order)]
    without = _tile(None, seats)
    return [*tiles, without] if without.seats else tiles


def patients_on(tiles: Iterable[Tile], *, only_new: bool = False) -> set[int]:
    """Whose names these tiles show; `only_new` leaves out those whom this person's board showed before."""
    seats = (seat for tile in tiles for seat in tile.seats)
    return {seat.session.patient_id for seat in seats if not (only_new and seat.was_named)}


def _in_order(chair: Chair) -> list[tuple[int, str]]:
    """Chair 2 before Chair 10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", chair.name)]


def _tile(chair: Chair | None, seats: list[Seat]) -> Tile:
    here = [seat for seat in seats if seat.session.chair_id == (chair.pk if chair else None)]
    coming = (seat for seat in here if seat.session.state == State.PLANNED)
    return Tile(
        chair,
        here=tuple(sorted((seat for seat in here if seat.session.is_in_the_room), key=_running_first)),
        next=next(coming, None),
        left=tuple(seat for seat in here if seat.session.state in OVER and not seat.session.is_recovering and seat.open),
    )


def _running_first(seat: Seat) -> bool:
    return seat.session.state != State.IN_PROGRESS


_chairs: Ready[Chair] = Ready(lambda clinic_id: Chair.objects.filter(clinic_id=clinic_id))


def _sessions_now(actor: Actor, at: datetime) -> list[Session]:
    # The clinic's own day is not known before it is asked: its sessions of three days are read, and those of today kept.
    day = at.date()
    near = _sessions(
        actor, first=day - timedelta(days=1), last=day + timedelta(days=1), user_id=actor.user_id, since=at - NAMED_FOR
    )  # fmt: skip
    return [row for row in near if _is_unended(row) or row.day == at.astimezone(row.clinic.tz).date()]


def _is_unended(row: Session) -> bool:
    return row.is_in_the_room and row.state != State.HELD


def _of_session(rows: QuerySet) -> QuerySet:
    return rows.filter(session=OuterRef("pk"))


def _newest(model: type[RoomRules] | type[ClinicLimits], **fields: str) -> Subquery:
    """Columns of the newest signed version of this clinic, as one value."""
    rows = model._default_manager.filter(clinic=OuterRef("clinic")).order_by("-signed_at", "-pk")
    return Subquery(rows.values(found=JSONObject(**fields))[:1], output_field=JSONField())


def _last_row_of(kind: type[RecordRow]) -> Subquery:
    rows = _of_session(kind._default_manager.all()).order_by().values("session")
    return Subquery(rows.annotate(last=Max("recorded_at")).values("last"))


def _last_readings() -> dict[str, Subquery]:
    """The last blood pressure with what was read beside it, when that was, and when anything was measured last."""
    readings = _of_session(Vitals.objects.standing()).order_by("-happened_at", "-pk")
    pressures = readings.exclude(systolic=None)
    numbers = JSONObject(systolic="systolic", diastolic="diastolic", pulse="pulse", spo2="spo2")
    return {
        "reading": Subquery(pressures.values(found=numbers)[:1], output_field=JSONField()),
        "read_at": Subquery(pressures.values("happened_at")[:1]),
        "measured_at": Subquery(readings.values("happened_at")[:1]),
    }


def _dose_and_pump() -> dict[str, Subquery]:
    """How long the newest order says that the drug runs, whether it waits for a second look, what the pump was last told."""
    orders = _of_session(DoseOrder.objects.all()).order_by(*NEWEST_ORDER)
    waits = Case(When(~Q(look_for="") & Q(second_look=None), then=Value(True)), default=Value(False))
    return {
        "minutes": Subquery(orders.values("minutes")[:1]),
        "waits_for_look": Subquery(orders.values(waits=waits)[:1]),
        "pump": Subquery(_of_session(RateChange.objects.standing()).order_by("-happened_at", "-pk").values("what")[:1]),
    }


def _open_matters(actor: Actor) -> dict[str, Exists | Q]:
    """What waits for somebody: yes or no of each."""
    ended = EventMore.objects.standing().filter(event=OuterRef("pk")).exclude(ended_at=None)
    return {
        "has_alert": Exists(Alert.objects.visible_to(actor).open().filter(patient=OuterRef("patient"))),
        "has_event": Exists(_of_session(RoomEvent.objects.standing()).filter(~Exists(ended))),
        "has_incident": Exists(_of_session(Incident.objects.unreviewed())),
        "has_draw": Exists(_of_session(LedgerLine.objects.pending())),
        "has_verbal": reduce(
            or_, (Exists(_of_session(kind.objects.unsigned())) for kind in (StartRelease, RoomOrder, Discharge))
        ),
    }


def _tablets() -> dict[str, Subquery]:
    """When the longest silent tablet was heard of, and how many rows they have not sent."""
    tablets = _of_session(OpenTablet.objects.all()).order_by().values("session")
    return {
        "heard_at": Subquery(tablets.annotate(found=Min("heard_at")).values("found")),
        "unsent": Subquery(tablets.annotate(found=Sum("unsent")).values("found")),
    }


def _query(actor: Actor, first: date, last: date, user_id: int | None, since: datetime) -> QuerySet[Session]:
    return (
        Session.objects.visible_to(actor)
        .filter(Q(day__range=(first, last)) | UNENDED, kind=Kind.INFUSION)
        .filter(state__in=[State.PLANNED, *IN_THE_ROOM, *OVER])
        .planned_here()
        .under_way()
        .select_related("patient", "nurse", "clinic", "enrolment__program")
        .annotate(
            pace=_newest(RoomRules, during="during_every", after="after_every"),
            stop=_newest(ClinicLimits, **{name: f"stop_{name}" for name in ("systolic", "diastolic", "pulse", "spo2")}),
            **_last_readings(),
            **_dose_and_pump(),
            **_open_matters(actor),
            **_tablets(),
            was_named=Exists(
                AuditRow.objects.filter(
                    user_id=user_id, subject=PAGE, patient_id=OuterRef("patient_id"), clinic_id=OuterRef("clinic_id"),
                    at__gte=since,
                )
            ),
            **{f"last_{kind._meta.model_name}": _last_row_of(kind) for kind in RecordRow.__subclasses__()},
        )
        .order_by("starts_at", "pk")
    )  # fmt: skip


_sessions: Ready[Session] = Ready(_query)


def _seat(row: Session, at: datetime) -> Seat:
    found = vars(row)
    reading = Reading(**found["reading"]) if found["reading"] else None
    tablets = Tablets(found["heard_at"], found["unsent"] or 0)
    rows = [found[f"last_{kind._meta.model_name}"] for kind in RecordRow.__subclasses__()]
    return Seat(
        session=row,
        due_at=_due_at(row, found),
        reading=reading,
        read_at=found["read_at"],
        beyond=Limit(**found["stop"]).passed_by(reading) if found["stop"] and reading else (),
        is_paused=row.state == State.IN_PROGRESS and found["pump"] == RateChange.What.PAUSE,
        open=tuple(_open(row, found)),
        step=tablets.step(at),
        tablets=tablets,
        last_row_at=max((one for one in rows if one), default=None),
        was_named=found["was_named"],
    )


def _due_at(row: Session, found: dict[str, object]) -> datetime | None:
    pace = found["pace"]
    if not isinstance(pace, dict):
        return None
    return due_by_pace(row, Pace(**pace), last_at=found["measured_at"], minutes=found["minutes"])  # type: ignore[arg-type]


def _open(row: Session, found: dict[str, object]) -> list[str]:
    """What waits for somebody, in words."""
    is_waiting = row.state in {State.PLANNED, State.ARRIVED, State.HELD}
    lines = {
        "safety answer open": found["has_alert"] and (is_waiting or row.is_in_the_room),
        "no order": is_waiting and found["minutes"] is None,
        "second look": is_waiting and found["waits_for_look"],
        "event not ended": found["has_event"],
        "incident to review": found["has_incident"],
        "drug not accounted for": found["has_draw"] and row.state != State.IN_PROGRESS,
        "record not signed": row.discharged_at is not None and row.signed_at is None,
        "verbal order to co-sign": found["has_verbal"],
    }
    return [words for words, is_open in lines.items() if is_open]
