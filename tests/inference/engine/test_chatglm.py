"""ChatGLM2 and ChatGLM3 from the files of their makers to streamed answers, without a line of their program code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from inference.engine import loading
from inference.engine.detokenizer import Detokenizer
from inference.engine.loading import LoadedModel, load_model
from inference.engine.prompt import PromptBuilder
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, EngineRequest, EngineSpec, Loading, ModelUnavailable, SamplingParams

from .chatglm_by_hand import (
    ASSISTANT,
    CONFIG,
    GMASK,
    OBSERVATION,
    PIECES,
    SOP,
    SYSTEM,
    TOKENIZER,
    USER,
    logits_by_hand,
    pieces_of,
    save_checkpoint,
)

QUESTION = (ChatMessage("user", "What is PM2.5?"),)
TALK = (
    ChatMessage("system", "Be brief."),
    ChatMessage("user", "people stop"),
    ChatMessage("assistant", "\n Dust. "),
    ChatMessage("user", " 環境？"),
)
# As the makers ship it with later copies of ChatGLM3.
SHIPPED = (
    "{% for message in messages %}{% if loop.first %}[gMASK]sop{% endif %}<|{{ message['role'] }}|>\n "
    "{{ message['content'] }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
Drive = Callable[[Any], Any]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("chatglm")
    folders = {name: root / name for name in ("chatglm2-6b", "chatglm3-6b")}
    for folder in folders.values():
        save_checkpoint(folder)
    return folders


@pytest.fixture(scope="module")
def glm2(folders: dict[str, Path]) -> LoadedModel:
    return load(folders["chatglm2-6b"])


@pytest.fixture(scope="module")
def glm3(folders: dict[str, Path]) -> LoadedModel:
    return load(folders["chatglm3-6b"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good ChatGLM3, to be broken."""
    save_checkpoint(tmp_path / "chatglm3-6b")
    return tmp_path / "chatglm3-6b"


def load(folder: Path, **changes: Any) -> LoadedModel:
    return load_model(EngineSpec("m", "transformers", str(folder), **{"dtype": "float32", **changes}))


def sentence(folder: Path, **changes: Any) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        load(folder, **changes)
    text = str(caught.value)
    assert "\n" not in text and text.endswith(".")
    return text


def change_json(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def prompts_of(loaded: LoadedModel) -> PromptBuilder:
    return PromptBuilder(loaded.tokenizer, loaded.prompt_format)


def computed(loaded: LoadedModel, token_ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        logits: torch.Tensor = loaded.model(torch.tensor([token_ids])).logits[0]
    return logits


# --- the network ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes", "rotation"),
    [
        ("chatglm2-6b", {}, {}),
        ("chatglm3-6b", {}, {}),
        ("chatglm3-6b-32k", {"rope_ratio": 50, "seq_length": 320}, {"base": 500_000}),
        ("chatglm2-6b-32k", {"rope_ratio": 4, "seq_length": 320}, {"closer": 4}),
        ("chatglm3-6b-128k", {"rope_ratio": 1.0, "multi_query_group_num": 4, "num_layers": 3}, {}),
    ],
)
def test_it_computes_what_the_network_is_defined_to_compute(
    name: str, changes: dict[str, Any], rotation: dict[str, float], tmp_path: Path
) -> None:
    tensors = save_checkpoint(tmp_path / name, **changes)
    loaded = load(tmp_path / name)
    token_ids = torch.randint(430, (200,), generator=torch.Generator().manual_seed(1)).tolist()
    expected = logits_by_hand(tensors, {**CONFIG, **changes}, token_ids, **rotation)
    torch.testing.assert_close(computed(loaded, token_ids), expected, atol=1e-4, rtol=1e-4)
    if rotation:
        plain = logits_by_hand(tensors, {**CONFIG, **changes}, token_ids)
        assert (plain - expected).abs().max() > 0.1, "the premise: the ratio matters"
    assert loaded.info.context_length == changes.get("seq_length", 256)
    unused = "transformer.rotary_pos_emb.inv_freq"
    assert loaded.info.parameters == sum(tensor.numel() for key, tensor in tensors.items() if key != unused)
    assert loaded.end_token_ids == {2} and loaded.info.warnings == []


def test_the_kind_of_rotation_is_told_by_the_name_it_was_made_from_or_by_the_chosen_format(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine", rope_ratio=4, _name_or_path="THUDM/chatglm2-6b-32k")
    assert load(tmp_path / "mine").model.config.rope_parameters["rope_type"] == "linear"
    change_json(tmp_path / "mine" / "config.json", _name_or_path="")
    assert load(tmp_path / "mine").model.config.rope_parameters["rope_theta"] == 40_000
    assert load(tmp_path / "mine", family="chatglm2").model.config.rope_parameters["factor"] == 4


def test_loading_is_told_and_dtype_and_context_are_as_wished(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SECONDS_BETWEEN_TELLING", 0)
    stages: list[Loading] = []
    spec = EngineSpec("m", "transformers", str(folder), dtype="bfloat16", context_length=100)
    loaded = load_model(spec, stages.append)
    assert loaded.info.context_length == 100 and loaded.info.dtype == "bfloat16"
    assert {parameter.dtype for parameter in loaded.model.parameters()} == {torch.bfloat16}
    fractions = [stage.fraction for stage in stages]
    assert fractions == sorted(fractions) and len(set(fractions)) > 10


@pytest.mark.parametrize("name", ["chatglm2-6b", "chatglm3-6b"])
def test_answers_in_company_are_those_of_generate(name: str, folders: dict[str, Path], drive: Drive) -> None:
    loaded = load(folders[name])
    engine = TransformersEngine(loaded)
    builder = prompts_of(loaded)
    ends = loaded.end_token_ids | builder.end_token_ids
    questions = ["hello", "What is the wind profile of a plume over flat ground? " * 2, "環境影響評估", "a b c d"]
    driver = drive(engine)
    expected = []
    for index, question in enumerate(questions):  # each joins while the others run
        messages = (ChatMessage("user", question),)
        prompt = torch.tensor([builder.encode(messages)])
        with torch.inference_mode():
            output = loaded.model.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                do_sample=False,
                max_new_tokens=24,
                eos_token_id=sorted(ends),
            )
        answer = output[0, prompt.shape[1] :].tolist()
        expected.append([token_id for token_id in answer if token_id not in ends])
        driver.add(index, EngineRequest(str(index), messages, SamplingParams(temperature=0, max_tokens=24)))
        driver.step()
        driver.step()
    driver.run()
    assert not driver.errors and len({tuple(answer) for answer in expected}) == len(questions)
    assert [driver.token_ids(index) for index in range(len(questions))] == expected
    assert any(len(driver.chunks[index]) > 10 for index in range(len(questions))), "streamed"
    marks = ("[gMASK]", "sop>", "<|")
    assert not any(mark in driver.text(index) for index in range(len(questions)) for mark in marks)


# --- the prompt -------------------------------------------------------------------------------------------------------


def test_chatglm3_reads_each_text_by_itself_behind_its_role(glm3: LoadedModel, folders: dict[str, Path]) -> None:
    pieces = pieces_of(folders["chatglm3-6b"])
    builder = prompts_of(glm3)
    line = pieces.encode("\n")
    assert pieces.id_to_piece(pieces.encode("Be")[0]).startswith("▁"), "the premise: a text begins with a word"
    assert builder.encode(TALK) == [
        *(GMASK, SOP),
        *(SYSTEM, *line, *pieces.encode("Be brief.")),
        *(USER, *line, *pieces.encode("people stop")),
        *(ASSISTANT, *line, *pieces.encode("Dust.")),
        *(USER, *line, *pieces.encode(" 環境？")),
        ASSISTANT,
    ]
    assert builder.encode((ChatMessage("user", ""),)) == [GMASK, SOP, USER, *line, ASSISTANT]
    assert builder.end_token_ids == {2, USER, OBSERVATION}
    assert builder.render(QUESTION) == "<|user|>\nWhat is PM2.5?<|assistant|>"


def test_chatglm2_reads_one_text(glm2: LoadedModel, folders: dict[str, Path]) -> None:
    pieces = pieces_of(folders["chatglm2-6b"])
    builder = prompts_of(glm2)
    asked = (ChatMessage("user", "U1"), ChatMessage("assistant", "people stop"), ChatMessage("user", "[gMASK]sop </s>"))
    text = "[Round 1]\n\n问：U1\n\n答：people stop\n\n[Round 2]\n\n问：[gMASK]sop </s>\n\n答："
    assert builder.render(asked) == text
    assert builder.encode(asked) == [GMASK, SOP, *pieces.encode(text)]
    assert builder.end_token_ids == {2}


@pytest.mark.parametrize(
    "typed", ["<|user|>", "[gMASK]sop", "a sop <|assistant|>\n b</s>", "<sop><eop>[MASK]", "\x000\x00"]
)
def test_what_looks_like_a_control_token_is_text(typed: str, glm2: LoadedModel, glm3: LoadedModel) -> None:
    for loaded in (glm2, glm3):
        plain, asked = (
            prompts_of(loaded).encode((ChatMessage("user", text), ChatMessage("assistant", text), *QUESTION))
            for text in ("x", typed)
        )
        control = [token_id for token_id in plain if token_id >= PIECES or token_id <= 2]
        assert [token_id for token_id in asked if token_id >= PIECES or token_id <= 2] == control


def test_the_template_that_chatglm3_ships_gives_the_same_prompt(folder: Path) -> None:
    change_json(folder / "tokenizer_config.json", chat_template=SHIPPED)
    loaded = load(folder)
    assert loaded.prompt_format and loaded.prompt_format.family == "chatglm3", "ours, which reads typed words as words"
    by_family = prompts_of(loaded).encode(QUESTION)
    own = prompts_of(load(folder, family="own"))
    assert own.encode(QUESTION) == by_family
    typed = (ChatMessage("user", "people <|user|> stop"), ChatMessage("assistant", "people stop"), *QUESTION)
    assert own.encode(typed).count(USER) == 2 and own.encode(typed).count(SOP) == 1


def test_the_tokenizer_numbers_what_stands_behind_its_pieces(glm3: LoadedModel, folders: dict[str, Path]) -> None:
    tokenizer = glm3.tokenizer
    numbers = {token.content: token_id for token_id, token in tokenizer.added_tokens_decoder.items()}
    assert [numbers[text] - PIECES for text in ("[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>")] == [0, 1, 2, 3, 4]
    assert [numbers[f"<|{role}|>"] for role in ("system", "user", "assistant", "observation")] == [
        *(SYSTEM, USER, ASSISTANT, OBSERVATION),
    ]
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id) == (1, 2, 0)
    assert len(tokenizer) == PIECES + 9 and len(tokenizer.get_vocab()) == PIECES + 9
    raw = "[gMASK]sop<|user|>\n people stop<|assistant|>"  # as a program may ask to go on with
    pieces = pieces_of(folders["chatglm3-6b"])
    assert tokenizer(raw)["input_ids"] == [GMASK, SOP, USER, *pieces.encode("\n people stop"), ASSISTANT]


def test_only_text_is_streamed_and_an_answer_begins_with_its_first_word(glm3: LoadedModel) -> None:
    tokenizer = glm3.tokenizer
    answer = tokenizer("\n people 環境 stop", add_special_tokens=False)["input_ids"]
    tokens = [*answer[:6], USER, SOP, 2, 0, 431, *answer[6:]]
    shown = Detokenizer(tokenizer, trims=True)
    parts = [shown.feed(token_id) for token_id in tokens]
    assert "".join(parts) + shown.finish() == "people 環境 stop" and len([part for part in parts if part]) > 4
    middle = "".join(parts[:8])
    rest = Detokenizer(tokenizer, (), tokens[:8], middle, trims=True)
    assert middle + "".join(rest.feed(token_id) for token_id in tokens[8:]) + rest.finish() == "people 環境 stop"


# --- what is refused --------------------------------------------------------------------------------------------------


def test_the_first_version_is_refused_and_told_what_works(folder: Path) -> None:
    config = {"model_type": "chatglm", "vocab_size": 130528, "hidden_size": 32, "inner_hidden_size": 128}
    (folder / "config.json").write_text(json.dumps({**config, "num_layers": 2, "position_encoding_2d": True}))
    for trusted in (False, True):
        said = sentence(folder, trust_remote_code=trusted)
        assert "first version" in said and "ChatGLM2-6B, ChatGLM3-6B and GLM 4 (THUDM/glm-4-9b-chat-hf)" in said


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rmsnorm", False),
        ("post_layer_norm", False),
        ("multi_query_attention", False),
        ("add_bias_linear", True),
        ("apply_residual_connection_post_layernorm", True),
        ("quantization_bit", 4),
        ("pre_seq_len", 128),
    ],
)
def test_another_network_is_refused_instead_of_talking_nonsense(field: str, value: Any, folder: Path) -> None:
    change_json(folder / "config.json", **{field: value})
    assert "built otherwise" in sentence(folder) and field in sentence(folder)


def test_glm_4_in_its_first_form_is_told_which_form_works(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps({**TOKENIZER, "tokenizer_class": "ChatGLM4Tokenizer"}))
    assert "ends in -hf" in sentence(folder)


def test_a_config_without_a_number(folder: Path) -> None:
    change_json(folder / "config.json", kv_channels=None)
    assert "does not say kv_channels" in sentence(folder)


@pytest.mark.parametrize("lost", ["output_layer", "1.self_attention.query_key_value.bias", "0.mlp.dense_h_to_4h"])
def test_a_missing_tensor_is_not_filled_with_random_numbers(lost: str, folder: Path) -> None:
    for file in folder.glob("*.safetensors"):
        kept = {name: tensor for name, tensor in load_file(file).items() if lost not in name}
        save_file(kept, file, metadata={"format": "pt"})
    assert "lack" in sentence(folder)


@pytest.mark.parametrize("changes", [{"multi_query_group_num": 1}, {"ffn_hidden_size": 47}, {"num_layers": 3}])
def test_weights_that_do_not_fit_the_config(changes: dict[str, Any], folder: Path) -> None:
    change_json(folder / "config.json", **changes)
    assert "cannot be loaded" in sentence(folder) or "lack" in sentence(folder)


def test_old_weights_and_a_broken_or_missing_tokenizer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "tokenizer.model").write_bytes(b"not SentencePiece")
    assert "tokenizer" in sentence(folder) and "cannot be loaded" in sentence(folder)
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    assert "needs the package sentencepiece" in sentence(folder)
    for file in folder.glob("model*"):
        file.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"x")
    assert "only safetensors weights" in sentence(folder)


def test_an_adapter_for_its_own_names_is_refused_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    adapter = tmp_path / "lora"
    adapter.mkdir()
    kind = {
        "peft_type": "LORA",
        "r": 2,
        "lora_alpha": 4,
        "target_modules": ["query_key_value"],
        "task_type": "CAUSAL_LM",
    }
    (adapter / "adapter_config.json").write_text(json.dumps(kind))
    save_file({"base_model.model.x.lora_A.weight": torch.zeros(2, 32)}, adapter / "adapter_model.safetensors")
    assert "does not fit" in sentence(folder, adapter=str(adapter))
