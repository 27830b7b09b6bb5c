"""Guests chat only where the site allows it, and keep what they began when they get an account."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.test import Client

from chat.models import Conversation
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db


def ask(client: Client, model: ModelEntry) -> Any:
    return client.post("/chat/", {"message": "what is BOD?", "model": model.slug})


def test_a_stranger_is_shown_to_the_log_in(guest: Client, echo_a: ModelEntry) -> None:
    answer = ask(guest, echo_a)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert not Conversation.objects.exists()


def test_where_guests_may_chat_they_find_their_conversation_again(
    guest: Client, echo_a: ModelEntry, settings: Any
) -> None:
    settings.GUEST_CHAT = True
    page = ask(guest, echo_a)["Location"]
    assert guest.get(page).status_code == 200
    assert Client().get(page).status_code == 404


def test_a_guest_who_logs_in_keeps_the_conversation(
    guest: Client, alice: Any, password: str, echo_a: ModelEntry, settings: Any
) -> None:
    settings.GUEST_CHAT = True
    page = ask(guest, echo_a)["Location"]
    guest.post("/accounts/login/", {"username": "alice", "password": password})
    assert guest.get(page).status_code == 200
    assert Conversation.objects.get().owner == alice
    assert Generation.objects.get().user == alice
    guest.post("/accounts/logout/")
    assert guest.get(page).status_code == 404


def test_a_database_that_refuses_just_then_takes_nothing_from_the_guest(
    guest: Client, alice: Any, password: str, echo_a: ModelEntry, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GUEST_CHAT = True
    page = ask(guest, echo_a)["Location"]
    guest.post("/accounts/login/", {"username": "alice", "password": password})
    with monkeypatch.context() as locked:
        locked.setattr("chat.access.take_over", Mock(side_effect=OperationalError("database is locked")))
        assert guest.get(page).status_code == 503
    assert guest.get(page).status_code == 200
