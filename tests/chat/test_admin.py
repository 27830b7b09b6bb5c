"""Conversations in the admin: counts for the staff, texts for a superuser who leaves a trace."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from chat.models import Conversation, Message

pytestmark = pytest.mark.django_db
LIST = "/admin/chat/conversation/"


@pytest.fixture
def private(alice, echo_a) -> Conversation:
    conversation = Conversation.objects.create(owner=alice, model=echo_a, title="a very secret title")
    Message.objects.create(conversation=conversation, role="user", content="a very secret <b>question</b>")
    return conversation


def test_staff_see_how_many_messages_and_open_none(as_user, staff, private) -> None:
    client = as_user(staff)
    page = client.get(LIST).content.decode()
    assert "alice" in page and '<td class="field-message_count">1</td>' in page
    assert "secret" not in page and f"{private.pk}/change" not in page
    for path in ("change", "history", "delete"):
        for response in (client.get(f"{LIST}{private.pk}/{path}/"), client.post(f"{LIST}{private.pk}/{path}/")):
            assert response.status_code == 403 and b"secret" not in response.content
    assert not LogEntry.objects.exists()


def test_titles_cannot_be_guessed_by_filtering_or_searching(as_user, staff, private) -> None:
    client = as_user(staff)
    for lookup in ("title__startswith", "messages__content__contains", "guest_key__startswith", "leaf__content"):
        assert client.get(LIST, {lookup: "a"}).status_code == 400, lookup
    assert "alice" not in client.get(LIST, {"q": "secret"}).content.decode().split('id="result_list"')[-1]


def test_a_superuser_reads_a_conversation_and_every_opening_is_logged(as_user, ada, private) -> None:
    client = as_user(ada)
    page = client.get(f"{LIST}{private.pk}/change/").content.decode()
    assert "a very secret &lt;b&gt;question" in page
    client.get(f"{LIST}{private.pk}/change/")
    entries = list(LogEntry.objects.all())
    assert [entry.get_change_message() for entry in entries] == ["Read the conversation of alice."] * 2
    assert "secret" not in entries[0].object_repr


def test_nobody_changes_a_conversation_there(as_user, ada, private) -> None:
    client = as_user(ada)
    assert client.post(f"{LIST}{private.pk}/change/", {"title": "forged"}).status_code == 403
    assert client.post(f"{LIST}{private.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_the_key_of_a_guest_is_not_shown(as_user, ada, echo_a) -> None:
    guests = Conversation.objects.create(guest_key="sessionkey123", model=echo_a)
    for path in (LIST, f"{LIST}{guests.pk}/change/"):
        assert "sessionkey123" not in as_user(ada).get(path).content.decode()
