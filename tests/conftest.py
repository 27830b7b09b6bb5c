"""The cast of every test: Alice owns, Bob is another user, the guest has no account, Ada is the administrator."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client

from inference.models import ModelEntry

PASSWORD = "correct horse battery"
User = get_user_model()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file as in real life: in memory, two threads meet "table is locked" instead of waiting."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


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
