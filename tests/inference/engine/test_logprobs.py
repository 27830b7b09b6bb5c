"""Likelihoods of tokens against transformers' own forward pass in float64."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from inference.engine.answer_form import IMPOSSIBLE, AnswerForm
from inference.engine.loading import LoadedModel
from inference.engine.logprobs import likelihoods
from inference.engine.prompt import PromptBuilder
from inference.engine.serve import Outbox
from inference.engine.token_bytes import TokenBytes
from inference.engine.transformers import TransformersEngine
from inference.engine.types import Chunk, EngineRequest
from inference.events import Delta, from_wire, to_wire

Ask = Callable[..., EngineRequest]
Drive = Callable[[Any], Any]
ASKED = AnswerForm(logprobs=3)


def reference(loaded: LoadedModel, request: EngineRequest, token_ids: list[int]) -> torch.Tensor:
    """ln p of every token of the vocabulary at every place of the answer."""
    prompt = PromptBuilder(loaded.tokenizer).encode(request.messages)
    model = copy.deepcopy(loaded.model).double()
    with torch.inference_mode():
        logits = model(torch.tensor([prompt + token_ids])).logits[0, len(prompt) - 1 : -1]
    return logits.log_softmax(dim=-1)


@pytest.mark.parametrize(
    "params",
    [
        {"temperature": 0},
        {"temperature": 1.4, "seed": 3},
        {"temperature": 0.3, "top_k": 4, "repetition_penalty": 1.5, "logit_bias": ((40, 5.0),)},
    ],
)
def test_they_are_those_of_the_model_itself_whatever_the_sampling(
    params: dict[str, Any], llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    request = replace(ask("hello", max_tokens=24, **params), form=ASKED)
    driver = drive(TransformersEngine(llama))
    driver.add("other", ask("What is the wind profile?", request_id="other", temperature=1.0, max_tokens=30))
    driver.step()
    chunks = driver.answer(request)
    told = [token for chunk in chunks for token in chunk.logprobs]
    token_ids = driver.token_ids("1")
    assert len(told) == len(token_ids) == 24
    logs = reference(llama, request, token_ids)
    names = TokenBytes(llama.tokenizer)
    for token, token_id, row in zip(told, token_ids, logs, strict=True):
        text, log, data = token[0]
        assert log == pytest.approx(float(row[token_id]), abs=2e-4)
        assert bytes.fromhex(data) == names.of(token_id) and text == names.text_of(token_id)
        best = row.topk(3)
        assert [log for _text, log, _data in token[1:]] == pytest.approx(best.values.tolist(), abs=2e-4)
        assert [bytes.fromhex(data) for _text, _log, data in token[1:]] == [names.of(i) for i in best.indices.tolist()]
    assert all(math.exp(token[0][1]) <= 1 for token in told)
    assert not any(chunk.logprobs for chunk in driver.chunks["other"])


def test_asking_does_not_change_the_answer_and_the_bytes_are_its_text(
    llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    request = ask("環境", temperature=1.0, seed=9, max_tokens=40)
    plain, told = drive(TransformersEngine(llama)), drive(TransformersEngine(llama))
    plain.answer(request)
    chunks = told.answer(replace(request, form=AnswerForm(logprobs=0)))
    assert told.token_ids("1") == plain.token_ids("1") and told.text("1") == plain.text("1")
    data = b"".join(bytes.fromhex(token[0][2]) for chunk in chunks for token in chunk.logprobs)
    assert data.decode(errors="replace").startswith(told.text("1")[:20])
    assert all(len(token) == 1 for chunk in chunks for token in chunk.logprobs)


def test_an_answer_that_another_worker_goes_on_with_has_them_for_the_rest(
    llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    whole = drive(TransformersEngine(llama))
    chunks = whole.answer(replace(ask("hello", "g", temperature=1.0, max_tokens=20), form=ASKED))
    rest = drive(TransformersEngine(llama))
    rest.answer(replace(ask("hello", "g", shown=tuple(chunks[:7]), temperature=1.0, max_tokens=20), form=ASKED))
    expected = [token[0][1] for chunk in chunks[7:] for token in chunk.logprobs]
    assert [token[0][1] for chunk in rest.chunks["g"] for token in chunk.logprobs] == pytest.approx(expected, abs=1e-4)


def test_what_is_impossible_has_a_number_that_json_can_hold(llama: LoadedModel) -> None:
    logits = torch.tensor([0.0, -math.inf, -math.inf])
    names = TokenBytes(llama.tokenizer)
    (own, first, second) = likelihoods(logits, 1, 2, names)
    assert (own[1], first[1], second[1]) == (IMPOSSIBLE, 0.0, IMPOSSIBLE)
    assert len(likelihoods(logits, 0, 20, names)) == 4, "no more alternatives than tokens"
    assert likelihoods(logits, 2, 0, names)[0][::2] == ("<|im_end|>", "")


def test_pieces_that_travel_together_keep_them_and_the_wire_is_small_without() -> None:
    sent: list[Any] = []

    class Connection:
        def send(self, message: Any) -> None:
            sent.append(message)

    outbox = Outbox(Connection())  # type: ignore[arg-type]
    outbox._last_flush = math.inf
    one, two = ((("a", -0.5, "61"),),), ((("b", -0.25, "62"),),)
    outbox.collect([("k", Chunk("", (1,), logprobs=one)), ("k", Chunk("", (2,), logprobs=two))])
    assert outbox._waiting["k"].logprobs == one + two  # type: ignore[union-attr]
    assert "logprobs" not in to_wire(Delta("a", (1,)))
    delta = from_wire(to_wire(Delta("ab", (1, 2), one + two)))
    assert isinstance(delta, Delta) and [token[0][1] for token in delta.logprobs] == [-0.5, -0.25]
