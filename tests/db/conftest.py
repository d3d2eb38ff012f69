"""What only database tests ask for: a clock that stands, and rows that a whole file shares."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db import transaction
from django.template import Context, Template
from django.test import override_settings
from django.test.utils import instrumented_test_render
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.cast import make_cast
from tests.house import NOW, House


@pytest.fixture(scope="session", autouse=True)
def static_files_stay_unread() -> Iterator[None]:
    """Each new Client would read all of them, half a second's work in ten clients. Browser tests fetch them."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def only_pages_are_kept(django_test_environment: None) -> Iterator[None]:
    """Under test Django keeps a copy of what every template was given: of each field of a form too, for which nobody asks."""

    def render(template: Template, context: Context) -> str:
        of_field = str(template.name).startswith(("django/forms/", "components/field.html"))
        return template.nodelist.render(context) if of_field else instrumented_test_render(template, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture
def stand_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """`stand_at(moment)`: from now on it is that moment, for pages too."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.fixture(scope="module")
def shared_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database whose rows are made once for the whole file and gone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def aside(shared_db: None) -> Iterator[None]:
    """What one test changes in the shared rows is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def house(shared_db: None) -> Iterator[House]:
    """Pia's house, at its own moment, for a whole file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: NOW)
        yield House(make_cast())
