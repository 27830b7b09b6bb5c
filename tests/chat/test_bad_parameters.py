"""Parameters that are refused today, but were stored earlier or are sent past the form: pages open, sentences say."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chat.models import Conversation
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
STORED = {"stop": "abc", "max_tokens": 1.5, "temperature": 0.3, "warmth": 1}


@pytest.fixture
def browser(alice: Any, as_user: Any) -> Client:
    return as_user(alice)


def test_a_model_with_old_defaults_can_be_looked_at_and_asked(browser: Client, echo_a: ModelEntry) -> None:
    ModelEntry.objects.update(defaults=STORED)
    page = browser.get(reverse("chat-new"))
    assert page.status_code == 200
    assert 'data-default="0.3"' in page.content.decode()
    answer = browser.post(reverse("chat-new"), {"message": "hi", "model": "echo-a"}, headers=HTMX)
    assert answer.status_code == 200
    params = Generation.objects.get().params
    assert params["temperature"] == 0.3 and params["stop"] == [] and params["max_tokens"] is None


def test_an_expert_takes_only_what_is_right_from_its_base(browser: Client, echo_a: ModelEntry) -> None:
    echo_a.defaults = STORED
    echo_a.save()
    expert = ModelEntry.objects.create(
        slug="expert", name="Expert", backend="expert", base=echo_a, defaults={"top_k": "many", "top_p": 0.5}
    )
    sampling = expert.sampling()
    assert (sampling.temperature, sampling.top_p, sampling.top_k) == (0.3, 0.5, 0)


def test_a_conversation_with_settings_that_are_refused_says_which(
    browser: Client, alice: Any, echo_a: ModelEntry
) -> None:
    conversation = Conversation.objects.create(owner=alice, model=echo_a, params={"seed": "x"})
    address = reverse("chat-send", args=[conversation.pk])
    answer = browser.post(address, {"message": "hi"}, headers=HTMX)
    assert answer.status_code == 422
    assert "seed must be a whole number." in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", "nan"), ("temperature", "inf"), ("top_p", "0"), ("max_tokens", "1.5"), ("max_tokens", "true")],
)
def test_a_slider_sends_only_what_can_be_used(browser: Client, echo_a: ModelEntry, name: str, value: str) -> None:
    answer = browser.post(reverse("chat-new"), {"message": "hi", "model": "echo-a", name: value}, headers=HTMX)
    assert answer.status_code == 422
    assert not Conversation.objects.exists()
