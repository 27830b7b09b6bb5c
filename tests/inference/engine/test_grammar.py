"""Answers held to a JSON schema: what comes parses and fits, alone, among others, and gone on with by another."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from inference.engine.answer_form import AnswerForm
from inference.engine.grammar import Grammar, Vocabulary, grammar_text
from inference.engine.json_schema import fault_of
from inference.engine.loading import LoadedModel
from inference.engine.token_bytes import TokenBytes
from inference.engine.transformers import TransformersEngine
from inference.engine.types import Chunk, EngineRequest, FormatRefused

Ask = Callable[..., EngineRequest]
Drive = Callable[[Any], Any]


def obliging(schema: Any) -> AnswerForm:
    asked = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    return AnswerForm(response_format=json.dumps(asked))


def with_form(request: EngineRequest, form: AnswerForm) -> EngineRequest:
    return EngineRequest(
        request.id, request.messages, request.params, request.shown_token_ids, request.shown_text, form=form
    )


def an_object(**properties: Any) -> dict[str, Any]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


# A schema, and what must be true of every answer.
SCHEMAS: dict[str, tuple[Any, Callable[[Any], bool]]] = {
    "enum": ({"enum": ["red", "綠", 3, None]}, lambda found: found in ("red", "綠", 3, None)),
    "nested": (
        an_object(a=an_object(b={"type": "boolean"}, c={"type": "null"}), d={"const": "x"}),
        lambda found: set(found) == {"a", "d"} and isinstance(found["a"]["b"], bool) and found["a"]["c"] is None,
    ),
    "array": (
        {"type": "array", "items": {"type": "integer", "minimum": 3, "maximum": 77}, "minItems": 2, "maxItems": 4},
        lambda found: 2 <= len(found) <= 4 and all(type(item) is int and 3 <= item <= 77 for item in found),
    ),
    "pattern": (
        {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
        lambda found: bool(re.fullmatch(r"[A-Z]{2}-[0-9]{3}", found)),
    ),
    "text": ({"type": "string", "maxLength": 12}, lambda found: isinstance(found, str) and len(found) <= 12),
    "reference": (
        {"$defs": {"tree": an_object(leaf={"enum": [1, 2]})}, "$ref": "#/$defs/tree"},
        lambda found: found["leaf"] in (1, 2),
    ),
    "choice": (
        {"anyOf": [an_object(a={"type": "boolean"}), {"enum": ["none"]}]},
        lambda found: found == "none" or isinstance(found["a"], bool),
    ),
}


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("params", [{"temperature": 0}, {"temperature": 1.3, "seed": 5}, {"top_p": 0.5, "top_k": 9}])
def test_every_answer_fits_its_schema_alone_and_among_others(
    name: str, params: dict[str, Any], llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    schema, is_right = SCHEMAS[name]
    request = with_form(ask("hello", max_tokens=150, **params), obliging(schema))
    alone = drive(TransformersEngine(llama))
    chunks = alone.answer(request)
    assert chunks[-1].finish.reason == "stop" and is_right(json.loads(alone.text("1")))

    free = ask("wind", request_id="free", temperature=1.0, seed=3, max_tokens=20)
    neighbour = drive(TransformersEngine(llama))
    neighbour.answer(free)
    together = drive(TransformersEngine(llama))
    together.add("free", free)
    together.step()
    together.add("1", request)
    together.run()
    assert together.token_ids("1") == alone.token_ids("1"), "the same whoever else is answered"
    assert together.token_ids("free") == neighbour.token_ids("free"), "and nobody else is held to it"


def test_seeds_differ_and_repeat(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    form = obliging({"type": "array", "items": {"enum": [1, 2, 3, 4, 5, 6, 7, 8, 9]}, "minItems": 6, "maxItems": 6})
    texts = []
    for seed in (1, 1, 2, 3):
        driver = drive(TransformersEngine(llama))
        driver.answer(with_form(ask("hello", temperature=1.5, seed=seed), form))
        texts.append(driver.text("1"))
    assert texts[0] == texts[1] and len(set(texts)) > 1


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_broken_off_answer_continues_to_the_same_text(name: str, llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    form, params = obliging(SCHEMAS[name][0]), {"temperature": 1.0, "max_tokens": 150}
    whole = drive(TransformersEngine(llama))
    chunks = whole.answer(with_form(ask("hello", "g1", **params), form))
    for cut in {*random.Random(1).choices(range(len(chunks)), k=5), len(chunks)}:
        shown = tuple(chunks[:cut])
        rest = drive(TransformersEngine(llama))
        rest_chunks = rest.answer(with_form(ask("hello", "g1", shown=shown, **params), form))
        assert "".join(chunk.text for chunk in shown) + rest.text("g1") == whole.text("g1")
        assert rest_chunks[-1].finish == chunks[-1].finish


def test_an_object_of_any_kind_and_the_cut_by_max_tokens(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    form = AnswerForm(response_format='{"type": "json_object"}')
    ended = 0
    for seed in range(12):
        driver = drive(TransformersEngine(llama))
        chunks = driver.answer(with_form(ask("hello", temperature=1.0, seed=seed, max_tokens=120), form))
        assert driver.text("1").startswith("{")
        if chunks[-1].finish.reason == "stop":
            assert isinstance(json.loads(driver.text("1")), dict)
            ended += 1
    assert ended, "the premise: some come to their end"
    driver = drive(TransformersEngine(llama))
    chunks = driver.answer(with_form(ask("hello", temperature=0, max_tokens=3), form))
    assert (chunks[-1].finish.reason, chunks[-1].finish.completion_tokens) == ("length", 3)


def test_penalties_and_bias_cannot_break_out(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    form = obliging({"type": "array", "items": {"enum": [7]}, "minItems": 5, "maxItems": 5})
    sign = llama.tokenizer.convert_tokens_to_ids("x")
    params = {"repetition_penalty": 10, "presence_penalty": 2, "logit_bias": ((sign, 100), (2, 100))}
    driver = drive(TransformersEngine(llama))
    driver.answer(with_form(ask("hello", temperature=1.0, **params), form))
    assert json.loads(driver.text("1")) == [7] * 5


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_sentencepiece_vocabulary(
    name: str, sentencepiece_tokenizer: PreTrainedTokenizerFast, llama: LoadedModel, ask: Ask, drive: Drive
) -> None:
    torch.manual_seed(1)
    config = type(llama.model.config)(**{**llama.model.config.to_dict(), "vocab_size": 520})
    model = type(llama.model)(config).eval()
    loaded = LoadedModel(model, sentencepiece_tokenizer, llama.device, frozenset({2}), llama.info)
    schema, is_right = SCHEMAS[name]
    for seed in range(4):
        driver = drive(TransformersEngine(loaded))
        chunks = driver.answer(with_form(ask("hello", temperature=1.0, seed=seed, max_tokens=200), obliging(schema)))
        assert chunks[-1].finish.reason == "stop" and is_right(json.loads(driver.text("1")))


@pytest.mark.parametrize("kind", ["tokenizer", "sentencepiece_tokenizer"])
def test_the_bytes_of_tokens_are_those_of_the_text(kind: str, request: pytest.FixtureRequest) -> None:
    tokenizer = request.getfixturevalue(kind)
    names = TokenBytes(tokenizer)
    text = "The plume: 環境影響評估 🌫️ naïve café\n\t{}"
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert b"".join(map(names.of, ids)).decode().strip(" ") == text
    assert names.of(10_000) == b"" and all(names.of(token_id) == b"" for token_id in names.special_ids)


def test_a_vocabulary_of_words_that_lacks_the_signs_is_told(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    words = {"<unk>": 0, "</s>": 1, "hello": 2, "wind": 3, "User:": 4, "Assistant:": 5}
    backend = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="</s>", unk_token="<unk>")
    loaded = LoadedModel(llama.model, tokenizer, llama.device, frozenset({1}), llama.info)
    driver = drive(TransformersEngine(loaded))
    free = ask("wind", request_id="free", temperature=0, max_tokens=4)
    driver.add("free", free)
    driver.add("1", with_form(ask("hello", max_tokens=20), obliging({"enum": ["red"]})))
    driver.run()
    assert isinstance(driver.errors["1"], FormatRefused)
    assert driver.chunks["free"][-1].finish


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"type": "objec"}, "Invalid type: objec"),
        ({"type": "string", "pattern": "("}, "regex parse error"),
        ({"type": "array", "uniqueItems": True}, "uniqueItems"),
        ({"type": "integer", "minimum": 5, "maximum": 3}, "minimum"),
        ({"$ref": "https://example.com/schema"}, "does not fetch"),
        ("text", "a JSON object"),
        ({"enum": ["x" * 300_000]}, "longer than"),
        ({"properties": {f"p{number}": {} for number in range(501)}}, "more than 500 properties"),
        ({"type": "integer", "multipleOf": 99991}, "multipleOf"),
    ],
)
def test_a_schema_that_cannot_be_held_is_told_why(schema: Any, fault: str) -> None:
    assert fault in fault_of(schema)


def test_a_deep_schema_is_refused_and_ends_nothing() -> None:
    schema: Any = {"type": "string"}
    for _ in range(400):
        schema = {"type": "array", "items": schema}
    assert "more than 60 levels" in fault_of(schema)
    for _ in range(100_000):
        schema = {"not": schema}
    assert "more than 60 levels" in fault_of(schema)
    while schema := schema.get("not") or schema.get("items"):
        pass  # taken apart by hand: Python itself would stumble over it


def test_without_an_end_token_the_grammar_itself_ends_the_answer(tokenizer: PreTrainedTokenizerFast) -> None:
    names = TokenBytes(tokenizer)
    grammar = Grammar(Vocabulary(names, 480, ()), grammar_text(obliging(an_object(a={"enum": [1]})), None, {}))
    written = b""
    while not grammar.is_complete:
        token_id = int(grammar.allowed().nonzero()[0][0])
        grammar.accept(token_id)
        written += names.of(token_id)
    assert json.loads(written) == {"a": 1}
    grammar.accept(5)
    assert grammar.fault and not grammar.is_complete and not grammar.allowed().any()


def test_plain_answers_make_nothing(llama: LoadedModel, ask: Ask, drive: Drive) -> None:
    driver = drive(TransformersEngine(llama))
    chunks: list[Chunk] = driver.answer(ask("hello", temperature=0, max_tokens=5))
    forms = driver.engine._forms
    assert forms._token_bytes is None and forms._vocabulary is None
    assert not any(chunk.logprobs for chunk in chunks)


def test_running_answers_do_not_wait_for_a_grammar_that_is_being_made(
    llama: LoadedModel, ask: Ask, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = drive(TransformersEngine(llama))
    make, may_go_on = driver.engine._preparing._make, threading.Event()

    def slow(form: AnswerForm) -> Any:
        may_go_on.wait(30)
        return make(form)

    monkeypatch.setattr(driver.engine._preparing, "_make", slow)
    driver.add("free", ask("hello", request_id="free", temperature=0, max_tokens=8))
    driver.add("held", with_form(ask("hello", request_id="held"), obliging({"enum": ["red"]})))
    driver.add("left", with_form(ask("hello", request_id="left"), obliging({"enum": ["red"]})))
    while not (driver.chunks["free"] and driver.chunks["free"][-1].finish):
        driver.step()
    assert not driver.chunks["held"] and driver.engine.has_work
    driver.engine.cancel("left")
    driver.step()
    assert driver.chunks["left"][-1].finish.reason == "cancelled"
    may_go_on.set()
    driver.run()
    assert driver.text("held") == '"red"' and not driver.engine.has_work
