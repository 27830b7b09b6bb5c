"""The engine loop against transformers' own generate, alone and among others."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch

from inference.engine.loading import LoadedModel
from inference.engine.prompt import PromptBuilder
from inference.engine.transformers import TransformersEngine, _as_one
from inference.engine.types import Chunk, EngineError, EngineRequest

from .conftest import ARCHITECTURES

Ask = Callable[..., EngineRequest]
Drive = Callable[[Any], Any]

QUESTIONS = ["hello", "What is the wind profile of a plume over flat ground, and why? " * 3, "環境影響評估", "a b c d"]


def generated(loaded: LoadedModel, question: EngineRequest, tokens: int) -> list[int]:
    """What model.generate says to the same prompt, without the end token."""
    prompt = PromptBuilder(loaded.tokenizer).encode(question.messages)
    with torch.inference_mode():
        output = loaded.model.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=tokens, pad_token_id=0)
    answer = output[0, len(prompt) :].tolist()
    return answer[:-1] if answer[-1] in loaded.end_token_ids else answer


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_greedy_answers_equal_generate_alone_and_with_others(
    architecture: str, load: Callable[[str], LoadedModel], ask: Ask, drive: Drive
) -> None:
    loaded = load(architecture)
    requests = [ask(question, temperature=0, max_tokens=24) for question in QUESTIONS]
    expected = [generated(loaded, request, 24) for request in requests]
    assert len({tuple(answer) for answer in expected}) == len(QUESTIONS), "the premise: different answers"
    assert any(len(set(answer)) > 3 for answer in expected), "the premise: not one token for ever"

    for request, answer in zip(requests, expected, strict=True):
        alone = drive(TransformersEngine(loaded))
        alone.answer(request)
        assert alone.token_ids("1") == answer
        assert alone.text("1") == loaded.tokenizer.decode(answer, skip_special_tokens=True).rstrip("\ufffd")

    together = drive(TransformersEngine(loaded))
    for index, request in enumerate(requests):  # each joins while the others run
        together.add(index, request)
        together.step()
        together.step()
    together.run()
    assert [together.token_ids(index) for index in range(len(requests))] == expected


def test_seeded_sampling_gives_the_same_answer_alone_and_with_others(
    llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    params = {"temperature": 1.0, "top_p": 0.9, "top_k": 50, "seed": 7, "max_tokens": 30}
    alone = drive(TransformersEngine(llama))
    alone.answer(ask("hello", **params))
    together = drive(TransformersEngine(llama))
    for index in range(4):
        together.add(index, ask(QUESTIONS[index], request_id=str(index), temperature=1.3, max_tokens=20 + index))
    together.step()
    together.add("mine", ask("hello", **params))
    together.run()
    assert together.token_ids("mine") == alone.token_ids("1")
    other_seed = drive(TransformersEngine(llama))
    other_seed.answer(ask("hello", **{**params, "seed": 8}))
    assert other_seed.token_ids("1") != alone.token_ids("1")


def test_the_finish_counts_tokens_without_the_end_token(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    request = ask("hello", temperature=0, max_tokens=5)
    finish = drive(TransformersEngine(llama)).answer(request)[-1].finish
    assert (finish.reason, finish.completion_tokens) == ("length", 5)
    assert finish.prompt_tokens == len(PromptBuilder(llama.tokenizer).encode(request.messages))

    expected = generated(llama, request, 5)
    ending = LoadedModel(llama.model, llama.tokenizer, llama.device, frozenset({expected[3]}), llama.info)
    assert expected[3] not in expected[:3], "the premise"
    driver = drive(TransformersEngine(ending))
    finish = driver.answer(request)[-1].finish
    assert (finish.reason, finish.completion_tokens) == ("stop", 3)
    assert driver.token_ids("1") == expected[:3]


def test_a_stop_string_across_tokens_ends_the_answer_before_it(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    whole = drive(TransformersEngine(llama))
    whole.answer(ask("hello", temperature=0, max_tokens=40))
    text = whole.text("1")
    stop = text[10:18]
    stopped = drive(TransformersEngine(llama))
    chunks = stopped.answer(ask("hello", temperature=0, max_tokens=40, stop=(stop,)))
    assert stopped.text("1") == text[: text.index(stop)]
    assert chunks[-1].finish.reason == "stop"
    assert chunks[-1].finish.completion_tokens < 40


@pytest.mark.parametrize("params", [{"temperature": 0}, {"temperature": 1.0, "repetition_penalty": 1.3}])
def test_a_broken_off_answer_continues_to_the_same_text(
    params: dict[str, float], llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    whole = drive(TransformersEngine(llama))
    request = {"text": "hello", "request_id": "g1", "max_tokens": 40, "stop": ("zzz",), **params}
    chunks = whole.answer(ask(**request))
    for cut in [*sorted(random.Random(1).sample(range(len(chunks)), 8)), len(chunks)]:
        shown = tuple(chunks[:cut])
        rest = drive(TransformersEngine(llama))
        rest_chunks = rest.answer(ask(**request, shown=shown))
        assert "".join(chunk.text for chunk in shown) + rest.text("g1") == whole.text("g1")
        assert rest_chunks[-1].finish == chunks[-1].finish


def test_cancel_takes_effect_before_the_next_token(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    driver = drive(TransformersEngine(llama))
    driver.add("a", ask("hello", temperature=0, max_tokens=100))
    driver.add("b", ask("hello", temperature=0, max_tokens=6))
    for _ in range(3):
        driver.step()
    tokens = driver.token_ids("a")
    driver.engine.cancel("a")
    driver.engine.cancel("unknown")
    driver.step()
    assert driver.token_ids("a") == tokens
    assert driver.chunks["a"][-1].finish.reason == "cancelled"
    driver.run()
    assert driver.chunks["b"][-1].finish.reason == "length"
    assert not driver.engine.has_work


def test_a_long_prompt_does_not_stop_the_running_answers(
    llama: LoadedModel, ask: Ask, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.engine.transformers.PROMPT_TOKENS_PER_STEP", 16)
    driver = drive(TransformersEngine(llama))
    driver.add("running", ask("hello", temperature=0, max_tokens=60))
    for _ in range(3):
        driver.step()
    long_question = "wind and water " * 15
    driver.add("long", ask(long_question, temperature=0, max_tokens=4))
    before = len(driver.token_ids("running"))
    steps = 0
    while not driver.chunks["long"]:
        driver.step()
        steps += 1
    assert steps >= 4, "the premise: the prompt takes several steps"
    assert len(driver.token_ids("running")) == before + steps
    driver.run()
    assert driver.token_ids("long") == generated(llama, ask(long_question), 4)


class SabotagedForward:
    """The real forward, but one request's logits are NaN, or computing them raises."""

    def __init__(self, forward: Any, victim: str, trouble: Exception | None) -> None:
        self._forward, self._victim, self._trouble = forward, victim, trouble
        self.released: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._forward, name)

    def advance(self, works: list[Any]) -> list[Any]:
        results = self._forward.advance(works)
        for index, work in enumerate(works):
            if work.key == self._victim:
                results[index] = self._trouble or torch.full_like(results[index], torch.nan)
        return results

    def release(self, key: Any, *kept: Any) -> None:
        self.released.append(key)
        self._forward.release(key, *kept)


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (None, "no usable numbers"),
        (RuntimeError("index out of range\nsecond line"), "RuntimeError: index out of range"),
        (torch.OutOfMemoryError("CUDA out of memory"), "not enough memory"),
        (MemoryError(), "not enough memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "not enough memory"),
    ],
)
def test_one_bad_request_does_not_harm_the_others(
    trouble: Exception | None, sentence: str, llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    engine = TransformersEngine(llama)
    forward = SabotagedForward(engine._forward, "bad", trouble)
    engine._forward = engine._admission._forward = forward  # type: ignore[assignment]
    driver = drive(engine)
    driver.add("good", ask("hello", temperature=0, max_tokens=8))
    driver.add("bad", ask("hello", temperature=0.5, max_tokens=8))
    driver.run()
    assert sentence in str(driver.errors["bad"])
    assert "second line" not in str(driver.errors["bad"])
    assert driver.token_ids("good") == generated(llama, ask("hello"), 8)
    assert sorted(forward.released) == ["bad", "good"]


def test_a_token_that_cannot_become_text_ends_its_request_alone(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    def unknown_piece(token_id: int) -> str:
        raise IndexError("piece id is out of range")

    driver = drive(TransformersEngine(llama))
    driver.add("good", ask("hello", temperature=0, max_tokens=8))
    driver.add("bad", ask("hello", temperature=0, max_tokens=8))
    sequences = dict(driver.engine._admission._waiting._lanes[""])
    sequences["bad"]._detokenizer.feed = unknown_piece
    driver.run()
    assert "IndexError: piece id" in str(driver.errors["bad"])
    assert driver.token_ids("good") == generated(llama, ask("hello"), 8)


def test_a_question_that_does_not_fit_is_an_error_of_its_request_alone(
    llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    driver = drive(TransformersEngine(llama))
    driver.add("long", ask("wind " * 2000))
    driver.add("short", ask("hello", max_tokens=3))
    driver.run()
    assert "too long for this model" in str(driver.errors["long"])
    assert driver.chunks["short"][-1].finish


def test_an_answer_ends_at_the_end_of_the_context(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    driver = drive(TransformersEngine(llama))
    chunks: list[Chunk] = driver.answer(ask("hello", temperature=1.0, seed=5, max_tokens=100_000))
    finish = chunks[-1].finish
    assert finish
    if finish.reason == "length":
        assert finish.prompt_tokens + finish.completion_tokens == llama.info.context_length


def test_an_engine_error_has_no_traceback_in_its_sentence(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    driver = drive(TransformersEngine(llama))
    with pytest.raises(EngineError, match="no message of a user"):
        driver.answer(EngineRequest("1", (), ask("x").params))


def test_logits_of_one_pass_are_not_copied_and_others_are_right() -> None:
    made = torch.randn(4, 7)
    assert _as_one(list(made)).data_ptr() == made.data_ptr() and torch.equal(_as_one(list(made)), made)
    assert torch.equal(_as_one(list(made[1:3])), made[1:3])
    for rows in ([made[0], made[2]], [made[1], made[0]], [made[3], torch.randn(7)]):
        assert torch.equal(_as_one(rows), torch.stack(rows))
