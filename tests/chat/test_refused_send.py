"""A refused message changes nothing: neither the model nor the settings that came along with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chat.models import Conversation, Message
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(alice: Any, as_user: Any) -> Client:
    return as_user(alice)


@pytest.fixture
def conversation(alice: Any, echo_a: ModelEntry) -> Conversation:
    return Conversation.objects.create(owner=alice, model=echo_a, title="Plume", params={"temperature": 0.5})


def kept(conversation: Conversation) -> tuple[Any, ...]:
    conversation.refresh_from_db()
    return conversation.model.slug, conversation.params, Message.objects.count(), Generation.objects.count()


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    "data",
    [
        {"message": " ", "model": "echo-b", "temperature": "1.5"},  # no text
        {"message": "hi", "model": "echo-b", "temperature": "9"},  # the model is fine, a slider is not
        {"message": "hi", "model": "nothing", "temperature": "1.5"},
    ],
)
def test_what_came_with_a_refused_message_is_not_kept(
    browser: Client, conversation: Conversation, echo_b: ModelEntry, data: dict[str, str], htmx: bool
) -> None:
    address = reverse("chat-send", args=[conversation.pk])
    assert browser.post(address, data, headers=HTMX if htmx else {}).status_code == 422
    assert kept(conversation) == ("echo-a", {"temperature": 0.5}, 0, 0)


def test_a_second_message_during_an_answer_does_not_change_the_model_either(
    browser: Client, conversation: Conversation, echo_b: ModelEntry
) -> None:
    address = reverse("chat-send", args=[conversation.pk])
    assert browser.post(address, {"message": "one"}, headers=HTMX).status_code == 200
    answer = browser.post(address, {"message": "two", "model": "echo-b", "top_p": "0.5"}, headers=HTMX)
    assert answer.status_code == 422
    assert kept(conversation) == ("echo-a", {"temperature": 0.5}, 2, 1)


def test_too_many_answers_under_way_do_not_change_the_model_either(
    browser: Client, alice: Any, conversation: Conversation, echo_b: ModelEntry, settings: Any
) -> None:
    settings.MAX_ACTIVE_GENERATIONS = 1
    Generation.objects.create(model=echo_b, user=alice, requester=f"user:{alice.pk}", prompt=[])
    address = reverse("chat-send", args=[conversation.pk])
    assert browser.post(address, {"message": "hi", "model": "echo-b"}, headers=HTMX).status_code == 422
    assert kept(conversation) == ("echo-a", {"temperature": 0.5}, 0, 1)


def test_an_accepted_message_keeps_them(browser: Client, conversation: Conversation, echo_b: ModelEntry) -> None:
    data = {"message": "hi", "model": "echo-b", "temperature": "1.5"}
    assert browser.post(reverse("chat-send", args=[conversation.pk]), data, headers=HTMX).status_code == 200
    assert kept(conversation) == ("echo-b", {"temperature": 1.5}, 2, 1)


def test_a_conversation_that_was_deleted_meanwhile_is_named(
    browser: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found_and_gone(owner: Any, pk: Any) -> Conversation:
        found = Conversation.objects.select_related("model", "model__base").get(pk=pk)
        Conversation.objects.filter(pk=pk).delete()
        return found

    monkeypatch.setattr("chat.views.owned_conversation", found_and_gone)
    data = {"message": "hi", "temperature": "1.5"}
    answer = browser.post(reverse("chat-send", args=[conversation.pk]), data, headers=HTMX)
    assert answer.status_code == 422
    assert "was deleted" in answer.content.decode()
