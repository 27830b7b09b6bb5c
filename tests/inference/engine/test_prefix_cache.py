"""A growing conversation is not read again from its beginning, and nothing is answered otherwise for that."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch

from inference.engine import serve
from inference.engine.answer_memory import bytes_of_place, places_for_ended_answers
from inference.engine.loading import LoadedModel
from inference.engine.prefix_cache import Prefix, PrefixCache, common_length, layers_of
from inference.engine.prompt import PromptBuilder
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, EngineRequest, SamplingParams

from .conftest import CONTEXT_LENGTH
from .test_transformers import SabotagedForward, generated

Drive = Callable[[Any], Any]
Talk = tuple[str, ...]  # questions and answers in turns, a question last

CPU = torch.device("cpu")
FIRST = ("What is the wind profile of a plume over flat ground?",)


class CountingForward:
    """The real forward, and how many tokens of prompts it was given."""

    def __init__(self, forward: Any) -> None:
        self._forward = forward
        self.prompt_tokens_read = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._forward, name)

    def advance(self, works: list[Any]) -> Any:
        self.prompt_tokens_read += sum(len(work.token_ids) for work in works if not work.is_decoding)
        return self._forward.advance(works)


def asking(talk: Talk, request_id: str = "1", **params: Any) -> EngineRequest:
    messages = [ChatMessage("assistant" if index % 2 else "user", text) for index, text in enumerate(talk)]
    return EngineRequest(request_id, tuple(messages), SamplingParams(**{"temperature": 0, "max_tokens": 20, **params}))


def counting(driver: Any) -> CountingForward:
    forward = CountingForward(driver.engine._forward)
    driver.engine._forward = forward
    return forward


def prompt_length(loaded: LoadedModel, request: EngineRequest) -> int:
    return len(PromptBuilder(loaded.tokenizer).encode(request.messages))


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "mpt", "falcon", "gemma2", "mistral"])
def test_every_turn_is_answered_as_if_it_were_the_first(
    architecture: str, load: Callable[[str], LoadedModel], drive: Drive
) -> None:
    loaded = load(architecture)
    driver = drive(TransformersEngine(loaded))
    forward = counting(driver)
    talk, earlier = ("hello",), 0
    for turn in range(3):
        request = asking(talk, request_id=str(turn), max_tokens=12)
        forward.prompt_tokens_read = 0
        driver.answer(request)
        assert driver.token_ids(str(turn)) == generated(loaded, request, 12)
        # Mistral's window (24) has forgotten the beginning, and this random answer is not what it decodes to.
        if architecture != "mistral":
            assert forward.prompt_tokens_read <= prompt_length(loaded, request) - earlier
        earlier = prompt_length(loaded, request)
        talk = (*talk, driver.text(str(turn)), f"And number {turn}?")


def test_a_window_that_has_moved_on_is_gone_on_with_but_never_back(
    load: Callable[[str], LoadedModel], drive: Drive
) -> None:
    loaded = load("mistral")
    driver = drive(TransformersEngine(loaded))
    forward = counting(driver)
    whole, ids = driver.engine, generated(loaded, asking(FIRST), 40)
    driver.answer(asking(FIRST, max_tokens=10))
    kept = whole._forward.kept._prefixes[0]
    assert kept.is_whole_or_nothing, "the premise"
    # The same answer continued begins exactly where the first one ended.
    shown = tuple(driver.chunks["1"])
    forward.prompt_tokens_read = 0
    more = EngineRequest(
        "2",
        asking(FIRST).messages,
        SamplingParams(temperature=0, max_tokens=40),
        tuple(token_id for chunk in shown for token_id in chunk.token_ids),
        "".join(chunk.text for chunk in shown),
    )
    driver.answer(more)
    assert driver.token_ids("1") + driver.token_ids("2") == ids
    assert forward.prompt_tokens_read <= 1
    driver.answer(asking(FIRST, request_id="3", max_tokens=40))  # its beginning is not there any more
    assert driver.token_ids("3") == ids


def test_the_same_question_again_begins_at_once(llama: LoadedModel, drive: Drive) -> None:
    driver = drive(TransformersEngine(llama))
    forward = counting(driver)
    driver.answer(asking(FIRST))
    forward.prompt_tokens_read = 0
    driver.answer(asking(FIRST, request_id="again", temperature=1.0, seed=3))
    assert forward.prompt_tokens_read == 0, "its last token is read like one of the answer"
    cold = drive(TransformersEngine(llama))
    cold.answer(asking(FIRST, request_id="again", temperature=1.0, seed=3))
    assert driver.token_ids("again") == cold.token_ids("again")
    driver.engine.release_kept()
    forward.prompt_tokens_read = 0
    driver.answer(asking(FIRST, request_id="third"))
    assert forward.prompt_tokens_read == prompt_length(llama, asking(FIRST))


def test_many_talks_side_by_side_never_mix(llama: LoadedModel, drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns with common beginnings, stopped, cancelled, regenerated, dropped for want of room: all as when cold."""
    monkeypatch.setattr("inference.engine.slot_cache.POSITION_STEP", 32)
    monkeypatch.setattr("inference.engine.transformers.PROMPT_TOKENS_PER_STEP", 48)
    chance = random.Random(11)
    driver = drive(TransformersEngine(llama, 900 * bytes_of_place(llama.model, CPU)))
    forward = counting(driver)
    talks: list[Talk] = [(start,) for start in ("hello", "hello there", "wind and water " * 6, "wind and soil")]
    all_prompts = 0
    asked: dict[str, EngineRequest] = {}
    for round_ in range(4):
        cancelled = set()
        for index, talk in enumerate(talks):
            key = f"{round_}-{index}"
            stop = ("e",) if chance.random() < 0.3 else ()
            asked[key] = asking(talk, request_id=key, max_tokens=chance.randrange(4, 24), stop=stop)
            driver.add(key, asked[key])
            driver.step()
            if chance.random() < 0.2:
                driver.engine.cancel(key)
                cancelled.add(key)
        driver.run()
        for index, talk in enumerate(talks):
            key = f"{round_}-{index}"
            cold = drive(TransformersEngine(llama))
            cold.answer(asked[key])
            mine, right = driver.token_ids(key), cold.token_ids(key)
            assert (mine == right[: len(mine)]) if key in cancelled else (mine == right), key
            all_prompts += driver.chunks[key][-1].finish.prompt_tokens
            if chance.random() < 0.8:  # else the same question once more
                talks[index] = (*talk, driver.text(key) or "nothing", "and then? " * chance.randrange(2, 9))
    assert any(driver.chunks[key][-1].finish.dropped_messages for key in asked), "the premise: some do not fit"
    assert forward.prompt_tokens_read < 0.8 * all_prompts


def test_an_answer_that_another_worker_began_goes_on_the_same_with_what_is_kept(
    llama: LoadedModel, drive: Drive
) -> None:
    driver = drive(TransformersEngine(llama))
    driver.answer(asking(FIRST, max_tokens=30))
    right = driver.token_ids("1")
    for cut in (1, 9, 29):
        shown = driver.chunks["1"][:cut]
        ids = tuple(token_id for chunk in shown for token_id in chunk.token_ids)
        text = "".join(chunk.text for chunk in shown)
        request = asking(FIRST, request_id=f"from {cut}", max_tokens=30)
        driver.answer(EngineRequest(request.id, request.messages, request.params, ids, text))
        assert [*ids, *driver.token_ids(request.id)] == right
        assert text + driver.text(request.id) == driver.text("1")


def test_what_a_broken_answer_has_read_is_not_kept(llama: LoadedModel, drive: Drive) -> None:
    engine = TransformersEngine(llama)
    real = engine._forward
    engine._forward = engine._admission._forward = SabotagedForward(real, "bad", None)  # type: ignore[assignment]
    driver = drive(engine)
    driver.add("bad", asking(FIRST, request_id="bad"))
    driver.run()
    assert "bad" in driver.errors and real.kept.places == 0


def test_an_idle_engine_gives_the_memory_back(llama: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "IDLE_SECONDS", 0.05)
    engine = TransformersEngine(llama)
    ours, theirs = multiprocessing.Pipe()

    def until_closed() -> None:
        with pytest.raises((EOFError, ConnectionResetError)):
            serve._serve(engine, theirs)

    serving = threading.Thread(target=until_closed)
    serving.start()
    ours.send(("add", 0, asking(FIRST, max_tokens=4)))
    kind, outcomes = ours.recv()
    assert kind == "outcomes" and outcomes
    deadline = time.monotonic() + 20
    while engine.has_work or engine._forward.kept.places:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    ours.close()
    serving.join(20)
    assert not serving.is_alive()


def test_on_a_shared_processor_the_past_takes_no_more_than_so_much() -> None:
    assert places_for_ended_answers(1000, CPU) == 500
    assert places_for_ended_answers(10_000_000, CPU) == 16_384
    assert places_for_ended_answers(10_000_000, torch.device("cuda")) == 5_000_000


def prefix(*token_ids: int) -> Prefix:
    states = torch.arange(float(len(token_ids))).reshape(1, 1, -1, 1)
    return Prefix(list(token_ids), layers_of([(states, states), (states, states)]))


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = PrefixCache()
    first, second, third = (prefix(*range(start, start + 20)) for start in (100, 200, 300))
    cache.keep(first, 50)
    cache.keep(second, 50)
    assert cache.longest([*range(100, 120), 1]) == (first, 20)
    cache.keep(third, 50)
    assert cache.places == 40
    assert cache.longest([*range(200, 220), 1]) == (None, 0)
    assert cache.longest([*range(100, 110), 1]) == (first, 10)
    cache.keep(prefix(*range(60)), 50)
    assert cache.places == 40, "too large for all room there is"
    cache.keep_at_most(20)
    assert cache.longest([*range(300, 320), 1]) == (None, 0)
    assert cache.longest(list(range(100, 120))) == (first, 19), "the last token of a prompt is always read"


def test_a_longer_talk_takes_the_place_of_its_beginning() -> None:
    cache = PrefixCache()
    cache.keep(prefix(*range(20)), 500)
    cache.keep(prefix(*range(30)), 500)
    assert cache.places == 30
    cache.keep(prefix(*range(25)), 500)
    assert cache.places == 30, "held already"
    cache.keep(prefix(*range(28), 7, 7, 7), 500)
    assert cache.places == 61, "another branch of the talk"


def test_a_cache_that_begins_with_a_prefix_leaves_it_as_it_was(llama: LoadedModel) -> None:
    held = prefix(*range(20))
    cache = held.begin_cache(12, llama.model.config)
    assert cache.get_seq_length() == 12
    more = torch.full((1, 1, 3, 1), 9.0)
    keys, _values = cache.update(more, more, 0)
    assert keys.shape[2] == 15 and keys[0, 0, :, 0].tolist() == [*range(12), 9, 9, 9]
    assert [layer.keys.shape[2] for layer in held.layers] == [20, 20]
    assert held.layers[0].keys[0, 0, :, 0].tolist() == list(range(20))


def test_common_beginnings_are_found_wherever_they_end() -> None:
    chance = random.Random(5)
    for _ in range(300):
        first = [chance.randrange(3) for _ in range(chance.randrange(CONTEXT_LENGTH // 8))]
        second = [*first[: chance.randrange(len(first) + 1)], *(chance.randrange(3) for _ in range(4))]
        length = common_length(first, second)
        assert first[:length] == second[:length]
        assert length == min(len(first), len(second)) or first[length] != second[length]
