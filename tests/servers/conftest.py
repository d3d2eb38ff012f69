"""Real processes on a real database: what a test writes is committed, so that they see it."""

import os

import pytest
from django.db import connection

from tests.cast import Cast, make_cast
from tests.snapshots import Snapshots


@pytest.fixture
def cast(committed_db: None, snapshots: Snapshots) -> Cast:
    """Everybody, committed. The tables are emptied after the test."""
    return snapshots.begin_with(make_cast)


@pytest.fixture
def environment(committed_db: None) -> dict[str, str]:
    """What every process of Sextant gets: this test's database, and the Redis of this run."""
    return {
        "SEXTANT_DATABASE_URL": os.environ["SEXTANT_DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}",
        "SEXTANT_BROKER_URL": os.environ["SEXTANT_TEST_REDIS_URL"],
    }
