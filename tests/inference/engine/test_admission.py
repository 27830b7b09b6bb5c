"""Answers never take more memory than they may: the rest waits, in turns, and every answer is the right one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch

from inference.engine import answer_memory, hardware
from inference.engine.answer_memory import bytes_of_place, places_for_answers
from inference.engine.forward import OneByOneForward
from inference.engine.loading import LoadedModel
from inference.engine.transformers import TransformersEngine
from inference.engine.types import EngineRequest, PromptTooLong

from .conftest import CONTEXT_LENGTH

Ask = Callable[..., EngineRequest]
Drive = Callable[[Any], Any]
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that memory is taken in steps that are small beside these tiny contexts."""
    monkeypatch.setattr("inference.engine.slot_cache.POSITION_STEP", 16)
    monkeypatch.setattr("inference.engine.answer_memory.LEAST_PLACES", 16)


def engine_with(loaded: LoadedModel, places: int) -> TransformersEngine:
    return TransformersEngine(loaded, places * bytes_of_place(loaded.model, CPU))


def places_in_use(engine: TransformersEngine) -> int:
    """As the tensors say it, not the books."""
    forward: Any = engine._forward
    used = sum(cache.get_seq_length() for cache in forward._caches.values()) + forward.kept.places
    if getattr(forward, "_slot_cache", None):
        keys = forward._slot_cache.slot_layers[0].keys
        used += keys.shape[0] * keys.shape[2]
    return int(used)


def requests_of(ask: Ask, count: int, **params: Any) -> list[EngineRequest]:
    chance = random.Random(count)
    return [
        ask("wind and water " * chance.randrange(1, 9) + str(number), request_id=str(number), **params)
        for number in range(count)
    ]


@pytest.mark.parametrize("is_shared", [True, False])
@pytest.mark.parametrize("params", [{"temperature": 0}, {"temperature": 1.0, "seed": 4}])
def test_memory_is_never_exceeded_and_every_answer_is_right(
    params: dict[str, float], is_shared: bool, llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    requests = requests_of(ask, 6, max_tokens=30, **params)
    expected = []
    for request in requests:
        alone = drive(TransformersEngine(llama))
        alone.answer(request)
        expected.append(alone.token_ids(request.id))

    places = 250 if is_shared else 150
    engine = engine_with(llama, places)
    if not is_shared:
        engine._forward = engine._admission._forward = OneByOneForward(llama.model, CPU)
    driver = drive(engine)
    for request in requests:
        driver.add(request.id, request)
    most_at_once = most_used = 0
    while engine.has_work:
        driver.step()
        most_at_once = max(most_at_once, len(engine._admission.running))
        most_used = max(most_used, places_in_use(engine))
        assert places_in_use(engine) <= places
    assert [driver.token_ids(request.id) for request in requests] == expected
    assert not driver.errors
    assert 1 < most_at_once < len(requests), "the premise: some run together, and some wait"
    assert most_used > 100, "the premise: the memory is used"
    assert any(driver.chunks[key][0].token_ids and told for key, told in driver.ahead.items())


def test_an_answer_that_has_grown_too_large_for_two_sends_the_newer_back(
    llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    requests = [ask(f"hello {number}", request_id=str(number), temperature=0, max_tokens=60) for number in range(3)]
    expected = []
    for request in requests:
        alone = drive(TransformersEngine(llama))
        alone.answer(request)
        expected.append(alone.token_ids(request.id))
    assert min(map(len, expected)) > 50, "the premise: long answers"
    driver = drive(engine_with(llama, 150))
    for request in requests:
        driver.add(request.id, request)
    driver.step()
    assert len(driver.engine._admission.running) == 3
    driver.run()
    assert [driver.token_ids(request.id) for request in requests] == expected
    assert "0" not in driver.ahead, "who came first is never sent back"
    assert driver.ahead["1"] and driver.ahead["2"]


def test_who_asks_much_lets_others_have_their_turn(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    driver = drive(engine_with(llama, 50))
    many = [ask("hello", request_id=f"a{number}", temperature=0, max_tokens=6) for number in range(5)]
    for request in many:
        driver.add(request.id, EngineRequest(request.id, request.messages, request.params, requester="a"))
    driver.step()
    one = ask("hello", temperature=0, max_tokens=6)
    driver.add("b", EngineRequest("b", one.messages, one.params, requester="b"))
    order = []
    while driver.engine.has_work:
        driver.step()
        order += [key for key, chunks in driver.chunks.items() if chunks and chunks[-1].finish and key not in order]
    assert order.index("b") <= 2, "behind the running one and at most one more"
    assert driver.ahead["a4"][0] == 3, "four wait while the first one runs"
    assert driver.ahead["a4"] == [3, 4, 3, 2, 1, 0], "b came, and goes before it"
    assert driver.ahead["b"] == [1, 0]


def test_a_conversation_that_can_never_fit_is_refused_and_old_turns_are_dropped_before(
    llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    engine = engine_with(llama, 100)
    assert engine.info.context_length == 95  # six steps of 16, less the token that comes
    assert llama.info.context_length == CONTEXT_LENGTH
    assert any("memory for conversations of 95 tokens" in warning for warning in engine.info.warnings)
    driver = drive(engine)
    with pytest.raises(PromptTooLong, match=r"too long for this model.*only .* fit"):
        driver.answer(ask("wind " * 90))
    finish = driver.answer(ask("hello", temperature=0.8, seed=2, max_tokens=1000))[-1].finish
    assert finish.prompt_tokens + finish.completion_tokens <= 95
    assert places_in_use(engine) <= 100


def test_one_that_waits_is_cancelled_at_once_and_the_rest_goes_on(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    driver = drive(engine_with(llama, 50))
    for key in "abc":
        driver.add(key, ask("hello", request_id=key, temperature=0, max_tokens=8))
    driver.step()
    driver.engine.cancel("b")
    driver.step()
    assert [chunk.finish.reason for chunk in driver.chunks["b"]] == ["cancelled"]
    assert driver.ahead["c"] == [1, 0]
    driver.run()
    assert driver.chunks["c"][-1].finish.reason == "length"
    driver.engine.cancel("b")
    assert not driver.engine.has_work


def test_one_that_reads_its_prompt_is_cancelled_before_the_next_piece(
    llama: LoadedModel, ask: Ask, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.engine.transformers.PROMPT_TOKENS_PER_STEP", 8)
    driver = drive(TransformersEngine(llama))
    driver.add("long", ask("wind and water " * 12, max_tokens=5))
    driver.step()
    driver.step()
    assert driver.engine._admission.running["long"].computed == 16, "the premise: it still reads"
    driver.engine.cancel("long")
    driver.step()
    assert [chunk.finish.reason for chunk in driver.chunks["long"]] == ["cancelled"]
    assert not driver.engine.has_work
    assert not driver.engine._forward._caches, "its memory is free"
    driver.engine.release_kept()
    assert places_in_use(driver.engine) == 0


def test_the_memory_of_a_token_is_what_the_config_says(load: Callable[[str], LoadedModel]) -> None:
    layers, heads, head_size, keys_and_values, float32 = 2, 2, 8, 2, 4
    assert bytes_of_place(load("llama").model, CPU) == layers * heads * head_size * keys_and_values * float32
    assert bytes_of_place(load("gpt2").model, CPU) == 2 * 4 * 8 * 2 * 4
    assert bytes_of_place(load("t5").model, CPU) == 2 * 4 * 8 * 2 * 4


def test_the_memory_for_answers_is_a_share_of_what_is_free(llama: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    place = bytes_of_place(llama.model, CPU)

    def places(free: int | None, wanted: int | None = None) -> int:
        monkeypatch.setattr(answer_memory, "free_memory", lambda device: free)
        return places_for_answers(llama.model, CPU, CONTEXT_LENGTH, wanted)

    assert places(4000 * place) == 1000
    assert places(1 << 60) == places(None) == 64 * CONTEXT_LENGTH, "no more than anybody can use"
    assert places(0) == 16, "never too little to answer at all"
    assert places(0, wanted=777 * place) == 777
    assert hardware.free_memory(CPU)
