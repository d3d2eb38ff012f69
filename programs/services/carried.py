"""What goes along when the record of a session is moved: a copy of every row that hangs on it."""

import uuid

from django.db import models

from programs.models import (
    Addendum,
    CoSignature,
    DoseOrder,
    Incident,
    IncidentReview,
    MovedRecord,
    RecordRow,
    RoomEvent,
    RoomOrder,
    SecondLook,
    Session,
    SetAside,
    StartRelease,
)
from tracker.people.models import Patient
from tracker.writing import insert

# Every kind of row that goes along, after what it points at, and how it is found from its session. Addenda stay: they
# stand beside signatures, which stay. The page of the new session shows both.
Kind = type[models.Model]
OF_RECORD = [kind for kind in RecordRow.kinds() if kind not in (RoomEvent, Addendum)]
OF_SESSION: list[Kind] = [RoomOrder, StartRelease, DoseOrder, SecondLook, RoomEvent, *OF_RECORD, Incident, SetAside]
COPIED: list[tuple[Kind, str]] = [
    *((kind, "session") for kind in OF_SESSION),
    (CoSignature, "order__session"),
    (CoSignature, "release__session"),
    (IncidentReview, "incident__session"),
]


def copy_record(session: Session, into: Session, move: MovedRecord) -> list[models.Model]:
    """Copies of all that hangs on `session`, as it was written and by whom, hanging on `into`."""
    stands_for: dict[tuple[Kind, object], object] = {
        (Session, session.pk): into.pk,
        (Patient, session.patient_id): into.patient_id,
    }
    copies = []
    for kind, path in COPIED:
        for old in kind._default_manager.filter(**{path: session}).order_by("pk"):
            new = _copy(old, stands_for, move)
            insert(new)
            stands_for[kind, old.pk] = new.pk
            copies.append(new)
    return copies


def _copy(old: models.Model, stands_for: dict[tuple[Kind, object], object], move: MovedRecord) -> models.Model:
    """The same row for the other session: all that it says, under names of its own."""
    values = {}
    for field in old._meta.concrete_fields:
        value = getattr(old, field.attname)
        if isinstance(field, models.ForeignKey):
            value = stands_for.get((field.related_model, value), value)  # type: ignore[arg-type]
        if not field.primary_key and field.name != "public_id":
            values[field.attname] = value
    if "key" in values:
        values["key"] = uuid.uuid5(move.public_id, str(values["key"]))
    if isinstance(old, StartRelease):
        # A release lets pass one line of one session. In the other it is what was done, and lets nothing pass.
        values["cause"] = f"moved:{old.public_id}"
    if isinstance(old, DoseOrder):
        values["moved_at"] = move.moved_at
    return type(old)(**values)
