"""The worker's story of one generation, with a real Valkey and the echo engine."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from inference import lease, run, stream
from inference.engine.types import ChatMessage
from inference.events import Delta, Failed, Finished, from_wire
from inference.models import Generation, ModelEntry
from inference.services import ModelNotOffered, RequestRefused, TooManyRequests, start_generation, stop_generation
from inference.valkey import client
from inference.worker import this_worker

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "one two three four five six seven eight nine ten"


@pytest.fixture
def slow_echo(echo_a: ModelEntry) -> ModelEntry:
    echo_a.source = "words_per_second=40,words=40"
    echo_a.save()
    return echo_a


def started(model: ModelEntry, text: str = TEXT, **params: Any) -> Generation:
    return start_generation(model=model, messages=[ChatMessage("user", text)], params=params, requester="test")


def events_of(generation: Generation) -> list[Any]:
    wait_for_text(generation)
    time.sleep(0.15)  # longer than one flush
    return [from_wire(fields[b"e"]) for _id, fields in client().xrange(stream.key_of(generation.pk))]


def in_background(generation: Generation, attempt: int = 1) -> threading.Thread:
    thread = threading.Thread(target=run.answer, args=(str(generation.pk), attempt))
    thread.start()
    return thread


def wait_for_text(generation: Generation) -> None:
    deadline = time.monotonic() + 5
    while not client().exists(stream.key_of(generation.pk)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_answer_is_streamed_and_saved(valkey: Any, echo_a: ModelEntry) -> None:
    generation = started(echo_a)
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert (generation.status, generation.finish_reason, generation.text) == ("finished", "stop", TEXT)
    assert generation.completion_tokens == 10
    assert generation.prompt_tokens == 10
    events = events_of(generation)
    assert "".join(event.text for event in events if isinstance(event, Delta)) == TEXT
    assert events[-1] == Finished("stop", 10, 10)


def test_the_same_task_delivered_twice_answers_once(valkey: Any, echo_a: ModelEntry) -> None:
    generation = started(echo_a)
    run.answer(str(generation.pk), 1)
    before = events_of(generation)
    run.answer(str(generation.pk), 1)
    assert events_of(generation) == before


def test_the_expert_hears_its_system_text_and_its_base_answers(valkey: Any, echo_a: ModelEntry) -> None:
    expert = ModelEntry.objects.create(
        slug="expert", name="Expert", backend="expert", base=echo_a, system_prompt="You know air.", defaults={"seed": 7}
    )
    generation = started(expert)
    assert generation.prompt[0] == {"role": "system", "content": "You know air."}
    assert generation.params["seed"] == 7
    assert generation.model.queue == echo_a.queue
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert generation.text == TEXT


def test_a_stop_keeps_the_partial_text_and_comes_quickly(valkey: Any, slow_echo: ModelEntry) -> None:
    generation = started(slow_echo)
    worker = this_worker()
    threading.Thread(target=worker._listen_for_ever, daemon=True).start()
    thread = in_background(generation)
    wait_for_text(generation)
    time.sleep(0.3)
    generation.refresh_from_db()
    asked = time.monotonic()
    stop_generation(generation)
    thread.join(5)
    assert time.monotonic() - asked < 0.5
    generation.refresh_from_db()
    assert generation.status == "stopped"
    assert generation.text and len(generation.text.split()) < 40
    assert "".join(event.text for event in events_of(generation) if isinstance(event, Delta)) == generation.text


def test_a_stop_while_waiting_needs_no_worker(valkey: Any, echo_a: ModelEntry) -> None:
    generation = started(echo_a)
    stop_generation(generation)
    generation.refresh_from_db()
    assert generation.status == "stopped"
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert generation.text == ""
    assert events_of(generation) == [Finished("cancelled")]


def test_an_engine_error_is_a_sentence_and_keeps_what_came_before(valkey: Any, echo_a: ModelEntry) -> None:
    generation = started(echo_a, "!fail after 2 words of this")
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert generation.status == "failed"
    assert "failed because" in generation.error
    assert generation.text
    assert isinstance(events_of(generation)[-1], Failed)


def test_a_locked_database_is_waited_for(valkey: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = started(echo_a)
    finish, failures = Generation.finish, iter([DatabaseError("database is locked")] * 2)

    def stubborn(self: Generation, *args: Any) -> bool:
        for error in failures:
            raise error
        return finish(self, *args)

    monkeypatch.setattr(Generation, "finish", stubborn)
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert (generation.status, generation.text) == ("finished", TEXT)


def test_a_dead_workers_answer_goes_on_where_it_stopped(valkey: Any, slow_echo: ModelEntry, monkeypatch: Any) -> None:
    undisturbed = started(slow_echo)
    run.answer(str(undisturbed.pk), 1)
    undisturbed.refresh_from_db()

    generation = started(slow_echo)
    thread = in_background(generation)
    wait_for_text(generation)
    time.sleep(0.3)
    # The worker counts as dead: it holds no lease. It is in truth alive, which makes it a zombie to be fenced.
    monkeypatch.setattr(lease, "SETTLE_SECONDS", 0)
    assert lease.reap() == 1
    generation.refresh_from_db()
    assert (generation.status, generation.attempt) == ("queued", 2)
    run.answer(str(generation.pk), 2)
    thread.join(5)
    generation.refresh_from_db()
    assert generation.status == "finished"
    assert generation.text == undisturbed.text
    shown = "".join(event.text for event in events_of(generation) if isinstance(event, Delta))
    assert shown == undisturbed.text


def test_a_continued_answer_keeps_the_time_of_its_first_words(
    valkey: Any, slow_echo: ModelEntry, monkeypatch: Any
) -> None:
    generation = started(slow_echo)
    thread = in_background(generation)
    wait_for_text(generation)
    time.sleep(0.2)
    monkeypatch.setattr(lease, "SETTLE_SECONDS", 0)
    assert lease.reap() == 1
    went_on_at = timezone.now()
    run.answer(str(generation.pk), 2)
    thread.join(5)
    generation.refresh_from_db()
    assert generation.status == "finished"
    assert generation.created_at < generation.first_token_at < went_on_at


def test_a_living_worker_keeps_its_work(valkey: Any, echo_a: ModelEntry, monkeypatch: Any) -> None:
    monkeypatch.setattr(lease, "SETTLE_SECONDS", 0)
    generation = started(echo_a)
    generation.begin("living")
    lease.beat(lease.WorkerReport("living", "host", 1, time.time(), [echo_a.queue]))
    assert lease.reap() == 0
    assert [worker.name for worker in lease.live_workers()] == ["living"]
    lease.retire("living")
    assert lease.reap() == 1


def test_a_worker_that_is_heard_of_only_at_the_second_look_keeps_its_work(
    valkey: Any, echo_a: ModelEntry, monkeypatch: Any
) -> None:
    """It had no lease when the reaper began, and has taken the answer when the reaper reads the row."""
    monkeypatch.setattr(lease, "SETTLE_SECONDS", 0)
    generation = started(echo_a)
    looks: list[str] = []

    def live_workers() -> list[lease.WorkerReport]:
        looks.append("now")
        if len(looks) == 1:
            generation.begin("late")
            return []
        return [lease.WorkerReport("late", "host", 1, time.time(), [echo_a.queue])]

    monkeypatch.setattr(lease, "live_workers", live_workers)
    assert lease.reap() == 0
    generation.refresh_from_db()
    assert (generation.status, generation.attempt, len(looks)) == ("running", 1, 2)


def test_a_prompt_that_kills_every_worker_is_given_up(valkey: Any, echo_a: ModelEntry, monkeypatch: Any) -> None:
    monkeypatch.setattr(lease, "SETTLE_SECONDS", 0)
    generation = started(echo_a)
    for _number in range(lease.MAX_ATTEMPTS):
        generation.refresh_from_db()
        generation.begin("dead")
        lease.reap()
    generation.refresh_from_db()
    assert generation.status == "failed"
    assert "given up" in generation.error


def test_a_lost_task_is_sent_again(valkey: Any, echo_a: ModelEntry, monkeypatch: Any) -> None:
    monkeypatch.setattr(lease, "SETTLE_SECONDS", 0)
    generation = started(echo_a)
    client().delete(echo_a.queue)
    lease.beat(lease.WorkerReport("living", "host", 1, time.time(), [echo_a.queue]))
    assert lease.reap() == 0  # it has not waited long
    Generation.objects.filter(pk=generation.pk).update(queued_at=timezone.now() - timedelta(minutes=5))
    assert lease.reap() == 1
    assert client().llen(echo_a.queue) == 1


def test_a_question_is_kept_while_the_broker_is_away(valkey: Any, echo_a: ModelEntry) -> None:
    valkey.stop()
    try:
        generation = started(echo_a)
        assert generation.status == "queued"
    finally:
        valkey.start()


def test_what_cannot_be_asked_is_refused_in_a_sentence(valkey: Any, echo_a: ModelEntry, settings: Any) -> None:
    with pytest.raises(RequestRefused, match="temperature must be between 0 and 2"):
        started(echo_a, temperature=3)
    settings.MAX_ACTIVE_GENERATIONS = 1
    started(echo_a)
    with pytest.raises(TooManyRequests, match="1 answers under way"):
        started(echo_a)
    echo_a.is_enabled = False
    echo_a.save()
    with pytest.raises(ModelNotOffered, match="Echo A is not offered"):
        started(echo_a)


def test_only_one_of_two_rivals_moves_a_generation(echo_a: ModelEntry) -> None:
    generation = Generation.objects.create(model=echo_a, requester="test", prompt=[])
    assert generation.begin("first")
    rival = Generation.objects.get(pk=generation.pk)
    assert generation.fail("over")
    assert not rival.requeue()
    assert not rival.begin("second")
    assert not rival.stop_waiting()
    assert not rival.fail("again")
