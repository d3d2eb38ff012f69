"""Several people at one vial at the same moment, on the database of the test.

On PostgreSQL each thread has a connection of its own. A database in memory is one connection's alone, so on SQLite it
is copied to a file first, and the threads meet there with the settings of the product.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.db import close_old_connections, connection, connections

T = TypeVar("T")
AT_ONCE = 8


@contextmanager
def a_database_for_threads(folder: Path) -> Iterator[None]:
    """What the test has written so far, where threads can reach it."""
    if connection.vendor != "sqlite":
        yield
        return
    file = folder / "together.sqlite3"
    with sqlite3.connect(file) as copy:
        connection.connection.backup(copy)
    copy.close()
    in_memory = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(file)
    try:
        yield
    finally:
        connection.settings_dict["NAME"] = in_memory


def all_at_once(acts: list[Callable[[], T]]) -> list[T]:
    """Do all of it side by side; what each gave, in order."""

    def with_own_connection(act: Callable[[], T]) -> T:
        close_old_connections()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(with_own_connection, acts))
