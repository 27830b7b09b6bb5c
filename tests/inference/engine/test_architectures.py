"""Each architecture of the families, from a folder to streamed answers: loaded, batched, stopped, equal to generate."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.engine.choose_forward import fastest_right_forward
from inference.engine.encoder_decoder import EncoderDecoderForward
from inference.engine.forward import Work
from inference.engine.loading import CONTEXT_LENGTH_NAMES, LoadedModel, load_model
from inference.engine.process import EngineProcess
from inference.engine.prompt import PromptBuilder
from inference.engine.slot_forward import SlotForward
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, SamplingParams

from .conftest import ARCHITECTURES, CONTEXT_LENGTH, ENCODER_DECODERS, OTHER_FORWARDS

Load = Callable[[str], LoadedModel]
Ask = Callable[..., EngineRequest]
Drive = Callable[[Any], Any]
CPU = torch.device("cpu")
QUESTIONS = ["hello", "What is the wind profile of a plume over flat ground, and why? " * 3, "環境影響評估", "a b c d"]

# Which tiny architecture stands for a family, and the name under which the family is asked for.
FAMILIES = {
    "meta-llama/Llama-2-7b-chat-hf": "llama",
    "lmsys/vicuna-7b-v1.5": "llama",
    "chavinlo/alpaca-native": "llama",
    "project-baize/baize-v2-7b": "llama",
    "THUDM/chatglm3-6b": "glm",
    "databricks/dolly-v2-3b": "gpt_neox",
    "tiiuae/falcon-7b-instruct": "falcon",
    "lmsys/fastchat-t5-3b-v1.0": "flan_t5",
    "google/flan-t5-small": "flan_t5",
    "nomic-ai/gpt4all-j": "gptj",
    "nomic-ai/gpt4all-13b-snoozy": "llama",
    "timdettmers/guanaco-33b-merged": "llama",
    "mosaicml/mpt-7b-chat": "mpt",
    "OpenAssistant/oasst-sft-4-pythia-12b-epoch-3.5": "gpt_neox",
    "OpenAssistant/oasst-sft-7-llama-30b": "llama",
    "togethercomputer/RedPajama-INCITE-7B-Chat": "gpt_neox",
    "stabilityai/stablelm-tuned-alpha-7b": "gpt_neox",
    "WizardLM/WizardLM-13B-V1.2": "llama",
}


@pytest.fixture
def load_as(make_checkpoint: Callable[[str], Path], tmp_path: Path) -> Load:
    """The tiny checkpoint of a family in a folder of the family's name, whose tokenizer ships no template."""

    def load(name: str) -> LoadedModel:
        folder = tmp_path / name.split("/")[-1]
        shutil.copytree(make_checkpoint(FAMILIES[name]), folder)
        (folder / "chat_template.jinja").unlink()
        config = json.loads((folder / "config.json").read_text())
        longer = {name: 1024 for name in CONTEXT_LENGTH_NAMES if name in config}  # system texts are long in tiny words
        (folder / "config.json").write_text(json.dumps({**config, **longer}))
        return load_model(EngineSpec("m", "transformers", str(folder), dtype="float32"))

    return load


def request(text: str, **params: Any) -> EngineRequest:
    return EngineRequest("1", (ChatMessage("user", text),), SamplingParams(**params))


def prompts_of(loaded: LoadedModel) -> PromptBuilder:
    return PromptBuilder(loaded.tokenizer, loaded.prompt_format, closes_text=loaded.model.config.is_encoder_decoder)


def generated(loaded: LoadedModel, asked: EngineRequest, tokens: int) -> list[int]:
    """What model.generate says to the same prompt, up to the first end token."""
    prompt = prompts_of(loaded).encode(asked.messages)
    inputs = torch.tensor([prompt])
    with torch.inference_mode():
        output = loaded.model.generate(
            inputs,
            attention_mask=torch.ones_like(inputs),  # a prompt may hold the token that elsewhere fills up rows
            do_sample=False,
            max_new_tokens=tokens,
            pad_token_id=0,
            eos_token_id=[2],
        )
    answer = output[0, 1 if loaded.model.config.is_encoder_decoder else len(prompt) :].tolist()
    ends = loaded.end_token_ids | prompts_of(loaded).end_token_ids
    end = next((place for place, token_id in enumerate(answer) if token_id in ends), len(answer))
    return answer[:end]


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_from_its_folder_to_its_answers(name: str, load_as: Load, drive: Drive) -> None:
    loaded = load_as(name)
    assert loaded.prompt_format and loaded.prompt_format.family not in ("own", "plain")
    assert loaded.info.warnings == []
    engine = TransformersEngine(loaded)
    engine._prompts.stop_strings = ()  # random words may contain a stop string; those are tested below
    asked = [request(question, temperature=0, max_tokens=20) for question in QUESTIONS]
    expected = [generated(loaded, one, 20) for one in asked]
    assert len({tuple(answer) for answer in expected}) > 1, "the premise: the answer depends on the question"

    driver = drive(engine)
    for index, one in enumerate(asked):  # each joins while the others run
        driver.add(index, one)
        driver.step()
        driver.step()
    driver.run()
    assert not driver.errors
    assert [driver.token_ids(index) for index in range(len(asked))] == expected
    assert all(len(driver.chunks[index]) >= len(expected[index]) for index in range(len(asked))), "streamed"


@pytest.mark.parametrize("architecture", [*ARCHITECTURES, *ENCODER_DECODERS])
def test_each_architecture_is_computed_by_its_forward_pass(architecture: str, load: Load) -> None:
    forward = fastest_right_forward(load(architecture).model, CPU, CONTEXT_LENGTH)
    if architecture in ENCODER_DECODERS:
        assert isinstance(forward, EncoderDecoderForward)
    else:
        assert type(forward) is OTHER_FORWARDS.get(architecture, SlotForward)


@pytest.mark.parametrize("architecture", ENCODER_DECODERS)
def test_an_encoder_decoder_answers_like_generate_alone_and_with_others(
    architecture: str, load: Load, drive: Drive
) -> None:
    loaded = load(architecture)
    assert loaded.info.context_length == 2048, "T5's n_positions is no limit"
    asked = [request(question, temperature=0, max_tokens=24) for question in QUESTIONS]
    expected = [generated(loaded, one, 24) for one in asked]
    assert len({tuple(answer) for answer in expected}) > 1 and any(len(set(answer)) > 3 for answer in expected)
    together = drive(TransformersEngine(loaded))
    for index, one in enumerate(asked):
        together.add(index, one)
        together.step()
    together.run()
    assert [together.token_ids(index) for index in range(len(asked))] == expected


def test_an_encoder_reads_a_closed_text_and_a_long_prompt_in_pieces(
    load: Load, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load("t5")
    prompt = prompts_of(loaded).encode([ChatMessage("user", "hello")])
    assert prompt[-1] == loaded.tokenizer.eos_token_id and prompt[-2] != prompt[-1]
    monkeypatch.setattr("inference.engine.transformers.PROMPT_TOKENS_PER_STEP", 7)
    driver = drive(TransformersEngine(loaded))
    driver.answer(request(QUESTIONS[1], temperature=0, max_tokens=10))
    assert driver.token_ids("1") == generated(loaded, request(QUESTIONS[1]), 10)


def test_a_broken_off_answer_of_an_encoder_decoder_goes_on(load: Load, ask: Ask, drive: Drive) -> None:
    loaded = load("t5")
    whole = drive(TransformersEngine(loaded))
    chunks = whole.answer(ask("hello", temperature=0, max_tokens=20))
    rest = drive(TransformersEngine(loaded))
    last = rest.answer(ask("hello", temperature=0, max_tokens=20, shown=tuple(chunks[:7])))[-1]
    assert "".join(chunk.text for chunk in chunks[:7]) + rest.text("1") == whole.text("1")
    assert last.finish == chunks[-1].finish


def test_one_bad_request_of_an_encoder_decoder_does_not_harm_the_others(load: Load) -> None:
    loaded = load("t5")
    forward = EncoderDecoderForward(loaded.model, CPU)
    good, bad = Work("good", [5, 6, 2], prompt_length=3), Work("bad", [10**6], prompt_length=1)
    results = forward.advance([bad, good])
    assert isinstance(results[0], Exception) and isinstance(results[1], torch.Tensor)
    forward.release("bad")
    forward.release("good")
    forward.release("never seen")
    assert not forward._readings, "nothing is kept of what has ended"


def test_the_family_ends_its_answers(load_as: Load, drive: Drive) -> None:
    """A stop string of the family and one of the request both end an answer, and neither is shown."""
    loaded = load_as("project-baize/baize-v2-7b")
    whole = drive(TransformersEngine(loaded))
    whole.answer(request("hello", temperature=0, max_tokens=40))
    text = whole.text("1")
    assert loaded.prompt_format and loaded.prompt_format.stop_strings == ("[|Human|]", "[|AI|]")
    for own, chosen in ((text[12:18], ()), ("never", (text[12:18],))):
        engine = TransformersEngine(loaded)
        engine._prompts.stop_strings = (own,)
        driver = drive(engine)
        chunks = driver.answer(request("hello", temperature=0, max_tokens=40, stop=chosen))
        assert driver.text("1") == text[: text.index(text[12:18])]
        assert chunks[-1].finish.reason == "stop"


def test_a_stop_token_of_the_family_counts_under_the_number_that_this_tokenizer_gives_it(
    load_as: Load, drive: Drive
) -> None:
    loaded = load_as("mosaicml/mpt-7b-chat")
    builder = prompts_of(loaded)
    assert builder.end_token_ids == {0, 2}, "<|endoftext|> and <|im_end|> here, and not 50278"
    whole = drive(TransformersEngine(loaded))
    whole.answer(request("hello", temperature=0, max_tokens=30))
    token_ids = whole.token_ids("1")
    engine = TransformersEngine(loaded)
    place = next(place for place in range(3, 30) if token_ids[place] not in token_ids[:place])
    engine._prompts.end_token_ids = frozenset({token_ids[place]})
    driver = drive(engine)
    assert driver.answer(request("hello", temperature=0, max_tokens=30))[-1].finish.reason == "stop"
    assert driver.token_ids("1") == token_ids[:place]


def test_an_encoder_decoder_answers_from_a_process_of_its_own(make_checkpoint: Callable[[str], Path]) -> None:
    folder = make_checkpoint("flan_t5")
    engine = EngineProcess(EngineSpec("t5", "transformers", str(folder), dtype="float32", threads=1, family="flan-t5"))
    try:
        arrivals = list(engine.start(request("hello", temperature=0, max_tokens=8)))
        answer = [arrival for arrival in arrivals if isinstance(arrival, Chunk)]
        token_ids = [token_id for chunk in answer for token_id in chunk.token_ids]
        loaded = load_model(EngineSpec("m", "transformers", str(folder), dtype="float32", family="flan-t5"))
        assert token_ids == generated(loaded, request("hello"), 8)
        assert answer[-1].finish and engine.state == "ready"
    finally:
        engine.close()
