"""The chat's pages: what is shown, what is kept, and that nothing typed is ever lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Conversation, Message
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(alice: Any, as_user: Any) -> Client:
    return as_user(alice)


@pytest.fixture
def conversation(alice: Any, echo_a: ModelEntry) -> Conversation:
    """One question with a finished answer."""
    conversation = Conversation.objects.create(owner=alice, model=echo_a, title="Plume")
    question = Message.objects.create(conversation=conversation, role="user", content="What is a plume?")
    conversation.leaf = answered(question, "A **plume** of smoke.")
    conversation.save()
    return conversation


def answered(question: Message, text: str, **fields: Any) -> Message:
    generation = Generation.objects.create(
        **{
            **{"model": question.conversation.model, "requester": "user:1", "prompt": [], "text": text},
            **{"status": "finished", "ended_at": timezone.now(), "finish_reason": "stop", **fields},
        }
    )
    return Message.objects.create(
        conversation=question.conversation, parent=question, role="assistant", generation=generation
    )


def finish_all(text: str = "done") -> None:
    Generation.objects.active().update(status="finished", text=text, ended_at=timezone.now())


# --- starting ---------------------------------------------------------------------------------------------------------


def test_the_first_message_makes_the_conversation_and_the_page_goes_on_without_a_reload(
    browser: Client, echo_a: ModelEntry
) -> None:
    data = {"message": "What is PM2.5?\nBriefly.", "model": "echo-a"}
    response = browser.post(reverse("chat-new"), data, headers=HTMX)
    conversation = Conversation.objects.get()
    assert response["HX-Push-Url"] == reverse("chat-show", args=[conversation.pk])
    assert conversation.title == "What is PM2.5?"
    page = response.content.decode()
    assert reverse("chat-send", args=[conversation.pk]) in page
    assert 'class="message reply is-active" aria-busy="true"' in page
    assert f'ws-connect="/ws/replies/{conversation.leaf_id}/"' in page
    assert 'id="today" hx-swap-oob="afterbegin"' in page


def test_it_works_without_javascript(browser: Client, echo_a: ModelEntry) -> None:
    response = browser.post(reverse("chat-new"), {"message": "", "suggestion": "17 + 25", "model": "echo-a"})
    conversation = Conversation.objects.get()
    assert response["Location"] == reverse("chat-show", args=[conversation.pk])
    page = browser.get(response["Location"]).content.decode()
    assert "17 + 25" in page
    assert '<meta http-equiv="refresh"' in page
    finish_all("42")
    page = browser.get(response["Location"]).content.decode()
    assert "<p>42</p>" in page
    assert '<meta http-equiv="refresh"' not in page


def test_the_model_can_be_named_in_the_address(browser: Client, echo_a: ModelEntry, echo_b: ModelEntry) -> None:
    page = browser.get(reverse("chat-new"), {"model": "echo-b"}).content.decode()
    assert '<input type="hidden" name="model" value="echo-b" form="composer">' in page


def test_without_any_model_the_page_says_so(browser: Client) -> None:
    assert "No model is offered yet" in browser.get(reverse("chat-new")).content.decode()


def test_the_sliders_travel_with_the_first_message(browser: Client, echo_a: ModelEntry) -> None:
    data = {"message": "hi", "model": "echo-a", "temperature": "0.2", "top_p": "1", "max_tokens": "4096"}
    browser.post(reverse("chat-new"), data, headers=HTMX)
    assert Conversation.objects.get().params == {"temperature": 0.2}  # only what is not the default


# --- refused, and the text stays --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"message": "", "model": "echo-a"}, "Please type a message first."),
        ({"message": " \x00\x07\n", "model": "echo-a"}, "Please type a message first."),
        ({"message": "y" * 1_000_000, "model": "echo-a"}, "The message has 1,000,000 characters"),
        ({"message": "hi", "model": "nothing"}, "The model “nothing” is not offered."),
        ({"message": "hi", "model": ""}, "is not offered."),
        ({"message": "hi", "model": "echo-a", "temperature": "9"}, "less than or equal to 2"),
        ({"message": "hi", "model": "echo-a", "temperature": "warm"}, "Enter a number."),
    ],
)
def test_a_refused_message_is_explained_beside_the_box(
    browser: Client, echo_a: ModelEntry, data: dict[str, str], sentence: str
) -> None:
    response = browser.post(reverse("chat-new"), data, headers=HTMX)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#composer-error"
    assert sentence in response.content.decode()
    assert not Conversation.objects.exists()


def test_without_javascript_a_refused_text_is_in_the_box_again(browser: Client, echo_a: ModelEntry) -> None:
    response = browser.post(reverse("chat-new"), {"message": "precious & <text>", "model": "gone"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "precious &amp; &lt;text&gt;</textarea>" in page
    assert "is not offered" in page


def test_a_disabled_model_is_refused_in_a_running_conversation(
    browser: Client, conversation: Conversation, echo_a: ModelEntry
) -> None:
    ModelEntry.objects.update(is_enabled=False)
    data = {"message": "hi", "model": "echo-a"}
    response = browser.post(reverse("chat-send", args=[conversation.pk]), data, headers=HTMX)
    assert response.status_code == 422
    assert "Please choose another model" in response.content.decode()
    assert "no longer offered" in browser.get(reverse("chat-show", args=[conversation.pk])).content.decode()


def test_a_second_message_waits_for_the_running_answer(browser: Client, conversation: Conversation) -> None:
    address = reverse("chat-send", args=[conversation.pk])
    assert browser.post(address, {"message": "one"}, headers=HTMX).status_code == 200
    response = browser.post(address, {"message": "two"}, headers=HTMX)
    assert response.status_code == 422
    assert "still answering" in response.content.decode()


# --- going on ---------------------------------------------------------------------------------------------------------


def test_a_message_answers_with_the_question_and_a_waiting_reply(browser: Client, conversation: Conversation) -> None:
    address = reverse("chat-send", args=[conversation.pk])
    page = browser.post(address, {"message": "<b>more</b>"}, headers=HTMX).content.decode()
    assert '<div class="bubble">&lt;b&gt;more&lt;/b&gt;</div>' in page
    assert len(re.findall("<article ", page)) == 2
    assert f'<li id="row-{conversation.pk}" hx-swap-oob="delete">' in page


def test_another_model_goes_on_with_the_conversation(
    browser: Client, conversation: Conversation, echo_b: ModelEntry
) -> None:
    browser.post(reverse("chat-send", args=[conversation.pk]), {"message": "hi", "model": "echo-b"}, headers=HTMX)
    assert Generation.objects.active().get().model == echo_b
    assert "Echo B" in browser.get(reverse("chat-show", args=[conversation.pk])).content.decode()


def test_settings_are_saved_in_silence_and_a_new_model_draws_the_header_anew(
    browser: Client, conversation: Conversation, echo_b: ModelEntry
) -> None:
    address = reverse("chat-settings", args=[conversation.pk])
    assert browser.post(address, {"temperature": "1.5"}, headers=HTMX).status_code == 204
    conversation.refresh_from_db()
    assert conversation.params == {"temperature": 1.5}
    page = browser.post(address, {"model": "echo-b"}, headers=HTMX).content.decode()
    assert 'id="controls"' in page
    assert 'value="1.5"' in page  # one's own setting outlives the change of the model
    assert browser.post(address, {"top_p": "7"}, headers=HTMX).status_code == 422


def test_the_picker_tells_the_state_of_every_model(browser: Client, echo_a: ModelEntry, echo_b: ModelEntry) -> None:
    ModelEntry.objects.filter(pk=echo_b.pk).update(
        description="Says it again.", licence="MIT", link="https://example.com/b", is_demonstration=True
    )
    page = browser.get(reverse("model-picker"), headers=HTMX).content.decode()
    for words in ("Echo A", "Echo B", "Says it again.", "MIT", "https://example.com/b", "demonstration", "Offline:"):
        assert words in page
    begun = browser.get(reverse("model-picker") + "?conversation=", headers=HTMX)  # a chat that has not begun
    assert begun.content.decode() == page


# --- messages ---------------------------------------------------------------------------------------------------------


def test_a_finished_answer_shows_its_text_its_figures_and_its_buttons(
    browser: Client, conversation: Conversation
) -> None:
    Generation.objects.update(completion_tokens=412, dropped_messages=2, finish_reason="length")
    page = browser.get(reverse("message-show", args=[conversation.leaf_id])).content.decode()
    for words in ("<strong>plume</strong>", "412 tokens", "oldest 2 messages", "Cut at the length limit"):
        assert words in page
    for button in ("Copy", "Good answer", "Bad answer", "Report a problem", "Answer again"):
        assert f'aria-label="{button}"' in page
    assert "ws-connect" not in page


def test_a_failed_answer_says_why_and_offers_another_try(browser: Client, conversation: Conversation) -> None:
    Generation.objects.update(status="failed", text="", error="The model's folder <x> is missing.")
    page = browser.get(reverse("chat-show", args=[conversation.pk])).content.decode()
    assert "The model&#x27;s folder &lt;x&gt; is missing." in page
    assert "Try again" in page


def test_answering_again_makes_a_version_and_keeps_the_old_one(browser: Client, conversation: Conversation) -> None:
    first = conversation.leaf_id
    page = browser.post(reverse("message-regenerate", args=[first]), headers=HTMX).content.decode()
    assert str(first) not in page
    finish_all("another")
    conversation.refresh_from_db()
    page = browser.get(reverse("chat-show", args=[conversation.pk])).content.decode()
    assert '<span class="count">2/2</span>' in page
    second = conversation.leaf_id
    page = browser.post(reverse("message-version", args=[second]), {"version": first}, headers=HTMX).content.decode()
    assert '<span class="count">1/2</span>' in page
    assert "<strong>plume</strong>" in page


def test_an_edited_question_is_a_new_version_with_its_own_answer(browser: Client, conversation: Conversation) -> None:
    question = Message.objects.get(role="user")
    address = reverse("message-edit", args=[question.pk])
    page = browser.post(address, {"text": "What is a fume?"}, headers=HTMX).content.decode()
    assert "What is a fume?" in page
    assert '<span class="count">2/2</span>' in page
    assert Message.objects.filter(content="What is a plume?").exists()
    finish_all()
    assert browser.post(address, {"text": " "}, headers=HTMX).status_code == 422


def test_a_version_must_be_a_sibling(browser: Client, conversation: Conversation) -> None:
    question = Message.objects.get(role="user")
    address = reverse("message-version", args=[conversation.leaf_id])
    assert browser.post(address, {"version": question.pk}).status_code == 404
    assert browser.post(address, {"version": "x"}).status_code == 400


def test_a_thumb_is_kept_and_pressing_it_again_takes_it_back(browser: Client, conversation: Conversation) -> None:
    address = reverse("message-feedback", args=[conversation.leaf_id])
    page = browser.post(address, {"feedback": "down"}, headers=HTMX).content.decode()
    assert 'value="down" aria-pressed="true"' in page
    assert Message.objects.get(pk=conversation.leaf_id).feedback == "down"
    browser.post(address, {"feedback": "flag"}, headers=HTMX)
    assert Message.objects.get(pk=conversation.leaf_id).feedback == "flag"
    browser.post(address, {"feedback": "flag"}, headers=HTMX)
    assert Message.objects.get(pk=conversation.leaf_id).feedback == ""
    assert browser.post(address, {"feedback": "shout"}).status_code == 400


def test_a_waiting_reply_can_be_stopped(browser: Client, conversation: Conversation) -> None:
    browser.post(reverse("chat-send", args=[conversation.pk]), {"message": "more"}, headers=HTMX)
    reply = Message.objects.get(generation__status="queued")
    assert browser.post(reverse("message-stop", args=[reply.pk]), headers=HTMX).status_code == 204
    page = browser.get(reverse("message-show", args=[reply.pk])).content.decode()
    assert "Stopped before the first word." in page
