"""What every test may ask for. A test's folder says its kind: pure, db, browser, servers, prove, reference."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests.cast import Cast, make_cast
from tests.emptying import empty_tables
from tests.snapshots import Snapshots

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the name of its folder, and give all but the pure ones a database."""
    for item in items:
        kind = item.path.relative_to(HERE).parts[0]
        item.add_marker(kind)
        has_database = any(item.iter_markers("django_db")) or "shared_db" in getattr(item, "fixturenames", ())
        if kind == "db" and not has_database:
            item.add_marker(pytest.mark.django_db)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_sessionstart(session: pytest.Session) -> None:
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        pytest.exit("The static files are not collected yet. Run make test once, or manage.py collectstatic.", returncode=2)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The test database. pytest-django's own makes none when only files that share their rows are run.

    With --no-migrations its tables come from the models, in a second instead of ten; tests/servers migrates for real.
    """
    if request.config.getoption("nomigrations"):
        for connection in connections.all():
            connection.settings_dict["TEST"]["MIGRATE"] = False
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A PostgreSQL on which other processes see what the test writes. The tables are emptied after it."""
    with django_db_blocker.unblock():
        yield
        empty_tables()
        connections.close_all()


@pytest.fixture(scope="session")
def snapshots() -> Snapshots:
    """`snapshots.begin_with(make)`: what a test begins with is made once."""
    return Snapshots()


@pytest.fixture
def cast(db: None, snapshots: Snapshots) -> Cast:
    """Both clinics and everybody in them."""
    return snapshots.begin_with(make_cast)


@pytest.fixture
def signed_in(cast: Cast) -> Callable[[str], Client]:
    """`signed_in("maya")` is a client in which Maya has signed in."""

    def client_of(name: str) -> Client:
        client = Client()
        client.force_login(cast.users[name], backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return client_of
