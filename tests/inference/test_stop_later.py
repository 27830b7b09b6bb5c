"""A stop while the message broker is away: the person is told, and the answer is stopped when it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from redis import RedisError

from chat.models import Conversation, Message
from inference import lease, run, stream
from inference.engine.types import ChatMessage
from inference.models import Generation, ModelEntry
from inference.services import start_generation, stop_generation
from inference.valkey import client
from inference.worker import this_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running(valkey: Any, echo_a: ModelEntry) -> Any:
    """An answer of about a minute under way in this process's worker, which listens for stops."""
    echo_a.source = "words_per_second=10,words=600"
    echo_a.save()
    generation = start_generation(model=echo_a, messages=[ChatMessage("user", "a b c")], params={}, requester="test")
    threading.Thread(target=this_worker()._listen_for_ever, daemon=True).start()
    thread = threading.Thread(target=run.answer, args=(str(generation.pk), 1))
    thread.start()
    wait_for(lambda: bool(client().exists(stream.key_of(generation.pk))))
    generation.refresh_from_db()
    yield generation
    stop_generation(generation)
    thread.join(10)
    assert not thread.is_alive()


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_ended(generation: Generation) -> bool:
    generation.refresh_from_db()
    return not generation.is_active


@pytest.fixture
def reaper(valkey: Any) -> Iterator[None]:
    """As in every process of the site: it looks again and again, whether or not the broker is there."""
    is_over = threading.Event()

    def reap() -> None:
        while not is_over.wait(0.1):
            with suppress(RedisError, OSError):
                lease.reap()
        connection.close()

    thread = threading.Thread(target=reap)
    thread.start()
    yield
    is_over.set()
    thread.join()


def test_a_stop_is_written_down_until_the_broker_is_back(valkey: Any, running: Generation) -> None:
    valkey.stop()
    try:
        assert stop_generation(running) is False
        assert stop_generation(running) is False  # pressed again, with impatience
        assert Generation.objects.get(pk=running.pk).is_to_stop, "whatever happens to this process"
    finally:
        valkey.start()
    assert not has_ended(running), "the premise: nobody has told it yet"
    lease.reap()  # in any process
    wait_for(lambda: has_ended(running))
    assert running.status == "stopped"
    assert running.text  # what was written is kept


def test_a_second_absence_is_survived_too(valkey: Any, running: Generation, reaper: None) -> None:
    other = Generation.objects.create(model=running.model, requester="test", prompt=[], attempt=2)
    for generation in (other, running):
        valkey.stop()
        try:
            assert stop_generation(generation) is False
        finally:
            valkey.start()
        wait_for(lambda generation=generation: has_ended(generation))
        assert generation.status == "stopped"


def test_what_ended_by_itself_meanwhile_stays_as_it_is(valkey: Any, echo_a: ModelEntry) -> None:
    generation = Generation.objects.create(model=echo_a, requester="test", prompt=[], attempt=2)
    valkey.stop()
    try:
        assert generation.fail("something else")
        assert stop_generation(generation) is False
    finally:
        valkey.start()
    lease.reap()
    assert has_ended(generation) and generation.status == "failed" and not generation.is_to_stop


@pytest.mark.parametrize("htmx", [True, False])
def test_the_page_says_so(valkey: Any, running: Generation, reaper: None, alice: Any, as_user: Any, htmx: bool) -> None:
    conversation = Conversation.objects.create(owner=alice, model=running.model)
    reply = Message.objects.create(conversation=conversation, role="assistant", generation=running)
    browser: Client = as_user(alice)
    address = reverse("message-stop", args=[reply.pk])
    headers = {"HX-Request": "true"} if htmx else {}
    valkey.stop()
    try:
        answer = browser.post(address, headers=headers)
    finally:
        valkey.start()
    assert answer.status_code == 422
    assert "it is stopped as soon as that is back" in answer.content.decode()
    if htmx:
        assert answer["HX-Retarget"] == "#composer-error"
    wait_for(lambda: has_ended(running))
    assert running.status == "stopped"


def test_a_question_that_waits_is_stopped_without_a_broker(valkey: Any, echo_a: ModelEntry) -> None:
    generation = start_generation(model=echo_a, messages=[ChatMessage("user", "?")], params={}, requester="test")
    valkey.stop()
    try:
        assert stop_generation(generation) is True
    finally:
        valkey.start()
    assert has_ended(generation) and generation.status == "stopped"


def test_the_administrator_who_tries_a_model_is_told_too(
    valkey: Any, running: Generation, reaper: None, ada: Any, as_user: Any
) -> None:
    Generation.objects.filter(pk=running.pk).update(requester=f"admin:{ada.pk}")
    browser: Client = as_user(ada)
    address = reverse("admin:inference_modelentry_ask", args=[running.model_id])
    valkey.stop()
    try:
        answer = browser.post(f"{address}?generation={running.pk}", {"stop": "Stop"}, follow=True)
    finally:
        valkey.start()
    assert "it is stopped as soon as that is back" in answer.content.decode()
    wait_for(lambda: has_ended(running))
    assert running.status == "stopped"
