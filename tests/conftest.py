"""The cast of every test: Alice owns, Bob is another user, the guest has no account, Ada is the administrator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client

from fastchat_site.celery import app as celery_app
from inference import valkey as to_valkey
from inference.models import ModelEntry
from tests.valkey_server import ValkeyServer

PASSWORD = "correct horse battery"
User = get_user_model()

# Files that take a minute or more. Between several processes they come first, so that none is left with one at the end.
LONG = ("postgresql/", "journeys/", "evaluation/test_killed_run.py", "test_start.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.removeprefix("tests/").startswith(LONG))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file as in real life: in memory, two threads meet "table is locked" instead of waiting."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """One for all tests: Celery keeps its connections to the first it was told of."""
    server = ValkeyServer(tmp_path_factory.mktemp("valkey"))
    server.start()
    celery_app.conf.broker_url = server.url
    yield server
    server.stop()


@pytest.fixture
def valkey(valkey_server: ValkeyServer, settings: Any) -> Iterator[ValkeyServer]:
    """An empty Valkey that the code under test talks to."""
    settings.REDIS_URL = valkey_server.url
    to_valkey.client.cache_clear()
    to_valkey.client().flushall()
    yield valkey_server
    to_valkey.client.cache_clear()


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def alice(db: None) -> Any:
    return User.objects.create_user("alice", "alice@example.com", PASSWORD)


@pytest.fixture
def bob(db: None) -> Any:
    return User.objects.create_user("bob", "bob@example.com", PASSWORD)


@pytest.fixture
def ada(db: None) -> Any:
    return User.objects.create_superuser("ada", "ada@example.com", PASSWORD)


@pytest.fixture
def staff(db: None) -> Any:
    """Sam looks after people and models, but is no superuser."""
    sam = User.objects.create_user("sam", password=PASSWORD, is_staff=True)
    sam.user_permissions.set(Permission.objects.all())
    return sam


@pytest.fixture
def guest() -> Client:
    """A browser without an account."""
    return Client()


@pytest.fixture
def as_user() -> Any:
    """`as_user(alice)` is a browser in which Alice is logged in."""

    def logged_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return logged_in


@pytest.fixture
def echo_a(db: None) -> ModelEntry:
    return ModelEntry.objects.create(slug="echo-a", name="Echo A", backend=ModelEntry.Backend.ECHO, position=1)


@pytest.fixture
def echo_b(db: None) -> ModelEntry:
    return ModelEntry.objects.create(slug="echo-b", name="Echo B", backend=ModelEntry.Backend.ECHO, position=2)
