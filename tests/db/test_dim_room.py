"""The colours of a dim room: chosen on the tablet, or taken when a dose begins; for the room only."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from programs.models import Session
from tests.cast import Cast

DIM = 'data-room="dim"'


@pytest.fixture
def session(cast: Cast) -> Session:
    """Pia's first infusion is today."""
    return cast.enrol(starts_on=timezone.now().astimezone(cast.north.tz).date()).sessions.get(infusion=1)


def test_they_are_for_the_room(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    pages = {}
    for name, path in {"nils": "/today/", "dana": "/today/", "pia": "/me/"}.items():
        client = signed_in(name)
        client.post("/theme/", {"dim": "on"})
        pages[name] = DIM in client.get(path).content.decode()
    assert pages == {"nils": True, "dana": False, "pia": False}


@pytest.mark.parametrize(("chosen", "is_dim"), [("", True), ("on", True), ("off", False)])
def test_the_tablet_dims_when_a_dose_begins_unless_somebody_chose(
    cast: Cast, session: Session, signed_in: Callable[[str], Client], chosen: str, is_dim: bool
) -> None:
    cast.prepare(session, timezone.now())
    nils = signed_in("nils")
    nils.post("/theme/", {"dim": chosen})
    nils.post(f"/sessions/{session.public_id}/start/", {"key": uuid.uuid4()})
    assert (DIM in nils.get("/today/").content.decode()) is is_dim


def test_a_start_that_is_refused_leaves_the_colours(session: Session, signed_in: Callable[[str], Client]) -> None:
    nils = signed_in("nils")
    nils.post(f"/sessions/{session.public_id}/start/", {"key": uuid.uuid4()})
    assert DIM not in nils.get("/today/").content.decode()
