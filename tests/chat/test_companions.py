"""Conversations that belong together (a battle's): one line in the history, a page of their own; and forks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chat.history import history_page
from chat.models import Conversation, Message
from chat.owners import Owner
from chat.services import delete_conversation, fork_conversation, open_conversation, send_message
from inference.engine.types import Finish
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db
PAGE = "/somewhere/else/"


def answer(reply: Message, text: str) -> None:
    assert reply.generation is not None
    assert reply.generation.begin("worker")
    assert reply.generation.finish(text, Finish("stop", 1, 1))


@pytest.fixture
def owner(alice: Any) -> Owner:
    return Owner(user=alice)


@pytest.fixture
def pair(owner: Owner, echo_a: ModelEntry, echo_b: ModelEntry) -> list[Conversation]:
    """Two conversations that have heard the same question and answered differently."""
    first = open_conversation(owner=owner, model=echo_a, page=PAGE)
    second = open_conversation(owner=owner, model=echo_b, page=PAGE, listed_under=first)
    for conversation, text in ((first, "a heron"), (second, "a walrus")):
        answer(send_message(conversation=conversation, owner=owner, text="Which animal?")[1], text)
    return [first, second]


def titles(owner: Owner, words: str = "") -> list[str]:
    page = history_page(owner, words=words)
    return [conversation.title for group in page.groups for conversation in group.conversations]


def test_the_history_shows_them_once_and_finds_words_of_both(owner: Owner, pair: list[Conversation]) -> None:
    assert titles(owner) == ["Which animal?"]
    assert titles(owner, "heron") == titles(owner, "walrus") == ["Which animal?"]
    assert titles(owner, "stork") == []


def test_the_row_leads_to_their_own_page(as_user: Any, alice: Any, pair: list[Conversation]) -> None:
    browser: Client = as_user(alice)
    assert f'href="{PAGE}"' in browser.get(reverse("chat-history")).content.decode()
    assert browser.get(reverse("chat-show", args=[pair[0].pk])).headers["Location"] == PAGE


def test_no_other_address_of_the_chat_opens_them(as_user: Any, alice: Any, pair: list[Conversation]) -> None:
    browser: Client = as_user(alice)
    for conversation in pair:
        reply = conversation.messages.get(role="assistant")
        for name in ("message-stop", "message-regenerate", "message-feedback", "message-version"):
            assert browser.post(reverse(name, args=[reply.pk])).status_code == 404, name
        assert browser.get(reverse("message-show", args=[reply.pk])).status_code == 404
        assert browser.post(reverse("chat-send", args=[conversation.pk]), {"message": "x"}).status_code == 404
        assert browser.post(reverse("chat-settings", args=[conversation.pk]), {}).status_code == 404
        assert browser.get(reverse("model-picker"), {"conversation": conversation.pk}).status_code == 404


def test_deleting_the_row_deletes_all_of_them(owner: Owner, pair: list[Conversation]) -> None:
    delete_conversation(pair[0])
    assert not Conversation.objects.exists() and not Generation.objects.exists()


def test_a_fork_goes_on_and_leaves_the_original_alone(owner: Owner, pair: list[Conversation]) -> None:
    fork = fork_conversation(pair[1], owner)
    assert [message.text for message in fork.thread()] == ["Which animal?", "a walrus"]
    assert (fork.page, fork.listed_under, fork.model) == ("", None, pair[1].model)
    _question, reply = send_message(conversation=fork, owner=owner, text="How heavy?")
    assert reply.generation is not None
    assert [turn["content"] for turn in reply.generation.prompt] == ["Which animal?", "a walrus", "How heavy?"]
    assert [message.text for message in Conversation.objects.get(pk=pair[1].pk).thread()] == [
        "Which animal?",
        "a walrus",
    ]
    assert sorted(titles(owner)) == ["Which animal?", "Which animal?"]


def test_deleting_the_original_keeps_what_the_fork_shows_and_the_other_way_round(
    owner: Owner, pair: list[Conversation]
) -> None:
    fork = fork_conversation(pair[1], owner)
    delete_conversation(pair[0])
    assert [message.text for message in fork.thread()] == ["Which animal?", "a walrus"]
    delete_conversation(fork)
    assert not Generation.objects.exists()
