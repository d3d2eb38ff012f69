"""The board of the room: a tile a chair. It asks for its tiles anew every few seconds, without a reload."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontend.doors import Request, door
from programs.services.board import PAGE, Tile, board_of, patients_on
from tracker.audit.services import record_seen


def _context(tiles: list[Tile], now: Any) -> dict[str, Any]:
    here = [seat for tile in tiles for seat in tile.here]
    return {"tiles": tiles, "now": now, "here": here, "late": sum(1 for seat in here if seat.due_at and seat.due_at < now)}


@require_safe
@door("see_record")
def board(request: Request) -> HttpResponse:
    """Every chair of the clinic, and who is in it."""
    now = timezone.now()
    tiles = board_of(request.actor, at=now)
    record_seen(request.actor, PAGE, patients_on(tiles), at=now)
    return render(request, "nurse/board.html", _context(tiles, now))


@require_safe
@door("see_record")
def board_tiles(request: Request) -> HttpResponse:
    """The tiles alone, as they stand now. Whom this person's board named before is not written down again."""
    now = timezone.now()
    tiles = board_of(request.actor, at=now)
    if new := patients_on(tiles, only_new=True):
        record_seen(request.actor, PAGE, new, at=now)
    return render(request, "nurse/parts/tiles.html", _context(tiles, now))
