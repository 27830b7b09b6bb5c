"""Following a generation: from the beginning, in the middle, across gaps, restarts and rival workers."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from inference import stream
from inference.engine.types import Finish
from inference.events import Delta, Event, Failed, Finished, Status, from_wire, to_wire
from inference.journal import Journal, JournalWriter
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def writer() -> JournalWriter:
    return JournalWriter()


@pytest.fixture
def generation(echo_a: ModelEntry) -> Generation:
    generation = Generation.objects.create(model=echo_a, requester="test", prompt=[{"role": "user", "content": "hi"}])
    assert generation.begin("worker-1")
    return generation


async def collect(generation: Generation, limit: float = 20) -> list[Event]:
    async def everything() -> list[Event]:
        return [event async for _id, event in stream.follow(generation.pk)]

    return await asyncio.wait_for(everything(), limit)


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


def write_words(journal: Journal, count: int, pause: float = 0.0) -> str:
    words = [f"word{number} " for number in range(count)]
    for number, word in enumerate(words):
        journal.add(Delta(word, (number,)))
        time.sleep(pause)
    return "".join(words)


@pytest.mark.parametrize(
    "event", [Delta("字é\n", (1, 2)), Status("loading", "weights", 0.5), Finished("stop", 3, 4, 1), Failed("no")]
)
def test_every_event_survives_the_wire(event: Event) -> None:
    assert from_wire(to_wire(event)) == event


async def test_a_late_follower_gets_everything_once(valkey: Any, writer: JournalWriter, generation: Generation) -> None:
    journal = writer.open(generation.pk, 1)
    expected = write_words(journal, 50)
    journal.add(Finished("stop", 1, 50))
    events = await collect(generation)
    assert text_of(events) == expected
    assert events[-1] == Finished("stop", 1, 50)


def test_the_first_words_and_the_end_do_not_wait_for_the_next_flush(
    valkey: Any, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.journal.FLUSH_SECONDS", 60.0)
    slow = JournalWriter()
    journal = slow.open(generation.pk, 1)
    journal.add(Status("queued", "1"))
    assert slow.wait_until_flushed(journal, 10), "nothing was written just before"
    journal.add(Delta("first", (1,), began_at=1.0))
    assert slow.wait_until_flushed(journal, 10)
    journal.add(Delta(" more", (2,)))
    assert not slow.wait_until_flushed(journal, 0.5)
    journal.add(Finished("stop"))
    assert slow.wait_until_flushed(journal, 10)


async def test_followers_that_come_at_any_moment_all_get_the_same(
    valkey: Any, writer: JournalWriter, generation: Generation
) -> None:
    journal = writer.open(generation.pk, 1)
    expected: list[str] = []

    def write() -> None:
        expected.append(write_words(journal, 200, pause=0.004))
        journal.add(Finished("stop"))

    async def late(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return text_of(await collect(generation))

    thread = threading.Thread(target=write)
    thread.start()
    texts = await asyncio.gather(*(late(number * 0.04) for number in range(20)))
    thread.join()
    assert texts == [expected[0]] * 20


async def test_a_restarted_valkey_loses_and_doubles_nothing(
    valkey: Any, writer: JournalWriter, generation: Generation
) -> None:
    journal = writer.open(generation.pk, 1)
    expected: list[str] = []

    def write() -> None:
        expected.append(write_words(journal, 150, pause=0.01))
        journal.add(Finished("stop"))

    def restart() -> None:
        time.sleep(0.4)
        valkey.stop()
        time.sleep(0.5)
        valkey.start()

    threads = [threading.Thread(target=write), threading.Thread(target=restart)]
    for thread in threads:
        thread.start()
    events = await collect(generation)
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert text_of(events) == expected[0]


async def test_a_second_attempt_silences_the_first(valkey: Any, writer: JournalWriter, generation: Generation) -> None:
    zombie = writer.open(generation.pk, 1)
    zombie.add(Delta("one ", (0,)))
    assert await asyncio.to_thread(writer.wait_until_flushed, zombie, 5)
    successor = writer.open(generation.pk, 2)
    successor.add(Delta("two ", (1,)))
    assert await asyncio.to_thread(writer.wait_until_flushed, successor, 5)
    zombie.add(Delta("never ", (1,)))
    assert await asyncio.to_thread(writer.wait_until_flushed, zombie, 5)
    assert zombie.fenced
    successor.add(Finished("stop"))
    assert text_of(await collect(generation)) == "one two "
    assert await asyncio.to_thread(stream.read_shown, generation.pk) == stream.Shown("one two ", (0, 1))


async def test_when_the_stream_is_gone_the_row_answers(valkey: Any, generation: Generation) -> None:
    await sync_to_async(generation.finish)("the whole text", Finish("stop", 3, 4))
    events = await collect(generation)
    assert text_of(events) == "the whole text"
    assert events[-1] == Finished("stop", 3, 4)


async def test_a_stream_that_lost_its_end_is_completed_from_the_row(
    valkey: Any, writer: JournalWriter, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SILENCE_SECONDS", 0.2)
    journal = writer.open(generation.pk, 1)
    journal.add(Delta("the whole ", (0,)))
    following = asyncio.create_task(collect(generation))
    await asyncio.sleep(0.3)
    await sync_to_async(generation.finish)("the whole text", Finish("stop", 3, 2))
    events = await following
    assert text_of(events) == "the whole text"


async def test_a_deleted_generation_ends_its_followers(
    valkey: Any, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SILENCE_SECONDS", 0.2)
    following = asyncio.create_task(collect(generation))
    await asyncio.sleep(0.2)
    await sync_to_async(generation.delete)()
    assert isinstance((await following)[-1], Failed)


async def test_a_follower_hears_that_the_broker_is_away_and_that_it_is_back(
    valkey: Any, writer: JournalWriter, generation: Generation
) -> None:
    journal = writer.open(generation.pk, 1)
    journal.add(Delta("one ", (0,)))
    following = asyncio.create_task(collect(generation, limit=30))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(valkey.stop)
    await asyncio.sleep(1.5)
    await asyncio.to_thread(valkey.start)
    await asyncio.sleep(2.5)  # nothing is written meanwhile
    journal.add(Finished("stop"))
    events = await following
    states = [event.state for event in events if isinstance(event, Status)]
    assert states == ["offline", "online"]
    assert text_of(events) == "one "
