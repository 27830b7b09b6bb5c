"""No answer waits or runs for ever, and no text that people have seen gets lost on the way."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
import redis
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from inference import lease, run, stream
from inference.engine.types import ChatMessage, Chunk, EngineDied, Finish
from inference.events import Delta, Failed, Finished, from_wire
from inference.journal import JournalWriter
from inference.models import Generation, ModelEntry
from inference.services import start_generation, stop_generation
from inference.valkey import client
from inference.worker import Worker, this_worker

pytestmark = pytest.mark.django_db(transaction=True)


def started(model: ModelEntry) -> Generation:
    return start_generation(model=model, messages=[ChatMessage("user", "one two")], params={}, requester="test")


def last_event(generation: Generation) -> Any:
    [(_id, fields)] = client().xrevrange(stream.key_of(generation.pk), count=1)
    return from_wire(fields[b"e"])


def test_a_stop_between_two_attempts_keeps_the_text(valkey: Any, echo_a: ModelEntry) -> None:
    generation = started(echo_a)
    assert generation.begin("dead")
    writer = JournalWriter()
    journal = writer.open(generation.pk, 1)
    journal.add(Delta("seen by people", (1, 2)))
    assert writer.wait_until_flushed(journal, 5)
    assert generation.requeue()
    stop_generation(generation)
    generation.refresh_from_db()
    assert (generation.status, generation.text) == ("stopped", "seen by people")
    assert last_event(generation) == Finished("cancelled")


def test_a_generation_that_its_worker_forgot_is_handed_on(
    valkey: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine dies and the database is locked in the same moment: nobody works on the row any more."""

    def die(self: Any) -> None:
        raise EngineDied("gone")

    def refuse(generation: Generation) -> bool:
        raise DatabaseError("database is locked")

    generation = started(echo_a)
    with monkeypatch.context() as broken:
        broken.setattr(run._Attempt, "run", die)
        broken.setattr(lease, "hand_on", refuse)
        with pytest.raises(DatabaseError):
            run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert generation.status == "running"
    this_worker()._hand_on_forgotten()
    generation.refresh_from_db()
    assert (generation.status, generation.attempt) == ("queued", 2)


def test_what_a_worker_is_busy_with_is_not_forgotten(
    valkey: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = started(echo_a)
    monkeypatch.setattr(run._Attempt, "run", lambda self: this_worker()._hand_on_forgotten())
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert (generation.status, generation.attempt) == ("running", 1)


def test_a_second_delivery_of_a_task_does_not_make_the_first_forgotten(
    valkey: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_delivered_again(attempt: Any) -> None:
        run.answer(str(attempt.generation.pk), 1)
        this_worker()._hand_on_forgotten()

    generation = started(echo_a)
    monkeypatch.setattr(run._Attempt, "run", be_delivered_again)
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert (generation.status, generation.attempt) == ("running", 1)


def test_a_stream_that_cannot_be_read_loses_nothing(
    valkey: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = started(echo_a)
    assert generation.begin("dead")
    writer = JournalWriter()
    journal = writer.open(generation.pk, 1)
    journal.add(Delta("one", (0,)))
    assert writer.wait_until_flushed(journal, 5)
    assert generation.requeue()
    with monkeypatch.context() as away:
        away.setattr(stream, "read_shown", Mock(side_effect=redis.ConnectionError("gone")))
        run.answer(str(generation.pk), 2)
    generation.refresh_from_db()
    assert (generation.status, generation.attempt) == ("queued", 3)
    run.answer(str(generation.pk), 3)
    generation.refresh_from_db()
    assert (generation.status, generation.text) == ("finished", "one two")


def test_a_question_to_a_model_that_was_switched_off_ends_with_a_sentence(
    valkey: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = started(echo_a)
    echo_a.is_enabled = False
    echo_a.save()
    monkeypatch.setattr(lease, "SETTLE_SECONDS", 0)
    lease.reap()
    generation.refresh_from_db()
    assert generation.status == "failed"
    assert "switched off" in generation.error
    assert last_event(generation) == Failed(generation.error)


def test_a_nul_character_of_a_model_is_no_reason_to_fail(
    valkey: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL refuses it with a ValueError, which nobody would repeat."""
    chunks = [Chunk("a\0b\ud800", (1,)), Chunk(finish=Finish("stop", 1, 1))]
    monkeypatch.setattr("inference.engine.echo.EchoStream.__iter__", lambda self: iter(chunks))
    generation = started(echo_a)
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    assert (generation.status, generation.text) == ("finished", "a\ufffdb?")


class Control:
    """Celery's remote control of a worker whose ear opens only at the second call."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def add_consumer(self, queue: str, **_: Any) -> list[Any]:
        self.calls.append(queue)
        return [{"worker": {"ok": "added"}}] if len(self.calls) > 1 else []


def test_a_queue_counts_as_served_only_when_celery_has_confirmed_it(
    echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, control = Worker(), Control()
    worker._celery_name = "celery@worker"
    monkeypatch.setattr("inference.worker.current_app.control", control, raising=False)
    worker._subscribe_to_models()
    assert worker._report().queues == []
    worker._subscribe_to_models()
    assert worker._report().queues == [echo_a.queue]
    assert control.calls == [echo_a.queue] * 2


def test_a_worker_that_ended_in_order_gives_no_further_sign_of_life(valkey: Any) -> None:
    worker = Worker()
    worker.beat()
    assert [report.name for report in lease.live_workers()] == [worker.name]
    worker.end()
    worker.beat()
    assert lease.live_workers() == []


def test_the_journal_outlives_an_error_that_nobody_thought_of(
    valkey: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = started(echo_a)
    writer = JournalWriter()
    flush, failures = writer._flush, iter([RuntimeError("nobody thought of this")])

    def stumble(journals: Any) -> bool:
        for error in failures:
            raise error
        return flush(journals)

    monkeypatch.setattr(writer, "_flush", stumble)
    journal = writer.open(generation.pk, 1)
    journal.add(Delta("still here"))
    assert writer.wait_until_flushed(journal, 5)


def test_a_silenced_worker_is_not_heard_by_followers_either(valkey: Any, echo_a: ModelEntry) -> None:
    """What the stream refuses must not be published: a follower that comes in between would believe it."""
    writer = JournalWriter()
    successor, zombie = writer.open("rivals", 2), writer.open("rivals", 1)
    successor.add(Delta("new"))
    assert writer.wait_until_flushed(successor, 5)
    with client().pubsub(ignore_subscribe_messages=True) as ear:
        ear.subscribe("generation:rivals")
        ear.get_message(timeout=1)
        zombie.add(Delta("old"))
        assert writer.wait_until_flushed(zombie, 5)
        assert zombie.fenced
        assert ear.get_message(timeout=0.5) is None


def test_the_stream_of_an_ended_answer_makes_room_soon(valkey: Any) -> None:
    writer = JournalWriter()
    journal = writer.open("ended", 1)
    journal.add(Delta("a"))
    assert writer.wait_until_flushed(journal, 5)
    assert client().ttl("generation:ended") > 12 * 3600
    journal.add(Finished("stop"))
    assert writer.wait_until_flushed(journal, 5)
    assert client().ttl("generation:ended") <= 3600


def test_an_expert_cannot_stand_on_an_expert_by_a_detour(echo_a: ModelEntry, echo_b: ModelEntry) -> None:
    ModelEntry.objects.create(slug="e", name="E", backend="expert", base=echo_a)
    for base in (echo_a, echo_b):  # itself, and another while an expert stands on it
        entry = ModelEntry.objects.get(pk=echo_a.pk)
        entry.backend, entry.base = ModelEntry.Backend.EXPERT, base
        with pytest.raises(ValidationError):
            entry.full_clean()
